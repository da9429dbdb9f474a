-- States: 0 queued, 1 leased, 2 handing_over, 3 sent, 4 failed, 5 expired, 6 superseded,
-- 7 cancelled, 8 unknown, 9 a copy that waits for its parent (told as queued).
-- Lanes: 0 security, 1 transactional, 2 notification. Times are milliseconds since 1970.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- The routes that mails have, as JSON: each once, so that a claim asks for each apart.
CREATE TABLE routes (
  route INTEGER PRIMARY KEY,
  names TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE mails (
  seq          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  parent       INTEGER,                     -- seq of the mail of which it is a copy
  copies       INTEGER NOT NULL,            -- how many it has
  message_id   TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  locale       TEXT    NOT NULL,
  lane         INTEGER NOT NULL,
  shown        TEXT    NOT NULL,            -- the recipient, masked
  recipient    BLOB    NOT NULL,            -- keyed hash
  address      BLOB,                        -- a copy's, sealed
  state        INTEGER NOT NULL,
  accepted_at  INTEGER NOT NULL,
  send_at      INTEGER NOT NULL,
  available_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  done_at      INTEGER,
  keep_until   INTEGER,                     -- failed and unknown: when the content goes
  in_doubt     INTEGER NOT NULL,            -- 0 resend, 1 hold
  replaces     BLOB,
  route        INTEGER NOT NULL,            -- as accepted
  via          INTEGER NOT NULL,            -- as it may be claimed: one transport when pinned
  pinned       TEXT,
  adapted      TEXT    NOT NULL,
  trace        TEXT,
  attempts     INTEGER NOT NULL DEFAULT 0,
  recoveries   INTEGER NOT NULL DEFAULT 0,
  token        INTEGER NOT NULL DEFAULT 0,
  worker       TEXT,
  lease_until  INTEGER,
  transport    TEXT,
  provider_id  TEXT,
  reply_code   TEXT,
  reply_text   TEXT,
  cause        TEXT,
  replaced_by  TEXT
) STRICT;

CREATE INDEX mails_queue    ON mails(lane, via, available_at, accepted_at) WHERE state = 0;
CREATE INDEX mails_expiry   ON mails(expires_at) WHERE state IN (0, 9);
CREATE INDEX mails_leases   ON mails(lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX mails_replaced ON mails(replaces) WHERE replaces IS NOT NULL AND state = 0;
CREATE INDEX mails_copies   ON mails(parent) WHERE parent IS NOT NULL;
CREATE INDEX mails_kept     ON mails(keep_until) WHERE keep_until IS NOT NULL;
CREATE INDEX mails_trouble  ON mails(state, id) WHERE state IN (4, 8);
CREATE INDEX mails_done     ON mails(done_at) WHERE done_at IS NOT NULL;

-- Apart, so that lists and claims do not walk over it.
CREATE TABLE contents (
  seq    INTEGER PRIMARY KEY,
  images TEXT NOT NULL,                     -- numbers of images, with commas
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE images (
  image     INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256    TEXT NOT NULL,
  file_name TEXT NOT NULL,
  bytes     BLOB NOT NULL,
  UNIQUE (sha256, file_name)
) STRICT;

-- Beside the bytes, since it is counted for every mail.
CREATE TABLE image_uses (
  image      INTEGER PRIMARY KEY,
  uses       INTEGER NOT NULL,
  idle_since INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
  seq        INTEGER NOT NULL,
  place      INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  took       INTEGER NOT NULL,
  transport  TEXT,
  stage      TEXT,
  cause      TEXT,
  reply_code TEXT,
  reply_text TEXT,
  what_en    TEXT,
  what_zh    TEXT,
  hint_en    TEXT,
  hint_zh    TEXT,
  action     TEXT NOT NULL,
  PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;

-- Idempotency keys and the answers to them.
CREATE TABLE requests (
  key     BLOB PRIMARY KEY,
  body    BLOB NOT NULL,
  at      INTEGER NOT NULL,
  tickets TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_at ON requests(at);

-- What limits count: how many in a slot of time that is `grain` long.
CREATE TABLE hits (
  subject BLOB    NOT NULL,
  grain   INTEGER NOT NULL,
  slot    INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  gone_at INTEGER NOT NULL,
  PRIMARY KEY (subject, grain, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX hits_gone ON hits(gone_at);

CREATE TABLE suppressions (
  recipient BLOB PRIMARY KEY,
  shown     TEXT NOT NULL,
  since     INTEGER NOT NULL,
  reason    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE quotas (
  day       TEXT NOT NULL,
  transport TEXT NOT NULL,
  used      INTEGER NOT NULL,
  PRIMARY KEY (day, transport)
) STRICT, WITHOUT ROWID;

-- Attempts by transport and cause, in slots of five minutes.
CREATE TABLE tallies (
  slot      INTEGER NOT NULL,
  transport TEXT NOT NULL,
  cause     TEXT NOT NULL,
  n         INTEGER NOT NULL,
  PRIMARY KEY (slot, transport, cause)
) STRICT, WITHOUT ROWID;

-- Mails by state, so that nobody has to count them.
CREATE TABLE counts (
  state INTEGER PRIMARY KEY,
  n     INTEGER NOT NULL
) STRICT;
INSERT INTO counts VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0);
CREATE TRIGGER mails_in AFTER INSERT ON mails BEGIN
  UPDATE counts SET n = n + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER mails_on AFTER UPDATE OF state ON mails WHEN NEW.state <> OLD.state BEGIN
  UPDATE counts SET n = n - 1 WHERE state = OLD.state;
  UPDATE counts SET n = n + 1 WHERE state = NEW.state;
END;
CREATE TRIGGER mails_out AFTER DELETE ON mails BEGIN
  UPDATE counts SET n = n - 1 WHERE state = OLD.state;
  DELETE FROM contents WHERE seq = OLD.seq;
  DELETE FROM attempts WHERE seq = OLD.seq;
END;
