//! `hongyan outbox show`

use serde_json::Value as Json;

use super::Desk;
use super::life::{self, Line, Wait};
use super::{stats, words};
use crate::cli::exit::{Exit, Failure};
use crate::diagnostic::Text;
use crate::outbox::{Attempt, Mail, OpenBreaker, State, StoreError};
use crate::text;

/// The width of `2026-11-21 20:55:00`.
const CLOCK: usize = 19;

pub async fn run(id: &str, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let store = desk.outbox.store();
    let found = store.find(id).await?;
    let mail = found.ok_or_else(|| StoreError::NotFound { id: id.to_owned() })?;
    let attempts = store.attempts(id).await?;
    let copies = store.copies(id).await?;
    if desk.voice.json {
        let open = desk.outbox.in_the_way_of(&mail).await?;
        let mut document = document(&mail, &attempts, &open, desk);
        document["copies"] = copies.iter().map(Mail::to_copy_json).collect();
        desk.voice.document(&document);
        return Ok(Exit::Done);
    }
    let parent = match &mail.parent {
        Some(parent) => store.find(parent).await?,
        None => None,
    };
    let claimed_at = store.stats(desk.moments.now).await?.claimed_at;
    let wait = Wait { parent, hindrances: hindrances(&mail, desk).await?, claimed_at };
    tell(&mail, &attempts, desk);
    tell_copies(&copies, desk);
    let waits = life::outlook(&mail, &wait, &desk.moments);
    for sentence in suppressed(&mail).into_iter().chain(waits) {
        desk.voice.line(&format!("→ {}", sentence.get(desk.voice.language())));
    }
    Ok(Exit::Done)
}

/// What the refusal of a mail did to its recipient.
fn suppressed(mail: &Mail) -> Option<Text> {
    let is_over = mail.state == State::Failed && mail.suppressed;
    is_over.then(|| {
        text!(
            "the address is suppressed: new mails to it are refused until `hongyan outbox suppressions --lift ADDRESS`",
            "该地址已停发：发给它的新邮件会被拒绝，直到 `hongyan outbox suppressions --lift 地址`"
        )
    })
}

/// What keeps a mail that waits: each transport that it may go by takes nothing, or its quota is
/// used up.
async fn hindrances(mail: &Mail, desk: &Desk<'_>) -> Result<Vec<Text>, Failure> {
    if mail.state != State::Queued {
        return Ok(Vec::new());
    }
    let (open, quotas) = (desk.outbox.store().breakers().await?, stats::quotas(desk).await?);
    let why = |name: &String| -> Option<Vec<Text>> {
        let is_up = quotas.iter().find(|quota| quota.is_up(name, mail.lane));
        match open.iter().find(|open| open.transport == *name) {
            Some(open) => Some(open.sentences(|at| desk.moments.clock(at))),
            None => is_up.map(|quota| vec![quota.sentence()]),
        }
    };
    let all: Option<Vec<_>> = mail.route.iter().map(why).collect();
    Ok(all.unwrap_or_default().concat())
}

fn document(mail: &Mail, attempts: &[Attempt], open: &[OpenBreaker], desk: &Desk<'_>) -> Json {
    let language = desk.voice.language();
    let mut document = mail.to_json();
    document["attempts"] = attempts.iter().map(|attempt| attempt.to_json(language)).collect();
    document["waits_for"] = open.iter().map(|open| open.to_json(language)).collect();
    document
}

fn tell(mail: &Mail, attempts: &[Attempt], desk: &Desk<'_>) {
    let voice = desk.voice;
    let Mail { id, message_id, kind, locale, to, .. } = mail;
    let zone = desk.moments.zone();
    voice.say(&text!("`{kind}` ({locale}) to {to}", "`{kind}`（{locale}），收件人 {to}"));
    voice.say(&text!("  id          {id}", "  编号        {id}"));
    voice.line(&format!("  Message-ID  {message_id}"));
    if let Some(parent) = &mail.parent {
        voice.say(&text!("  copy of     {parent}", "  副本，原件  {parent}"));
    }
    if let Some(provider_id) = &mail.provider_id {
        voice.say(&text!("  provider id {provider_id}", "  服务商编号  {provider_id}"));
    }
    if let Some(trace_id) = mail.trace_id() {
        voice.say(&text!("  trace id    {trace_id}", "  调用链编号  {trace_id}"));
    }
    voice.say(&text!("  times in    {zone}", "  时区        {zone}"));
    voice.line("");
    life::told(mail, attempts, &desk.moments).iter().for_each(|line| tell_line(line, desk));
    voice.line("");
    voice.say(&life::standing(mail, attempts));
}

fn tell_copies(copies: &[Mail], desk: &Desk<'_>) {
    for Mail { id, to, state, .. } in copies {
        let Text { en, zh } = words::state(*state);
        desk.voice.say(&text!("  copy to {to}: {en}, {id}", "  副本，收件人 {to}：{zh}，{id}"));
    }
}

fn tell_line(line: &Line, desk: &Desk<'_>) {
    let (clock, language) = (desk.moments.clock(line.at), desk.voice.language());
    desk.voice.line(&format!("{clock}  {}", line.what.get(language)));
    for more in &line.more {
        desk.voice.line(&format!("{}  {}", " ".repeat(CLOCK), more.get(language)));
    }
}
