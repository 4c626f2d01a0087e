-- What became of messages after they were handed over, and which mail that came back has been read.

CREATE TABLE returned (
    message_id TEXT   NOT NULL REFERENCES messages (id),
    fate       TEXT   NOT NULL CHECK (fate IN ('delivered', 'no_such_mailbox', 'given_up', 'delayed')),
    why        TEXT   NOT NULL, -- a code or status word, never an address
    at_us      BIGINT NOT NULL, -- when it was first learnt
    PRIMARY KEY (message_id, fate, why)
);
CREATE INDEX returned_by_time ON returned (at_us);

CREATE TABLE mail_read (
    place TEXT   NOT NULL, -- a Maildir or an mbox file
    name  TEXT   NOT NULL, -- of a Maildir a mail's name, of an mbox a hash of what stands before the place
    upto  BIGINT NOT NULL, -- of an mbox, up to which byte it was read
    PRIMARY KEY (place, name)
);
