-- What a worker has is found too: it is not sent after the mail that replaces it.
DROP INDEX mails_replaced;
CREATE INDEX mails_replaced ON mails(replaces) WHERE replaces IS NOT NULL AND state IN (0, 1, 2);
-- Whether an earlier attempt may have sent a copy: what is not known is never told as unsent.
ALTER TABLE mails ADD COLUMN maybe_out INTEGER NOT NULL DEFAULT 0;
UPDATE mails SET maybe_out = 1 WHERE pinned IS NOT NULL;

-- Lists by state and by kind. Nearly all mails are sent, and leave the first one with that.
DROP INDEX mails_trouble;
CREATE INDEX mails_state ON mails(state, id) WHERE state <> 3;
CREATE INDEX mails_kind  ON mails(kind, id);
