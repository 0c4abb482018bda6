-- What a group does with its weeks and seasons. Times are UTC milliseconds of
-- domain time, days are local dates, 2006-01-02.

-- +goose Up
-- What a group chose for itself; one without a row has the defaults.
CREATE TABLE habits (
  group_id   TEXT    NOT NULL PRIMARY KEY REFERENCES groups (id),
  no_theme   BOOLEAN NOT NULL DEFAULT FALSE, -- weeks have no theme
  weekly     TEXT    NOT NULL DEFAULT '', -- five cron fields of the weekly post; '' is Monday at question time
  quiet      BOOLEAN NOT NULL DEFAULT FALSE, -- weeks end without a post
  discuss    TEXT    NOT NULL DEFAULT '' CHECK (discuss IN ('', 'always', 'never')), -- when a closed question gets a thread; '' is when somebody asks
  keep_going BOOLEAN NOT NULL DEFAULT FALSE -- a season does not end with the exam window
);

-- Days on which a group gets no question.
CREATE TABLE skip_days (
  group_id TEXT   NOT NULL REFERENCES groups (id),
  day      TEXT   NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (group_id, day)
);

-- The theme that a week has. It stays, whatever becomes of the exam window.
CREATE TABLE themes (
  track_id TEXT    NOT NULL REFERENCES tracks (id),
  week     BIGINT  NOT NULL,
  area     TEXT    NOT NULL, -- of the outline; '' for review
  PRIMARY KEY (track_id, week)
);
ALTER TABLE rounds ADD COLUMN chosen TEXT NOT NULL DEFAULT ''; -- why this item: 'theme', 'review' or, by the outline's weights, ''

-- Seasons that have ended, with what was said about them.
CREATE TABLE seasons (
  id         TEXT   NOT NULL PRIMARY KEY,
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  begun_at   BIGINT NOT NULL, -- when the season had begun
  ended_at   BIGINT NOT NULL,
  data       TEXT   NOT NULL, -- JSON: its figures and the next window
  starts_at  BIGINT NOT NULL DEFAULT 0, -- when the next one begins; 0 while no organiser has said so
  started_at BIGINT NOT NULL DEFAULT 0, -- when it began
  UNIQUE (group_id, begun_at)
);
CREATE INDEX seasons_group ON seasons (group_id, ended_at);

-- Who takes part in the next season. Nobody but the person sees it.
CREATE TABLE season_votes (
  season_id TEXT    NOT NULL REFERENCES seasons (id),
  member_id TEXT    NOT NULL REFERENCES members (id),
  joins     BOOLEAN NOT NULL,
  PRIMARY KEY (season_id, member_id)
);
CREATE INDEX season_votes_member ON season_votes (member_id);

ALTER TABLE memberships ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0; -- when a mentor last opened a note about questions to mentors
ALTER TABLE memberships ADD COLUMN reported BOOLEAN NOT NULL DEFAULT FALSE; -- named in the team report

-- Discussions of closed questions: one under each of a question's posts.
CREATE TABLE threads (
  round_id TEXT   NOT NULL REFERENCES rounds (id),
  group_id TEXT   NOT NULL REFERENCES groups (id),
  post     TEXT   NOT NULL, -- the message it hangs under
  channel  TEXT   NOT NULL, -- where to write in it
  asked_at BIGINT NOT NULL DEFAULT 0, -- when somebody asked the mentors there
  PRIMARY KEY (round_id, post)
);
CREATE INDEX threads_channel ON threads (channel);
CREATE INDEX threads_asked ON threads (group_id, asked_at);
