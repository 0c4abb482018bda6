-- Points, weeks, boards and runs. Times are UTC milliseconds of domain time.

-- +goose Up
ALTER TABLE groups ADD COLUMN week BIGINT NOT NULL DEFAULT 0; -- number of the week that runs; 0 before the first
ALTER TABLE groups ADD COLUMN month TEXT NOT NULL DEFAULT ''; -- the newest with points, 2006-01

ALTER TABLE memberships ADD COLUMN board_name TEXT NOT NULL DEFAULT ''; -- the name on boards; '' is the member's
ALTER TABLE memberships ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE; -- named on no board
ALTER TABLE memberships ADD COLUMN mentor BOOLEAN NOT NULL DEFAULT FALSE; -- takes part, and takes no place
CREATE INDEX memberships_unplaced ON memberships (group_id, member_id) WHERE hidden OR mentor;

ALTER TABLE rounds ADD COLUMN week BIGINT NOT NULL DEFAULT 0; -- the week in whose totals its answers are; 0 until it closes
ALTER TABLE rounds ADD COLUMN month TEXT NOT NULL DEFAULT ''; -- 2006-01: the same of the month
ALTER TABLE rounds ADD COLUMN resting BOOLEAN NOT NULL DEFAULT FALSE; -- it closed while the group was at rest: missing it ends no run
CREATE INDEX rounds_open ON rounds (track_id) WHERE state = 'open';
CREATE INDEX rounds_uncounted ON rounds (group_id) WHERE state = 'closed' AND week = 0;

-- A week runs from one weekly post to the next.
CREATE TABLE weeks (
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  number     BIGINT NOT NULL, -- from 1
  occurrence TEXT   NOT NULL, -- what began it: that of the weekly due thing, or a name
  season     BIGINT NOT NULL, -- when the season began that it belongs to
  begun_at   BIGINT NOT NULL,
  post       TEXT   NOT NULL DEFAULT '', -- JSON: what the weekly post says about it; '' if there is none
  PRIMARY KEY (group_id, number),
  UNIQUE (group_id, occurrence)
);

-- What somebody earned in a week, without answers to questions still open.
CREATE TABLE week_points (
  track_id  TEXT   NOT NULL,
  week      BIGINT NOT NULL,
  member_id TEXT   NOT NULL,
  points    BIGINT NOT NULL,
  answers   BIGINT NOT NULL, -- questions answered or caught up
  practised BIGINT NOT NULL, -- questions practised
  PRIMARY KEY (track_id, week, member_id)
);
CREATE INDEX week_points_board ON week_points (track_id, week, points, member_id);

-- What somebody has earned in all. Season and month are those of the last
-- points; in any other the sums beside them count for nothing. There is no index
-- by points: keeping one would take most of the time that closing a question has.
CREATE TABLE standings (
  track_id      TEXT   NOT NULL REFERENCES tracks (id),
  member_id     TEXT   NOT NULL REFERENCES members (id),
  points        BIGINT NOT NULL,
  season        BIGINT NOT NULL,
  season_points BIGINT NOT NULL,
  month         TEXT   NOT NULL, -- 2006-01 in the group's zone
  month_points  BIGINT NOT NULL,
  run_through   BIGINT NOT NULL DEFAULT 0, -- number of the last question in run
  run           TEXT   NOT NULL DEFAULT '', -- JSON: questions in a row up to that one; '' before the first time
  PRIMARY KEY (track_id, member_id)
);

-- Points that are earned at once, and not by the closing of a question.
CREATE TABLE earnings (
  id        TEXT   NOT NULL PRIMARY KEY, -- the answer or session that earned them
  kind      TEXT   NOT NULL CHECK (kind IN ('caught-up', 'practice', 'report', 'suggestion')),
  group_id  TEXT   NOT NULL REFERENCES groups (id),
  track_id  TEXT   NOT NULL REFERENCES tracks (id),
  member_id TEXT   NOT NULL REFERENCES members (id),
  questions BIGINT NOT NULL, -- how many were answered
  points    BIGINT NOT NULL,
  week      BIGINT NOT NULL,
  month     TEXT   NOT NULL,
  earned_at BIGINT NOT NULL
);
CREATE INDEX earnings_member ON earnings (member_id, track_id);
