//! What a request asks of the outbox beside its mails, and what it gets back.

use serde_json::json;

use crate::composer::Draft;
use crate::outbox::{Limit, Ticket};

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
    /// What the request asks for, as bytes: another body under the same key is refused
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

/// The key of a mail that was asked for in this process: the draft is its body.
pub(super) fn of_library(key: String, draft: &Draft) -> IdempotencyKey {
    let all = |mailboxes: &[crate::mail::Mailbox]| -> Vec<String> {
        mailboxes.iter().map(|mailbox| mailbox.address().as_str().to_owned()).collect()
    };
    let headers: Vec<[&str; 2]> =
        draft.headers.iter().map(|header| [header.name(), header.value()]).collect();
    let mut body = json!({
        "kind": draft.kind,
        "locale": draft.locale,
        "vars": draft.vars,
        "to": draft.to.address().as_str(),
        "cc": all(&draft.cc),
        "bcc": all(&draft.bcc),
        "headers": headers,
    })
    .to_string()
    .into_bytes();
    for attachment in &draft.attachments {
        body.extend_from_slice(attachment.filename().as_bytes());
        body.extend_from_slice(attachment.bytes());
    }
    IdempotencyKey { scope: String::new(), key, body }
}

/// Never the body: it may hold codes.
impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdempotencyKey").field("scope", &self.scope).finish_non_exhaustive()
    }
}
