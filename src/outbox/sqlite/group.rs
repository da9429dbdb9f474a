//! Groups of work: each in one transaction, and what happens when that fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::desk::Desk;
use super::fault::store_error;
use super::images::Images;
use super::open::{self, Look};
use super::presence::Presence;
use super::reserve::Reserve;
use super::writer::{Done, Job};
use crate::outbox::{Key, StoreError};

/// How often a file that failed is opened again.
const PAUSE: Duration = Duration::from_secs(1);

/// Writes; holds the connection.
pub(super) struct Group {
    /// None after a failure that it may not have survived
    conn: Option<Connection>,
    presence: Presence,
    path: PathBuf,
    key: Key,
    file: Option<u64>,
    tried: Option<Instant>,
    images: Images,
    reserve: Reserve,
}

impl Group {
    /// Writes to this connection from now on.
    pub fn new(conn: Connection, presence: Presence, path: &Path, key: &Key) -> Group {
        let mut reserve = Reserve::of(path);
        reserve.is_whole();
        Group {
            conn: Some(conn),
            presence,
            path: path.to_owned(),
            key: key.clone(),
            file: number(path),
            tried: None,
            images: Images::default(),
            reserve,
        }
    }

    /// Does the work and answers it.
    pub fn run(&mut self, jobs: Vec<Box<dyn Job>>) {
        let room = self.reserve.is_whole();
        let (mut jobs, refused): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|job| room || !job.admits());
        for job in refused {
            job.answer(Err(self.reserve.missing()));
        }
        if jobs.is_empty() {
            return;
        }
        let outcome = self.commit(&mut jobs);
        match outcome {
            Err(StoreError::Full { .. }) if room => {
                self.reserve.give_up();
                self.write_back();
                self.run(jobs);
            }
            // One that cannot be done must not cost the others.
            Err(StoreError::Full { .. } | StoreError::Broken { .. })
                if jobs.len() > 1 && self.conn.is_some() =>
            {
                jobs.into_iter().for_each(|job| self.run(vec![job]));
            }
            outcome => jobs.into_iter().for_each(|job| job.answer(outcome.clone())),
        }
        if !room {
            self.write_back();
        }
    }

    /// Leaves everything in the one file, if nobody else writes to it.
    pub fn close(self) {
        if let Some(conn) = self.conn
            && self.presence.is_last()
        {
            // What is not written back is read from the log the next time.
            let _ = open::end(&conn);
        }
    }

    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        self.look()?;
        let Some(conn) = &mut self.conn else { return Err(gone()) };
        let Err(error) = transact(conn, &mut self.images, jobs) else { return Ok(()) };
        self.images.forget();
        match store_error(&error) {
            StoreError::Broken { what } if self.reserve.has_no_room() => {
                Err(StoreError::Full { what })
            }
            // After a sync that failed, nobody knows what the disk holds: it is read again.
            fault @ StoreError::Broken { .. } if is_grave(&error) => {
                self.conn = None;
                Err(fault)
            }
            fault => Err(fault),
        }
    }

    /// Whether the file is still the one that was opened; after a failure it is opened again.
    fn look(&mut self) -> Result<(), StoreError> {
        let now = number(&self.path);
        if self.conn.is_some() && now == self.file {
            return Ok(());
        }
        // Mails that are written into a file without a name are lost.
        self.conn = None;
        self.images.forget();
        if self.tried.is_some_and(|tried| tried.elapsed() < PAUSE) {
            return Err(gone());
        }
        self.tried = Some(Instant::now());
        let conn =
            open::again(&self.path, &self.key, Look::Whole).map_err(|error| match error {
                StoreError::Unusable { why, .. } => StoreError::Broken { what: why.to_string() },
                other => other,
            })?;
        self.conn = Some(conn);
        self.file = number(&self.path);
        self.presence.keep_time(&open::log(&self.path));
        Ok(())
    }

    /// Writes the log back into the file, so that it can begin anew.
    fn write_back(&self) {
        if let Some(conn) = &self.conn {
            // Readers may be in the way; it is tried again after the next work.
            let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }
}

fn transact(
    conn: &mut Connection,
    images: &mut Images,
    jobs: &mut [Box<dyn Job>],
) -> Result<(), rusqlite::Error> {
    let mut transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        let part = transaction.savepoint()?;
        let mut desk = Desk { conn: &part, images, undo: false };
        match job.work(&mut desk)? {
            Done::Keep => part.commit()?,
            Done::Undo => {
                images.forget();
                part.finish()?;
            }
        }
    }
    transaction.commit()
}

/// Whether the connection may not be used again.
fn is_grave(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::ReadOnly
        )
    )
}

fn gone() -> StoreError {
    StoreError::Broken { what: "the file was not opened".to_owned() }
}

/// Tells files of one name apart.
#[cfg(unix)]
pub(super) fn number(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|file| file.ino())
}

#[cfg(not(unix))]
pub(super) fn number(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|_| 0)
}
