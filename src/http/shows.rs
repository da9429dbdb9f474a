//! What the project has: its kinds, and how their mails look.

use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::Value as Json;

use super::Shared;
use super::live::Live;
use super::messages::of_mail;
use super::order;
use super::problem::{Answer, Problem};
use super::reading::{NoParams, Object, Segment, bad_field, in_a_line};
use super::tokens::Caller;
use crate::catalog::Kind;
use crate::diagnostic::Code;
use crate::mailer::finished;
use crate::snapshot::RECIPIENT;
use crate::text;

/// `GET /v1/kinds`
pub async fn kinds(State(service): State<Shared>, _: NoParams) -> Answer {
    let live = service.current.get();
    Ok(JsonBody(live.mailer.composer().catalog().to_json()).into_response())
}

/// `GET /v1/kinds/{kind}`
pub async fn kind(State(service): State<Shared>, Segment(name): Segment, _: NoParams) -> Answer {
    let live = service.current.get();
    let kind = kind_of(&live, &name)?;
    let mut told = live.mailer.composer().catalog().describe(&kind);
    told["vars_schema"] = kind.schema();
    Ok(JsonBody(told).into_response())
}

/// The kind of an address.
pub fn kind_of(live: &Live, name: &str) -> Answer<Arc<Kind>> {
    let composer = live.mailer.composer();
    let kind = composer.catalog().kind(name).cloned();
    kind.map_err(|fault| Problem::not_found(Code::KindUnknown).detail(in_a_line(&fault)))
}

/// `POST /v1/render`: the mail as it would leave, which is not kept. A recipient need not be given.
pub async fn render(
    State(service): State<Shared>,
    caller: Caller,
    _: NoParams,
    mut object: Object,
) -> Answer {
    if object.fields.get("to").is_none_or(Json::is_null) {
        object.fields.insert("to".into(), RECIPIENT.into());
    }
    let live = service.current.get();
    let mut order = order::read(&caller, &object.fields, None, &live.mailer)?;
    let draft = match (order.drafts.pop(), order.drafts.is_empty()) {
        (Some(draft), true) => draft,
        _ => {
            let title = text!("one mail is rendered at a time", "一次只渲染一封邮件");
            return Err(Problem::wrong(bad_field("/to", title).into()));
        }
    };
    let stage = live.stage.clone();
    let work = move || stage.finish(&draft);
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?;
    let (rendered, message) = done.map_err(of_mail)?;
    Ok(JsonBody(finished(&rendered, &message)).into_response())
}

/// `GET /openapi.json`
pub async fn openapi(State(service): State<Shared>) -> Answer {
    let live = service.current.get();
    Ok(([(CONTENT_TYPE, "application/json")], live.openapi.clone()).into_response())
}
