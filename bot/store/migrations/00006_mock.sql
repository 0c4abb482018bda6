-- Extra time in timed practice, and pictures of questions. Times are UTC
-- milliseconds of domain time.

-- +goose Up
ALTER TABLE members ADD COLUMN extra_time TEXT NOT NULL DEFAULT ''
  CHECK (extra_time IN ('', '1.5', '2', 'none')); -- '' is normal time, 'none' no timer; nobody else is shown it

-- The pictures of questions, so that a posted one is shown as it was after its
-- bank has changed.
CREATE TABLE pictures (
  hash    TEXT   NOT NULL PRIMARY KEY, -- of the bytes
  data    BYTEA  NOT NULL,             -- PNG or JPEG, never changed
  kept_at BIGINT NOT NULL
);
