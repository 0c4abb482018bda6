-- Questions that organisers add from a file.

-- +goose Up
ALTER TABLE suggestions ADD COLUMN imported BOOLEAN NOT NULL DEFAULT FALSE; -- an organiser added it from a file: nobody suggested it, and it isn't asked before others

-- What was read of a file, until the organiser who sent it adds it or leaves it.
CREATE TABLE imports (
  id        TEXT    NOT NULL PRIMARY KEY,
  group_id  TEXT    NOT NULL REFERENCES groups (id),
  track_id  TEXT    NOT NULL REFERENCES tracks (id), -- what they are about
  member_id TEXT    NOT NULL REFERENCES members (id), -- who sent it, and alone may add it
  signed    BOOLEAN NOT NULL, -- their name is to stand under the questions
  items     TEXT    NOT NULL, -- the questions, as a JSON list of items
  made_at   BIGINT  NOT NULL, -- milliseconds, domain time
  expires   BIGINT  NOT NULL, -- milliseconds, real time: when it is erased
  UNIQUE (group_id, member_id)
);
CREATE INDEX imports_track ON imports (track_id);
CREATE INDEX imports_member ON imports (member_id);
CREATE INDEX imports_expires ON imports (expires);
