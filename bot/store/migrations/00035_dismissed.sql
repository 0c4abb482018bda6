-- +goose Up

-- What organisers decided and the host doesn't accept, nor wants to read of again.
CREATE TABLE dismissed (
  item_version TEXT NOT NULL REFERENCES item_versions (id), -- as the bank has it
  corrected    TEXT NOT NULL, -- the version that organisers made of it; empty: they don't ask it any more
  PRIMARY KEY (item_version, corrected)
);

-- Whether it is retired follows from its decision.
DROP INDEX accepted_retired;
ALTER TABLE accepted DROP COLUMN retired;
CREATE INDEX accepted_retired ON accepted (item_version) WHERE decision = 'retired';
