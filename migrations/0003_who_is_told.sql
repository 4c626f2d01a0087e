-- What a message said and where its bytes went, so that nothing is said twice, taken back to nobody, or sent to the wrong place.

ALTER TABLE notices ADD COLUMN said TEXT; -- the strict and the due day that the message gave, parted by a slash; null: none yet
ALTER TABLE messages ADD COLUMN sent_to TEXT; -- the address its frozen bytes go to; null: to nobody, or not frozen, or not known
