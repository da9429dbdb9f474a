-- Transports that take nothing now: whoever found that out has written it down, so that every
-- process goes by it. One that takes mails has no row.
CREATE TABLE breakers (
  transport  TEXT    PRIMARY KEY,
  since      INTEGER NOT NULL,
  until      INTEGER,                       -- when one mail may try; none: not by itself
  cause      TEXT    NOT NULL,
  reply_code TEXT,
  reply_text TEXT,
  hint_en    TEXT,
  hint_zh    TEXT,
  process    TEXT    NOT NULL               -- which found it out
) STRICT, WITHOUT ROWID;

-- All attempts since there is this table.
CREATE TABLE attempt_totals (
  transport TEXT    NOT NULL,
  action    TEXT    NOT NULL,
  cause     TEXT    NOT NULL,
  n         INTEGER NOT NULL,
  PRIMARY KEY (transport, action, cause)
) STRICT, WITHOUT ROWID;

-- How long things took: how many in each bucket, and how many seconds together.
CREATE TABLE times (
  series  TEXT    NOT NULL,
  bucket  INTEGER NOT NULL,                 -- its upper end in milliseconds; -1: beyond the last
  n       INTEGER NOT NULL,
  seconds REAL    NOT NULL,
  PRIMARY KEY (series, bucket)
) STRICT, WITHOUT ROWID;

CREATE INDEX mails_recipient ON mails(recipient, id);
