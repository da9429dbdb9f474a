//! The file: how it is made, looked at, and brought up to date. A file that is not what it should
//! be is refused and left as it is; none is ever replaced by a new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::meta;
use super::presence::Presence;
use crate::outbox::{Key, StoreError, Unusable};

/// `hgyn`: whose file it is.
const APPLICATION: i32 = 0x6867_796e;
/// What the file must be brought to, step by step: the n-th makes version n of n - 1.
pub(super) const MIGRATIONS: [&str; 3] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql"), include_str!("schema-3.sql")];
/// What they make.
pub(super) const SCHEMA: usize = MIGRATIONS.len();
/// How every SQLite file begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How long its head is, and where it says whose the file is.
const HEAD: usize = 100;
const WHOSE: std::ops::Range<usize> = 68..72;
/// How long another process may hold the lock.
const BUSY: Duration = Duration::from_secs(5);
/// Between two tries to bring a note into the one file.
const PAUSE: Duration = Duration::from_millis(20);
/// Statements that are kept prepared.
const STATEMENTS: usize = 128;

/// How much of a file is looked at when it is opened.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Look {
    /// All of it
    Whole,
    /// What tells whose it is: the rest is looked at where it is read
    Head,
}

/// Opens an outbox for writing, or makes it where there is none.
pub(super) fn writing(path: &Path, key: &Key) -> Result<(Connection, Presence), StoreError> {
    if !path.exists() {
        make(path, key)?;
    }
    first(path, key, Look::Whole)
}

/// Opens an outbox that must be there.
pub(super) fn first(
    path: &Path,
    key: &Key,
    extent: Look,
) -> Result<(Connection, Presence), StoreError> {
    let presence = Presence::tell(&folder(path), BUSY)?;
    Ok((again(path, key, extent)?, presence))
}

/// The same where it is known to others that it is open here.
pub(super) fn again(path: &Path, key: &Key, extent: Look) -> Result<Connection, StoreError> {
    look(path)?;
    if misses_log(path) {
        return Err(refused(path, Unusable::LogMissing));
    }
    ask(path, key)?;
    let mut conn = connect(path).map_err(|error| unusable(path, &error))?;
    bring_up_to_date(&mut conn, path, extent)?;
    begin(&conn, path).map_err(|error| unusable(path, &error))?;
    Ok(conn)
}

/// Notes that it is in use, in the one file: when its log is gone the next time, mails are.
fn begin(conn: &Connection, path: &Path) -> rusqlite::Result<()> {
    let closed: Option<i64> = meta::get(conn, meta::CLOSED)?;
    if closed != Some(0) {
        meta::set(conn, meta::CLOSED, 0)?;
    }
    let end = Instant::now() + BUSY;
    while !is_in_use(path) {
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        if Instant::now() >= end {
            break;
        }
        // Another one that opens it reads all of it, as it was before the note.
        if !is_in_use(path) {
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// Whether it was in use and its log is gone. Asked before SQLite opens it as usual, which makes an
/// empty log. Another process may open it at the same moment: it makes its log first, then the note.
fn misses_log(path: &Path) -> bool {
    let log = log(path);
    !log.exists() && is_in_use(path) && !log.exists()
}

/// Whether the one file, without its log, says that it is in use. What cannot be read so is looked
/// at more closely elsewhere.
fn is_in_use(path: &Path) -> bool {
    let noted = || meta::get::<i64>(&alone(path)?, meta::CLOSED);
    noted().is_ok_and(|closed| closed == Some(0))
}

/// A connection that only reads the one file, and makes none beside it.
fn alone(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("{}?immutable=1", uri(path)), flags)
}

/// A path as SQLite takes it in a URI.
fn uri(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte);
    let shown = path.as_os_str().as_encoded_bytes().iter().map(|byte| match plain(byte) {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    format!("file:{}", shown.collect::<String>())
}

/// Notes that all of it is in the one file again, which only the last one to close it may.
pub(super) fn end(conn: &Connection) -> rusqlite::Result<()> {
    meta::set(conn, meta::CLOSED, 1)?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// A connection that only reads.
pub(super) fn reading(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let open = || {
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(BUSY)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        conn.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")?;
        Ok(conn)
    };
    open().map_err(|error| unusable(path, &error))
}

/// Made under another name and linked into place whole: a file of this name that is empty was
/// truncated, and of two processes that make it, one wins.
fn make(path: &Path, key: &Key) -> Result<(), StoreError> {
    let io = |error: io::Error| refused(path, Unusable::Io { what: error.to_string() });
    let folder = folder(path);
    fs::create_dir_all(&folder).map_err(io)?;
    let draft = beside(path, &format!("-new-{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    create(&draft).map_err(io)?;
    let fill = || {
        let mut conn = connect(&draft)?;
        migrate(&mut conn)?;
        meta::set(&conn, meta::KEY_CHECK, key.check().as_slice())?;
        end(&conn)
    };
    let filled = fill().map_err(|error| unusable(path, &error));
    let made = filled.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Not every file system knows links.
        Err(_) if !path.exists() => fs::rename(&draft, path).map_err(io),
        linked => linked.and_then(|()| File::open(&folder)?.sync_all()).map_err(io),
    });
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(&draft, end));
    }
    made
}

/// Readable by nobody else: the files beside it get the same mode from SQLite.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// What can be told before SQLite touches the file, which may be somebody else's. Ours says so in
/// the one file since it was made, whatever its log holds.
fn look(path: &Path) -> Result<(), StoreError> {
    let read = File::open(path).and_then(|file| {
        let mut head = Vec::with_capacity(HEAD);
        file.take(HEAD as u64).read_to_end(&mut head)?;
        Ok(head)
    });
    let why = match read {
        Ok(head) if head.is_empty() => Unusable::Empty,
        Ok(head) if head.len() < HEAD || !head.starts_with(MAGIC) => Unusable::NotADatabase,
        Ok(head) if head[WHOSE] != APPLICATION.to_be_bytes() => Unusable::NotOurs,
        Ok(_) => return Ok(()),
        Err(error) => Unusable::Io { what: error.to_string() },
    };
    Err(refused(path, why))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    // The log stays when the file is closed: where it is missing, somebody took it away.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA journal_size_limit = 16777216;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -65536;",
    )?;
    Ok(conn)
}

/// Whether it is ours to write to: asked before anything is written.
fn ask(path: &Path, key: &Key) -> Result<(), StoreError> {
    let log = log(path);
    if !log.exists() {
        let conn = alone(path).map_err(|error| unusable(path, &error))?;
        let told = belongs(&conn, path, key);
        // Another one that opens it makes its log first, then it writes.
        if !log.exists() {
            return told;
        }
    }
    belongs(&reading(path)?, path, key)
}

/// Of no later version, and under our key.
fn belongs(conn: &Connection, path: &Path, key: &Key) -> Result<(), StoreError> {
    let broken = |error| unusable(path, &error);
    let version: usize = pragma(conn, "user_version").map_err(broken)?;
    if version > SCHEMA {
        return Err(refused(path, Unusable::Newer { version, known: SCHEMA }));
    }
    let check: Option<Vec<u8>> = meta::get(conn, meta::KEY_CHECK).map_err(broken)?;
    if check.as_deref() == Some(key.check()) {
        return Ok(());
    }
    // Where it is damaged, this may be all that is wrong with the key.
    sound(conn, path)?;
    Err(refused(path, Unusable::OtherKey))
}

/// Whole, all of it.
fn sound(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: String = pragma(conn, "quick_check(1)").map_err(|error| unusable(path, &error))?;
    match &*found {
        "ok" => Ok(()),
        _ => Err(refused(path, Unusable::Damaged { what: found })),
    }
}

/// Reads as much of it as is wanted, and brings it up to date; then all of it is read in any case.
fn bring_up_to_date(conn: &mut Connection, path: &Path, extent: Look) -> Result<(), StoreError> {
    let broken = |error| unusable(path, &error);
    let version: usize = pragma(conn, "user_version").map_err(broken)?;
    if extent == Look::Whole || version < SCHEMA {
        sound(conn, path)?;
    }
    migrate(conn).map_err(broken)
}

fn pragma<T: rusqlite::types::FromSql>(conn: &Connection, name: &str) -> rusqlite::Result<T> {
    conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
}

/// Brings the file up to date, all or nothing.
fn migrate(conn: &mut Connection) -> rusqlite::Result<()> {
    if pragma::<usize>(conn, "user_version")? == SCHEMA {
        return Ok(());
    }
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it meanwhile.
    let version: usize = pragma(&transaction, "user_version")?;
    for step in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(step)?;
    }
    crate::crash::here("amid_migration");
    if version < SCHEMA {
        transaction.pragma_update(None, "user_version", SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
    }
    transaction.commit()?;
    crate::crash::here("after_migration");
    Ok(())
}

/// Where SQLite writes first.
pub(super) fn log(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// A file beside it.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

fn refused(path: &Path, why: Unusable) -> StoreError {
    StoreError::Unusable { place: path.display().to_string(), why }
}

/// A fault at opening. What passes by itself is no fault of the file.
fn unusable(path: &Path, error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => {
            refused(path, Unusable::Damaged { what: error.to_string() })
        }
        Some(ErrorCode::NotADatabase) => refused(path, Unusable::NotADatabase),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
            super::fault::store_error(error)
        }
        _ => refused(path, Unusable::Io { what: error.to_string() }),
    }
}
