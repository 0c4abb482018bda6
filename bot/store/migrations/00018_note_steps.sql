-- Private notes that are planned: since when somebody wants them, and what they
-- were told. Times are UTC milliseconds of domain time.

-- +goose Up
ALTER TABLE reminders ADD COLUMN since_at BIGINT NOT NULL DEFAULT 0; -- since when notes of the kind are on; 0: not known

-- What a member was told by notes, each step once.
CREATE TABLE note_steps (
  member_id TEXT   NOT NULL REFERENCES members (id),
  kind      TEXT   NOT NULL,
  step      TEXT   NOT NULL, -- such as "exam/42/30"
  told_at   BIGINT NOT NULL,
  PRIMARY KEY (member_id, kind, step)
);
