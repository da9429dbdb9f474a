//! The inbox over HTTP: for its page, and for tests that wait for a mail.

use std::time::{Duration, Instant};

use axum::Json as JsonBody;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use super::answer::{Answer, Params, Speaks, not_found, problem, work};
use super::frames::{file, frame};
use super::looks::Look;
use super::{Shared, parts};
use crate::diagnostic::{Code, Language};
use crate::web::caught::{Filter, next, patience, remove_all, with_codes};

/// How many mails a list has unless said, and at most.
const USUAL: usize = 50;
const MOST: usize = 500;
/// How often it looks by itself.
const LOOK: Duration = Duration::from_millis(150);

/// `GET /api/inbox`: newest first; `after` is the `next` of the page before.
pub async fn list(
    State(studio): State<Shared>,
    Query(query): Params,
    Speaks(language): Speaks,
) -> Answer {
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL);
    let limit = limit.clamp(1, MOST);
    work(language, move || {
        let get = |name: &str| query.get(name).filter(|value| !value.is_empty()).cloned();
        let filter = Filter { to: None, to_like: get("to"), kind: get("kind") };
        let mut mails = studio.caught.all();
        mails.reverse();
        let start = get("after").and_then(|id| mails.iter().position(|mail| mail.id == id));
        let rest = &mails[start.map_or(0, |at| at + 1)..];
        let mut found = rest
            .iter()
            .filter_map(|mail| studio.caught.about(&mail.id))
            .filter(|about| filter.takes(about));
        let items: Vec<Json> = found.by_ref().take(limit).map(|about| brief(&about)).collect();
        let more = found.next().is_some();
        let next = items.last().filter(|_| more).map(|last| last["id"].clone());
        JsonBody(json!({"items": items, "next": next})).into_response()
    })
    .await
}

/// `GET /api/inbox/{id}`
pub async fn one(
    State(studio): State<Shared>,
    Path(id): Path<String>,
    Speaks(language): Speaks,
) -> Answer {
    let now = studio.state.now();
    let about = studio.caught.about(&id).ok_or_else(|| not_found(language))?;
    let mut about = with_codes(about, now.catalog());
    if let Some(bytes) = studio.caught.bytes(&id) {
        about["mime"] = parts::tree(&bytes);
        about["text"] = parts::open(&bytes).map(|mail| mail.text).into();
    }
    Ok(JsonBody(about).into_response())
}

/// `GET /inbox/{id}/mail`
pub async fn mail(
    State(studio): State<Shared>,
    Path(id): Path<String>,
    Query(query): Params,
    Speaks(language): Speaks,
) -> Answer {
    let bytes = studio.caught.bytes(&id).ok_or_else(|| not_found(language))?;
    let mail = parts::open(&bytes).ok_or_else(|| not_found(language))?;
    let look = Look::asked(|name| query.get(name).cloned());
    Ok(frame(look.apply(&mail.html, &mail.images)))
}

/// `GET /inbox/{id}/eml`
pub async fn eml(
    State(studio): State<Shared>,
    Path(id): Path<String>,
    Speaks(language): Speaks,
) -> Answer {
    let bytes = studio.caught.bytes(&id).ok_or_else(|| not_found(language))?;
    Ok(file("message/rfc822", &format!("{id}.eml"), bytes))
}

/// `DELETE /api/inbox`, `DELETE /v1/inbox`
pub async fn empty(State(studio): State<Shared>, Speaks(language): Speaks) -> Answer {
    work(language, move || match remove_all(&studio.caught.inbox) {
        Ok(removed) => JsonBody(json!({"removed": removed})).into_response(),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, Code::FileUnreadable, language),
    })
    .await
}

/// `GET /v1/inbox/wait`: the next mail behind `after`; without it the newest that there is, or the
/// first that comes.
pub async fn wait(
    State(studio): State<Shared>,
    Query(query): Params,
    Speaks(language): Speaks,
) -> Answer {
    let get = |name: &str| query.get(name).filter(|value| !value.is_empty()).cloned();
    let patience = patience(get("timeout").as_deref()).ok_or_else(|| malformed(language))?;
    let deadline = Instant::now() + patience;
    let (filter, after) =
        (Filter { to: get("to"), to_like: None, kind: get("kind") }, get("after"));
    let mut news = studio.news.subscribe();
    let mut seen = Vec::new();
    loop {
        let mails = studio.caught.all();
        let found = match mails == seen {
            true => None,
            false => next(&mails, &filter, after.as_deref(), |id| studio.caught.about(id)),
        };
        seen = mails;
        if let Some(about) = found {
            let now = studio.state.now();
            return Ok(JsonBody(with_codes(about, now.catalog())).into_response());
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(problem(StatusCode::NOT_FOUND, Code::NoMailYet, language));
        }
        // Whatever is told, it is time to look.
        let _ = tokio::time::timeout(left.min(LOOK), news.recv()).await;
    }
}

fn malformed(language: Language) -> Response {
    problem(StatusCode::BAD_REQUEST, Code::RequestMalformed, language)
}

fn brief(about: &Json) -> Json {
    const SHOWN: [&str; 7] = ["id", "message_id", "received_at", "to", "kind", "locale", "subject"];
    SHOWN
        .iter()
        .map(|name| ((*name).to_owned(), about[*name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
