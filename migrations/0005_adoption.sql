-- Since when people are told: what was late before it climbs its ladder from then on.

ALTER TABLE meta ADD COLUMN adopted_us BIGINT; -- when the ledger last went live; null: it was founded so, or never did
