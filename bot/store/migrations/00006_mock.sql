-- Extra time, pictures of questions, and mock exams. Times are UTC milliseconds of
-- domain time.

-- +goose Up
ALTER TABLE members ADD COLUMN extra_time TEXT NOT NULL DEFAULT ''
  CHECK (extra_time IN ('', '1.5', '2', 'none')); -- '' is normal time, 'none' no timer; nobody else is shown it

-- The pictures of questions, so that a posted one is shown as it was after its
-- bank has changed.
CREATE TABLE pictures (
  hash    TEXT   NOT NULL PRIMARY KEY, -- of the bytes
  data    BYTEA  NOT NULL,             -- PNG or JPEG, never changed
  kept_at BIGINT NOT NULL
);

-- Mock exams: sessions of the kind 'mock', with a clock.
CREATE TABLE mocks (
  session_id TEXT    NOT NULL PRIMARY KEY REFERENCES sessions (id),
  time_limit BIGINT  NOT NULL, -- milliseconds allowed; 0: no time runs
  time_left  BIGINT  NOT NULL, -- milliseconds, when the clock last stood still
  since      BIGINT  NOT NULL, -- since when the clock runs; 0 while it stands still
  place      BIGINT  NOT NULL, -- the question that the person is at
  done       BOOLEAN NOT NULL DEFAULT FALSE,
  ran_out    BOOLEAN NOT NULL DEFAULT FALSE, -- it ended because the time did
  ended_at   BIGINT  NOT NULL DEFAULT 0
);

-- What was answered so far. It becomes answers when the exam ends; until then it
-- can change.
CREATE TABLE mock_items (
  session_id  TEXT    NOT NULL REFERENCES sessions (id),
  place       BIGINT  NOT NULL, -- as in session_items
  answer_id   TEXT    NOT NULL DEFAULT '', -- '' while there is none
  options     TEXT    NOT NULL DEFAULT '',
  raw         TEXT    NOT NULL DEFAULT '',
  verdict     TEXT    NOT NULL DEFAULT '',
  credit      TEXT    NOT NULL DEFAULT '', -- as of answers
  answered_at BIGINT  NOT NULL DEFAULT 0,
  interaction TEXT    NOT NULL DEFAULT '',
  held        BOOLEAN NOT NULL DEFAULT FALSE, -- open in a group of the person when the exam ended: left out
  PRIMARY KEY (session_id, place)
);
