-- How often somebody has looked for second copies of a message that two attempts
-- may have posted.

-- +goose Up
ALTER TABLE deliveries ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;
