-- Practice sessions. Times are UTC milliseconds of domain time; 0 is none.

-- +goose Up
CREATE TABLE sessions (
  id         TEXT   NOT NULL PRIMARY KEY,
  kind       TEXT   NOT NULL, -- 'practice'
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  track_id   TEXT   NOT NULL REFERENCES tracks (id),
  member_id  TEXT   NOT NULL REFERENCES members (id),
  topic      TEXT   NOT NULL DEFAULT '', -- area of the outline; '' is all of it
  asked      BIGINT NOT NULL,            -- how many questions were asked for
  size       BIGINT NOT NULL,            -- how many there are
  answered   BIGINT NOT NULL DEFAULT 0,
  state      TEXT   NOT NULL CHECK (state IN ('open', 'ended')),
  started_at BIGINT NOT NULL,
  active_at  BIGINT NOT NULL,           -- begun, or last answered
  ended_at   BIGINT NOT NULL DEFAULT 0  -- when its answers began to count for points
);
CREATE UNIQUE INDEX sessions_open ON sessions (member_id, track_id, kind) WHERE state = 'open';
CREATE INDEX sessions_track ON sessions (track_id, ended_at);
CREATE INDEX sessions_member ON sessions (member_id, track_id, ended_at);

CREATE TABLE session_items (
  session_id   TEXT   NOT NULL REFERENCES sessions (id),
  place        BIGINT NOT NULL, -- from 1
  item_id      TEXT   NOT NULL,
  domain       TEXT   NOT NULL, -- area of the outline
  item_version TEXT   NOT NULL REFERENCES item_versions (id),
  reason       TEXT   NOT NULL CHECK (reason IN ('missed', 'unseen', 'weak', 'again')), -- why it was chosen
  PRIMARY KEY (session_id, place),
  UNIQUE (session_id, item_id)
);

CREATE UNIQUE INDEX answers_session ON answers (session_id, item_id) WHERE session_id IS NOT NULL;
CREATE INDEX answers_met ON answers (member_id, item_id);
CREATE INDEX rounds_live ON rounds (group_id, item_id) WHERE state IN ('planned', 'open');
