//! What became of the mails in the outbox, where there is one: to be looked at, never changed.

use axum::Json as JsonBody;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Shared;
use super::answer::{Answer, Speaks, not_found, refused, work};
use super::rendering::current;
use crate::diagnostic::{Diagnostics, Language};
use crate::mailer::Need;
use crate::outbox::{Filter, Outbox, StoreError};

/// How many mails are listed, newest first.
const SHOWN: usize = 100;

/// `GET /api/outbox`
pub async fn list(State(studio): State<Shared>, Speaks(language): Speaks) -> Answer {
    let Some(outbox) = open(studio, language).await? else {
        return Ok(JsonBody(json!({"there": false, "items": []})).into_response());
    };
    let found = outbox.store().list(Filter { limit: SHOWN, ..Filter::default() }).await;
    outbox.store().close().await;
    let found = found.map_err(|error| fault(&error, language))?;
    let items: Vec<_> = found.iter().map(|mail| mail.to_json()).collect();
    Ok(JsonBody(json!({"there": true, "items": items})).into_response())
}

/// `GET /api/outbox/{id}`: a mail with its attempts.
pub async fn one(
    State(studio): State<Shared>,
    Path(id): Path<String>,
    Speaks(language): Speaks,
) -> Answer {
    let outbox = open(studio, language).await?.ok_or_else(|| not_found(language))?;
    let (mail, attempts) = (outbox.store().find(&id).await, outbox.store().attempts(&id).await);
    outbox.store().close().await;
    let mail = mail.map_err(|error| fault(&error, language))?;
    let mut told = mail.ok_or_else(|| not_found(language))?.to_json();
    let attempts = attempts.map_err(|error| fault(&error, language))?;
    let attempts: Vec<_> = attempts.iter().map(|attempt| attempt.to_json(language)).collect();
    told["attempts"] = attempts.into();
    Ok(JsonBody(told).into_response())
}

/// The outbox, if there is one. It is not kept open: a service that runs beside has it.
async fn open(studio: Shared, language: Language) -> Answer<Option<Outbox>> {
    let opened = work(language, move || -> Result<Option<Outbox>, Diagnostics> {
        let outfit = studio.setup.outfit_of(current(&studio)?.tree.clone());
        if !outfit.outbox_path().exists() {
            return Ok(None);
        }
        outfit.outbox(Need::Answer).map(Some).map_err(|error| error.diagnostics())
    });
    opened.await?.map_err(|list| refused(&list, language))
}

fn fault(error: &StoreError, language: Language) -> Response {
    refused(&error.diagnostic().into(), language)
}
