-- When somebody entered the end of a renewal period: nobody is told of what was due
-- before that. UTC milliseconds of domain time.

-- +goose Up
ALTER TABLE cycles ADD COLUMN dated_at BIGINT NOT NULL DEFAULT 0; -- 0: with the period
