-- How exams went, and what groups are told of it. Days are local dates,
-- 2006-01-02; times are UTC milliseconds of domain time.

-- +goose Up
ALTER TABLE exams ADD COLUMN waiting_at BIGINT NOT NULL DEFAULT 0; -- since when the result is waited for

-- Good news of one group and local day: one post.
CREATE TABLE news (
  id       TEXT   NOT NULL PRIMARY KEY,
  group_id TEXT   NOT NULL REFERENCES groups (id),
  day      TEXT   NOT NULL, -- the group's
  told_at  BIGINT NOT NULL, -- the first of it
  UNIQUE (group_id, day)
);

-- What members tell a group of exams they passed, or are about to.
CREATE TABLE passes (
  exam_id   TEXT   NOT NULL REFERENCES exams (id),
  group_id  TEXT   NOT NULL REFERENCES groups (id),
  member_id TEXT   NOT NULL REFERENCES members (id),
  words     TEXT   NOT NULL, -- typed; '' for none
  news_id   TEXT   NOT NULL DEFAULT '', -- '' until it is told
  told_at   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (exam_id, group_id)
);
CREATE INDEX passes_member ON passes (member_id);
CREATE INDEX passes_group ON passes (group_id);
CREATE INDEX passes_news ON passes (news_id) WHERE news_id <> '';

-- Who congratulated whom; only the number is ever shown.
CREATE TABLE congratulations (
  exam_id   TEXT   NOT NULL,
  group_id  TEXT   NOT NULL,
  member_id TEXT   NOT NULL REFERENCES members (id),
  at        BIGINT NOT NULL,
  PRIMARY KEY (exam_id, group_id, member_id),
  FOREIGN KEY (exam_id, group_id) REFERENCES passes (exam_id, group_id)
);
CREATE INDEX congratulations_member ON congratulations (member_id);

-- The areas of a certification that somebody's practice leans to by their choice.
CREATE TABLE weaker_areas (
  member_id     TEXT NOT NULL REFERENCES members (id),
  certification TEXT NOT NULL, -- catalogue identifiers
  area          TEXT NOT NULL,
  PRIMARY KEY (member_id, certification, area)
);
