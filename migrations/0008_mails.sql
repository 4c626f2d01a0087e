-- The bytes of a message lie apart from its state: that changes several times, and each time all of its row is written anew.

CREATE TABLE mails (
    message_id TEXT PRIMARY KEY REFERENCES messages (id),
    eml        TEXT NOT NULL -- the bytes, once they are frozen
);
INSERT INTO mails (message_id, eml) SELECT id, eml FROM messages WHERE eml IS NOT NULL;
ALTER TABLE messages DROP COLUMN eml;
