-- The audit: one link for each deed (a run, what came of messages, an act of a person), chained by hashes, and under it the
-- entries of which the deed consists. Links are only ever added. Of an entry whose time is over its hash stays.

CREATE TABLE links (
    n       BIGINT PRIMARY KEY, -- 1, 2, 3, without a gap
    deed    TEXT   NOT NULL UNIQUE,
    at_us   BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    digest  TEXT   NOT NULL, -- SHA-256 over the hashes of its entries, in their order
    hash    TEXT   NOT NULL  -- SHA-256 over the hash of the link before and everything above
);

CREATE TABLE entries (
    deed    TEXT   NOT NULL,
    place   BIGINT NOT NULL, -- 0, 1, 2, without a gap
    child   TEXT   NOT NULL, -- whose evidence it is; '' if nobody's, or expired
    hash    TEXT   NOT NULL, -- SHA-256 over salt and payload
    salt    TEXT,
    payload TEXT, -- JSON; null, as the salt is, once its time is over
    PRIMARY KEY (deed, place)
);
CREATE INDEX entries_of_child ON entries (child) WHERE child <> '';

-- The last link. Its row is the lock by which links take turns, and is taken last in every transaction.
CREATE TABLE chain_end (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    n    BIGINT NOT NULL,
    hash TEXT   NOT NULL
);
INSERT INTO chain_end (one, n, hash) VALUES (1, 0, '');

-- By what the ledger was last run: settings, procedure, calendar. A change of it is a deed.
ALTER TABLE meta ADD COLUMN in_force TEXT NOT NULL DEFAULT '{}';

-- The next message is the first row of an index, and what else its reader is to be told stands together, however many wait.
DROP INDEX notices_queued;
DROP INDEX notices_queued_for;
CREATE INDEX notices_queued ON notices (urgent DESC, send_at_us, decided_run, place) WHERE state = 'queued';
CREATE INDEX notices_queued_for ON notices (mailbox, address, urgent, send_at_us) WHERE state = 'queued';
