-- +goose Up
-- A group may want its open questions pinned, and one role of a space told of them.
ALTER TABLE habits ADD COLUMN pin BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE habits ADD COLUMN ping TEXT NOT NULL DEFAULT '';       -- the role, as its adapter names it
ALTER TABLE habits ADD COLUMN ping_space TEXT NOT NULL DEFAULT ''; -- the space it is of

-- A post is pinned while pin_wanted is 1. What its platform shows: 0 not pinned,
-- 1 pinned, 2 either, 3 either after the first try to pin it.
ALTER TABLE deliveries ADD COLUMN pin_wanted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN pin_shown BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN pin_run BIGINT NOT NULL DEFAULT 0;     -- real: end of the lease, or the next try
ALTER TABLE deliveries ADD COLUMN pin_attempt BIGINT NOT NULL DEFAULT 0; -- the fence
CREATE INDEX deliveries_pin ON deliveries (adapter, pin_run) WHERE state = 'sent' AND pin_shown <> pin_wanted;
