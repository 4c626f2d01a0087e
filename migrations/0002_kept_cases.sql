-- What is kept of each child from one run to the next, so that only those who changed or came due are judged anew.

ALTER TABLE cases ADD COLUMN fingerprint TEXT; -- of the rows last judged; null: the child is no longer in the case database
ALTER TABLE cases ADD COLUMN wake_at_us BIGINT; -- judged anew from this instant on, whatever the rows say; null: only if they change
ALTER TABLE cases ADD COLUMN audience TEXT NOT NULL DEFAULT ''; -- who would be told, as a number
ALTER TABLE cases ADD COLUMN carried TEXT; -- JSON: what the whole run needs of a child that is not judged; null: nothing
ALTER TABLE cases ADD COLUMN woken BIGINT NOT NULL DEFAULT 0; -- how often somebody else said that it is to be judged anew
-- Judged before there were fingerprints: the next run judges them all.
UPDATE cases SET fingerprint = '';
CREATE INDEX cases_by_run ON cases (run);

ALTER TABLE runs ADD COLUMN directory_hash TEXT NOT NULL DEFAULT ''; -- who could be reached, as a number
ALTER TABLE runs ADD COLUMN whole BIGINT NOT NULL DEFAULT 1; -- every child was judged, whatever was kept of it
-- Rows used to be counted whether they were a watched child's or not: those numbers say nothing of what shrinks now.
UPDATE runs SET counts = '{}';
CREATE INDEX runs_whole ON runs (id) WHERE whole = 1;

-- The books of a run count only by these.
CREATE INDEX duties_open_by_status ON duties (status) WHERE closed IS NULL;
CREATE INDEX duties_open_by_due ON duties (due_on) WHERE closed IS NULL;
CREATE INDEX duties_closed_by_run ON duties (changed_run) WHERE closed IS NOT NULL;
-- Who has had today's message.
CREATE INDEX messages_by_creation ON messages (created_at_us);
