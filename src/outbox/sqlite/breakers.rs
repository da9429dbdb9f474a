//! Transports that take nothing now.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::fault::Fault;
use super::rows;
use crate::outbox::{Millis, OpenBreaker};

/// How long after its rest a transport is remembered that nobody has tried since.
const STALE: Millis = 86_400_000;

/// Writes down that a transport takes nothing. What was known is not shortened, and keeps its
/// beginning until a rest becomes a stop or the cause is another.
pub(super) fn open(conn: &Connection, breaker: &OpenBreaker) -> Result<(), Fault> {
    let sql = "INSERT INTO breakers (transport, since, until, cause, reply_code, reply_text,
        hint_en, hint_zh, process) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO UPDATE SET
        since = CASE WHEN excluded.until IS NULL OR excluded.cause <> cause
        THEN excluded.since ELSE since END, until = excluded.until, cause = excluded.cause,
        reply_code = excluded.reply_code, reply_text = excluded.reply_text,
        hint_en = excluded.hint_en, hint_zh = excluded.hint_zh, process = excluded.process
        WHERE until IS NOT NULL AND (excluded.until IS NULL OR excluded.until >= until)";
    let OpenBreaker { transport, since, until, cause, reply, hint, process } = breaker;
    let (reply, hint) = (rows::both(reply), rows::both(hint));
    conn.prepare_cached(sql)?.execute(params![
        transport, since, until, cause, reply.0, reply.1, hint.0, hint.1, process
    ])?;
    Ok(())
}

/// Lets one mail try a transport whose rest has ended; until then nobody else may.
pub(super) fn attempt(
    conn: &Connection,
    transport: &str,
    now: Millis,
    until: Millis,
) -> Result<bool, Fault> {
    let sql = "UPDATE breakers SET until = ?3 WHERE transport = ?1 AND until <= ?2";
    if conn.prepare_cached(sql)?.execute(params![transport, now, until])? > 0 {
        return Ok(true);
    }
    let sql = "SELECT 1 FROM breakers WHERE transport = ?1";
    let known = conn.prepare_cached(sql)?.query_row([transport], |_| Ok(())).optional()?;
    Ok(known.is_none())
}

/// It takes mails again.
pub(super) fn close(conn: &Connection, transport: &str) -> Result<(), Fault> {
    conn.prepare_cached("DELETE FROM breakers WHERE transport = ?1")?.execute([transport])?;
    Ok(())
}

/// It may be tried by one mail.
pub(super) fn half_open(conn: &Connection, transport: &str, now: Millis) -> Result<(), Fault> {
    let sql = "UPDATE breakers SET until = ?2
        WHERE transport = ?1 AND (until IS NULL OR until > ?2)";
    conn.prepare_cached(sql)?.execute(params![transport, now])?;
    Ok(())
}

/// All of them.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<OpenBreaker>> {
    let sql = "SELECT transport, since, until, cause, reply_code, reply_text, hint_en, hint_zh,
        process FROM breakers ORDER BY transport";
    conn.prepare_cached(sql)?.query_map([], breaker)?.collect()
}

/// The names of those that must not be tried now.
pub(super) fn shut(conn: &Connection, now: Millis) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT transport FROM breakers WHERE until IS NULL OR until > ?1";
    conn.prepare_cached(sql)?.query_map([now], |row| row.get(0))?.collect()
}

/// Forgets those that nobody asks for any more.
pub(super) fn sweep(conn: &Connection, now: Millis) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM breakers WHERE until < ?1")?.execute([now - STALE])?;
    Ok(())
}

fn breaker(row: &Row<'_>) -> rusqlite::Result<OpenBreaker> {
    Ok(OpenBreaker {
        transport: row.get(0)?,
        since: row.get(1)?,
        until: row.get(2)?,
        cause: row.get(3)?,
        reply: rows::pair(row, 4)?,
        hint: rows::pair(row, 6)?,
        process: row.get(8)?,
    })
}
