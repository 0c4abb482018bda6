-- Corrections of questions within a group. Times are UTC milliseconds of domain time.

-- +goose Up
-- The newest correction of an item version in a group.
CREATE TABLE overrides (
  group_id     TEXT   NOT NULL REFERENCES groups (id),
  item_version TEXT   NOT NULL REFERENCES item_versions (id), -- as the bank has it
  corrected    TEXT   NOT NULL REFERENCES item_versions (id), -- by which this group's answers are graded
  void         BOOLEAN NOT NULL DEFAULT FALSE, -- nothing is right or wrong: not to be asked again
  corrected_at BIGINT NOT NULL,
  PRIMARY KEY (group_id, item_version)
);

ALTER TABLE rounds ADD COLUMN corrected TEXT NOT NULL DEFAULT ''; -- item version by which answers are graded; '' is item_version
ALTER TABLE rounds ADD COLUMN corrected_at BIGINT NOT NULL DEFAULT 0; -- when a correction changed it after it was planned; 0 is never
ALTER TABLE rounds ADD COLUMN gainers BIGINT NOT NULL DEFAULT 0; -- people who gained points by the newest correction
ALTER TABLE rounds ADD COLUMN gain BIGINT NOT NULL DEFAULT 0; -- how many each of them; 0 when it differs

-- A verdict is always by the newest key, for statistics.
ALTER TABLE answers ADD COLUMN credit TEXT NOT NULL DEFAULT '' CHECK (credit IN ('', 'right', 'partly', 'wrong', 'void')); -- what earns the points, where an earlier key was better; 'void' earns all and is in no statistics
ALTER TABLE answers ADD COLUMN gained BIGINT NOT NULL DEFAULT 0; -- points gained by the newest correction

-- Boards read a week's points by the primary key as fast, and closing a question
-- need not keep this one in order.
DROP INDEX week_points_board;
