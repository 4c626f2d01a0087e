-- Since when people are told: what was late before it climbs its ladder from then on.

ALTER TABLE meta ADD COLUMN adopted_us BIGINT; -- when the ledger first went live; null: it never did
UPDATE meta SET adopted_us = created_at_us WHERE mode = 'live';
