//! What waits in a lane, by route.

use rusqlite::{Connection, params};

use super::rows;
use crate::outbox::{Lane, Millis};

/// The query of [`count`].
pub(super) const DUE: &str = "SELECT via, count(*) FROM mails
    WHERE state = 0 AND lane = ?1 AND available_at <= ?2 AND expires_at > ?2 GROUP BY via";

/// How many mails may leave now, by the transports that they may go by.
pub(super) fn count(
    conn: &Connection,
    lane: Lane,
    now: Millis,
) -> rusqlite::Result<Vec<(Vec<String>, u64)>> {
    let routes = rows::routes(conn)?;
    let mut statement = conn.prepare_cached(DUE)?;
    let mut found = statement.query(params![lane, now])?;
    let mut counts = Vec::new();
    while let Some(row) = found.next()? {
        let (via, count): (i64, u64) = (row.get(0)?, row.get(1)?);
        let names = routes.iter().find(|(route, _)| *route == via).map(|(_, names)| names.clone());
        counts.extend(names.map(|names| (names, count)));
    }
    Ok(counts)
}
