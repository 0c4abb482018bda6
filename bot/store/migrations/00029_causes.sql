-- What led to a due thing, to a message or to its newest change, for the log: a
-- few letters and digits under which everything is logged that comes of one press
-- or one due thing. They name nobody. '' is not known.

-- +goose Up
ALTER TABLE due ADD COLUMN cause TEXT NOT NULL DEFAULT ''; -- of the press that planned it; '' of what another due thing planned
ALTER TABLE deliveries ADD COLUMN cause TEXT NOT NULL DEFAULT ''; -- of the press or due thing that owed it or last changed it
