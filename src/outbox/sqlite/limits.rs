//! Counting: so many in a window that slides.
//!
//! A small limit keeps the time of each mail. A large one counts in slots of a 64th of its window,
//! and takes a slot for as long as any of it is in the window: it may refuse a little early, and
//! never lets too many through.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, params};

use crate::outbox::{Hash, Limit, Millis, Refusal, Submission};

/// Up to here each mail is kept apart.
const EXACT: u32 = 128;
/// How many slots the window of a larger limit has.
const SLOTS: i64 = 64;

/// Counts the mails of a submission and their copies, one after the other, unless a limit is in the
/// way.
pub(super) fn count(
    conn: &Connection,
    submission: &Submission,
) -> rusqlite::Result<Option<Refusal>> {
    for (at, mail) in submission.mails.iter().enumerate() {
        let copies = mail.copies.iter().map(|copy| (None, &copy.limits));
        for (mail, own) in std::iter::once((Some(at), &mail.limits)).chain(copies) {
            let refusal = count_one(conn, submission, mail, own)?;
            if refusal.is_some() {
                return Ok(refusal);
            }
        }
    }
    Ok(None)
}

/// Counts what leaves for one recipient.
fn count_one(
    conn: &Connection,
    submission: &Submission,
    mail: Option<usize>,
    own: &[Limit],
) -> rusqlite::Result<Option<Refusal>> {
    let caps = submission.caps.iter().map(|cap| (cap, None));
    for (limit, mail) in caps.chain(own.iter().map(|limit| (limit, mail))) {
        if let Some(retry_after) = in_the_way(conn, limit, submission.now)? {
            let limit = limit.name.clone();
            return Ok(Some(Refusal::Limited { mail, limit, retry_after }));
        }
    }
    // Windows of one subject look at the same times: each mail stands there once.
    let mut longest = HashMap::new();
    for limit in submission.caps.iter().chain(own) {
        let window = longest.entry((limit.subject, grain(limit))).or_insert(0);
        *window = (*window).max(self::window(limit));
    }
    for ((subject, grain), window) in longest {
        hit(conn, &Hit { subject, grain, window, now: submission.now })?;
    }
    Ok(None)
}

/// When there is room again, if there is none.
fn in_the_way(conn: &Connection, limit: &Limit, now: Millis) -> rusqlite::Result<Option<Duration>> {
    let (window, grain) = (window(limit), grain(limit));
    if limit.most == 0 {
        return Ok(Some(limit.within));
    }
    let sql = "SELECT slot, n FROM hits WHERE subject = ?1 AND grain = ?2 AND slot >= ?3
        ORDER BY slot DESC";
    let mut statement = conn.prepare_cached(sql)?;
    let oldest = (now - window + 1).div_euclid(grain);
    let mut rows = statement.query(params![limit.subject, grain, oldest])?;
    let mut counted = 0_i64;
    while let Some(row) = rows.next()? {
        let (slot, n): (i64, i64) = (row.get(0)?, row.get(1)?);
        counted += n;
        if counted >= i64::from(limit.most) {
            // When this slot has left the window, fewer than `most` are in it.
            let last = slot * grain + grain - 1;
            let wait = (last + window - now).max(1);
            return Ok(Some(Duration::from_millis(wait.unsigned_abs())));
        }
    }
    Ok(None)
}

struct Hit {
    subject: Hash,
    grain: Millis,
    window: Millis,
    now: Millis,
}

fn hit(conn: &Connection, hit: &Hit) -> rusqlite::Result<()> {
    let sql = "INSERT INTO hits (subject, grain, slot, n, gone_at) VALUES (?1, ?2, ?3, 1, ?4)
        ON CONFLICT DO UPDATE SET n = n + 1, gone_at = max(gone_at, excluded.gone_at)";
    let slot = hit.now.div_euclid(hit.grain);
    let gone_at = hit.now + hit.window + hit.grain;
    conn.prepare_cached(sql)?.execute(params![hit.subject, hit.grain, slot, gone_at])?;
    Ok(())
}

/// Removes what no window holds any more.
pub(super) fn sweep(conn: &Connection, now: Millis, most: usize) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM hits WHERE (subject, grain, slot) IN
        (SELECT subject, grain, slot FROM hits WHERE gone_at < ?1 LIMIT ?2)";
    conn.prepare_cached(sql)?.execute(params![now, most as i64])
}

fn window(limit: &Limit) -> Millis {
    i64::try_from(limit.within.as_millis()).unwrap_or(i64::MAX / 4)
}

fn grain(limit: &Limit) -> Millis {
    if limit.most <= EXACT { 1 } else { (window(limit) / SLOTS).max(1) }
}
