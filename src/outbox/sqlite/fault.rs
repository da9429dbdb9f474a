//! SQLite's faults as ours.

use rusqlite::{Error, ErrorCode};

use crate::outbox::StoreError;

/// Why a piece of work was not done.
pub(super) enum Fault {
    /// It cannot be done: nothing is wrong with the store
    Answer(StoreError),
    /// The store could not do it
    Sqlite(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Answer(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> StoreError {
        match fault {
            Fault::Answer(error) => error,
            Fault::Sqlite(error) => store_error(&error),
        }
    }
}

/// The fault that callers see. SQLite's own words name no value.
pub(super) fn store_error(error: &Error) -> StoreError {
    let what = words(error);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { what },
        Some(ErrorCode::DiskFull) => StoreError::Full { what },
        _ => StoreError::Broken { what },
    }
}

fn words(error: &Error) -> String {
    match error {
        Error::SqliteFailure(code, _) => code.to_string(),
        other => other.to_string(),
    }
}
