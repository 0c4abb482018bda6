-- Rules of issuers that ask for computed questions: what organisers chose for their
-- group, and people for themselves. Times are UTC milliseconds of domain time.

-- +goose Up
ALTER TABLE tracks ADD COLUMN wide BOOLEAN NOT NULL DEFAULT FALSE; -- an organiser read the rule and chose all questions

-- Who knows the rule about a certification, over all their groups.
CREATE TABLE question_rules (
  member_id     TEXT    NOT NULL REFERENCES members (id),
  certification TEXT    NOT NULL, -- of the catalogue
  computed      BOOLEAN NOT NULL DEFAULT FALSE, -- practises computed questions only
  told_at       BIGINT  NOT NULL,
  PRIMARY KEY (member_id, certification)
);
