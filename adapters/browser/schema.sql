-- The conversation as a platform would keep it. Times are UTC milliseconds.

CREATE TABLE about (
  id TEXT NOT NULL -- random; tells open pages that the file was replaced
);

CREATE TABLE entry ( -- one thing said in one place; rows are never removed, so that pages learn of deletions
  number  INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival
  channel TEXT    NOT NULL,
  author  TEXT    NOT NULL, -- a person, or '' for the bot
  reader  TEXT    NOT NULL, -- the only person who sees it, or '' for everybody in the channel
  key     TEXT    NOT NULL, -- bot.Message.Key
  body    TEXT    NOT NULL, -- the message as JSON; '' once deleted
  at      BIGINT  NOT NULL, -- when it was posted, on the bot's clock
  wall    BIGINT  NOT NULL, -- the same on the machine's clock
  version BIGINT  NOT NULL, -- 1, and one more with every edit
  pinned  BOOLEAN NOT NULL,
  changed BIGINT  NOT NULL UNIQUE -- rises with every change of any entry
);
CREATE INDEX entry_channel ON entry (channel, number);
CREATE INDEX entry_key ON entry (key) WHERE key <> '';

CREATE TABLE thread (
  message BIGINT NOT NULL PRIMARY KEY, -- the entry it hangs on
  channel TEXT   NOT NULL,             -- that entry's channel
  title   TEXT   NOT NULL
);

CREATE TABLE closed ( -- channels that the bot was removed from
  channel TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE seen ( -- how far each person has read
  reader  TEXT   NOT NULL,
  channel TEXT   NOT NULL,
  number  BIGINT NOT NULL,
  PRIMARY KEY (reader, channel)
);
