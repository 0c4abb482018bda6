-- +goose Up
-- A group may want its results when a question closes. Until then an answer can
-- be changed, and nobody learns how it was graded. A round keeps what held when it
-- was posted.
ALTER TABLE habits ADD COLUMN at_closing BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE rounds ADD COLUMN sealed BOOLEAN NOT NULL DEFAULT FALSE;
