-- People's own exams: dates and windows, who may see them, and the days on which
-- nothing is asked of anybody. Days are local dates, 2006-01-02; times are UTC
-- milliseconds of domain time.

-- +goose Up
CREATE TABLE exams (
  id            TEXT    NOT NULL PRIMARY KEY,
  member_id     TEXT    NOT NULL REFERENCES members (id),
  certification TEXT    NOT NULL, -- catalogue identifiers
  outline       TEXT    NOT NULL, -- the version that it follows; '' if that is not clear
  part          TEXT    NOT NULL, -- of an exam that is sat in parts; '' for the whole
  day_from      TEXT    NOT NULL, -- the same for a date, else a window, both ends included
  day_to        TEXT    NOT NULL,
  zone          TEXT    NOT NULL, -- IANA: by whose clock the days are meant
  state         TEXT    NOT NULL CHECK (state IN ('planned', 'waiting', 'passed', 'failed', 'closed')),
  entered_at    BIGINT  NOT NULL, -- when the date was last set or moved
  result_on     TEXT    NOT NULL DEFAULT '', -- the date on the letter
  candidate     BOOLEAN NOT NULL DEFAULT FALSE, -- passed as a candidate, not fully certified yet
  CHECK (day_from <= day_to)
);
-- One date a certification and part; what came of earlier ones is kept beside it.
CREATE UNIQUE INDEX exams_open ON exams (member_id, certification, part) WHERE state IN ('planned', 'waiting');
CREATE INDEX exams_member ON exams (member_id);

-- The groups that may see the date of an exam.
CREATE TABLE exam_shares (
  exam_id  TEXT NOT NULL REFERENCES exams (id),
  group_id TEXT NOT NULL REFERENCES groups (id),
  PRIMARY KEY (exam_id, group_id)
);
CREATE INDEX exam_shares_group ON exam_shares (group_id);

-- The day before and the day of an exam, whose questions don't count for runs.
-- What is over of a span never changes, whatever becomes of the exam.
CREATE TABLE exam_rests (
  member_id TEXT   NOT NULL REFERENCES members (id),
  exam_id   TEXT   NOT NULL,
  from_at   BIGINT NOT NULL,
  until_at  BIGINT NOT NULL,
  PRIMARY KEY (member_id, exam_id, from_at)
);
