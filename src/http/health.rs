//! Whether the service lives, and whether it can take mails.

use std::time::Duration;

use axum::Json as JsonBody;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::json;

use super::Shared;
use super::problem::{Answer, Problem};
use crate::diagnostic::Code;

/// `GET /healthz`
pub async fn lives() -> Answer {
    Ok(JsonBody(json!({"status": "ok"})).into_response())
}

/// `GET /readyz`: store and catalog only; a provider that is down is no reason to take the service
/// out of its balancer. What is loaded is a catalog without errors.
pub async fn ready(State(service): State<Shared>) -> Answer {
    if service.leaves() {
        return Err(Problem::not_now(Code::ShuttingDown, Duration::from_secs(5)));
    }
    let live = service.current.get();
    // A mail that cannot be there: the question alone needs the store.
    live.outbox.store().find("00000000-0000-7000-8000-000000000000").await?;
    Ok(JsonBody(json!({"status": "ready"})).into_response())
}
