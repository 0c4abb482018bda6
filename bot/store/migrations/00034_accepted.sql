-- What organisers decided about a question of a bank, and the host accepted for
-- all groups. Times are UTC milliseconds of domain time.

-- +goose Up
CREATE TABLE accepted (
  item_version  TEXT   NOT NULL PRIMARY KEY REFERENCES item_versions (id), -- as the bank has it; once it is mended there, that is another one
  certification TEXT   NOT NULL, -- whose question it is
  decision     TEXT    NOT NULL CHECK (decision IN ('corrected', 'void', 'explained', 'retired')), -- the newest
  corrected    TEXT    REFERENCES item_versions (id), -- by which answers are graded in groups that haven't decided themselves; NULL: as the bank has it
  void         BOOLEAN NOT NULL DEFAULT FALSE, -- that one is void
  retired      BOOLEAN NOT NULL DEFAULT FALSE, -- not asked in those groups
  edition      BIGINT  NOT NULL, -- counts the decisions, from 1
  accepted_at  BIGINT  NOT NULL,
  done_at      BIGINT  NOT NULL DEFAULT 0, -- when every group had it; 0: some are still to get it
  changed      BIGINT  NOT NULL DEFAULT 0, -- in how many groups it changed something
  answers      BIGINT  NOT NULL DEFAULT 0, -- that count or are counted otherwise because of it
  gainers      BIGINT  NOT NULL DEFAULT 0, -- people who gained points by it, over all postings
  reporters    BIGINT  NOT NULL DEFAULT 0  -- whose reports it answered
);
CREATE INDEX accepted_certification ON accepted (certification);
CREATE INDEX accepted_retired ON accepted (item_version) WHERE retired;

ALTER TABLE overrides ADD COLUMN accepted BOOLEAN NOT NULL DEFAULT FALSE; -- the group has it because the host accepted it for all; otherwise its organisers decided
ALTER TABLE checks ADD COLUMN accepted BOOLEAN NOT NULL DEFAULT FALSE; -- decided by that
