//! Caught mails, for tests that wait for one: where the transport is the inbox, never in
//! production. The studio answers the same.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::Json as JsonBody;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};

use super::Shared;
use super::live::Live;
use super::lookup::id;
use super::problem::{Answer, Problem};
use super::reading::{NoParams, Nothing, Params, bad_parameter, in_a_line};
use crate::diagnostic::Code;
use crate::mail::Address;
use crate::text;
use crate::web::caught::{Filter, about, caught, next, patience, remove_all, with_codes};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(50);

/// `GET /v1/inbox/wait`: the next mail behind `after`; without it the newest that there is, or the
/// first that comes.
pub async fn wait(State(service): State<Shared>, params: Params) -> Answer {
    let params = params.only(&["to", "kind", "after", "timeout"])?;
    let live = service.current.get();
    let folder = folder(&live)?;
    let wanted = text!("`10s` or seconds", " `10s` 或秒数");
    let patience = params.read("timeout", |text| patience(Some(text)), &wanted)?;
    let patience = patience.or_else(|| crate::web::caught::patience(None)).unwrap_or_default();
    let to = params.read("to", |to| Address::parse(to).ok(), &text!("an address", "邮件地址"))?;
    let composer = live.mailer.composer();
    let kind = params.get("kind").map(|name| composer.catalog().kind(name)).transpose();
    // Who misspells it would wait in vain.
    let kind = kind.map_err(|fault| bad_parameter(&in_a_line(&fault)))?;
    let filter = Filter {
        to: to.map(|to| to.to_string()),
        to_like: None,
        kind: kind.map(|kind| kind.name.clone()),
    };
    let after = params.read("after", id, &text!("the id of a mail", "邮件的 id"))?;
    let deadline = Instant::now() + patience;
    let mut seen = None;
    loop {
        let mails = caught(&folder);
        let changed = seen.as_ref() != Some(&mails);
        let look = || next(&mails, &filter, after.as_deref(), |id| about(&folder, id));
        let found = changed.then(look).flatten();
        if let Some(about) = found {
            let composer = live.mailer.composer();
            return Ok(JsonBody(with_codes(about, Some(composer.catalog()))).into_response());
        }
        seen = Some(mails);
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || service.drains() {
            return Err(Problem::not_found(Code::NoMailYet));
        }
        tokio::select! {
            () = tokio::time::sleep(left.min(LOOK)) => {}
            () = service.drained() => {}
        }
    }
}

/// `DELETE /v1/inbox`
pub async fn empty(State(service): State<Shared>, _: NoParams, _: Nothing) -> Answer {
    let folder = folder(&service.current.get())?;
    let removed = tokio::task::spawn_blocking(move || remove_all(&folder)).await;
    let removed = removed.map_err(|_| Problem::internal())?.map_err(|_| Problem::internal())?;
    let told: Json = json!({"removed": removed});
    Ok(JsonBody(told).into_response())
}

fn folder(live: &Live) -> Answer<PathBuf> {
    live.inbox.clone().ok_or_else(|| {
        let detail = text!(
            "mails are caught only with `EMAIL_PROVIDER=inbox`, and never in production",
            "只有设置 `EMAIL_PROVIDER=inbox` 且不在生产环境时才会截留邮件"
        );
        Problem::not_found(Code::NotFound).detail(detail)
    })
}
