-- Questions that members report as faulty, and what organisers decide about
-- them. Times are UTC milliseconds of domain time.

-- +goose Up
-- An item version that members of a group have reported.
CREATE TABLE checks (
  id           TEXT   NOT NULL PRIMARY KEY,
  group_id     TEXT   NOT NULL REFERENCES groups (id),
  track_id     TEXT   NOT NULL REFERENCES tracks (id), -- under which it was reported first
  item_id      TEXT   NOT NULL,
  item_version TEXT   NOT NULL REFERENCES item_versions (id), -- by which the group's answers were graded when it was reported
  original     TEXT   NOT NULL REFERENCES item_versions (id), -- as the bank has it
  state        TEXT   NOT NULL CHECK (state IN ('reported', 'paused', 'decided')), -- only what is reported is asked all the same
  decision     TEXT   NOT NULL DEFAULT '' CHECK (decision IN ('', 'corrected', 'void', 'explained', 'retired', 'kept')), -- the newest
  reason       TEXT   NOT NULL DEFAULT '', -- typed by who decided, for who reported
  member_id    TEXT   NOT NULL DEFAULT '', -- who decided; '' nobody, or somebody who is gone
  reported_at  BIGINT NOT NULL, -- the first report that is not decided
  decided_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE (group_id, item_version)
);
CREATE INDEX checks_original ON checks (group_id, original);
CREATE INDEX checks_member ON checks (member_id) WHERE member_id <> '';

-- What one member says about it.
CREATE TABLE reports (
  id          TEXT    NOT NULL PRIMARY KEY,
  check_id    TEXT    NOT NULL REFERENCES checks (id),
  member_id   TEXT    NOT NULL REFERENCES members (id),
  round_id    TEXT    NOT NULL, -- under which it was reported; '' in practice
  fault       TEXT    NOT NULL CHECK (fault IN ('also', 'key', 'vague', 'old', 'broken', 'recall')),
  note        TEXT    NOT NULL, -- typed; '' for none
  named       BOOLEAN NOT NULL, -- organisers may know who
  state       TEXT    NOT NULL CHECK (state IN ('open', 'right', 'kept')),
  points      BIGINT  NOT NULL DEFAULT 0, -- that it earned
  reported_at BIGINT  NOT NULL,
  answered_at BIGINT  NOT NULL DEFAULT 0, -- when it was decided; 0 while open
  seen_at     BIGINT  NOT NULL DEFAULT 0, -- when the member read what came of it
  UNIQUE (check_id, member_id)
);
CREATE INDEX reports_member ON reports (member_id);

-- What an organiser is about to decide, while they look at what it would change.
CREATE TABLE decisions (
  id        TEXT   NOT NULL PRIMARY KEY,
  check_id  TEXT   NOT NULL REFERENCES checks (id),
  member_id TEXT   NOT NULL REFERENCES members (id),
  decision  TEXT   NOT NULL,
  words     TEXT   NOT NULL, -- JSON: the keys, the explanation, the reason
  made_at   BIGINT NOT NULL,
  UNIQUE (check_id, member_id)
);
