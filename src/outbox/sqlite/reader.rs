//! Threads that read, each with a connection of its own. What is asked of one mail or transport has
//! a thread to itself: a long list holds up no mail.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::store_error;
use super::group::number;
use super::writer::{Writer, closed};
use super::{finish, meta, open, rows, totals};
use crate::outbox::{Lane, Millis, State, Stats, StoreError, Suppressed};

/// How many threads answer what an index leads to at once.
const FINDERS: usize = 1;
/// How many list and count.
const LISTERS: usize = 2;
/// How far back attempts are counted.
const LATELY: Millis = 3_600_000;

type Job = Box<dyn FnOnce(&mut Eye) + Send>;

/// Takes questions.
#[derive(Debug)]
pub(super) struct Reader {
    finders: Queue,
    listers: Queue,
}

impl Reader {
    /// Starts the threads. They read the file to which is written.
    pub fn start(path: &Path, writer: &Writer) -> Result<Reader, StoreError> {
        let finders = Queue::start(path, writer, FINDERS)?;
        let listers = Queue::start(path, writer, LISTERS)?;
        Ok(Reader { finders, listers })
    }

    /// Asks for what an index leads to.
    pub async fn read<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.finders.ask(read).await
    }

    /// Asks for many things, which may take its time.
    pub async fn list<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.listers.ask(read).await
    }

    /// Ends the threads.
    pub fn close(&self) {
        self.finders.close();
        self.listers.close();
    }
}

/// Questions that wait for a few threads.
#[derive(Debug)]
struct Queue(Mutex<Option<Sender<Job>>>);

impl Queue {
    fn start(path: &Path, writer: &Writer, threads: usize) -> Result<Queue, StoreError> {
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let mut eye = Eye::open(path, writer)?;
            let waiting = Arc::clone(&waiting);
            let run = move || {
                loop {
                    let next = waiting.lock().map(|waiting| waiting.recv());
                    let Ok(Ok(job)) = next else { return };
                    job(&mut eye);
                }
            };
            thread::Builder::new()
                .name("outbox-read".to_owned())
                .spawn(run)
                .map_err(|error| StoreError::Broken { what: error.to_string() })?;
        }
        Ok(Queue(Mutex::new(Some(jobs))))
    }

    async fn ask<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |eye| {
            // Whoever asked may have gone while others were answered.
            if !answer.is_closed() {
                let found = eye.look();
                let found = found.and_then(|conn| read(conn).map_err(|error| store_error(&error)));
                let _ = answer.send(found);
            }
        });
        let sent = match self.0.lock() {
            Ok(jobs) => jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok()),
            Err(_) => false,
        };
        if !sent {
            return Err(closed());
        }
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    fn close(&self) {
        if let Ok(mut jobs) = self.0.lock() {
            jobs.take();
        }
    }
}

/// A connection to the file of this name.
struct Eye {
    path: PathBuf,
    writer: Writer,
    file: Option<u64>,
    conn: Connection,
}

impl Eye {
    fn open(path: &Path, writer: &Writer) -> Result<Eye, StoreError> {
        let (file, conn) = (number(path), open::reading(path)?);
        Ok(Eye { path: path.to_owned(), writer: writer.clone(), file, conn })
    }

    /// The connection; another one when another file has the name. Whether that one may be opened
    /// at all is for the writer to find out, before anything is made beside it.
    fn look(&mut self) -> Result<&Connection, StoreError> {
        let now = number(&self.path);
        if now != self.file {
            self.writer.look()?;
            self.conn = open::reading(&self.path)?;
            self.file = now;
        }
        Ok(&self.conn)
    }
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

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::outbox::{Key, SqliteStore, Store};

    type Asked<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;

    /// Whether it is not answered at once; it goes on waiting.
    async fn waits(asked: &mut Asked<'_>) -> bool {
        tokio::time::timeout(Duration::ZERO, asked).await.is_err()
    }

    #[tokio::test]
    async fn long_lists_hold_up_no_mail_and_nothing_is_listed_for_whoever_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outbox.db");
        let store = SqliteStore::open(&file, &Key::new(&[7; 32])).unwrap();
        let mut long: Vec<(oneshot::Sender<()>, Asked<'_>)> = Vec::new();
        for _ in 0..LISTERS {
            let (end, ends) = oneshot::channel();
            let list = move |_: &Connection| {
                let _ = ends.blocking_recv();
                Ok(())
            };
            long.push((end, Box::pin(store.reader.list(list))));
        }
        for (_, list) in &mut long {
            assert!(waits(list).await);
        }
        let was_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&was_done);
        let list = move |_: &Connection| {
            done.store(true, Ordering::SeqCst);
            Ok(())
        };
        let mut gone: Asked<'_> = Box::pin(store.reader.list(list));
        assert!(waits(&mut gone).await);
        drop(gone);
        let found = tokio::time::timeout(Duration::from_secs(60), store.find("x")).await;
        assert!(found.expect("a mail waits for no list").unwrap().is_none());
        for (end, list) in long {
            end.send(()).unwrap();
            list.await.unwrap();
        }
        store.reader.list(|_| Ok(())).await.unwrap();
        store.close().await;
        assert!(!was_done.load(Ordering::SeqCst));
    }
}
