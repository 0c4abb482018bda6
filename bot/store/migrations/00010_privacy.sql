-- Names by group, linking accounts, and the list of erasures. Times are UTC
-- milliseconds of domain time.

-- +goose Up
ALTER TABLE memberships ADD COLUMN name TEXT NOT NULL DEFAULT ''; -- what the person is called in this group; '' is the member's name
ALTER TABLE accounts ADD COLUMN name TEXT NOT NULL DEFAULT ''; -- what the platform calls the person
UPDATE memberships SET name = (SELECT m.name FROM members m WHERE m.id = memberships.member_id);
UPDATE accounts SET name = (SELECT m.name FROM members m WHERE m.id = accounts.member_id);

-- A code with which somebody links two accounts; gone when both have said yes.
CREATE TABLE links (
  id           TEXT    NOT NULL PRIMARY KEY,
  code         TEXT    NOT NULL UNIQUE, -- its hash
  from_account TEXT    NOT NULL UNIQUE, -- who asked for the code; one code each
  from_name    TEXT    NOT NULL,
  to_account   TEXT    NOT NULL DEFAULT '', -- who typed it; '' while nobody has
  to_name      TEXT    NOT NULL DEFAULT '',
  to_space     TEXT    NOT NULL DEFAULT '',
  from_yes     BOOLEAN NOT NULL DEFAULT FALSE,
  to_yes       BOOLEAN NOT NULL DEFAULT FALSE,
  tries        BIGINT  NOT NULL DEFAULT 0, -- how often it was typed
  expires_at   BIGINT  NOT NULL
);
CREATE INDEX links_expires ON links (expires_at);
CREATE INDEX links_to ON links (to_account);

-- How often an account typed a code of late, so that none is guessed.
CREATE TABLE link_tries (
  account_id TEXT   NOT NULL PRIMARY KEY,
  tries      BIGINT NOT NULL,
  since      BIGINT NOT NULL -- the first of them
);
CREATE INDEX link_tries_since ON link_tries (since);

-- The erasures this database has seen; the same lines stand in a file beside a
-- backup's reach, from which one that was restored learns what it has missed.
CREATE TABLE erasures (
  entry TEXT NOT NULL PRIMARY KEY -- "2026-11-22T10:38:00Z salt hash": when, and an account's identifier, hashed
);
