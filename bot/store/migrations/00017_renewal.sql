-- +goose Up
-- What members hold, one row for each certification of a member.
CREATE TABLE credentials (
	id TEXT NOT NULL PRIMARY KEY,
	member_id TEXT NOT NULL REFERENCES members (id),
	certification TEXT NOT NULL,            -- of the catalogue
	state TEXT NOT NULL CHECK (state IN ('full', 'candidate', 'lapsed')),
	earned_on TEXT NOT NULL DEFAULT '',     -- local date; '' if it isn't known
	counted BOOLEAN NOT NULL DEFAULT FALSE, -- organisers may count it, without the name
	snoozed TEXT NOT NULL DEFAULT '',       -- local date before which no note comes; '' for none
	created_at BIGINT NOT NULL,
	UNIQUE (member_id, certification)
);

-- The periods of a credential. What isn't known is '', and nothing worked out by a
-- rule is kept here.
CREATE TABLE cycles (
	id TEXT NOT NULL PRIMARY KEY,
	credential_id TEXT NOT NULL REFERENCES credentials (id),
	from_on TEXT NOT NULL DEFAULT '',    -- local dates
	until_on TEXT NOT NULL DEFAULT '',   -- the last day on the certificate
	carried BIGINT NOT NULL DEFAULT 0 CHECK (carried >= 0), -- from the period before, in hundredths of the unit
	renewed_on TEXT NOT NULL DEFAULT '', -- '' of the one that runs
	created_at BIGINT NOT NULL
);
CREATE INDEX cycles_credential ON cycles (credential_id);
CREATE UNIQUE INDEX cycles_running ON cycles (credential_id) WHERE renewed_on = '';

-- What counts towards the renewal at the end of a period.
CREATE TABLE credits (
	id TEXT NOT NULL PRIMARY KEY,
	cycle_id TEXT NOT NULL REFERENCES cycles (id),
	what TEXT NOT NULL,                   -- typed
	amount BIGINT NOT NULL CHECK (amount > 0), -- in hundredths of the issuer's unit
	category TEXT NOT NULL DEFAULT '',    -- of the catalogue; '' to be decided later
	day TEXT NOT NULL,                    -- local date
	evidence TEXT NOT NULL DEFAULT '',    -- typed: where the proof is
	interaction TEXT NOT NULL,            -- what was pressed, so that it counts once
	entered_at BIGINT NOT NULL,
	UNIQUE (cycle_id, interaction)
);
