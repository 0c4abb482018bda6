-- What members remember, for review. Times are UTC milliseconds of domain time.

-- +goose Up
-- A row is worked out from all of a member's answers to an item in a track, and
-- can be thrown away and worked out again. Answers to a posted question count
-- from its closing on.
CREATE TABLE memories (
  member_id  TEXT    NOT NULL REFERENCES members (id),
  track_id   TEXT    NOT NULL REFERENCES tracks (id),
  item_id    TEXT    NOT NULL,
  stability  BIGINT  NOT NULL, -- millionths of a day until the chance of knowing it is 90 %
  difficulty BIGINT  NOT NULL, -- millionths, from 1 to 10
  reviews    BIGINT  NOT NULL, -- answers
  lapses     BIGINT  NOT NULL, -- misses after the first answer
  missed     BIGINT  NOT NULL, -- answers that were not right; from the first on, the item is reviewed
  in_row     BIGINT  NOT NULL, -- right answers since the last miss
  last_at    BIGINT  NOT NULL,
  due        BIGINT  NOT NULL,
  stale      BOOLEAN NOT NULL, -- its answers were graded anew
  PRIMARY KEY (member_id, track_id, item_id)
);
CREATE INDEX memories_due ON memories (member_id, track_id, due, item_id) WHERE missed > 0;
CREATE INDEX memories_item ON memories (track_id, item_id);
CREATE INDEX memories_stale ON memories (member_id, track_id) WHERE stale;

-- How far a member's memories of a track go. Without a row, nothing is in them
-- for certain.
CREATE TABLE memory_marks (
  member_id TEXT   NOT NULL REFERENCES members (id),
  track_id  TEXT   NOT NULL REFERENCES tracks (id),
  through   BIGINT NOT NULL, -- questions up to this number are closed, and their answers are in; negative is as without a row, a lower one with each doubt
  PRIMARY KEY (member_id, track_id)
);
