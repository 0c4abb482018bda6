-- +goose Up
-- The meeting pack leaves out what came in a live round of the group since.
CREATE INDEX live_rounds_group ON live_rounds (group_id);
