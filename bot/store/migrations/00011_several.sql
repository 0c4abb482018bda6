-- Several certifications, channels and spaces in one group. Times are UTC
-- milliseconds of domain time.

-- +goose Up
ALTER TABLE schedules ADD COLUMN place BIGINT NOT NULL DEFAULT 0; -- order of a group's certifications: of pages, and of questions in one slot

ALTER TABLE channels ADD COLUMN guest BOOLEAN NOT NULL DEFAULT FALSE; -- in a space that came in with a code: its administrators never organise

-- What is not posted in a channel of its group; everything else is.
CREATE TABLE muted (
  channel_id TEXT NOT NULL,
  track_id   TEXT NOT NULL REFERENCES tracks (id),
  PRIMARY KEY (channel_id, track_id)
);
CREATE INDEX muted_track ON muted (track_id);

-- A code with which another space joins a group, once.
CREATE TABLE invites (
  id         TEXT   NOT NULL PRIMARY KEY, -- the code's first half, which finds it
  proof      TEXT   NOT NULL, -- hash of the whole code
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  member_id  TEXT   NOT NULL, -- the organiser who made it
  made_at    BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL,
  tries      BIGINT NOT NULL DEFAULT 0, -- how often its second half was typed wrong
  channel_id TEXT   NOT NULL DEFAULT '' -- the channel that came in with it; '' while it is unused
);
CREATE INDEX invites_group ON invites (group_id);
CREATE INDEX invites_ends ON invites (ends_at);

-- How often an account typed a wrong code of late, so that none is guessed.
CREATE TABLE invite_tries (
  account_id TEXT   NOT NULL PRIMARY KEY,
  tries      BIGINT NOT NULL,
  since      BIGINT NOT NULL -- the first of them
);
CREATE INDEX invite_tries_since ON invite_tries (since);

-- What a member practised last, where there are several certifications.
CREATE INDEX sessions_active ON sessions (member_id, group_id, active_at);
