//! What nobody else will end: leases that ran out, lifetimes that passed, contents kept long
//! enough, counters of yesterday. In small steps.

use rusqlite::{Connection, params};

use super::fault::Fault;
use super::{breakers, finish, images, limits, rows};
use crate::catalog::InDoubt;
use crate::outbox::{Attempt, Millis, State, Swept};

/// How many of each a step takes.
const STEP: usize = 200;
/// A mail whose worker dies so often is taken for the cause. Workers die for other reasons too, with
/// whatever they hold: a lease that ran out weighs little. One that ran out while the mail was handed
/// over may have sent a copy, and weighs four times as much: no more than three go out.
const ENOUGH: u32 = 12;
const LEASED: u32 = 1;
const HANDED_OVER: u32 = 4;
/// How long an idempotency key is remembered.
const REMEMBERED: Millis = 48 * 3_600_000;
/// How long an image stays that no mail shows.
const IDLE: Millis = 24 * 3_600_000;
/// How long attempts stay tallied.
const TALLIED: Millis = 2 * 3_600_000;

/// One step.
pub(super) fn sweep(conn: &Connection, now: Millis) -> Result<Swept, Fault> {
    let mut swept = Swept::default();
    recover(conn, now, &mut swept)?;
    expire(conn, now, &mut swept)?;
    erase(conn, now, &mut swept)?;
    images::sweep(conn, now - IDLE)?;
    breakers::sweep(conn, now)?;
    swept.forgotten = (limits::sweep(conn, now, STEP)? + forget(conn, now)?) as u64;
    let slot = (now - TALLIED).div_euclid(finish::SLOT);
    conn.prepare_cached("DELETE FROM tallies WHERE slot < ?1")?.execute([slot])?;
    Ok(swept)
}

/// Idempotency keys that nobody will use again.
fn forget(conn: &Connection, now: Millis) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM requests WHERE key IN
        (SELECT key FROM requests WHERE at < ?1 LIMIT ?2)";
    conn.prepare_cached(sql)?.execute(params![now - REMEMBERED, STEP as i64])
}

struct Lost {
    seq: i64,
    handed_over: bool,
    in_doubt: InDoubt,
    recoveries: u32,
    expired: bool,
    transport: Option<String>,
    pinned: Option<String>,
    attempt: u32,
    began: Millis,
}

fn recover(conn: &Connection, now: Millis, swept: &mut Swept) -> rusqlite::Result<()> {
    let sql = "SELECT seq, state = 2, in_doubt, recoveries, expires_at <= ?1, transport, pinned,
        attempts, available_at FROM mails WHERE lease_until <= ?1 LIMIT ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let lost = statement.query_map(params![now, STEP as i64], |row| {
        Ok(Lost {
            seq: row.get(0)?,
            handed_over: row.get(1)?,
            in_doubt: rows::in_doubt(row.get(2)?),
            recoveries: row.get(3)?,
            expired: row.get(4)?,
            transport: row.get(5)?,
            pinned: row.get(6)?,
            attempt: row.get(7)?,
            began: row.get(8)?,
        })
    })?;
    for lost in lost.collect::<Result<Vec<_>, _>>()? {
        recover_one(conn, &lost, now, swept)?;
    }
    Ok(())
}

/// A mail that was handed over may be out: it is sent again where the kind says so, its lifetime
/// allows it and it did not happen too often; else a person is asked.
fn recover_one(
    conn: &Connection,
    lost: &Lost,
    now: Millis,
    swept: &mut Swept,
) -> rusqlite::Result<()> {
    let recoveries = lost.recoveries + if lost.handed_over { HANDED_OVER } else { LEASED };
    let poison = recoveries >= ENOUGH;
    let resend = lost.in_doubt == InDoubt::Resend && !lost.expired && !poison;
    let cause = if poison { "quarantined" } else { "lease_lost" };
    // Another token: whoever had the lease can write no more.
    let sql = "UPDATE mails SET cause = ?2, token = token + 1 WHERE seq = ?1";
    conn.prepare_cached(sql)?.execute(params![lost.seq, cause])?;
    if lost.handed_over {
        finish::log(conn, lost.seq, &interrupted(lost, resend))?;
    }
    let again = |pinned: Option<&str>| {
        finish::requeue(conn, lost.seq, now, pinned)?;
        let sql = "UPDATE mails SET recoveries = ?2 WHERE seq = ?1";
        conn.prepare_cached(sql)?.execute(params![lost.seq, recoveries])?;
        finish::retire(conn, lost.seq, now)
    };
    let counted = match (lost.handed_over, resend) {
        (true, true) => {
            again(lost.transport.as_deref())?;
            &mut swept.resent
        }
        (true, false) => {
            finish::end(conn, lost.seq, State::Unknown, now)?;
            &mut swept.held
        }
        (false, _) if lost.expired => {
            finish::end(conn, lost.seq, State::Expired, now)?;
            &mut swept.expired
        }
        (false, _) if poison => {
            finish::end(conn, lost.seq, State::Failed, now)?;
            &mut swept.held
        }
        (false, _) => {
            again(lost.pinned.as_deref())?;
            &mut swept.released
        }
    };
    *counted += 1;
    Ok(())
}

/// The attempt of which nobody wrote down how it ended.
fn interrupted(lost: &Lost, resend: bool) -> Attempt {
    Attempt {
        number: lost.attempt,
        at: lost.began,
        transport: lost.transport.clone(),
        stage: Some("hand_over".to_owned()),
        cause: Some("lease_lost".to_owned()),
        what: Some((
            "the worker ended while it handed the mail over: a copy may be out".to_owned(),
            "投递进程在移交时中断：可能已经发出一份".to_owned(),
        )),
        hint: (!resend).then(|| {
            (
                "look for the Message-ID at the provider, or ask the recipient; retry the mail if it did not arrive".to_owned(),
                "请在服务商处按 Message-ID 查找，或询问收件人；确认没有收到再重发".to_owned(),
            )
        }),
        action: if resend { "retry" } else { "hold" }.to_owned(),
        ..Attempt::default()
    }
}

fn expire(conn: &Connection, now: Millis, swept: &mut Swept) -> rusqlite::Result<()> {
    let sql = "SELECT seq FROM mails WHERE state IN (0, 9) AND expires_at <= ?1 LIMIT ?2";
    for seq in numbers(conn, sql, now)? {
        finish::end(conn, seq, State::Expired, now)?;
        swept.expired += 1;
    }
    Ok(())
}

fn erase(conn: &Connection, now: Millis, swept: &mut Swept) -> rusqlite::Result<()> {
    let sql = "SELECT seq FROM mails WHERE keep_until <= ?1 LIMIT ?2";
    for seq in numbers(conn, sql, now)? {
        let sql = "UPDATE mails SET keep_until = NULL, address = NULL WHERE seq = ?1
            RETURNING coalesce(parent, seq), parent IS NOT NULL OR copies > 0";
        let (root, family) =
            conn.prepare_cached(sql)?.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
        finish::erase_if_done(conn, root, family, now)?;
        swept.erased += 1;
    }
    Ok(())
}

fn numbers(conn: &Connection, sql: &str, now: Millis) -> rusqlite::Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![now, STEP as i64], |row| row.get(0))?;
    rows.collect()
}

/// Removes mails that were done before `before`, with their copies.
pub(super) fn prune(conn: &Connection, before: Millis, most: usize) -> Result<u64, Fault> {
    let sql = "SELECT seq FROM mails m WHERE done_at < ?1 AND parent IS NULL AND NOT EXISTS
        (SELECT 1 FROM mails c WHERE c.parent = m.seq AND coalesce(c.done_at >= ?1, TRUE))
        ORDER BY done_at LIMIT ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![before, most as i64], |row| row.get(0))?;
    let mut removed = 0;
    for seq in rows.collect::<Result<Vec<i64>, _>>()? {
        let sql = "UPDATE mails SET keep_until = NULL WHERE keep_until IS NOT NULL
            AND (seq = ?1 OR parent = ?1)";
        conn.prepare_cached(sql)?.execute([seq])?;
        finish::erase_if_done(conn, seq, true, before)?;
        for sql in ["DELETE FROM mails WHERE parent = ?1", "DELETE FROM mails WHERE seq = ?1"] {
            removed += conn.prepare_cached(sql)?.execute([seq])? as u64;
        }
    }
    Ok(removed)
}
