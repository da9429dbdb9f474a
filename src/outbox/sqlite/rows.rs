//! Rows as values.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::catalog::InDoubt;
use crate::outbox::{Attempt, Hash, Lane, Mail, State};

/// A copy that waits for its parent.
pub(super) const WAITING: i64 = 9;

/// What every mail of a list is read from.
pub(super) const MAIL: &str = "SELECT m.id, p.id, m.message_id, m.kind, m.locale, m.lane, m.shown,
    m.state, m.accepted_at, m.send_at, m.available_at, m.expires_at, m.done_at, m.attempts,
    m.transport, m.provider_id, m.reply_code, m.reply_text, m.cause, m.adapted, m.replaced_by,
    EXISTS (SELECT 1 FROM contents c WHERE c.seq = coalesce(m.parent, m.seq))
      AND (m.parent IS NULL OR m.address IS NOT NULL),
    (SELECT names FROM routes r WHERE r.route = m.via), m.lease_until,
    EXISTS (SELECT 1 FROM suppressions s WHERE s.recipient = m.recipient), m.trace
    FROM mails m LEFT JOIN mails p ON p.seq = m.parent";

/// A row of [`MAIL`].
pub(super) fn mail(row: &Row<'_>) -> rusqlite::Result<Mail> {
    Ok(Mail {
        id: row.get(0)?,
        parent: row.get(1)?,
        message_id: row.get(2)?,
        kind: row.get(3)?,
        locale: row.get(4)?,
        lane: row.get(5)?,
        to: row.get(6)?,
        state: row.get(7)?,
        accepted_at: row.get(8)?,
        send_at: row.get(9)?,
        available_at: row.get(10)?,
        expires_at: row.get(11)?,
        lease_until: row.get(23)?,
        done_at: row.get(12)?,
        route: names(row.get(22)?),
        attempts: row.get(13)?,
        transport: row.get(14)?,
        provider_id: row.get(15)?,
        reply: pair(row, 16)?,
        cause: row.get(18)?,
        adapted: row.get(19)?,
        replaced_by: row.get(20)?,
        has_content: row.get(21)?,
        suppressed: row.get(24)?,
        trace: row.get("trace")?,
    })
}

/// One mail by its id.
pub(super) fn find(conn: &Connection, id: &str) -> rusqlite::Result<Option<Mail>> {
    conn.prepare_cached(&format!("{MAIL} WHERE m.id = ?1"))?.query_row([id], mail).optional()
}

/// The copies of a mail: they were put in behind it, in their order.
pub(super) fn copies(conn: &Connection, id: &str) -> rusqlite::Result<Vec<Mail>> {
    let sql =
        format!("{MAIL} WHERE m.parent = (SELECT seq FROM mails WHERE id = ?1) ORDER BY m.seq");
    conn.prepare_cached(&sql)?.query_map([id], mail)?.collect()
}

/// An attempt of the log.
pub(super) fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        number: row.get(0)?,
        at: row.get(1)?,
        took: row.get(2)?,
        transport: row.get(3)?,
        stage: row.get(4)?,
        cause: row.get(5)?,
        reply: pair(row, 6)?,
        what: pair(row, 8)?,
        hint: pair(row, 10)?,
        action: row.get(12)?,
    })
}

/// The attempts of a mail.
pub(super) fn attempts(conn: &Connection, id: &str) -> rusqlite::Result<Vec<Attempt>> {
    let sql = "SELECT a.number, a.at, a.took, a.transport, a.stage, a.cause, a.reply_code,
        a.reply_text, a.what_en, a.what_zh, a.hint_en, a.hint_zh, a.action
        FROM attempts a JOIN mails m ON m.seq = a.seq WHERE m.id = ?1 ORDER BY a.place";
    conn.prepare_cached(sql)?.query_map([id], attempt)?.collect()
}

/// Two columns of a pair.
pub(super) fn both(pair: &Option<(String, String)>) -> (Option<&str>, Option<&str>) {
    (pair.as_ref().map(|(first, _)| &**first), pair.as_ref().map(|(_, second)| &**second))
}

/// Two columns that are there together.
pub(super) fn pair(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<(String, String)>> {
    let (first, second): (Option<String>, Option<String>) = (row.get(at)?, row.get(at + 1)?);
    Ok(first.zip(second))
}

/// The number of a list of transports.
pub(super) fn route_number(conn: &Connection, names: &[String]) -> rusqlite::Result<i64> {
    let names = serde_json::Value::from(names.to_vec()).to_string();
    let sql = "SELECT route FROM routes WHERE names = ?1";
    if let Some(number) =
        conn.prepare_cached(sql)?.query_row([&names], |row| row.get(0)).optional()?
    {
        return Ok(number);
    }
    let sql = "INSERT INTO routes (names) VALUES (?1)";
    conn.prepare_cached(sql)?.execute(params![names])?;
    Ok(conn.last_insert_rowid())
}

/// A list of transports.
fn names(names: Option<String>) -> Vec<String> {
    names.and_then(|names| serde_json::from_str(&names).ok()).unwrap_or_default()
}

/// All lists of transports.
pub(super) fn routes(conn: &Connection) -> rusqlite::Result<Vec<(i64, Vec<String>)>> {
    let mut statement = conn.prepare_cached("SELECT route, names FROM routes")?;
    let rows = statement.query_map([], |row| {
        let names: String = row.get(1)?;
        Ok((row.get(0)?, self::names(Some(names))))
    })?;
    rows.collect()
}

impl State {
    /// Its number in the table.
    pub(super) fn number(self) -> i64 {
        Self::NAMES.iter().position(|(_, state)| *state == self).unwrap_or(0) as i64
    }
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.number().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = match value.as_i64()? {
            WAITING => 0,
            number => number,
        };
        let known = usize::try_from(number).ok().and_then(|at| State::NAMES.get(at));
        known.map(|(_, state)| *state).ok_or(rusqlite::types::FromSqlError::OutOfRange(number))
    }
}

/// The lanes in the order in which they leave.
pub(super) const LANES: [Lane; 3] = [Lane::Security, Lane::Transactional, Lane::Notification];

impl ToSql for Lane {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Lane {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        let known = usize::try_from(number).ok().and_then(|at| LANES.get(at));
        known.copied().ok_or(rusqlite::types::FromSqlError::OutOfRange(number))
    }
}

/// `in_doubt` as the table has it.
pub(super) fn in_doubt_number(in_doubt: InDoubt) -> i64 {
    match in_doubt {
        InDoubt::Resend => 0,
        InDoubt::Hold => 1,
    }
}

/// The same back.
pub(super) fn in_doubt(number: i64) -> InDoubt {
    if number == 0 { InDoubt::Resend } else { InDoubt::Hold }
}

impl ToSql for Hash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 32]>::column_result(value).map(Hash)
    }
}
