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

-- One-time codes by which two groups find each other.
CREATE TABLE match_codes (
  selector   TEXT   NOT NULL PRIMARY KEY, -- the end of the code, which finds it
  secret     BYTEA  NOT NULL, -- SHA-256 of the rest
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  account    TEXT   NOT NULL, -- whose: the account to tell
  ends_at    BIGINT NOT NULL,
  tries      BIGINT NOT NULL DEFAULT 0 -- how often something else was entered for it
);
CREATE INDEX match_codes_group ON match_codes (group_id);

-- Wrong codes that a group's organisers entered.
CREATE TABLE match_tries (
  group_id TEXT   NOT NULL REFERENCES groups (id),
  tried_at BIGINT NOT NULL
);
CREATE INDEX match_tries_group ON match_tries (group_id, tried_at);

CREATE TABLE matches (
  id            TEXT   NOT NULL PRIMARY KEY,
  state         TEXT   NOT NULL CHECK (state IN ('found', 'asked', 'running', 'ended', 'declined', 'cancelled')),
  certification TEXT   NOT NULL,
  host_group    TEXT   NOT NULL REFERENCES groups (id), -- whose code it was
  guest_group   TEXT   NOT NULL REFERENCES groups (id), -- who entered it
  account       TEXT   NOT NULL, -- whose code it was: the account to tell
  size          BIGINT NOT NULL DEFAULT 0, -- questions
  made_at       BIGINT NOT NULL,
  started_at    BIGINT NOT NULL DEFAULT 0,
  ends_at       BIGINT NOT NULL, -- of one that isn't running: when nobody can agree to it any more
  ended_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX matches_host ON matches (host_group) WHERE state IN ('found', 'asked', 'running');
CREATE INDEX matches_guest ON matches (guest_group) WHERE state IN ('found', 'asked', 'running');

CREATE TABLE match_items (
  match_id     TEXT   NOT NULL REFERENCES matches (id),
  place        BIGINT NOT NULL, -- from 1
  item_id      TEXT   NOT NULL,
  domain       TEXT   NOT NULL, -- area of the outline
  item_version TEXT   NOT NULL REFERENCES item_versions (id),
  PRIMARY KEY (match_id, place)
);

-- Who plays, for one of the groups; the answers are those of a session of kind 'match'.
CREATE TABLE match_players (
  match_id   TEXT NOT NULL REFERENCES matches (id),
  member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  group_id   TEXT NOT NULL REFERENCES groups (id),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  PRIMARY KEY (match_id, member_id)
);
CREATE INDEX match_players_member ON match_players (member_id);
