-- Whether an earlier attempt may have sent a copy: what is not known is never told as unsent.
ALTER TABLE mails ADD COLUMN maybe_out INTEGER NOT NULL DEFAULT 0;

-- Lists by state and by kind. Nearly all mails are sent, and leave the first one with that.
DROP INDEX mails_trouble;
CREATE INDEX mails_state ON mails(state, id) WHERE state <> 3;
CREATE INDEX mails_kind  ON mails(kind, id);
