-- +goose Up

-- What organisers decided and the host doesn't accept, nor wants to read of again.
CREATE TABLE dismissed (
  item_version TEXT NOT NULL REFERENCES item_versions (id), -- as the bank has it
  corrected    TEXT NOT NULL, -- the version that organisers made of it; empty: they don't ask it any more
  PRIMARY KEY (item_version, corrected)
);

-- Whether it is retired follows from its decision. A program that reads the column
-- can't use the database any more.
DROP INDEX accepted_retired;
ALTER TABLE accepted DROP COLUMN retired;
CREATE INDEX accepted_retired ON accepted (item_version) WHERE decision = 'retired';

-- What was corrected lately, for the study pages of those whose answers it changed.
CREATE INDEX rounds_corrected ON rounds (group_id, corrected_at) WHERE corrected_at > 0;

UPDATE program SET accepts_from = 35;
