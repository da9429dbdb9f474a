//! Threads that read, each with a connection of its own: a long list holds up no mail.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tokio::sync::oneshot;

use super::fault::store_error;
use super::writer::closed;
use super::{finish, meta, open, rows, totals};
use crate::outbox::{Filter, Lane, Mail, Millis, State, Stats, StoreError, Suppressed};

/// How many read at once.
const READERS: usize = 2;
/// How far back attempts are counted.
const LATELY: Millis = 3_600_000;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// Takes questions.
#[derive(Debug)]
pub(super) struct Reader {
    jobs: Mutex<Option<std::sync::mpsc::Sender<Job>>>,
}

impl Reader {
    /// Starts the threads.
    pub fn start(path: &Path) -> Result<Reader, StoreError> {
        let (jobs, waiting) = std::sync::mpsc::channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..READERS {
            let conn = open::reading(path)?;
            let waiting = Arc::clone(&waiting);
            let run = move || {
                loop {
                    let next = waiting.lock().map(|waiting| waiting.recv());
                    let Ok(Ok(job)) = next else { return };
                    job(&conn);
                }
            };
            thread::Builder::new()
                .name("outbox-read".to_owned())
                .spawn(run)
                .map_err(|error| StoreError::Broken { what: error.to_string() })?;
        }
        Ok(Reader { jobs: Mutex::new(Some(jobs)) })
    }

    /// Asks.
    pub async fn read<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let _ = answer.send(read(conn).map_err(|error| store_error(&error)));
        });
        let sent = match self.jobs.lock() {
            Ok(jobs) => jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok()),
            Err(_) => false,
        };
        if !sent {
            return Err(closed());
        }
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Ends the threads.
    pub fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
    }
}

/// Mails, newest first.
pub(super) fn list(conn: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Mail>> {
    let mut wanted = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if !filter.states.is_empty() {
        let mut states: Vec<i64> = filter.states.iter().map(|state| state.number()).collect();
        if filter.states.contains(&State::Queued) {
            states.push(rows::WAITING);
        }
        let states: Vec<String> = states.iter().map(i64::to_string).collect();
        wanted.push(format!("m.state IN ({})", states.join(", ")));
    }
    if let Some(kind) = &filter.kind {
        wanted.push("m.kind = ?".to_owned());
        values.push(kind.clone().into());
    }
    if let Some(recipient) = &filter.recipient {
        wanted.push("m.recipient = ?".to_owned());
        values.push(recipient.0.to_vec().into());
    }
    if let Some(parent) = &filter.parent {
        wanted.push("m.parent = (SELECT seq FROM mails WHERE id = ?)".to_owned());
        values.push(parent.clone().into());
    }
    if let Some(before) = &filter.before {
        wanted.push("m.id < ?".to_owned());
        values.push(before.clone().into());
    }
    let wanted =
        if wanted.is_empty() { String::new() } else { format!("WHERE {}", wanted.join(" AND ")) };
    values.push(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
    let sql = format!("{} {wanted} ORDER BY m.id DESC LIMIT ?", rows::MAIL);
    conn.prepare(&sql)?.query_map(params_from_iter(values), rows::mail)?.collect()
}

/// Counts.
pub(super) fn stats(conn: &Connection, now: Millis) -> rusqlite::Result<Stats> {
    let mut states: Vec<(State, u64)> = State::NAMES.iter().map(|(_, state)| (*state, 0)).collect();
    let mut statement = conn.prepare_cached("SELECT state, n FROM counts")?;
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, State>(0)?, row.get::<_, u64>(1)?)))?;
    for row in rows {
        let (state, n) = row?;
        for known in states.iter_mut().filter(|(known, _)| *known == state) {
            known.1 += n;
        }
    }
    let slot = (now - LATELY).div_euclid(finish::SLOT);
    let sql = "SELECT transport, cause, sum(n) FROM tallies WHERE slot > ?1 GROUP BY 1, 2";
    let mut statement = conn.prepare_cached(sql)?;
    let attempts =
        statement.query_map([slot], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let depths = rows::LANES.iter().map(|lane| depth(conn, *lane, now));
    let depths: Vec<_> = depths.collect::<Result<_, _>>()?;
    Ok(Stats {
        states,
        lanes: depths.iter().map(|depth| (depth.lane, depth.waiting, depth.oldest)).collect(),
        later: depths.iter().map(|depth| (depth.lane, depth.later)).collect(),
        attempts: attempts.collect::<Result<_, _>>()?,
        totals: totals::attempts(conn)?,
        times: totals::times(conn)?,
        claimed_at: meta::get(conn, meta::CLAIMED_AT)?,
    })
}

/// The query of [`depth`]: its index holds all of it.
pub(super) const DEPTH: &str = "SELECT count(*) FILTER (WHERE available_at <= ?2),
    min(accepted_at) FILTER (WHERE available_at <= ?2),
    count(*) FILTER (WHERE available_at > ?2) FROM mails WHERE state = 0 AND lane = ?1";

/// How full a lane is.
struct Depth {
    lane: Lane,
    waiting: u64,
    oldest: Option<Millis>,
    later: u64,
}

fn depth(conn: &Connection, lane: Lane, now: Millis) -> rusqlite::Result<Depth> {
    let mut statement = conn.prepare_cached(DEPTH)?;
    statement.query_row(rusqlite::params![lane, now], |row| {
        Ok(Depth { lane, waiting: row.get(0)?, oldest: row.get(1)?, later: row.get(2)? })
    })
}

/// Addresses that refused mail for good, newest first.
pub(super) fn suppressions(conn: &Connection, limit: usize) -> rusqlite::Result<Vec<Suppressed>> {
    let sql = "SELECT recipient, shown, since, reason FROM suppressions
        ORDER BY since DESC, recipient LIMIT ?1";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([limit], |row| {
        Ok(Suppressed {
            recipient: row.get(0)?,
            to: row.get(1)?,
            since: row.get(2)?,
            reason: row.get(3)?,
        })
    })?;
    rows.collect()
}
