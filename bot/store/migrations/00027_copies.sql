-- Which copies of the program work on this database, and what each has in hand,
-- so that the work of one that died is free at once and not when its leases end.
-- A copy is alive as long as its session holds the advisory lock of its number.
-- Claims are marked with that number; 0 is a copy whose life nobody can tell.

-- +goose Up
CREATE TABLE copies (
  id      BIGINT NOT NULL PRIMARY KEY, -- the key of its lock, random
  version TEXT   NOT NULL,             -- of the program
  since   BIGINT NOT NULL              -- milliseconds, real time
);
ALTER TABLE due ADD COLUMN holder BIGINT NOT NULL DEFAULT 0; -- which copy fires it
ALTER TABLE deliveries ADD COLUMN sender BIGINT NOT NULL DEFAULT 0; -- which copy sends it
ALTER TABLE deliveries ADD COLUMN editor BIGINT NOT NULL DEFAULT 0; -- which copy edits it
ALTER TABLE deliveries ADD COLUMN pinner BIGINT NOT NULL DEFAULT 0; -- which copy pins or unpins it
ALTER TABLE deliveries ADD COLUMN checker BIGINT NOT NULL DEFAULT 0; -- which copy looks for a second one of it
ALTER TABLE lease ADD COLUMN copy BIGINT NOT NULL DEFAULT 0; -- which copy of the program the holder is in
