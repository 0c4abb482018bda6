-- The base: what the store itself and the adapters need.

-- +goose Up
-- +goose StatementBegin
CREATE TABLE program (
  one          BIGINT NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one row
  accepts_from BIGINT NOT NULL, -- oldest schema level a program must know to use this database
  migrated_by  TEXT   NOT NULL  -- version of the program that migrated last, for messages
);
-- +goose StatementEnd

-- +goose StatementBegin
INSERT INTO program (one, accepts_from, migrated_by) VALUES (1, 1, '');
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TABLE shelf (
  space   TEXT   NOT NULL, -- who keeps it, for example an adapter's name
  name    TEXT   NOT NULL,
  value   BYTEA  NOT NULL,
  expires BIGINT NOT NULL DEFAULT 0, -- milliseconds, real time; 0 is never
  PRIMARY KEY (space, name)
);
-- +goose StatementEnd

-- +goose StatementBegin
CREATE INDEX shelf_expires ON shelf (expires) WHERE expires > 0;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TABLE seen (
  id      TEXT   NOT NULL PRIMARY KEY, -- the platform's own identifier of an event
  expires BIGINT NOT NULL              -- milliseconds, real time; afterwards it counts as new
);
-- +goose StatementEnd

-- +goose StatementBegin
CREATE INDEX seen_expires ON seen (expires);
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TABLE lease (
  name    TEXT   NOT NULL PRIMARY KEY, -- what is held, for example a connection to a platform
  holder  TEXT   NOT NULL,             -- the process that holds it
  expires BIGINT NOT NULL              -- milliseconds, real time; afterwards anyone may take it
);
-- +goose StatementEnd

-- +goose StatementBegin
CREATE INDEX lease_expires ON lease (expires);
-- +goose StatementEnd
