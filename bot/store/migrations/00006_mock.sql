-- Extra time in timed practice.

-- +goose Up
ALTER TABLE members ADD COLUMN extra_time TEXT NOT NULL DEFAULT ''
  CHECK (extra_time IN ('', '1.5', '2', 'none')); -- '' is normal time, 'none' no timer; nobody else is shown it
