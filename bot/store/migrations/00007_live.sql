-- Live rounds in a channel, and friendly matches between two groups. Times are
-- UTC milliseconds of domain time; 0 is none.

-- +goose Up
CREATE TABLE live_rounds (
  id         TEXT   NOT NULL PRIMARY KEY,
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  track_id   TEXT   NOT NULL REFERENCES tracks (id),
  channel    TEXT   NOT NULL,
  host_id    TEXT   REFERENCES members (id) ON DELETE SET NULL, -- who started it; NULL when that person is gone
  press      TEXT   NOT NULL UNIQUE, -- the platform's identifier of the press that started it
  per        BIGINT NOT NULL, -- milliseconds that a question is open for whoever has no extra time
  size       BIGINT NOT NULL, -- questions
  place      BIGINT NOT NULL, -- of the question under way, from 1
  state      TEXT   NOT NULL CHECK (state IN ('open', 'ended')),
  ending     TEXT   NOT NULL DEFAULT '', -- why it ended
  silent     BIGINT NOT NULL DEFAULT 0,  -- questions in a row that nobody answered
  started_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX live_rounds_channel ON live_rounds (channel) WHERE state = 'open';
CREATE INDEX live_rounds_open ON live_rounds (group_id) WHERE state = 'open';

CREATE TABLE live_questions (
  live_id      TEXT   NOT NULL REFERENCES live_rounds (id),
  place        BIGINT NOT NULL, -- from 1
  item_id      TEXT   NOT NULL,
  domain       TEXT   NOT NULL, -- area of the outline
  item_version TEXT   NOT NULL REFERENCES item_versions (id),
  state        TEXT   NOT NULL CHECK (state IN ('waiting', 'asked', 'open', 'closed')), -- asked: its post is on the way
  opened_at    BIGINT NOT NULL DEFAULT 0,
  closes_at    BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0,
  answered     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (live_id, place)
);

CREATE TABLE live_players (
  live_id   TEXT   NOT NULL REFERENCES live_rounds (id),
  member_id TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  place     BIGINT NOT NULL, -- the newest question at which they pressed
  PRIMARY KEY (live_id, member_id)
);
CREATE INDEX live_players_member ON live_players (member_id);

-- What was pressed; it may change until the question closes. Then it is copied
-- to answers, under the same id.
CREATE TABLE live_answers (
  id          TEXT   NOT NULL PRIMARY KEY,
  live_id     TEXT   NOT NULL,
  place       BIGINT NOT NULL,
  member_id   TEXT   NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  options     TEXT   NOT NULL, -- identifiers of the chosen options, separated by spaces
  raw         TEXT   NOT NULL, -- what was typed, where typing is the answer
  verdict     TEXT   NOT NULL CHECK (verdict IN ('right', 'partly', 'wrong')),
  answered_at BIGINT NOT NULL,
  interaction TEXT   NOT NULL, -- the platform's identifier of the press
  UNIQUE (live_id, place, member_id),
  FOREIGN KEY (live_id, place) REFERENCES live_questions (live_id, place)
);
CREATE INDEX live_answers_member ON live_answers (member_id);
