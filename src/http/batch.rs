//! `POST /v1/messages/batch`: many requests in one; each is accepted or refused by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonBody;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use super::guard::Speaks;
use super::live::Live;
use super::messages::{enqueue, key};
use super::order::{self, MAX_ATTACHED, Order, too_much_attached};
use super::problem::{Answer, Problem};
use super::reading::{NoParams, Object, bad_field};
use super::tokens::Caller;
use super::{Shared, trace};
use crate::diagnostic::{Diagnostics, Language};
use crate::mailer::IdempotencyKey;
use crate::outbox::Ticket;
use crate::text;

/// The most requests in one.
pub const MOST: usize = 500;
/// The most mails that they ask for together.
pub const MOST_MAILS: usize = 1_000;

/// What all items of a batch share.
#[derive(Clone)]
struct Sheet {
    service: Shared,
    live: Arc<Live>,
    caller: Caller,
    key: Option<String>,
    trace: Option<String>,
    language: Language,
}

/// One request of a batch.
struct Item {
    at: usize,
    order: Order,
    idempotency: Option<IdempotencyKey>,
}

/// Answers `{items: [{status, message | messages | problem}]}` in the order of the request.
pub async fn send(
    State(service): State<Shared>,
    caller: Caller,
    Speaks(language): Speaks,
    headers: HeaderMap,
    _: NoParams,
    object: Object,
) -> Answer {
    let items = items(&object)?;
    let (key, trace) = (key(&headers)?, trace::parent(&headers));
    let live = service.current.get();
    let sheet = Sheet { service, live, caller, key, trace, language };
    let mut answers: Vec<Json> = vec![Json::Null; items.len()];
    // Mails to one person keep their order; those to others need not wait for them.
    let mut lines: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        match read(at, item, &sheet) {
            Ok(item) => lines.entry(person(&item.order)).or_default().push(item),
            Err(problem) => answers[at] = refused(&problem, language),
        }
    }
    drop(object);
    fits(lines.values().flatten())?;
    let mut tasks = JoinSet::new();
    for line in lines.into_values() {
        tasks.spawn(in_order(line, sheet.clone()));
    }
    while let Some(done) = tasks.join_next().await {
        for (at, answer) in done.map_err(|_| Problem::internal())? {
            answers[at] = answer;
        }
    }
    Ok(JsonBody(json!({"items": answers})).into_response())
}

/// The list, `messages`.
fn items(object: &Object) -> Answer<&[Json]> {
    let mut faults = Diagnostics::new();
    let mut fields = super::fields::Fields::of(&object.fields, "");
    let list = fields.list("messages", &mut faults);
    if object.fields.get("messages").is_none_or(Json::is_null) {
        faults.push(super::fields::missing("/messages", "messages"));
    }
    fields.finish(&mut faults);
    if faults.is_empty() && !(1..=MOST).contains(&list.len()) {
        faults.push(bad_field(
            "/messages",
            text!("`messages` holds 1 to {MOST} requests", "`messages` 可包含 1 到 {MOST} 个请求"),
        ));
    }
    faults.ok(list).map_err(Problem::wrong)
}

/// Refuses more than is taken at once: all of a batch is under way together.
fn fits<'a>(items: impl Iterator<Item = &'a Item>) -> Answer<()> {
    let (mut mails, mut attached) = (0, 0);
    for item in items {
        mails += item.order.drafts.len();
        attached += item.order.attached();
    }
    let mut faults = Diagnostics::new();
    if mails > MOST_MAILS {
        let title = text!(
            "the requests of a batch ask for at most {MOST_MAILS} mails together",
            "一批请求合计最多 {MOST_MAILS} 封邮件"
        );
        let hint = text!("send several batches", "请分多批发送");
        faults.push(bad_field("/messages", title).hint(hint));
    }
    if attached > MAX_ATTACHED {
        faults.push(too_much_attached("/messages"));
    }
    faults.ok(()).map_err(Problem::wrong)
}

fn read(at: usize, item: &Json, sheet: &Sheet) -> Answer<Item> {
    let Some(object) = item.as_object() else {
        let fault = bad_field("", text!("not an object", "不是对象"));
        return Err(Problem::wrong(fault.into()));
    };
    let order = order::read(&sheet.caller, object, None, &sheet.live.mailer)?;
    let key = sheet.key.as_ref();
    let idempotency = key.map(|key| of_item(&format!("{key} {at}"), item, sheet)).transpose()?;
    Ok(Item { at, order, idempotency })
}

/// The key of an item. No key of a request by itself holds a blank.
fn of_item(key: &str, item: &Json, sheet: &Sheet) -> Answer<IdempotencyKey> {
    let mut hashing = sheet.live.outbox.key().hashing("item of a batch");
    serde_json::to_writer(&mut hashing, item).map_err(|_| Problem::internal())?;
    let (scope, body) = (sheet.caller.id().to_owned(), hashing.end().0.to_vec());
    Ok(IdempotencyKey { scope, key: key.to_owned(), body })
}

/// Whom a request is for, as far as order goes.
fn person(order: &Order) -> String {
    let first = order.drafts.first();
    first.map(|draft| draft.to.address().as_str().to_lowercase()).unwrap_or_default()
}

async fn in_order(line: Vec<Item>, sheet: Sheet) -> Vec<(usize, Json)> {
    let mut answers = Vec::with_capacity(line.len());
    for item in line {
        answers.push((item.at, one(item, &sheet).await));
    }
    answers
}

async fn one(item: Item, sheet: &Sheet) -> Json {
    let Item { order, idempotency, .. } = item;
    let Sheet { service, live, caller, trace, language, .. } = sheet;
    match enqueue(service, live, caller, &order, idempotency, trace.clone()).await {
        Ok(enqueued) => {
            let mut told = enqueued.tickets.iter().map(Ticket::to_json);
            let status = StatusCode::ACCEPTED.as_u16();
            match order.is_list {
                true => json!({"status": status, "messages": told.collect::<Vec<_>>()}),
                false => json!({"status": status, "message": told.next()}),
            }
        }
        Err(problem) => refused(&problem, *language),
    }
}

fn refused(problem: &Problem, language: Language) -> Json {
    json!({"status": problem.status().as_u16(), "problem": problem.to_json(language)})
}
