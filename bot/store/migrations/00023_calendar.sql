-- What groups hear of what is ahead: countdowns, deadlines, a window's last day.
-- Days are local dates, 2006-01-02.

-- +goose Up
ALTER TABLE habits ADD COLUMN countdown TEXT NOT NULL DEFAULT '';            -- '' is the usual days, 'line', 'off', or days: '30, 7'
ALTER TABLE habits ADD COLUMN no_deadlines BOOLEAN NOT NULL DEFAULT FALSE; -- nothing is posted before application deadlines
ALTER TABLE groups ADD COLUMN calendar TEXT NOT NULL DEFAULT '';           -- by which dates of the catalogue it was planned last

-- The last day to apply that an organiser entered for a track's window.
CREATE TABLE deadlines (
  track_id    TEXT   NOT NULL REFERENCES tracks (id),
  window_from TEXT   NOT NULL, -- the window's first day
  apply_day   TEXT   NOT NULL,
  entered_at  BIGINT NOT NULL, -- UTC milliseconds of domain time
  PRIMARY KEY (track_id, window_from)
);

-- What was posted, one a day at most.
CREATE TABLE calendar_posts (
  id       TEXT NOT NULL PRIMARY KEY,
  group_id TEXT NOT NULL REFERENCES groups (id),
  day      TEXT NOT NULL,
  data     TEXT NOT NULL, -- JSON: what it says; '' if nothing was posted
  UNIQUE (group_id, day)
);

-- What a group has heard: each step once.
CREATE TABLE calendar_steps (
  group_id TEXT NOT NULL REFERENCES groups (id),
  step     TEXT NOT NULL,
  day      TEXT NOT NULL, -- on which it did
  PRIMARY KEY (group_id, step)
);
