-- Questions that members write for their group. Times are UTC milliseconds of
-- domain time.

-- +goose Up
ALTER TABLE tracks ADD COLUMN own BIGINT NOT NULL DEFAULT 0; -- how often its group's own questions about it changed; 0: there are none

-- A question that a member wrote. Accepted, it is one of the group's own: an item
-- whose identifier is "own." and the row's, which no bank can have.
CREATE TABLE suggestions (
  id           TEXT    NOT NULL PRIMARY KEY,
  group_id     TEXT    NOT NULL REFERENCES groups (id),
  track_id     TEXT    NOT NULL DEFAULT '', -- what it is about; '' until it is accepted
  member_id    TEXT    NOT NULL DEFAULT '', -- who wrote it; '' is gone
  signed       BOOLEAN NOT NULL, -- their name stands under it
  state        TEXT    NOT NULL CHECK (state IN ('waiting', 'accepted', 'stopped', 'refused')), -- only what is accepted is asked
  snapshot     TEXT    NOT NULL, -- the item as it is now, as JSON
  item_version TEXT    NOT NULL DEFAULT '', -- of it; earlier ones stay among the item versions. '' until it is accepted
  edition      BIGINT  NOT NULL DEFAULT 1, -- rises with every change, so that nobody decides about what they haven't seen
  reason       TEXT    NOT NULL DEFAULT '', -- why it was refused: typed, for who wrote it
  decided_by   TEXT    NOT NULL DEFAULT '', -- the organiser who accepted or refused it; '' nobody, or somebody who is gone
  points       BIGINT  NOT NULL DEFAULT 0, -- that it earned
  made_at      BIGINT  NOT NULL,
  decided_at   BIGINT  NOT NULL DEFAULT 0,
  seen_at      BIGINT  NOT NULL DEFAULT 0 -- when its author read what came of it
);
CREATE INDEX suggestions_group ON suggestions (group_id, state);
CREATE INDEX suggestions_track ON suggestions (track_id) WHERE track_id <> '';
CREATE INDEX suggestions_member ON suggestions (member_id) WHERE member_id <> '';
CREATE INDEX suggestions_decided ON suggestions (decided_by) WHERE decided_by <> '';

-- Organisers who read a question with its answer before it was ever posted: they
-- gain nothing by being right.
CREATE TABLE suggestion_readers (
  suggestion_id TEXT NOT NULL REFERENCES suggestions (id),
  member_id     TEXT NOT NULL REFERENCES members (id),
  PRIMARY KEY (suggestion_id, member_id)
);
CREATE INDEX suggestion_readers_member ON suggestion_readers (member_id);
