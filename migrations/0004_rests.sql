-- Rests: pauses beside acknowledgements. Each is of one duty, and of the dates that the duty then had.

ALTER TABLE acks ADD COLUMN kind TEXT NOT NULL DEFAULT 'ack' CHECK (kind IN ('ack', 'pause'));
ALTER TABLE acks ADD COLUMN role TEXT NOT NULL DEFAULT ''; -- in which role the person was told, or may pause
ALTER TABLE acks ADD COLUMN generation BIGINT NOT NULL DEFAULT 0; -- of the duty; a date that moves ends its rests
-- An acknowledgement without a key rested every duty of its rule, those to come too: it is of those that there are.
INSERT INTO acks (child, duty, duty_key, person, reason, at_us, until_us)
    SELECT a.child, a.duty, d.duty_key, a.person, a.reason, a.at_us, a.until_us
    FROM acks a JOIN duties d ON d.child = a.child AND d.duty = a.duty WHERE a.duty_key IS NULL;
DELETE FROM acks WHERE duty_key IS NULL;
UPDATE acks SET
    generation = COALESCE((SELECT d.generation FROM duties d
                           WHERE d.child = acks.child AND d.duty = acks.duty AND d.duty_key = acks.duty_key), 0),
    role = COALESCE((SELECT MIN(n.role) FROM notices n
                     WHERE n.child = acks.child AND n.duty = acks.duty AND n.person = acks.person), 'lead_worker');
-- Those that have ended are read too: they say how long a duty has been put off.
DROP INDEX acks_by_end;
