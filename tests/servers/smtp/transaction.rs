//! MAIL, RCPT and DATA.

use std::io;
use std::time::Instant;

use super::fault::{Act, Stage};
use super::record::Mail;
use super::session::Session;

pub(super) async fn mail(session: &mut Session, line: &str) -> io::Result<()> {
    let Some((from, parameters)) = path(line, "FROM:") else {
        return session.say("501 5.5.4 Syntax: MAIL FROM:<address>").await;
    };
    let act = session.due(Stage::Mail, line);
    if let (None, Some(refusal)) = (&act, refusal(session, &from, &parameters)) {
        return session.say(refusal).await;
    }
    let code = session.wire.act(&act.unwrap_or_default(), "250 2.1.0 Ok", line).await?;
    if code / 100 == 2 {
        (session.from, session.to) = (Some(from), Vec::new());
    }
    Ok(())
}

fn refusal(session: &Session, from: &str, parameters: &str) -> Option<&'static str> {
    let plan = &session.plan;
    let size = parameters.split(' ').find_map(|word| word.strip_prefix("SIZE="));
    let size: Option<usize> = size.and_then(|digits| digits.parse().ok());
    let too_large = plan.size.is_some_and(|most| size.is_some_and(|size| size > most));
    match &session.login {
        None if !plan.mechanisms.is_empty() => Some(plan.profile.auth_needed),
        Some(login) if plan.mail_must_match_login && login != from => plan.profile.other_sender,
        _ if session.from.is_some() => Some("503 5.5.1 Nested MAIL command"),
        _ if too_large => Some(plan.profile.too_large),
        _ if is_too_fast(session) => Some(plan.profile.too_fast),
        _ => None,
    }
}

fn is_too_fast(session: &Session) -> bool {
    let Some((most, time)) = session.plan.rate else { return false };
    let record = session.shared.record();
    record.mails.iter().filter(|mail| mail.at.elapsed() < time).count() >= most
}

pub(super) async fn rcpt(session: &mut Session, line: &str) -> io::Result<()> {
    let Some((to, _)) = path(line, "TO:") else {
        return session.say("501 5.5.4 Syntax: RCPT TO:<address>").await;
    };
    let act = session.due(Stage::Rcpt, line);
    let usual = match &session.from {
        _ if act.is_some() => "250 2.1.5 Ok",
        None => "503 5.5.1 Need MAIL command",
        Some(from) if is_grey(session, from, &to) => "451 4.7.1 Greylisted, try again later",
        Some(_) => "250 2.1.5 Ok",
    };
    let code = session.wire.act(&act.unwrap_or_default(), usual, line).await?;
    if code / 100 == 2 {
        session.to.push(to);
    }
    Ok(())
}

fn is_grey(session: &Session, from: &str, to: &str) -> bool {
    let Some(wait) = session.plan.greylist else { return false };
    let mut grey = session.shared.grey.lock().unwrap();
    let first = grey.entry((from.to_owned(), to.to_owned())).or_insert_with(Instant::now);
    first.elapsed() < wait
}

pub(super) async fn data(session: &mut Session, line: &str) -> io::Result<()> {
    let act = session.due(Stage::Data, line);
    if act.is_none() && session.to.is_empty() {
        return session.say("503 5.5.1 Need RCPT command").await;
    }
    let go = "354 End data with <CR><LF>.<CR><LF>";
    if session.wire.act(&act.unwrap_or_default(), go, line).await? != 354 {
        return Ok(());
    }
    let (bytes, bare_lf) = content(session).await?;
    take(session, bytes, bare_lf).await
}

/// The content up to the lone dot, which only CRLF makes one.
async fn content(session: &mut Session) -> io::Result<(Vec<u8>, bool)> {
    let mut due = session.due(Stage::Body, "");
    let (mut bytes, mut bare_lf, mut at_start) = (Vec::new(), false, true);
    loop {
        if let Some(act) = due.take_if(|act| bytes.len() >= act.after_bytes) {
            session.wire.act(&act, "", "").await?;
        }
        let line = session.wire.line().await?;
        if at_start && line == b".\r\n" {
            return Ok((bytes, bare_lf));
        }
        let stuffed = at_start && line.first() == Some(&b'.');
        bytes.extend_from_slice(&line[usize::from(stuffed)..]);
        at_start = line.ends_with(b"\r\n");
        bare_lf |= !at_start;
    }
}

async fn take(session: &mut Session, bytes: Vec<u8>, bare_lf: bool) -> io::Result<()> {
    let (from, to) = (session.from.take(), std::mem::take(&mut session.to));
    let (due, plan) = (session.due(Stage::Eod, ""), session.plan.clone());
    let too_large = plan.size.is_some_and(|most| bytes.len() > most);
    let usual = match (&from, too_large) {
        (Some(_), false) if !to.is_empty() => {
            let id = (session.shared.record().mails.len() + 1).to_string();
            plan.profile.taken.replace("{id}", &id)
        }
        (Some(_), true) => plan.profile.too_large.to_owned(),
        _ => "554 5.5.1 Error: no valid recipients".to_owned(),
    };
    let act: Act = due.unwrap_or_default();
    if act.accept.unwrap_or_else(|| act.consents(&usual)) {
        session.shared.record().mails.push(Mail {
            connection: session.number,
            from: from.unwrap_or_default(),
            to,
            login: session.login.clone(),
            encrypted: session.wire.is_encrypted(),
            bytes,
            bare_lf,
            at: Instant::now(),
        });
    }
    session.brought += 1;
    session.wire.act(&act, &usual, "").await.map(drop)
}

/// The path between angle brackets, and what stands behind it.
fn path(line: &str, word: &str) -> Option<(String, String)> {
    let rest = line.split_once(' ')?.1.trim_start();
    let rest = rest.get(..word.len()).filter(|own| own.eq_ignore_ascii_case(word)).map(|_| rest)?;
    let (path, parameters) = rest[word.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some((path.to_owned(), parameters.trim().to_ascii_uppercase()))
}
