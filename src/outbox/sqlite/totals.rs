//! What was counted since the file was made.

use rusqlite::{Connection, params};

use super::fault::Fault;
use crate::outbox::{Attempt, AttemptTotal, Series, Times};

/// What stands for the bucket beyond all ends.
const BEYOND: i64 = -1;

/// Counts an attempt.
pub(super) fn count(conn: &Connection, attempt: &Attempt) -> rusqlite::Result<()> {
    let sql = "INSERT INTO attempt_totals (transport, action, cause, n) VALUES (?1, ?2, ?3, 1)
        ON CONFLICT DO UPDATE SET n = n + 1";
    let transport = attempt.transport.as_deref().unwrap_or("");
    let cause = attempt.cause.as_deref().unwrap_or("");
    conn.prepare_cached(sql)?.execute(params![transport, attempt.action, cause])?;
    Ok(())
}

/// All attempts.
pub(super) fn attempts(conn: &Connection) -> rusqlite::Result<Vec<AttemptTotal>> {
    let sql = "SELECT transport, action, cause, n FROM attempt_totals";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(AttemptTotal {
            transport: row.get(0)?,
            action: row.get(1)?,
            cause: row.get(2)?,
            count: row.get(3)?,
        })
    })?;
    rows.collect()
}

/// Adds to the distributions.
pub(super) fn observe(conn: &Connection, times: &[Times]) -> Result<(), Fault> {
    let sql = "INSERT INTO times (series, bucket, n, seconds) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT DO UPDATE SET n = n + excluded.n, seconds = seconds + excluded.seconds";
    let mut statement = conn.prepare_cached(sql)?;
    for Times { series, counts, seconds } in times {
        let filled = counts.iter().zip(seconds).enumerate().filter(|(_, (count, _))| **count > 0);
        for (at, (count, seconds)) in filled {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            statement.execute(params![series.as_str(), bucket(*series, at), count, seconds])?;
        }
    }
    Ok(())
}

/// All distributions, those of which nothing is known yet too.
pub(super) fn times(conn: &Connection) -> rusqlite::Result<Vec<Times>> {
    let mut all: Vec<Times> = Series::NAMES.iter().map(|(_, series)| Times::new(*series)).collect();
    let mut statement = conn.prepare_cached("SELECT series, bucket, n, seconds FROM times")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, known): (String, i64) = (row.get(0)?, row.get(1)?);
        let Some(times) = all.iter_mut().find(|times| times.series.as_str() == name) else {
            continue;
        };
        let buckets = times.counts.len();
        // Of buckets that another version had, the next larger one holds all.
        let at = (0..buckets).find(|at| {
            let end = bucket(times.series, *at);
            end == BEYOND || (known != BEYOND && known <= end)
        });
        let at = at.unwrap_or(buckets - 1);
        times.counts[at] += row.get::<_, u64>(2)?;
        times.seconds[at] += row.get::<_, f64>(3)?;
    }
    Ok(all)
}

fn bucket(series: Series, at: usize) -> i64 {
    series.ends().get(at).map_or(BEYOND, |end| i64::try_from(*end).unwrap_or(i64::MAX))
}
