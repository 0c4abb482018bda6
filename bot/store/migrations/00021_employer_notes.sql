-- +goose Up
-- What members chose for their notes to an employer, which are written from facts
-- until they change the words.
CREATE TABLE employer_notes (
	member_id TEXT NOT NULL REFERENCES members (id),
	certification TEXT NOT NULL,               -- of the catalogue
	kind TEXT NOT NULL CHECK (kind IN ('before', 'after')),
	ask TEXT NOT NULL CHECK (ask IN ('both', 'fee', 'time')),
	needed_on TEXT NOT NULL DEFAULT '',        -- local date; '' if that is open
	with_result BOOLEAN NOT NULL DEFAULT FALSE, -- it says that the exam was passed
	words TEXT NOT NULL DEFAULT '',            -- typed; '' while it is written from facts
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (member_id, certification, kind)
);
