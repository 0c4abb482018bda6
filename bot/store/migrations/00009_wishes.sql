-- What people choose for themselves: private notes, time away, being asked before
-- an answer counts. Times are UTC milliseconds of domain time.

-- +goose Up
ALTER TABLE members ADD COLUMN ask_first BOOLEAN NOT NULL DEFAULT FALSE; -- ask before an answer counts
ALTER TABLE members ADD COLUMN notes_week BIGINT NOT NULL DEFAULT 2; -- private notes in seven days, at most
ALTER TABLE members ADD COLUMN quiet_from BIGINT NOT NULL DEFAULT 0; -- quiet hours, in minutes after local midnight;
ALTER TABLE members ADD COLUMN quiet_until BIGINT NOT NULL DEFAULT 0; -- there are none while both are the same
ALTER TABLE accounts ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0; -- when it last asked for notes or opened one
ALTER TABLE answers ADD COLUMN adapter TEXT NOT NULL DEFAULT ''; -- on which platform it was given; '' in older ones

-- The kinds of private notes that somebody asked for, over all their groups.
CREATE TABLE reminders (
  member_id TEXT   NOT NULL REFERENCES members (id),
  kind      TEXT   NOT NULL,
  state     TEXT   NOT NULL CHECK (state IN ('on', 'off', 'blocked')), -- blocked: the platform refused one
  minute    BIGINT NOT NULL, -- around when they come, in minutes after local midnight
  zone      TEXT   NOT NULL, -- IANA
  PRIMARY KEY (member_id, kind)
);

-- The notes of the last days, for how many there may be.
CREATE TABLE notes (
  id        TEXT   NOT NULL PRIMARY KEY, -- of the delivery
  member_id TEXT   NOT NULL REFERENCES members (id),
  kind      TEXT   NOT NULL,
  day       TEXT   NOT NULL -- 2006-01-02 in the person's zone
);
CREATE INDEX notes_member ON notes (member_id, day);

-- Spans in which somebody is or was away. The past never changes: one that runs
-- may get another end, from now on.
CREATE TABLE aways (
  member_id TEXT   NOT NULL REFERENCES members (id),
  from_at   BIGINT NOT NULL,
  until_at  BIGINT NOT NULL,
  zone      TEXT   NOT NULL, -- IANA: whose midnight the end was meant to be
  PRIMARY KEY (member_id, from_at)
);
