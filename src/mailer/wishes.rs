//! What a request asks of the outbox beside its mails, and what it gets back.

use serde_json::json;

use crate::composer::Draft;
use crate::outbox::{Limit, Outbox, Ticket};

/// What a request asks for beside its mails.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Wishes {
    /// So that the request is taken once, however often it is repeated
    pub idempotency: Option<IdempotencyKey>,
    /// When the mails may leave, in seconds since 1970; at once otherwise
    pub send_at: Option<i64>,
    /// Counted beside the limits of the kinds: per token, global
    pub caps: Vec<Limit>,
    /// W3C `traceparent` of the request
    pub trace: Option<String>,
}

/// A key that makes a request one request.
#[derive(Clone)]
pub struct IdempotencyKey {
    /// Whose key it is: the id of a token
    pub scope: String,
    /// The key
    pub key: String,
    /// What the request asks for, as bytes, or a hash of them: another body under the same key is
    /// refused
    pub body: Vec<u8>,
}

/// Mails that are durable.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enqueued {
    /// One for each draft, in their order
    pub tickets: Vec<Ticket>,
    /// Whether the request was taken before, and this is its first answer
    pub replayed: bool,
}

/// The key of a mail that was asked for in this process: all that the draft says is its body.
pub(super) fn of_library(
    outbox: &Outbox,
    key: String,
    draft: &Draft,
    send_at: Option<i64>,
) -> IdempotencyKey {
    let headers: Vec<[&str; 2]> =
        draft.headers.iter().map(|header| [header.name(), header.value()]).collect();
    let said = json!({
        "kind": draft.kind,
        "locale": draft.locale,
        "vars": draft.vars,
        "to": draft.to,
        "cc": draft.cc,
        "bcc": draft.bcc,
        "reply_to": draft.reply_to,
        "headers": headers,
        "send_at": send_at,
        "time_zone": draft.time_zone.as_ref().map(ToString::to_string),
    })
    .to_string();
    let mut parts = vec![said.as_bytes()];
    for file in &draft.attachments {
        parts.extend([file.filename().as_bytes(), file.content_type().as_bytes(), file.bytes()]);
    }
    let body = outbox.hash("draft", &parts).0.to_vec();
    IdempotencyKey { scope: String::new(), key, body }
}

/// Never the body: it may hold codes.
impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdempotencyKey").field("scope", &self.scope).finish_non_exhaustive()
    }
}
