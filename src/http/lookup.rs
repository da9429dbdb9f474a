//! What became of mails: one, lists, and what can still be done about them.

use std::path::PathBuf;

use axum::Json as JsonBody;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::guard::Speaks;
use super::live::Live;
use super::problem::{Answer, Problem};
use super::reading::{NoParams, Nothing, Params, Segment};
use crate::diagnostic::{Code, Language, Text};
use crate::mail::Address;
use crate::outbox::{Attempt, CAUGHT, Filter, Mail, Outbox, State as MailState};
use crate::text;

/// How many mails a list has unless said, and at most.
const USUAL: usize = 50;
const MOST: usize = 500;

/// `GET /v1/messages/{id}`
pub async fn show(
    State(service): State<Shared>,
    MailId(id): MailId,
    Speaks(language): Speaks,
    _: NoParams,
) -> Answer {
    let live = service.current.get();
    let mail = find(&live.outbox, &id).await?;
    whole(&live.outbox, &mail, language).await
}

/// `GET /v1/messages`: newest first; `before` is the `next` of the page before.
pub async fn list(State(service): State<Shared>, params: Params) -> Answer {
    let params = params.only(&["state", "kind", "to", "before", "limit"])?;
    let live = service.current.get();
    let outbox = &live.outbox;
    let limit = params.read("limit", limit, &text!("1 to {MOST}", " 1 到 {MOST}"))?;
    let limit = limit.unwrap_or(USUAL);
    let to = params.read("to", |to| Address::parse(to).ok(), &text!("an address", "邮件地址"))?;
    let filter = Filter {
        states: params.read("state", states, &known_states())?.unwrap_or_default(),
        kind: params.get("kind").map(str::to_owned),
        recipient: to.map(|address| outbox.mailbox(&address)),
        before: params.read("before", id, &text!("the id of a mail", "邮件的 id"))?,
        limit: limit + 1,
    };
    let mut mails = outbox.store().list(filter).await?;
    let more = mails.len() > limit;
    mails.truncate(limit);
    let next = mails.last().filter(|_| more).map(|mail| mail.id.clone());
    let items: Vec<Json> = mails.iter().map(Mail::to_json).collect();
    Ok(JsonBody(json!({"items": items, "next": next})).into_response())
}

/// `POST /v1/messages/{id}/cancel`
pub async fn cancel(
    State(service): State<Shared>,
    MailId(id): MailId,
    Speaks(language): Speaks,
    _: NoParams,
    _: Nothing,
) -> Answer {
    let live = service.current.get();
    let outbox = &live.outbox;
    let mail = outbox.store().cancel(&id, outbox.clock().now()).await?;
    whole(outbox, &mail, language).await
}

/// `POST /v1/messages/{id}/retry`
pub async fn retry(
    State(service): State<Shared>,
    MailId(id): MailId,
    Speaks(language): Speaks,
    _: NoParams,
    _: Nothing,
) -> Answer {
    let live = service.current.get();
    let outbox = &live.outbox;
    let now = outbox.clock().now();
    let mail = find(outbox, &id).await?;
    let over = [MailState::Failed, MailState::Unknown, MailState::Queued].contains(&mail.state)
        && mail.expires_at <= now;
    if over {
        let detail = text!("its lifetime has passed", "有效期已过");
        return Err(Problem::new(StatusCode::CONFLICT, Code::WrongState).detail(detail));
    }
    let mail = outbox.store().retry(&mail.id, now, mail.expires_at).await?;
    outbox.ring();
    whole(outbox, &mail, language).await
}

/// A mail with all its attempts.
async fn whole(outbox: &Outbox, mail: &Mail, language: Language) -> Answer {
    let attempts = outbox.store().attempts(&mail.id).await?;
    let mut told = mail.to_json();
    told["attempts"] = attempts.iter().map(|attempt| attempt.to_json(language)).collect();
    told["copies"] =
        outbox.store().copies(&mail.id).await?.iter().map(Mail::to_copy_json).collect();
    let open = outbox.in_the_way_of(mail).await?;
    told["waits_for"] = open.iter().map(|open| open.to_json(language)).collect();
    Ok(JsonBody(told).into_response())
}

async fn find(outbox: &Outbox, id: &str) -> Answer<Mail> {
    let mail = outbox.store().find(id).await?;
    mail.ok_or_else(|| Problem::not_found(Code::MailNotFound))
}

/// The id in an address: none that is not ours is looked for.
pub struct MailId(String);

impl FromRequestParts<Shared> for MailId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Problem> {
        let Segment(text) = Segment::from_request_parts(parts, service).await?;
        id(&text).map(MailId).ok_or_else(|| Problem::not_found(Code::MailNotFound))
    }
}

/// The id of a mail, if it is written like one.
pub fn id(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let shaped = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    shaped.then_some(text)
}

fn limit(text: &str) -> Option<usize> {
    text.parse().ok().filter(|limit| (1..=MOST).contains(limit))
}

fn known_states() -> Text {
    let names = MailState::NAMES.map(|(name, _)| name).join("`, `");
    text!("any of `{names}`, with commas between", "以下状态，用逗号分隔：`{names}`")
}

fn states(text: &str) -> Option<Vec<MailState>> {
    text.split(',').map(|name| MailState::named(name.trim())).collect()
}

/// A mail that is done, with the keys of `send --json`: one that lies in a folder of this machine
/// is told as caught, with its place.
pub fn receipt(live: &Live, mail: &Mail, attempts: &[Attempt], language: Language) -> Json {
    let last = attempts.last();
    let caught = last.is_some_and(Attempt::caught);
    let path = if caught { place(live, mail) } else { None };
    let error = last.filter(|_| mail.state != MailState::Sent);
    let told = mail.to_json();
    let took: Map<String, Json> = [
        ("total", mail.done_at.map(|done| done.saturating_sub(mail.accepted_at))),
        ("deliver", last.and_then(|attempt| i64::try_from(attempt.took).ok())),
    ]
    .into_iter()
    .filter_map(|(step, ms)| Some((step.to_owned(), ms?.into())))
    .collect();
    json!({
        "id": mail.id,
        "message_id": mail.message_id,
        "kind": mail.kind,
        "locale": mail.locale,
        "to": mail.to,
        "state": if caught { CAUGHT } else { mail.state.as_str() },
        "transport": mail.transport,
        "reply": told["reply"],
        "provider_id": mail.provider_id,
        "adapted": told["adapted"],
        "path": path,
        "timings_ms": took,
        "error": error.map(|attempt| attempt.to_json(language)),
    })
}

/// The file of a caught mail.
fn place(live: &Live, mail: &Mail) -> Option<PathBuf> {
    let name = mail.transport.as_deref();
    let transport = live.mailer.transports().find(|transport| Some(transport.name()) == name);
    transport?.kept_at(&mail.id)
}
