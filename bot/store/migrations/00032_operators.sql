-- What operators ask of running programs.

-- +goose Up
-- Somebody asked every copy of the program to read the question banks again. Times
-- are UTC milliseconds of real time.
CREATE TABLE reloads (
  id       TEXT   NOT NULL PRIMARY KEY,
  asked_at BIGINT NOT NULL
);

-- What a copy of the program said to that.
CREATE TABLE reload_answers (
  reload TEXT    NOT NULL REFERENCES reloads (id) ON DELETE CASCADE,
  copy   TEXT    NOT NULL, -- which one, see the leases of those that serve
  place  TEXT    NOT NULL, -- where it runs: machine and process
  fine   BOOLEAN NOT NULL, -- the banks as they are now are used
  said   TEXT    NOT NULL, -- in lines
  PRIMARY KEY (reload, copy)
);
