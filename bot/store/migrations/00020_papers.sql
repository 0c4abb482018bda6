-- +goose Up
-- What members paid for a certification.
CREATE TABLE expenses (
	id TEXT NOT NULL PRIMARY KEY,
	member_id TEXT NOT NULL REFERENCES members (id),
	certification TEXT NOT NULL,               -- of the catalogue
	what TEXT NOT NULL,                        -- typed
	amount BIGINT NOT NULL CHECK (amount > 0), -- in the smallest units of the currency
	currency TEXT NOT NULL,                    -- ISO 4217
	day TEXT NOT NULL,                         -- local date
	receipt TEXT NOT NULL DEFAULT '',          -- typed: the name of its file
	interaction TEXT NOT NULL,                 -- what was pressed, so that it counts once
	entered_at BIGINT NOT NULL,
	UNIQUE (member_id, interaction)
);
CREATE INDEX expenses_certification ON expenses (member_id, certification);
