//! Leases: who has a mail, until when.

use rusqlite::{Connection, OptionalExtension, params};

use super::desk::Desk;
use super::fault::Fault;
use super::rows::{self, LANES};
use super::{breakers, finish, meta};
use crate::outbox::{Claim, Claimed, Content, Fence, Lane, Millis, State, StoreError};

/// The most mails whose lifetime has passed that one step ends.
const EXPIRED: usize = 256;
/// How old the note may be that somebody claimed.
const NOTED: Millis = 5_000;

/// What a step of a claim found.
pub(super) struct Step {
    /// The leases
    pub claimed: Vec<Claimed>,
    /// Whether another step may find more: this one only ended what had expired
    pub more: bool,
}

/// Leases what may leave, and ends what has expired on the way there.
pub(super) fn claim(desk: &mut Desk<'_>, claim: &Claim) -> Result<Step, Fault> {
    note(desk.conn, claim.now)?;
    let mut shut = breakers::shut(desk.conn, claim.now)?;
    shut.extend_from_slice(&claim.resting);
    let open = open_routes(desk.conn, &shut)?;
    let mut step = Step { claimed: Vec::new(), more: false };
    let mut expired = 0;
    for lane in LANES {
        while step.claimed.len() < claim.most {
            if expired >= EXPIRED {
                step.more = true;
                return Ok(step);
            }
            let wanted = claim.most - step.claimed.len();
            let found = ready(desk.conn, lane, &open, claim.now, wanted)?;
            let done = found.len() < wanted;
            for (_, seq, expires_at) in found {
                if expires_at <= claim.now {
                    finish::end(desk.conn, seq, State::Expired, claim.now)?;
                    expired += 1;
                } else {
                    step.claimed.extend(lease(desk, seq, claim)?);
                }
            }
            if done {
                break;
            }
        }
    }
    Ok(step)
}

/// Says that somebody works, every few seconds.
fn note(conn: &Connection, now: Millis) -> rusqlite::Result<()> {
    let last: Option<Millis> = meta::get(conn, meta::CLAIMED_AT)?;
    match last {
        Some(last) if (last..last + NOTED).contains(&now) => Ok(()),
        _ => meta::set(conn, meta::CLAIMED_AT, now),
    }
}

/// The routes with a transport that takes mails now.
fn open_routes(conn: &Connection, shut: &[String]) -> rusqlite::Result<Vec<i64>> {
    let is_open = |names: &Vec<String>| names.iter().any(|name| !shut.contains(name));
    let routes = rows::routes(conn)?.into_iter();
    Ok(routes.filter(|(_, names)| names.is_empty() || is_open(names)).map(|(at, _)| at).collect())
}

/// The query of [`ready`]: an index holds its answer in order.
pub(super) const READY: &str = "SELECT available_at, seq, expires_at FROM mails
    WHERE state = 0 AND lane = ?1 AND via = ?2 AND available_at <= ?3
    ORDER BY available_at LIMIT ?4";

/// Mails of a lane that may leave: when they became free, their number, their end.
fn ready(
    conn: &Connection,
    lane: Lane,
    open: &[i64],
    now: Millis,
    most: usize,
) -> rusqlite::Result<Vec<(Millis, i64, Millis)>> {
    let mut found = Vec::new();
    let mut statement = conn.prepare_cached(READY)?;
    for route in open {
        let rows = statement.query_map(params![lane, route, now, most as i64], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_unstable();
    found.truncate(most);
    Ok(found)
}

fn lease(desk: &mut Desk<'_>, seq: i64, claim: &Claim) -> Result<Option<Claimed>, Fault> {
    let lease = i64::try_from(claim.lease.as_millis()).unwrap_or(i64::MAX / 4);
    let sql = "UPDATE mails SET state = 1, token = token + 1, attempts = attempts + 1,
        worker = ?2, lease_until = ?3, available_at = ?4 WHERE seq = ?1
        RETURNING id, token, address, kind, lane, attempts, accepted_at, expires_at, in_doubt,
        pinned, trace, parent, send_at, maybe_out,
        (SELECT names FROM routes r WHERE r.route = mails.route)";
    let (mut claimed, parent) = desk.conn.prepare_cached(sql)?.query_row(
        params![seq, claim.worker, claim.now + lease, claim.now],
        |row| {
            let route: String = row.get(14)?;
            let claimed = Claimed {
                fence: Fence { id: row.get(0)?, token: row.get(1)? },
                parent: None,
                address: row.get(2)?,
                kind: row.get(3)?,
                lane: row.get(4)?,
                attempt: row.get(5)?,
                accepted_at: row.get(6)?,
                send_at: row.get(12)?,
                expires_at: row.get(7)?,
                in_doubt: rows::in_doubt(row.get(8)?),
                route: serde_json::from_str(&route).unwrap_or_default(),
                pinned: row.get(9)?,
                maybe_out: row.get(13)?,
                trace: row.get(10)?,
                content: Content { sealed: Vec::new(), images: Vec::new() },
            };
            Ok((claimed, row.get::<_, Option<i64>>(11)?))
        },
    )?;
    if let Some(parent) = parent {
        let sql = "SELECT id FROM mails WHERE seq = ?1";
        let id = desk.conn.prepare_cached(sql)?.query_row([parent], |row| row.get(0))?;
        claimed.parent = Some(id);
    }
    match content(desk, parent.unwrap_or(seq))? {
        Some(content) => Ok(Some(Claimed { content, ..claimed })),
        None => {
            // It must not stand in the way of the others.
            let sql = "UPDATE mails SET cause = 'content_lost' WHERE seq = ?1";
            desk.conn.prepare_cached(sql)?.execute([seq])?;
            finish::end(desk.conn, seq, State::Failed, claim.now)?;
            Ok(None)
        }
    }
}

fn content(desk: &mut Desk<'_>, seq: i64) -> rusqlite::Result<Option<Content>> {
    let sql = "SELECT images, sealed FROM contents WHERE seq = ?1";
    let mut statement = desk.conn.prepare_cached(sql)?;
    let row = statement.query_row([seq], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)));
    let Some((images, sealed)) = row.optional()? else { return Ok(None) };
    Ok(Some(Content { sealed, images: desk.images.load(desk.conn, &images)? }))
}

/// Records that a mail is about to be handed over. One that was replaced is not.
pub(super) fn hand_over(conn: &Connection, fence: &Fence, transport: &str) -> Result<(), Fault> {
    let sql = "UPDATE mails SET state = 2, transport = ?3
        WHERE id = ?1 AND token = ?2 AND state IN (1, 2) AND replaced_by IS NULL";
    if conn.prepare_cached(sql)?.execute(params![fence.id, fence.token, transport])? == 1 {
        return Ok(());
    }
    finish::leased(conn, fence)?;
    Err(StoreError::WrongState { id: fence.id.clone(), state: State::Superseded }.into())
}

/// Gives back what a worker has not handed over.
pub(super) fn release(conn: &Connection, worker: &str, now: Millis) -> Result<u64, Fault> {
    let sql = "UPDATE mails SET state = 0, attempts = attempts - 1, worker = NULL,
        lease_until = NULL, available_at = send_at
        WHERE lease_until > 0 AND worker = ?1 AND state = 1 RETURNING seq";
    let mut statement = conn.prepare_cached(sql)?;
    let given = statement.query_map([worker], |row| row.get(0))?;
    let given = given.collect::<Result<Vec<i64>, _>>()?;
    for seq in &given {
        finish::retire(conn, *seq, now)?;
    }
    Ok(given.len() as u64)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::outbox::sqlite::due::DUE;
    use crate::outbox::sqlite::finish::REPLACED;
    use crate::outbox::sqlite::lists;
    use crate::outbox::sqlite::manage::HURRY;
    use crate::outbox::sqlite::open::MIGRATIONS;
    use crate::outbox::sqlite::reader::DEPTH;
    use crate::outbox::{Filter, Hash, State};

    /// What SQLite does for a query.
    fn plan(query: &str) -> String {
        let conn = Connection::open_in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| conn.execute_batch(step).unwrap());
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
        let count = statement.parameter_count();
        let rows = statement
            .query_map(rusqlite::params_from_iter(vec![1; count]), |row| row.get::<_, String>(3))
            .unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap().join("; ")
    }

    #[test]
    fn nothing_that_is_done_often_walks_over_the_table() {
        let queries = [
            (super::READY, "mails_queue (lane=? AND via=? AND available_at<?)"),
            (DEPTH, "COVERING INDEX mails_queue"),
            (DUE, "mails_queue (lane=?"),
            (HURRY, "mails_queue (lane=? AND via=? AND available_at>?)"),
            (
                "SELECT seq FROM mails WHERE state IN (0, 9) AND expires_at <= ?1 LIMIT ?2",
                "mails_expiry (expires_at<?)",
            ),
            (
                "SELECT seq FROM mails WHERE lease_until <= ?1 LIMIT ?2",
                "mails_leases (lease_until<?)",
            ),
            ("SELECT seq FROM mails WHERE keep_until <= ?1 LIMIT ?2", "mails_kept (keep_until<?)"),
            (REPLACED, "mails_replaced (replaces=?)"),
            (
                "UPDATE mails SET state = 0 WHERE lease_until > 0 AND worker = ?1 AND state = 1",
                "mails_leases (lease_until>?)",
            ),
            (
                "UPDATE mails SET state = 0 WHERE parent = ?1 AND state = 9",
                "mails_copies (parent=?)",
            ),
            (
                "SELECT seq FROM mails m WHERE done_at < ?1 AND parent IS NULL ORDER BY done_at",
                "mails_done (done_at<?)",
            ),
        ];
        for (query, index) in queries {
            leads(query, index);
        }
    }

    #[test]
    fn no_list_walks_over_the_table() {
        let all = Filter { limit: 50, ..Filter::default() };
        let states = vec![State::Queued, State::Failed, State::Superseded];
        let open = Filter { states, ..all.clone() };
        let sent = Filter { states: vec![State::Sent], ..all.clone() };
        let kind = Some("receipt".to_owned());
        let recipient = Some(Hash([0; 32]));
        let lists = [
            (all.clone(), "mails_1 (id<?)"),
            (sent.clone(), "mails_1 (id<?)"),
            (open.clone(), "mails_state (state=? AND id<?)"),
            (Filter { kind: kind.clone(), ..open.clone() }, "mails_state (state=? AND id<?)"),
            (Filter { kind: kind.clone(), ..sent }, "mails_kind (kind=? AND id<?)"),
            (Filter { kind: kind.clone(), ..all.clone() }, "mails_kind (kind=? AND id<?)"),
            (Filter { recipient, ..all }, "mails_recipient (recipient=? AND id<?)"),
            (Filter { recipient, kind, ..open }, "mails_recipient (recipient=? AND id<?)"),
        ];
        for (filter, index) in lists {
            for (query, _) in lists::queries(&filter) {
                leads(&query, index);
            }
        }
    }

    /// An index leads a query to its rows.
    fn leads(query: &str, index: &str) {
        let plan = plan(query);
        assert!(plan.contains(index), "{query}\n{plan}");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{query}\n{plan}");
    }
}
