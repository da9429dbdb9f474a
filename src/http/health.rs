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

/// How long the outbox may take to answer; those who probe wait no longer either.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /readyz`: store and catalog only; a provider that is down is no reason to take the service
/// out of its balancer. What is loaded is a catalog without errors. The outbox is asked for what a
/// mail asks of it: reads go on where nothing can be written.
pub async fn ready(State(service): State<Shared>) -> Answer {
    if service.leaves() {
        return Err(Problem::not_now(Code::ShuttingDown, Duration::from_secs(5)));
    }
    let live = service.current.get();
    // A mail that cannot be there: the question alone needs the store.
    let store = live.outbox.store();
    let asked = async {
        store.find("00000000-0000-7000-8000-000000000000").await?;
        store.takes_mails().await
    };
    let busy = |_| Problem::not_now(Code::OutboxBusy, PATIENCE);
    tokio::time::timeout(PATIENCE, asked).await.map_err(busy)??;
    Ok(JsonBody(json!({"status": "ready"})).into_response())
}
