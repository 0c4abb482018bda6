-- +goose Up
ALTER TABLE groups ADD COLUMN pictures TEXT NOT NULL DEFAULT ''; -- 'light' or 'dark': posts have pictures beside their words
