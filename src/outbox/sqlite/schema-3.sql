-- Whether an earlier attempt may have sent a copy: what is not known is never told as unsent.
ALTER TABLE mails ADD COLUMN maybe_out INTEGER NOT NULL DEFAULT 0;
