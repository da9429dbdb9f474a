//! Who has an outbox open. Everybody who does holds a shared lock on its folder, so that the last
//! one to close it knows that it is. Whoever is killed holds the lock no more.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::outbox::StoreError;

/// Between two looks whether the folder is free.
const PAUSE: Duration = Duration::from_millis(10);

/// That an outbox is open here; none where the folder cannot be locked: then nobody is the last.
#[derive(Debug)]
pub(super) struct Presence(Option<File>);

impl Presence {
    /// Says so. Whoever is closing the outbox as the last one is waited for.
    pub fn tell(folder: &Path, patience: Duration) -> Result<Presence, StoreError> {
        let Ok(folder) = File::open(folder) else { return Ok(Presence(None)) };
        let end = Instant::now() + patience;
        loop {
            match folder.try_lock_shared() {
                Ok(()) => return Ok(Presence(Some(folder))),
                Err(TryLockError::Error(_)) => return Ok(Presence(None)),
                Err(TryLockError::WouldBlock) if Instant::now() >= end => {
                    let what = "another process is closing it".to_owned();
                    return Err(StoreError::Busy { what });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            }
        }
    }

    /// Whether nobody else has it open. Nobody can open it then until this is dropped.
    pub fn is_last(&self) -> bool {
        let Presence(folder) = self;
        folder.as_ref().is_some_and(|folder| folder.unlock().is_ok() && folder.try_lock().is_ok())
    }
}
