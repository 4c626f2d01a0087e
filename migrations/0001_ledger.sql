-- The ledger of one authority: what was found due, what was decided, what was sent.
-- One text for SQLite and PostgreSQL. Instants are microseconds UTC, booleans are 0 or 1, dates and JSON are text.
-- No child's name, address or date of birth is ever stored here: a child is a reference.

-- One row: which ledger this is, where it lives, and whether it may send.
CREATE TABLE meta (
    one            BIGINT PRIMARY KEY CHECK (one = 1),
    ledger_id      TEXT   NOT NULL,
    authority      TEXT   NOT NULL,
    mode           TEXT   NOT NULL CHECK (mode IN ('record', 'redirect', 'live')),
    redirect_to    TEXT,
    simulated      BIGINT NOT NULL CHECK (simulated IN (0, 1)),
    homes          TEXT   NOT NULL, -- JSON: the marks of every place this ledger may be used from
    source_name    TEXT,
    runs           BIGINT NOT NULL, -- the last run's number; raising it is what makes runs take turns
    created_at_us  BIGINT NOT NULL,
    CHECK (mode <> 'redirect' OR redirect_to IS NOT NULL)
);

-- What people did to this ledger.
CREATE TABLE acts (
    act     TEXT   NOT NULL,
    at_us   BIGINT NOT NULL,
    by_whom TEXT   NOT NULL,
    reason  TEXT   NOT NULL,
    detail  TEXT   NOT NULL
);
CREATE INDEX acts_by_time ON acts (at_us);

CREATE TABLE runs (
    id             BIGINT PRIMARY KEY,
    at_us          BIGINT NOT NULL, -- the instant the run judged by
    started_us     BIGINT NOT NULL,
    finished_us    BIGINT NOT NULL,
    outcome        TEXT   NOT NULL,
    books          TEXT   NOT NULL, -- JSON: the books as the run kept them
    counted        TEXT   NOT NULL, -- JSON: the same things, counted in the ledger by separate queries
    load_mark      TEXT,
    counts         TEXT   NOT NULL, -- JSON: rows in each of the source's views
    procedure_hash TEXT   NOT NULL,
    calendar_hash  TEXT   NOT NULL
);

CREATE TABLE cases (
    child   TEXT   PRIMARY KEY,
    context TEXT   NOT NULL, -- JSON
    run     BIGINT NOT NULL REFERENCES runs (id)
);

CREATE TABLE duties (
    child        TEXT   NOT NULL, -- '' for a report of the whole authority
    duty         TEXT   NOT NULL,
    duty_key     TEXT   NOT NULL,
    generation   BIGINT NOT NULL,
    status       TEXT   NOT NULL,
    strict_on    TEXT,
    due_on       TEXT,
    detail       TEXT   NOT NULL, -- JSON
    opened_run   BIGINT NOT NULL REFERENCES runs (id),
    changed_run  BIGINT NOT NULL REFERENCES runs (id),
    closed       TEXT CHECK (closed IN ('met', 'no_longer_due', 'died')),
    closed_at_us BIGINT,
    PRIMARY KEY (child, duty, duty_key),
    CHECK ((closed IS NULL) = (closed_at_us IS NULL))
);
CREATE INDEX duties_open ON duties (child, duty, duty_key) WHERE closed IS NULL;

-- Everybody a notice was ever addressed to. A claim locks a row of it, so that two owners never bundle for one person.
CREATE TABLE recipients (
    person  TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (person, address)
);

CREATE TABLE messages (
    id              TEXT   PRIMARY KEY,
    person          TEXT   NOT NULL,
    address         TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    created_at_us   BIGINT NOT NULL,
    lease_owner     TEXT,
    lease_until_us  BIGINT,
    next_attempt_us BIGINT, -- when somebody may claim it: the end of its lease, or the next attempt; null once it is over
    attempts        BIGINT NOT NULL, -- times claimed
    eml             TEXT, -- the bytes, once they are frozen
    handed_over_us  BIGINT,
    ended_us        BIGINT
);
CREATE INDEX messages_claimable ON messages (next_attempt_us, id) WHERE next_attempt_us IS NOT NULL;
CREATE INDEX messages_by_state ON messages (state, ended_us);

CREATE TABLE notices (
    effect      TEXT   PRIMARY KEY, -- the identity of the decision, in one line
    child       TEXT   NOT NULL,
    duty        TEXT   NOT NULL,
    duty_key    TEXT   NOT NULL,
    generation  BIGINT NOT NULL,
    step        TEXT   NOT NULL,
    repetition  BIGINT NOT NULL,
    person      TEXT   NOT NULL, -- who is told
    kind        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    mailbox     TEXT, -- whose mailbox; null when nobody could be reached
    address     TEXT,
    urgent      BIGINT NOT NULL CHECK (urgent IN (0, 1)),
    owed_at_us  BIGINT NOT NULL,
    send_at_us  BIGINT NOT NULL,
    because     TEXT,
    state       TEXT   NOT NULL,
    message_id  TEXT REFERENCES messages (id),
    decided_run BIGINT NOT NULL REFERENCES runs (id),
    place       BIGINT NOT NULL, -- its place among the run's notices
    FOREIGN KEY (child, duty, duty_key) REFERENCES duties (child, duty, duty_key),
    CHECK ((state = 'bundled') = (message_id IS NOT NULL)),
    CHECK (state <> 'queued' OR (mailbox IS NOT NULL AND address IS NOT NULL))
);
CREATE INDEX notices_of_duty ON notices (child, duty, duty_key);
CREATE INDEX notices_of_message ON notices (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX notices_of_run ON notices (decided_run);
CREATE INDEX notices_queued ON notices (send_at_us, decided_run, place) WHERE state = 'queued';
CREATE INDEX notices_queued_for ON notices (mailbox, address, send_at_us) WHERE state = 'queued';

CREATE TABLE attempts (
    message_id TEXT   NOT NULL REFERENCES messages (id),
    n          BIGINT NOT NULL,
    started_us BIGINT NOT NULL,
    ended_us   BIGINT,
    outcome    TEXT,
    code       BIGINT,
    why        TEXT,
    PRIMARY KEY (message_id, n)
);

CREATE TABLE acks (
    child    TEXT   NOT NULL,
    duty     TEXT   NOT NULL,
    duty_key TEXT, -- null: every duty of that rule
    person   TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    at_us    BIGINT NOT NULL,
    until_us BIGINT NOT NULL
);
CREATE INDEX acks_of_duty ON acks (child, duty);
CREATE INDEX acks_by_end ON acks (until_us);

CREATE TABLE schedules (
    name        TEXT   PRIMARY KEY,
    last_due_us BIGINT NOT NULL
);
