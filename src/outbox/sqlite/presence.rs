//! Who has an outbox open. Everybody who does holds a shared lock on its folder, so that the last
//! one to close it knows that it is; and one on its log, on which SQLite has none, as soon as there
//! is a clock to go by, so that the first one knows that it is. Whoever is killed holds them no more.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::outbox::StoreError;

/// Between two looks whether the folder is free.
const PAUSE: Duration = Duration::from_millis(10);

/// That an outbox is open here; none where the folder cannot be locked: then nobody is the last.
#[derive(Debug)]
pub(super) struct Presence {
    folder: Option<File>,
    log: Option<File>,
}

/// Who goes by the clock of an outbox already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// Nobody
    None,
    /// Others, or nobody knows
    Others,
}

impl Presence {
    /// Says so. Whoever is closing the outbox as the last one is waited for.
    pub fn tell(folder: &Path, patience: Duration) -> Result<Presence, StoreError> {
        let (folder, log) = (File::open(folder).ok(), None);
        let end = Instant::now() + patience;
        loop {
            match folder.as_ref().map(File::try_lock_shared) {
                Some(Ok(())) => return Ok(Presence { folder, log }),
                None | Some(Err(TryLockError::Error(_))) => {
                    return Ok(Presence { folder: None, log });
                }
                Some(Err(TryLockError::WouldBlock)) if Instant::now() >= end => {
                    let what = "another process is closing it".to_owned();
                    return Err(StoreError::Busy { what });
                }
                Some(Err(TryLockError::WouldBlock)) => thread::sleep(PAUSE),
            }
        }
    }

    /// Whether nobody else has it open. Nobody can open it then until this is dropped.
    pub fn is_last(&self) -> bool {
        let folder = self.folder.as_ref();
        folder.is_some_and(|folder| folder.unlock().is_ok() && folder.try_lock().is_ok())
    }

    /// Goes by the clock of the outbox with this log from now on. Asked in a transaction that
    /// writes, so that of two that open it at once one is the first.
    pub fn keep_time(&mut self, log: &Path) -> Company {
        self.log = File::open(log).ok();
        let Some(log) = &self.log else { return Company::Others };
        let company = log.try_lock().map_or(Company::Others, |()| Company::None);
        // Where nothing can be locked, all are taken for others.
        let _ = log.unlock().and_then(|()| log.lock_shared());
        company
    }
}
