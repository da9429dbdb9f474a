//! Single values.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension, params};

/// When a worker claimed last.
pub(super) const CLAIMED_AT: &str = "claimed_at";
/// Tells the key under which the contents are sealed.
pub(super) const KEY_CHECK: &str = "key_check";
/// Which start of the machine [`AHEAD`] holds for.
pub(super) const BOOT: &str = "boot";
/// How far the time of the outbox is ahead of the clock that nobody sets.
pub(super) const AHEAD: &str = "ahead";
/// 1 while nobody has it open: then all of it is in the one file.
pub(super) const CLOSED: &str = "closed";

/// A value, if it is there.
pub(super) fn get<T: FromSql>(conn: &Connection, name: &str) -> rusqlite::Result<Option<T>> {
    let sql = "SELECT value FROM meta WHERE name = ?1";
    conn.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()
}

/// Writes a value.
pub(super) fn set(conn: &Connection, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET value = excluded.value";
    conn.prepare_cached(sql)?.execute(params![name, value])?;
    Ok(())
}
