//! The time that all processes of a machine agree on. The first one notes how far the wall clock was
//! ahead of the clock that nobody sets; as long as anybody has the outbox open, the others take it
//! over, so that none takes the leases and lifetimes of another for passed, or waits for a time that
//! has passed. Where the wall clock was set and nobody has it open, the times of waiting mails are
//! moved with it.

use rusqlite::{Connection, TransactionBehavior, params};

use super::meta;
use super::presence::Company;
use crate::outbox::Millis;
use crate::outbox::clock::{Clock, JUMP, Reading};

/// The clock of this outbox from now on. Who goes by it already is asked for amid it.
pub(super) fn agree(
    conn: &mut Connection,
    own: &Reading,
    company: impl FnOnce() -> Company,
) -> rusqlite::Result<Clock> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let company = company();
    let ahead = own.wall - own.steady;
    let agreed = match theirs(&transaction, own)? {
        Some(theirs) if (ahead - theirs).abs() <= JUMP => theirs,
        Some(theirs) if company == Company::Others => theirs,
        Some(theirs) => {
            set(&transaction, own.steady + theirs, own.wall)?;
            ahead
        }
        // The machine was started since: nobody knows for how long it was off, but not for less
        // than nothing.
        None => {
            if let Some(last) = last(&transaction)?.filter(|last| last - own.wall > JUMP) {
                set(&transaction, last, own.wall)?;
            }
            ahead
        }
    };
    if let Some(boot) = &own.boot {
        meta::set(&transaction, meta::BOOT, boot)?;
        meta::set(&transaction, meta::AHEAD, agreed)?;
    }
    transaction.commit()?;
    Ok(Clock::ahead(agreed))
}

/// How far others were ahead of the steady clock, since the machine was started.
fn theirs(conn: &Connection, own: &Reading) -> rusqlite::Result<Option<Millis>> {
    let boot: Option<String> = meta::get(conn, meta::BOOT)?;
    if boot.is_none() || boot != own.boot {
        return Ok(None);
    }
    meta::get(conn, meta::AHEAD)
}

/// The last time that anybody noted.
fn last(conn: &Connection) -> rusqlite::Result<Option<Millis>> {
    let claimed: Option<Millis> = meta::get(conn, meta::CLAIMED_AT)?;
    let sql = "SELECT (SELECT accepted_at FROM mails ORDER BY seq DESC LIMIT 1)";
    let accepted: Option<Millis> = conn.query_row(sql, [], |row| row.get(0))?;
    Ok(claimed.max(accepted))
}

/// What was `from` is `to` now. Mails have as long to live as before; what was asked for at a time
/// leaves at that time.
fn set(conn: &Connection, from: Millis, to: Millis) -> rusqlite::Result<()> {
    let by = to - from;
    let sql = "UPDATE mails SET accepted_at = accepted_at + ?1, send_at = send_at + ?1,
        available_at = available_at + ?1, expires_at = expires_at + ?1,
        lease_until = lease_until + ?1
        WHERE state IN (0, 1, 2, 9) AND send_at <= ?2";
    conn.execute(sql, params![by, from])?;
    let sql = "UPDATE mails SET keep_until = keep_until + ?1 WHERE keep_until IS NOT NULL";
    conn.execute(sql, [by])?;
    conn.execute("UPDATE breakers SET since = since + ?1, until = until + ?1", [by])?;
    let sql = "UPDATE meta SET value = value + ?2 WHERE name = ?1";
    conn.execute(sql, params![meta::CLAIMED_AT, by])?;
    // What was counted at times that are still to come would count until then.
    conn.execute("DELETE FROM hits WHERE slot * grain > ?1", [to]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::sqlite::open::MIGRATIONS;

    const HOUR: Millis = 3_600_000;
    const WALL: Millis = 1_767_225_600_000;

    fn reading(boot: &str, steady: Millis, wall: Millis) -> Reading {
        Reading { boot: Some(boot.to_owned()), steady, wall }
    }

    /// An outbox that was opened at [`WALL`] by a clock of 1,000, with mails: one that waits, one
    /// for in two hours, one that is leased. Somebody claimed just then.
    fn filled() -> Connection {
        let mut conn = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| conn.execute_batch(step).unwrap());
        agree(&mut conn, &reading("a", 1_000, WALL), || Company::None).unwrap();
        let sql = "INSERT INTO mails (id, copies, message_id, kind, locale, lane, shown, recipient,
            state, accepted_at, send_at, available_at, expires_at, in_doubt, route, via, adapted,
            lease_until)
            VALUES (?1, 0, '', '', '', 0, '', x'', ?2, ?3, ?4, ?4, ?5, 0, 0, 0, '[]', ?6)";
        for (id, state, send_at, lease) in [
            ("waits", 0, WALL, None),
            ("later", 0, WALL + 2 * HOUR, None),
            ("leased", 1, WALL, Some(WALL + 180_000)),
        ] {
            let row = params![id, state, WALL, send_at, send_at + 600_000, lease];
            conn.execute(sql, row).unwrap();
        }
        conn.execute("INSERT INTO hits VALUES (x'', 1000, ?1 / 1000, 1, ?1)", [WALL]).unwrap();
        let sql = "INSERT INTO breakers (transport, since, until, cause, process)
            VALUES ('smtp', ?1, ?1 + 60000, 'network', '')";
        conn.execute(sql, [WALL]).unwrap();
        meta::set(&conn, meta::CLAIMED_AT, WALL).unwrap();
        conn
    }

    /// When they leave, end and are free, and how many hits are counted.
    fn times(conn: &Connection) -> (Vec<(Millis, Millis, Option<Millis>)>, i64) {
        let sql = "SELECT available_at, expires_at, lease_until FROM mails ORDER BY seq";
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let hits = conn.query_row("SELECT count(*) FROM hits", [], |row| row.get(0)).unwrap();
        (rows.unwrap().map(Result::unwrap).collect(), hits)
    }

    /// However long ago they did anything.
    #[test]
    fn whoever_comes_while_others_have_it_open_takes_their_time() {
        for off in [-24 * HOUR, -HOUR, 3_000, HOUR] {
            let mut conn = filled();
            let before = times(&conn);
            let own = reading("a", 1_000 + 3 * HOUR, WALL + 3 * HOUR + off);
            let clock = agree(&mut conn, &own, || Company::Others).unwrap();
            assert_eq!(clock, Clock::ahead(WALL - 1_000), "{off}");
            assert_eq!(times(&conn), before, "{off}");
        }
    }

    /// However lately they did anything.
    #[test]
    fn where_nobody_has_it_open_mails_move_with_the_wall_clock() {
        for off in [-24 * HOUR, -HOUR, HOUR] {
            let mut conn = filled();
            let own = reading("a", 1_000 + 30_000, WALL + 30_000 + off);
            let clock = agree(&mut conn, &own, || Company::None).unwrap();
            assert_eq!(clock, own.wall_clock(), "{off}");
            let start = WALL + off;
            let later = WALL + 2 * HOUR;
            let expected = vec![
                (start, start + 600_000, None),
                (later, later + 600_000, None),
                (start, start + 600_000, Some(start + 180_000)),
            ];
            let hits = if off < 0 { 0 } else { 1 };
            assert_eq!(times(&conn), (expected, hits), "{off}");
            let sql = "SELECT until FROM breakers";
            let until: Millis = conn.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(until, start + 60_000, "{off}");
        }
    }

    /// Another start of the machine: time has passed, or the clock is wrong.
    #[test]
    fn behind_a_restart_of_the_machine_time_does_not_go_back() {
        let mut conn = filled();
        let before = times(&conn);
        let later = reading("b", 500, WALL + HOUR);
        assert_eq!(agree(&mut conn, &later, || Company::None).unwrap(), later.wall_clock());
        assert_eq!(times(&conn), before);

        let mut conn = filled();
        let earlier = reading("b", 500, WALL - 8 * HOUR);
        assert_eq!(agree(&mut conn, &earlier, || Company::None).unwrap(), earlier.wall_clock());
        assert_eq!(times(&conn).0[0], (earlier.wall, earlier.wall + 600_000, None));
    }
}
