//! Addresses that refused mail for good: look, and lift.

use axum::Json as JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};

use super::Shared;
use super::problem::{Answer, Problem};
use super::reading::{NoParams, Nothing, Params, Segment};
use crate::diagnostic::Code;
use crate::mail::Address;
use crate::outbox::{Hash, Suppressed};
use crate::text;

const USUAL: usize = 100;
const MOST: usize = 1_000;

/// `GET /v1/suppressions`: newest first.
pub async fn list(State(service): State<Shared>, params: Params) -> Answer {
    let params = params.only(&["limit"])?;
    let limit = |text: &str| text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    let limit = params.read("limit", limit, &text!("1 to {MOST}", " 1 到 {MOST}"))?;
    let live = service.current.get();
    let found = live.outbox.store().suppressions(limit.unwrap_or(USUAL)).await?;
    let items: Vec<Json> = found.iter().map(Suppressed::to_json).collect();
    Ok(JsonBody(json!({"items": items})).into_response())
}

/// `DELETE /v1/suppressions/{recipient}`: an address, or the `recipient` of the list.
pub async fn lift(
    State(service): State<Shared>,
    Segment(recipient): Segment,
    _: NoParams,
    _: Nothing,
) -> Answer {
    let live = service.current.get();
    let outbox = &live.outbox;
    let nobody = || Problem::not_found(Code::NotFound);
    let hash = match Hash::from_hex(&recipient) {
        Some(hash) => hash,
        None => outbox.mailbox(&Address::parse(&recipient).map_err(|_| nobody())?),
    };
    match outbox.store().lift(&hash).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(nobody()),
    }
}
