//! Ends: what becomes of a mail, and when its content goes.

use rusqlite::{Connection, OptionalExtension, params};

use super::fault::Fault;
use super::{images, rows, totals};
use crate::outbox::{Attempt, Fence, Hash, Millis, Next, Record, State, StoreError};

/// How long a failed or unknown mail keeps its content at most, from when it could leave.
const KEPT: Millis = 72 * 3_600_000;
/// How long attempts are tallied together.
pub(super) const SLOT: Millis = 300_000;

/// Records how an attempt ended.
pub(super) fn record(conn: &Connection, fence: &Fence, record: &Record) -> Result<(), Fault> {
    let seq = leased(conn, fence)?;
    for attempt in &record.attempts {
        log(conn, seq, attempt)?;
    }
    note(conn, seq, record)?;
    if let Some(reason) = &record.suppress {
        suppress(conn, seq, reason, record.now)?;
    }
    if record.next == Next::Sent && !record.attempts.last().is_some_and(Attempt::caught) {
        lift(conn, seq)?;
    }
    Ok(become_next(conn, seq, record)?)
}

/// The mail that is leased so.
pub(super) fn leased(conn: &Connection, fence: &Fence) -> Result<i64, Fault> {
    let sql = "SELECT seq FROM mails WHERE id = ?1 AND token = ?2 AND state IN (1, 2)";
    let mut statement = conn.prepare_cached(sql)?;
    let seq = statement.query_row(params![fence.id, fence.token], |row| row.get(0)).optional()?;
    seq.ok_or_else(|| StoreError::LeaseLost { id: fence.id.clone() }.into())
}

fn become_next(conn: &Connection, seq: i64, record: &Record) -> rusqlite::Result<()> {
    let now = record.now;
    match &record.next {
        Next::Sent => {
            end(conn, seq, State::Sent, now)?;
            let sql = "UPDATE mails SET state = 0, available_at = ?2
                WHERE parent = ?1 AND state = 9";
            conn.prepare_cached(sql)?.execute(params![seq, now])?;
        }
        Next::Retry { at, pinned } => {
            requeue(conn, seq, *at, pinned.as_deref())?;
            retire(conn, seq, now)?;
        }
        Next::Release { at } => {
            let sql = "UPDATE mails SET state = 0, attempts = attempts - 1, available_at = ?2,
                worker = NULL, lease_until = NULL WHERE seq = ?1";
            conn.prepare_cached(sql)?.execute(params![seq, at])?;
            retire(conn, seq, now)?;
        }
        Next::Superseded => end(conn, seq, State::Superseded, now)?,
        Next::Failed => end(conn, seq, State::Failed, now)?,
        Next::Expired => end(conn, seq, State::Expired, now)?,
        Next::Unknown => end(conn, seq, State::Unknown, now)?,
    }
    Ok(())
}

/// Queues it again; pinned, it goes by one transport only, since a copy may be out.
pub(super) fn requeue(
    conn: &Connection,
    seq: i64,
    at: Millis,
    pinned: Option<&str>,
) -> rusqlite::Result<()> {
    let via = match pinned {
        Some(name) => Some(rows::route_number(conn, &[name.to_owned()])?),
        None => None,
    };
    let sql = "UPDATE mails SET state = 0, available_at = ?2, pinned = ?3,
        maybe_out = maybe_out OR ?3 IS NOT NULL, via = coalesce(?4, route),
        worker = NULL, lease_until = NULL, recoveries = 0
        WHERE seq = ?1";
    conn.prepare_cached(sql)?.execute(params![seq, at, pinned, via])?;
    Ok(())
}

/// Ends a mail. What nobody may send again loses its content in the same transaction. Of one that
/// an earlier attempt may have sent nobody can say that it expired or failed, and its end says so.
pub(super) fn end(conn: &Connection, seq: i64, state: State, now: Millis) -> rusqlite::Result<()> {
    let state = match state {
        State::Expired | State::Failed if may_be_out(conn, seq)? => State::Unknown,
        State::Cancelled | State::Superseded if may_be_out(conn, seq)? => {
            let sql = "UPDATE mails SET cause = 'in_doubt' WHERE seq = ?1";
            conn.prepare_cached(sql)?.execute([seq])?;
            state
        }
        _ => state,
    };
    let sql = "UPDATE mails SET state = ?2, done_at = ?3, worker = NULL, lease_until = NULL,
        keep_until = CASE WHEN ?2 IN (4, 8)
          THEN min(expires_at, max(accepted_at, send_at) + ?4) END,
        address = CASE WHEN ?2 IN (4, 8) THEN address END,
        replaced_by = CASE WHEN ?2 = 6 THEN replaced_by END
        WHERE seq = ?1 RETURNING coalesce(parent, seq), parent IS NULL, copies";
    let (root, is_root, copies): (i64, bool, i64) =
        conn.prepare_cached(sql)?.query_row(params![seq, state, now, KEPT], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let family = !is_root || copies > 0;
    if is_root && copies > 0 {
        end_copies(conn, seq, state, now)?;
    }
    erase_if_done(conn, root, family, now)
}

fn may_be_out(conn: &Connection, seq: i64) -> rusqlite::Result<bool> {
    let sql = "SELECT maybe_out FROM mails WHERE seq = ?1";
    conn.prepare_cached(sql)?.query_row([seq], |row| row.get(0))
}

/// Copies leave after their parent: where it does not, they do not either.
fn end_copies(conn: &Connection, parent: i64, state: State, now: Millis) -> rusqlite::Result<()> {
    if matches!(state, State::Sent | State::Unknown) {
        return Ok(());
    }
    let sql = "UPDATE mails SET state = ?2, done_at = ?3, cause = 'parent',
        keep_until = CASE WHEN ?2 = 4
          THEN min(expires_at, max(accepted_at, send_at) + ?4) END,
        address = CASE WHEN ?2 = 4 THEN address END
        WHERE parent = ?1 AND state = 9";
    conn.prepare_cached(sql)?.execute(params![parent, state, now, KEPT])?;
    Ok(())
}

/// Erases a content that no mail of its family needs any more.
pub(super) fn erase_if_done(
    conn: &Connection,
    root: i64,
    family: bool,
    now: Millis,
) -> rusqlite::Result<()> {
    const NEEDED: &str = "(state IN (0, 1, 2, 9) OR keep_until IS NOT NULL)";
    let sql = format!("SELECT EXISTS (SELECT 1 FROM mails WHERE seq = ?1 AND {NEEDED})");
    let mut needed: bool = conn.prepare_cached(&sql)?.query_row([root], |row| row.get(0))?;
    if family && !needed {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM mails WHERE parent = ?1 AND {NEEDED})");
        needed = conn.prepare_cached(&sql)?.query_row([root], |row| row.get(0))?;
    }
    if needed {
        return Ok(());
    }
    let sql = "DELETE FROM contents WHERE seq = ?1 RETURNING images";
    let images =
        conn.prepare_cached(sql)?.query_row([root], |row| row.get::<_, String>(0)).optional()?;
    match images {
        Some(numbers) => images::let_go(conn, &numbers, now),
        None => Ok(()),
    }
}

/// The query of [`supersede`].
pub(super) const REPLACED: &str = "SELECT seq, id, state FROM mails
    WHERE replaces = ?1 AND state IN (0, 1, 2) ORDER BY seq";

/// Retires the queued mails that a newer one replaces; their ids. What a worker has is only noted:
/// it is not handed over any more, and ends where it would be queued again; what is being handed
/// over may still arrive.
pub(super) fn supersede(
    conn: &Connection,
    replaces: &Hash,
    by: &str,
    now: Millis,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare_cached(REPLACED)?;
    let found =
        statement.query_map([replaces], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut retired = Vec::new();
    for (seq, id, state) in found.collect::<Result<Vec<(i64, String, State)>, _>>()? {
        let sql = "UPDATE mails SET replaced_by = ?2 WHERE seq = ?1";
        conn.prepare_cached(sql)?.execute(params![seq, by])?;
        if state == State::Queued {
            end(conn, seq, State::Superseded, now)?;
            retired.push(id);
        }
    }
    Ok(retired)
}

/// Ends a mail that a worker gave back, if it was replaced meanwhile.
pub(super) fn retire(conn: &Connection, seq: i64, now: Millis) -> rusqlite::Result<()> {
    let sql = "SELECT replaced_by IS NOT NULL FROM mails WHERE seq = ?1";
    match conn.prepare_cached(sql)?.query_row([seq], |row| row.get(0))? {
        true => end(conn, seq, State::Superseded, now),
        false => Ok(()),
    }
}

fn note(conn: &Connection, seq: i64, record: &Record) -> rusqlite::Result<()> {
    let attempt = record.attempts.last();
    let reply = attempt.and_then(|attempt| attempt.reply.as_ref());
    let sql = "UPDATE mails SET transport = coalesce(?2, transport),
        provider_id = coalesce(?3, provider_id), adapted = coalesce(?4, adapted),
        reply_code = coalesce(?5, reply_code), reply_text = coalesce(?6, reply_text),
        cause = CASE WHEN ?8 THEN ?7 ELSE cause END WHERE seq = ?1";
    conn.prepare_cached(sql)?.execute(params![
        seq,
        attempt.and_then(|attempt| attempt.transport.as_ref()),
        record.provider_id,
        record.adapted,
        reply.map(|(code, _)| code),
        reply.map(|(_, text)| text),
        attempt.and_then(|attempt| attempt.cause.as_ref()),
        attempt.is_some(),
    ])?;
    Ok(())
}

/// Writes an attempt down.
pub(super) fn log(conn: &Connection, seq: i64, attempt: &Attempt) -> rusqlite::Result<()> {
    let Attempt { number, at, took, transport, stage, cause, reply, what, hint, action } = attempt;
    let (reply, what, hint) = (rows::both(reply), rows::both(what), rows::both(hint));
    let sql = "INSERT INTO attempts (seq, place, number, at, took, transport, stage, cause,
        reply_code, reply_text, what_en, what_zh, hint_en, hint_zh, action)
        VALUES (?1, (SELECT coalesce(max(place), 0) + 1 FROM attempts WHERE seq = ?1),
        ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    conn.prepare_cached(sql)?.execute(params![
        seq,
        number,
        at,
        i64::try_from(*took).unwrap_or(i64::MAX),
        transport,
        stage,
        cause,
        reply.0,
        reply.1,
        what.0,
        what.1,
        hint.0,
        hint.1,
        action,
    ])?;
    let sql = "INSERT INTO tallies (slot, transport, cause, n) VALUES (?1, ?2, ?3, 1)
        ON CONFLICT DO UPDATE SET n = n + 1";
    let cause = cause.as_deref().unwrap_or("sent");
    let transport = transport.as_deref().unwrap_or("");
    conn.prepare_cached(sql)?.execute(params![at.div_euclid(SLOT), transport, cause])?;
    totals::count(conn, attempt)
}

fn suppress(conn: &Connection, seq: i64, reason: &str, now: Millis) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO suppressions (recipient, shown, since, reason)
        SELECT recipient, shown, ?2, ?3 FROM mails WHERE seq = ?1";
    conn.prepare_cached(sql)?.execute(params![seq, now, reason])?;
    Ok(())
}

/// A provider has taken a mail to it again.
fn lift(conn: &Connection, seq: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM suppressions
        WHERE recipient = (SELECT recipient FROM mails WHERE seq = ?1)";
    conn.prepare_cached(sql)?.execute([seq])?;
    Ok(())
}
