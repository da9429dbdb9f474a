//! Mails are asked for: `POST /v1/messages` and `POST /v1/kinds/{kind}/messages`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json as JsonBody;
use axum::extract::{FromRequestParts, State};
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::guard::Speaks;
use super::live::Live;
use super::order::{self, Order};
use super::problem::{Answer, Problem};
use super::reading::{Object, Params, Segment};
use super::tokens::Caller;
use super::{Shared, lookup, trace};
use crate::diagnostic::{Code, Diagnostic, Language};
use crate::error::Error;
use crate::mailer::{Enqueued, IdempotencyKey, Wishes};
use crate::outbox::{Mail, Ticket};
use crate::text;
use crate::web::caught::patience;

/// The longest idempotency key.
const LONGEST_KEY: usize = 256;

/// `POST /v1/messages`
pub async fn send(
    State(service): State<Shared>,
    caller: Caller,
    speaks: Speaks,
    headers: HeaderMap,
    params: Params,
    object: Object,
) -> Answer {
    accept(&service, Asked { caller, speaks, headers, params, object, kind: None }).await
}

/// `POST /v1/kinds/{kind}/messages`
pub async fn send_kind(
    State(service): State<Shared>,
    OwnKind(kind): OwnKind,
    caller: Caller,
    speaks: Speaks,
    headers: HeaderMap,
    params: Params,
    object: Object,
) -> Answer {
    accept(&service, Asked { caller, speaks, headers, params, object, kind: Some(kind) }).await
}

/// The kind of an address, for those who may send it: others hear nothing of what it wants.
pub struct OwnKind(String);

impl FromRequestParts<Shared> for OwnKind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Problem> {
        let Segment(kind) = Segment::from_request_parts(parts, service).await?;
        Caller::from_request_parts(parts, service).await?.must_send(&kind)?;
        super::shows::kind_of(&service.current.get(), &kind)?;
        Ok(OwnKind(kind))
    }
}

/// A request for mails.
struct Asked {
    caller: Caller,
    speaks: Speaks,
    headers: HeaderMap,
    params: Params,
    object: Object,
    /// That of the address
    kind: Option<String>,
}

async fn accept(service: &Shared, asked: Asked) -> Answer {
    let Asked { caller, speaks, headers, params, object, kind } = asked;
    let params = params.only(&["wait"])?;
    let wanted = text!("`3s` or seconds", " `3s` 或秒数");
    let patience = params.read("wait", |text| patience(Some(text)), &wanted)?;
    let key = key(&headers)?;
    let live = service.current.get();
    let order = order::read(&caller, &object.fields, kind.as_deref(), &live.mailer)?;
    let body = || {
        let kind = kind.as_deref().unwrap_or_default();
        live.outbox.hash("request body", &[kind.as_bytes(), &object.bytes]).0.to_vec()
    };
    let scope = || caller.id().to_owned();
    let key = key.map(|key| IdempotencyKey { scope: scope(), key, body: body() });
    // It may be large, and whoever waits for the end of his mails may wait for a minute.
    drop(object);
    let enqueued = enqueue(service, &live, &caller, &order, key, trace::parent(&headers)).await?;
    let mut answer = match patience {
        Some(patience) => {
            let waiting = Waiting { service, live: &live, until: Instant::now() + patience };
            waiting.answer(&enqueued.tickets, order.is_list, speaks.0).await?
        }
        None => accepted(&enqueued.tickets, order.is_list),
    };
    if enqueued.replayed {
        let replayed = HeaderName::from_static("idempotent-replayed");
        answer.headers_mut().insert(replayed, HeaderValue::from_static("true"));
    }
    Ok(answer)
}

/// Puts the mails of an order into the outbox.
pub async fn enqueue(
    service: &Shared,
    live: &Arc<Live>,
    caller: &Caller,
    order: &Order,
    idempotency: Option<IdempotencyKey>,
    trace: Option<String>,
) -> Answer<Enqueued> {
    if service.drains() {
        return Err(Problem::not_now(Code::ShuttingDown, Duration::from_secs(1)).closing());
    }
    let caps = live.caps(caller.id());
    let wishes = Wishes { idempotency, send_at: order.send_at, caps, trace };
    live.mailer.enqueue(&order.drafts, &wishes).await.map_err(of_mail)
}

/// Faults of variables get their place in the body. A template that fails over them is the
/// project's fault, so whoever keeps the project reads of it too.
pub fn of_mail(error: Error) -> Problem {
    let plain = error.refusal().is_none() && error.store().is_none();
    match error.kind() {
        crate::error::ErrorKind::Mail if plain => {
            let faults = error.diagnostics();
            faults.iter().for_each(tell_of_template);
            Problem::wrong(order::placed(faults))
        }
        _ => Problem::from(error),
    }
}

fn tell_of_template(fault: &Diagnostic) {
    if fault.file().is_some() {
        let kind = fault.found_in_kind().unwrap_or("-");
        tracing::warn!(kind, "a mail could not be rendered: {}", fault.to_line(Language::En));
    }
}

/// `202`, with the place where the mail can be looked at.
fn accepted(tickets: &[Ticket], is_list: bool) -> Response {
    let first = tickets.first().map(|ticket| format!("/v1/messages/{}", ticket.id));
    let body = gathered(tickets.iter().map(Ticket::to_json), is_list);
    let mut response = (StatusCode::ACCEPTED, JsonBody(body)).into_response();
    let place = first.filter(|_| !is_list).and_then(|place| HeaderValue::from_str(&place).ok());
    if let Some(place) = place {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// A bare object for one recipient, `{messages}` for a list.
fn gathered(mut all: impl Iterator<Item = Json>, is_list: bool) -> Json {
    match is_list {
        true => json!({"messages": all.collect::<Vec<_>>()}),
        false => all.next().unwrap_or_default(),
    }
}

/// A request that waits for the end of its mails.
struct Waiting<'a> {
    service: &'a Shared,
    live: &'a Live,
    until: Instant,
}

impl Waiting<'_> {
    /// `200` with the receipts once all mails are done; `202` with what is known by then where that
    /// takes too long.
    async fn answer(
        &self,
        tickets: &[Ticket],
        is_list: bool,
        language: Language,
    ) -> Answer<Response> {
        if let Some(receipts) = self.receipts(tickets, is_list, language).await? {
            return Ok(receipts);
        }
        let mut known = tickets.to_vec();
        for ticket in &mut known {
            // They are accepted, whether that can be read now or not.
            if let Ok(Some(mail)) = self.live.outbox.store().find(&ticket.id).await {
                ticket.state = mail.state;
            }
        }
        Ok(accepted(&known, is_list))
    }

    async fn receipts(
        &self,
        tickets: &[Ticket],
        is_list: bool,
        language: Language,
    ) -> Answer<Option<Response>> {
        let mut receipts = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let Some(mail) = self.done(&ticket.id).await else { return Ok(None) };
            let attempts = self.live.outbox.store().attempts(&ticket.id).await?;
            receipts.push(lookup::receipt(self.live, &mail, &attempts, language));
        }
        Ok(Some(JsonBody(gathered(receipts.into_iter(), is_list)).into_response()))
    }

    /// A mail that is done in time. A service that ends waits no longer.
    async fn done(&self, id: &str) -> Option<Mail> {
        let outbox = &self.live.outbox;
        let left = self.until.saturating_duration_since(Instant::now());
        tokio::select! {
            mail = outbox.wait_for(id, left) => mail,
            () = self.service.drained() => outbox.wait_for(id, Duration::ZERO).await,
        }
    }
}

/// `Idempotency-Key`: one, of visible ASCII.
pub fn key(headers: &HeaderMap) -> Answer<Option<String>> {
    let invalid = || Problem::new(StatusCode::BAD_REQUEST, Code::IdempotencyKeyInvalid);
    let mut all = headers.get_all("idempotency-key").iter();
    let Some(first) = all.next() else { return Ok(None) };
    let text = first.to_str().map_err(|_| invalid())?;
    let visible = text.bytes().all(|b| b.is_ascii_graphic());
    match visible && (1..=LONGEST_KEY).contains(&text.len()) && all.next().is_none() {
        true => Ok(Some(text.to_owned())),
        false => Err(invalid()),
    }
}
