-- +goose Up
-- Addresses at which calendar programs read dates. The secret in the address is
-- kept as its hash only.
CREATE TABLE calendars (
	hash TEXT NOT NULL PRIMARY KEY,
	member_id TEXT NOT NULL REFERENCES members (id),
	group_id TEXT NOT NULL DEFAULT '',  -- whose dates; '' is the member's own
	made_at BIGINT NOT NULL,
	version TEXT NOT NULL DEFAULT '',   -- a hash of what it said last
	changed_at BIGINT NOT NULL          -- since when it says that
);
CREATE UNIQUE INDEX calendars_member ON calendars (member_id, group_id);
CREATE INDEX calendars_group ON calendars (group_id);
