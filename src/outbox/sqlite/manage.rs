//! What people do: cancel, retry, look, lift; and the quotas of a day.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::{finish, rows};
use crate::outbox::{Mail, Millis, State, StoreError};
use crate::transport::Cause;

/// How many mails one step hurries.
const STEP: usize = 500;

/// Ends a mail that was not yet handed over. Whoever has leased it can write no more.
pub(super) fn cancel(conn: &Connection, id: &str, now: Millis) -> Result<Mail, Fault> {
    let (seq, mail) = found(conn, id)?;
    if !matches!(mail.state, State::Queued | State::Leased) {
        return Err(StoreError::WrongState { id: id.to_owned(), state: mail.state }.into());
    }
    conn.prepare_cached("UPDATE mails SET token = token + 1 WHERE seq = ?1")?.execute([seq])?;
    finish::end(conn, seq, State::Cancelled, now)?;
    Ok(found(conn, id)?.1)
}

/// Queues a mail again, or hurries it.
pub(super) fn retry(
    conn: &Connection,
    id: &str,
    now: Millis,
    expires_at: Millis,
) -> Result<Mail, Fault> {
    let (seq, mail) = found(conn, id)?;
    match mail.state {
        State::Queued => {
            let sql = "UPDATE mails SET available_at = min(available_at, ?2) WHERE seq = ?1";
            conn.prepare_cached(sql)?.execute(params![seq, now])?;
        }
        State::Failed | State::Unknown | State::Expired if !mail.has_content => {
            return Err(StoreError::BodyErased { id: id.to_owned() }.into());
        }
        State::Failed | State::Unknown | State::Expired => again(conn, seq, now, expires_at)?,
        state => return Err(StoreError::WrongState { id: id.to_owned(), state }.into()),
    }
    Ok(found(conn, id)?.1)
}

/// What nobody knows of stays in doubt, whatever becomes of it now. A copy whose parent has not left
/// waits for it again.
fn again(conn: &Connection, seq: i64, now: Millis, expires_at: Millis) -> rusqlite::Result<()> {
    let sql = "UPDATE mails SET expires_at = ?2, done_at = NULL, keep_until = NULL, cause = NULL,
        maybe_out = maybe_out OR state = ?3 WHERE seq = ?1";
    conn.prepare_cached(sql)?.execute(params![seq, expires_at, State::Unknown])?;
    finish::requeue(conn, seq, now, None)?;
    let sql = "UPDATE mails SET state = 9 WHERE seq = ?1
        AND (SELECT p.state <> 3 FROM mails p WHERE p.seq = mails.parent)";
    conn.prepare_cached(sql)?.execute([seq])?;
    let sql = "UPDATE mails SET state = 9, expires_at = ?2, done_at = NULL, keep_until = NULL,
        cause = NULL WHERE parent = ?1 AND state = 4 AND cause = 'parent'
        AND address IS NOT NULL";
    conn.prepare_cached(sql)?.execute(params![seq, expires_at])?;
    Ok(())
}

/// The statement of [`hurry`]. An index leads past the mails that are due anyway.
pub(super) const HURRY: &str =
    "UPDATE mails SET available_at = ?1 WHERE seq IN (SELECT seq FROM mails
    WHERE state = 0 AND lane IN (0, 1, 2) AND via IN (SELECT route FROM routes)
    AND available_at > ?1 AND send_at <= ?1
    AND (cause IS NULL OR cause IN (?2, ?3, ?4, ?5)) LIMIT ?6)";

/// Makes mails due that wait for a transport to be put right; a step of it. Those that were given
/// back while it rested have no cause; other settings may have another quota.
pub(super) fn hurry(conn: &Connection, now: Millis) -> Result<u64, Fault> {
    let [auth, configuration, tls] = Cause::STOPPING.map(Cause::as_str);
    let quota = Cause::Quota.as_str();
    let hurried = params![now, auth, configuration, tls, quota, STEP as i64];
    Ok(conn.prepare_cached(HURRY)?.execute(hurried)? as u64)
}

fn found(conn: &Connection, id: &str) -> Result<(i64, Mail), Fault> {
    let missing = || StoreError::NotFound { id: id.to_owned() };
    let sql = "SELECT seq FROM mails WHERE id = ?1";
    let seq = conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
    let mail = rows::find(conn, id)?;
    Ok(seq.zip(mail).ok_or_else(missing)?)
}

/// Counts one mail of a day, unless there is no room.
pub(super) fn take_quota(
    conn: &Connection,
    transport: &str,
    day: &str,
    most: u32,
) -> Result<bool, Fault> {
    let used = quota_used(conn, transport, day)?;
    if used >= most {
        return Ok(false);
    }
    let sql = "INSERT INTO quotas (day, transport, used) VALUES (?1, ?2, 1)
        ON CONFLICT DO UPDATE SET used = used + 1";
    conn.prepare_cached(sql)?.execute([day, transport])?;
    Ok(true)
}

/// Takes one back.
pub(super) fn give_back_quota(conn: &Connection, transport: &str, day: &str) -> Result<(), Fault> {
    let sql = "UPDATE quotas SET used = used - 1 WHERE day = ?1 AND transport = ?2 AND used > 0";
    conn.prepare_cached(sql)?.execute([day, transport])?;
    Ok(())
}

/// How many were counted.
pub(super) fn quota_used(conn: &Connection, transport: &str, day: &str) -> rusqlite::Result<u32> {
    let sql = "SELECT used FROM quotas WHERE day = ?1 AND transport = ?2";
    let used = conn.prepare_cached(sql)?.query_row([day, transport], |row| row.get(0));
    Ok(used.optional()?.unwrap_or(0))
}
