-- Groups, what is due, what is delivered, and the daily question.
-- Times are UTC milliseconds of domain time unless the comment says real; 0 is none.

-- +goose Up
CREATE TABLE groups (
  id           TEXT   NOT NULL PRIMARY KEY,
  name         TEXT   NOT NULL,
  zone         TEXT   NOT NULL, -- IANA
  state        TEXT   NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'ended')),
  pause        TEXT   NOT NULL DEFAULT '', -- why it is paused: 'organiser', 'silent' or 'channel'
  stays_open   TEXT   NOT NULL CHECK (stays_open IN ('next', 'three-days')),
  silent_limit BIGINT NOT NULL DEFAULT 5, -- unanswered questions in a row that pause it; 0 is never
  silent       BIGINT NOT NULL DEFAULT 0, -- unanswered questions in a row so far
  created_at   BIGINT NOT NULL,
  started_at   BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE tracks (
  id            TEXT   NOT NULL PRIMARY KEY,
  group_id      TEXT   NOT NULL REFERENCES groups (id),
  certification TEXT   NOT NULL,
  outline       TEXT   NOT NULL,
  window_from   TEXT   NOT NULL DEFAULT '', -- local dates, 2006-01-02; '' while none is set
  window_to     TEXT   NOT NULL DEFAULT '',
  rounds        BIGINT NOT NULL DEFAULT 0 -- the number of the newest round
);
CREATE INDEX tracks_group ON tracks (group_id);

CREATE TABLE schedules (
  id       TEXT NOT NULL PRIMARY KEY,
  group_id TEXT NOT NULL REFERENCES groups (id),
  track_id TEXT NOT NULL REFERENCES tracks (id),
  kind     TEXT NOT NULL, -- kind of due thing it makes
  expr     TEXT NOT NULL  -- five cron fields, in the group's zone
);
CREATE INDEX schedules_group ON schedules (group_id);
CREATE INDEX schedules_track ON schedules (track_id, kind);

CREATE TABLE channels (
  id       TEXT   NOT NULL PRIMARY KEY, -- the adapter's identifier; a channel has one group
  space_id TEXT   NOT NULL,
  group_id TEXT   NOT NULL REFERENCES groups (id),
  bound_at BIGINT NOT NULL,
  gone     BOOLEAN NOT NULL DEFAULT FALSE -- the platform says it is no more
);
CREATE INDEX channels_group ON channels (group_id);
CREATE INDEX channels_space ON channels (space_id);

CREATE TABLE members (
  id         TEXT   NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE accounts (
  id        TEXT   NOT NULL PRIMARY KEY, -- the adapter's identifier of a person
  member_id TEXT   NOT NULL REFERENCES members (id),
  space_id  TEXT   NOT NULL,
  zone      TEXT   NOT NULL DEFAULT '', -- what the platform said
  gone_at    BIGINT NOT NULL DEFAULT 0,  -- when it was found to be closed
  checked_at BIGINT NOT NULL DEFAULT 0,  -- when it was last found open or closed
  group_id   TEXT   NOT NULL DEFAULT ''  -- the group that is meant in private
);
CREATE INDEX accounts_member ON accounts (member_id);

CREATE TABLE memberships (
  group_id  TEXT   NOT NULL REFERENCES groups (id),
  member_id TEXT   NOT NULL REFERENCES members (id),
  role      TEXT   NOT NULL CHECK (role IN ('member', 'organiser')),
  joined_at BIGINT NOT NULL,
  PRIMARY KEY (group_id, member_id)
);
CREATE INDEX memberships_member ON memberships (member_id);

CREATE TABLE offers (
  id          TEXT   NOT NULL PRIMARY KEY,
  group_id    TEXT   NOT NULL REFERENCES groups (id),
  kind        TEXT   NOT NULL CHECK (kind IN ('join', 'handover', 'takeover')), -- become an organiser, in place of the giver, in place of nobody
  from_member TEXT   NOT NULL,
  to_member   TEXT   NOT NULL,
  state       TEXT   NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'ended')),
  created_at  BIGINT NOT NULL,
  ends_at     BIGINT NOT NULL
);
CREATE INDEX offers_group ON offers (group_id, state);
CREATE INDEX offers_to ON offers (to_member) WHERE state = 'open';
CREATE UNIQUE INDEX offers_open ON offers (group_id, to_member) WHERE state = 'open';
CREATE UNIQUE INDEX offers_takeover ON offers (group_id) WHERE state = 'open' AND kind = 'takeover';

-- What somebody filled in to set up a group or to change one, kept for a week.
CREATE TABLE setups (
  id         TEXT   NOT NULL PRIMARY KEY, -- becomes the identifier of the group
  data       TEXT   NOT NULL, -- JSON
  created_at BIGINT NOT NULL
);
CREATE INDEX setups_created ON setups (created_at);

CREATE TABLE notices (
  id         TEXT   NOT NULL PRIMARY KEY,
  group_id   TEXT   NOT NULL REFERENCES groups (id),
  cause      TEXT   NOT NULL, -- what it is about; one stands open per cause
  kind       TEXT   NOT NULL, -- which words
  channel    TEXT   NOT NULL DEFAULT '', -- the channel it is about
  data       TEXT   NOT NULL, -- JSON, for the words
  created_at BIGINT NOT NULL,
  told_at    BIGINT NOT NULL DEFAULT 0, -- when organisers were written to
  closed_at  BIGINT NOT NULL DEFAULT 0  -- when it stopped mattering
);
CREATE INDEX notices_group ON notices (group_id, created_at);
CREATE UNIQUE INDEX notices_open ON notices (group_id, cause) WHERE closed_at = 0;

CREATE TABLE due (
  kind       TEXT   NOT NULL,
  subject    TEXT   NOT NULL,
  occurrence TEXT   NOT NULL,
  lane       TEXT   NOT NULL, -- due things of one lane fire in order
  rank       BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  until      BIGINT NOT NULL DEFAULT 0, -- from then on it is skipped; 0 is never
  state      TEXT   NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'skipped')),
  run_at     BIGINT NOT NULL DEFAULT 0, -- real: end of the lease, or the next try
  failing    BOOLEAN NOT NULL DEFAULT FALSE, -- the last try failed; others of its lane need not wait
  attempt    BIGINT NOT NULL DEFAULT 0,
  ended_at   BIGINT NOT NULL DEFAULT 0,
  reason     TEXT   NOT NULL DEFAULT '', -- why it failed or was skipped
  PRIMARY KEY (kind, subject, occurrence)
);
CREATE INDEX due_at ON due (at, rank) WHERE state = 'waiting';
CREATE INDEX due_lane ON due (lane, at, rank) WHERE state = 'waiting';

CREATE TABLE deliveries (
  id           TEXT   NOT NULL PRIMARY KEY, -- the key by which platforms find the message
  kind         TEXT   NOT NULL,
  ref          TEXT   NOT NULL, -- what it shows
  group_id     TEXT   NOT NULL,
  adapter      TEXT   NOT NULL,
  target       TEXT   NOT NULL, -- a channel, or a person's account
  person       BOOLEAN NOT NULL DEFAULT FALSE,
  rank         BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  until        BIGINT NOT NULL DEFAULT 0,
  state        TEXT   NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'parked', 'skipped')),
  run_at       BIGINT NOT NULL DEFAULT 0, -- real: end of the lease, or the next try
  attempt      BIGINT NOT NULL DEFAULT 0, -- the fence
  doubt        BIGINT NOT NULL DEFAULT 0, -- real: first attempt of unknown outcome
  check_at     BIGINT NOT NULL DEFAULT 0, -- real: look once more for a second copy
  message      TEXT   NOT NULL DEFAULT '',
  posted_at    BIGINT NOT NULL DEFAULT 0,
  wanted       BIGINT NOT NULL DEFAULT 1,
  shown        BIGINT NOT NULL DEFAULT 0,
  edit_at      BIGINT NOT NULL DEFAULT 0, -- domain: not before
  edit_run     BIGINT NOT NULL DEFAULT 0, -- real: end of the editor's lease, or the next try
  edit_attempt BIGINT NOT NULL DEFAULT 0, -- the editors' fence
  edited_at    BIGINT NOT NULL DEFAULT 0, -- domain: when the shown version was shown
  ended_at     BIGINT NOT NULL DEFAULT 0, -- domain: when it was parked or skipped
  reason       TEXT   NOT NULL DEFAULT '', -- why it waits, is parked or was skipped
  fix          TEXT   NOT NULL DEFAULT ''  -- what somebody can do about it
);
CREATE INDEX deliveries_run ON deliveries (adapter, run_at, at) WHERE state = 'waiting';
CREATE INDEX deliveries_target ON deliveries (target, at, rank, id) WHERE state = 'waiting';
CREATE INDEX deliveries_parked ON deliveries (until) WHERE state = 'parked';
CREATE INDEX deliveries_edit ON deliveries (adapter, edit_at) WHERE state = 'sent' AND shown < wanted;
CREATE INDEX deliveries_check ON deliveries (adapter, check_at) WHERE check_at > 0;
CREATE INDEX deliveries_ref ON deliveries (ref);
CREATE INDEX deliveries_group ON deliveries (group_id, at);

CREATE TABLE item_versions (
  id            TEXT   NOT NULL PRIMARY KEY, -- hash of the snapshot
  item_id       TEXT   NOT NULL,
  bank          TEXT   NOT NULL,
  certification TEXT   NOT NULL,
  snapshot      TEXT   NOT NULL, -- the item as JSON, never changed
  created_at    BIGINT NOT NULL
);

CREATE TABLE rounds (
  id           TEXT   NOT NULL PRIMARY KEY,
  group_id     TEXT   NOT NULL REFERENCES groups (id),
  track_id     TEXT   NOT NULL REFERENCES tracks (id),
  number       BIGINT NOT NULL, -- as people see it, from 1
  item_id      TEXT   NOT NULL,
  domain       TEXT   NOT NULL, -- area of the outline
  item_version TEXT   NOT NULL REFERENCES item_versions (id),
  rule_version BIGINT NOT NULL, -- which points rule applies
  local_day    TEXT   NOT NULL, -- 2006-01-02 in the group's zone when it was planned
  state        TEXT   NOT NULL CHECK (state IN ('planned', 'open', 'closed', 'skipped')),
  planned_at   BIGINT NOT NULL,
  opened_at    BIGINT NOT NULL DEFAULT 0, -- when it was really posted
  closes_at    BIGINT NOT NULL DEFAULT 0,
  latest_close BIGINT NOT NULL DEFAULT 0, -- three days after opening; when a paused group closes it
  closed_at    BIGINT NOT NULL DEFAULT 0,
  late         BOOLEAN NOT NULL DEFAULT FALSE,
  answered     BIGINT NOT NULL DEFAULT 0, -- answers in time
  correct      BIGINT NOT NULL DEFAULT 0, -- those of them that were right
  UNIQUE (track_id, number)
);
CREATE INDEX rounds_group ON rounds (group_id, planned_at);

CREATE TABLE answers (
  id           TEXT   NOT NULL PRIMARY KEY,
  round_id     TEXT   REFERENCES rounds (id), -- NULL when given in a session
  session_id   TEXT,
  group_id     TEXT   NOT NULL,
  track_id     TEXT   NOT NULL,
  member_id    TEXT   NOT NULL REFERENCES members (id),
  item_id      TEXT   NOT NULL,
  item_version TEXT   NOT NULL REFERENCES item_versions (id),
  options      TEXT   NOT NULL, -- identifiers of the chosen options, separated by spaces
  raw          TEXT   NOT NULL DEFAULT '', -- what was typed, where typing is the answer
  verdict      TEXT   NOT NULL CHECK (verdict IN ('right', 'partly', 'wrong')),
  caught_up    BOOLEAN NOT NULL DEFAULT FALSE, -- given after closing
  answered_at  BIGINT NOT NULL,
  interaction  TEXT   NOT NULL, -- the platform's identifier of the press
  UNIQUE (round_id, member_id)
);
CREATE INDEX answers_group ON answers (group_id, answered_at);
CREATE INDEX answers_member ON answers (member_id, group_id, answered_at);
