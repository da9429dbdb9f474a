//! Taking mails: all of a request, or none.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::fault::Fault;
use super::{finish, limits, rows};
use crate::outbox::{
    Hash, Idempotency, Millis, NewCopy, NewMail, Refusal, State, Submission, Ticket, Verdict,
};

/// Takes a submission. What is refused leaves nothing behind, not even in the counters.
pub(super) fn accept(desk: &mut Desk<'_>, submission: &Submission) -> Result<Verdict, Fault> {
    crate::crash::here("before_insert");
    if let Some(asked) = &submission.idempotency
        && let Some(verdict) = known(desk.conn, asked)?
    {
        return Ok(verdict);
    }
    if let Some(refusal) = refusal(desk.conn, submission)? {
        desk.undo = true;
        return Ok(Verdict::Refused(refusal));
    }
    let mut tickets = Vec::with_capacity(submission.mails.len());
    for mail in &submission.mails {
        tickets.push(insert(desk, mail, submission.now)?);
    }
    if let Some(idempotency) = &submission.idempotency {
        remember(desk.conn, idempotency, &tickets, submission.now)?;
    }
    crate::crash::here("after_insert");
    Ok(Verdict::Accepted(tickets))
}

/// What was answered to a request before.
pub(super) fn known(conn: &Connection, asked: &Idempotency) -> rusqlite::Result<Option<Verdict>> {
    let sql = "SELECT body, tickets FROM requests WHERE key = ?1";
    let found = conn
        .prepare_cached(sql)?
        .query_row([asked.key], |row| Ok((row.get::<_, Hash>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    Ok(found.map(|(body, tickets)| match body == asked.body {
        true => Verdict::Replayed(read_tickets(&tickets)),
        false => Verdict::Refused(Refusal::KeyReused),
    }))
}

fn refusal(conn: &Connection, submission: &Submission) -> rusqlite::Result<Option<Refusal>> {
    for (at, mail) in submission.mails.iter().enumerate() {
        let own = std::iter::once((Some(at), &mail.to, &mail.recipient));
        let copies = mail.copies.iter().map(|copy| (None, &copy.to, &copy.recipient));
        for (mail, to, recipient) in own.chain(copies) {
            if let Some((since, reason)) = suppressed(conn, recipient)? {
                let to = to.clone();
                return Ok(Some(Refusal::Suppressed { mail, to, since, reason }));
            }
        }
    }
    limits::count(conn, submission)
}

fn suppressed(conn: &Connection, who: &Hash) -> rusqlite::Result<Option<(Millis, String)>> {
    let sql = "SELECT since, reason FROM suppressions WHERE recipient = ?1";
    conn.prepare_cached(sql)?.query_row([who], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn insert(desk: &mut Desk<'_>, mail: &NewMail, now: Millis) -> rusqlite::Result<Ticket> {
    let replaced = match &mail.replaces {
        Some(replaces) => finish::supersede(desk.conn, replaces, &mail.id, now)?,
        None => Vec::new(),
    };
    let route = rows::route_number(desk.conn, &mail.route)?;
    let parent = insert_row(desk.conn, mail, &Row::of(mail), route, now)?;
    for copy in &mail.copies {
        insert_row(desk.conn, mail, &Row::copy(copy, parent), route, now)?;
    }
    let images = desk.images.hold(desk.conn, &mail.content.images, now)?;
    let sql = "INSERT INTO contents (seq, images, sealed) VALUES (?1, ?2, ?3)";
    desk.conn.prepare_cached(sql)?.execute(params![parent, images, mail.content.sealed])?;
    Ok(Ticket {
        id: mail.id.clone(),
        message_id: mail.message_id.clone(),
        state: State::Queued,
        locale: mail.locale.clone(),
        expires_at: mail.expires_at,
        replaced,
        adapted: mail.adapted.clone(),
    })
}

/// What differs between a mail and its copies.
struct Row<'a> {
    id: &'a str,
    to: &'a str,
    recipient: &'a Hash,
    state: i64,
    parent: Option<i64>,
    address: Option<&'a [u8]>,
    copies: usize,
    replaces: Option<&'a Hash>,
}

impl<'a> Row<'a> {
    fn of(mail: &'a NewMail) -> Row<'a> {
        Row {
            id: &mail.id,
            to: &mail.to,
            recipient: &mail.recipient,
            state: State::Queued.number(),
            parent: None,
            address: None,
            copies: mail.copies.len(),
            replaces: mail.replaces.as_ref(),
        }
    }

    fn copy(copy: &'a NewCopy, parent: i64) -> Row<'a> {
        Row {
            id: &copy.id,
            to: &copy.to,
            recipient: &copy.recipient,
            state: rows::WAITING,
            parent: Some(parent),
            address: Some(&copy.address),
            copies: 0,
            replaces: None,
        }
    }
}

fn insert_row(
    conn: &Connection,
    mail: &NewMail,
    row: &Row<'_>,
    route: i64,
    now: Millis,
) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO mails (id, parent, copies, message_id, kind, locale, lane, shown,
        recipient, address, state, accepted_at, send_at, available_at, expires_at, in_doubt,
        replaces, route, via, adapted, trace) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
        ?11, ?12, ?13, ?13, ?14, ?15, ?16, ?17, ?17, ?18, ?19)";
    conn.prepare_cached(sql)?.execute(params![
        row.id,
        row.parent,
        row.copies as i64,
        mail.message_id,
        mail.kind,
        mail.locale,
        mail.lane,
        row.to,
        row.recipient,
        row.address,
        row.state,
        now,
        mail.send_at.max(now),
        mail.expires_at,
        rows::in_doubt_number(mail.in_doubt),
        row.replaces,
        route,
        mail.adapted,
        mail.trace,
    ])?;
    Ok(conn.last_insert_rowid())
}

/// A ticket as it is remembered.
#[derive(Serialize, Deserialize)]
struct Remembered {
    id: String,
    message_id: String,
    locale: String,
    expires_at: Millis,
    replaced: Vec<String>,
    adapted: String,
}

fn remember(
    conn: &Connection,
    asked: &Idempotency,
    tickets: &[Ticket],
    now: Millis,
) -> rusqlite::Result<()> {
    let tickets: Vec<Remembered> =
        tickets
            .iter()
            .cloned()
            .map(|Ticket { id, message_id, locale, expires_at, replaced, adapted, .. }| {
                Remembered { id, message_id, locale, expires_at, replaced, adapted }
            })
            .collect();
    let tickets = serde_json::to_string(&tickets).unwrap_or_default();
    let sql = "INSERT INTO requests (key, body, at, tickets) VALUES (?1, ?2, ?3, ?4)";
    conn.prepare_cached(sql)?.execute(params![asked.key, asked.body, now, tickets])?;
    Ok(())
}

fn read_tickets(tickets: &str) -> Vec<Ticket> {
    let tickets: Vec<Remembered> = serde_json::from_str(tickets).unwrap_or_default();
    let ticket = |Remembered { id, message_id, locale, expires_at, replaced, adapted }| Ticket {
        id,
        message_id,
        state: State::Queued,
        locale,
        expires_at,
        replaced,
        adapted,
    };
    tickets.into_iter().map(ticket).collect()
}
