//! An accepted mail as the outbox keeps it.

use serde_json::json;

use super::enqueue::Request;
use super::new_id;
use crate::catalog::{Category, Kind};
use crate::compose::{Adapted, Seal};
use crate::mail::{Address, Mailbox};
use crate::outbox::{Hash, Lane, Millis, NewCopy, NewMail, Outbox};

/// Without its route and limits.
pub(super) fn new(request: &Request<'_>, kind: &Kind, seal: &Seal, adapted: &[Adapted]) -> NewMail {
    let Request { outbox, rendered, wishes, send_at, .. } = *request;
    let to = rendered.recipients.to.address();
    let lifetime = i64::try_from(kind.lives(&rendered.vars).seconds()).unwrap_or(i64::MAX);
    NewMail {
        id: seal.id().to_owned(),
        message_id: seal.message_id().as_str().to_owned(),
        kind: rendered.kind.clone(),
        locale: rendered.locale.to_string(),
        lane: lane(rendered.category),
        to: to.masked(),
        recipient: outbox.mailbox(to),
        copies: copies(request),
        send_at,
        expires_at: send_at.saturating_add(lifetime.saturating_mul(1_000)) as Millis,
        in_doubt: kind.in_doubt,
        replaces: replaces(request, kind),
        limits: Vec::new(),
        route: Vec::new(),
        adapted: told(adapted),
        trace: wishes.trace.clone(),
        content: outbox.freeze(rendered, seal),
    }
}

/// What was changed for a transport, as receipts have it.
pub(super) fn told(adapted: &[Adapted]) -> String {
    let each = adapted.iter().map(|one| json!({"what": one.what, "how": one.how}));
    serde_json::Value::from_iter(each).to_string()
}

/// The values of some variables, as bytes: equal where the values are.
pub(super) fn values(request: &Request<'_>, names: &[String]) -> Vec<Vec<u8>> {
    let value = |name: &String| request.rendered.vars.get(name).map(|value| value.to_json());
    names.iter().map(|name| value(name).map_or(Vec::new(), |v| v.to_string().into())).collect()
}

/// Each copy is a row of its own. Security mail has none: it is refused with any.
fn copies(request: &Request<'_>) -> Vec<NewCopy> {
    let recipients = request.rendered.recipients.copies();
    recipients.map(|to| copy(request.outbox, to)).collect()
}

fn copy(outbox: &Outbox, mailbox: &Mailbox) -> NewCopy {
    let (id, to): (String, &Address) = (new_id(), mailbox.address());
    let address = outbox.seal_text(&id, to.as_str());
    NewCopy { id, to: to.masked(), recipient: outbox.mailbox(to), address, limits: Vec::new() }
}

fn replaces(request: &Request<'_>, kind: &Kind) -> Option<Hash> {
    let names = kind.replaces.as_ref()?;
    let Request { outbox, rendered, .. } = *request;
    let recipient = outbox.mailbox(rendered.recipients.to.address());
    let values = values(request, names);
    let mut parts: Vec<&[u8]> = vec![kind.name.as_bytes(), &recipient.0];
    parts.extend(values.iter().map(Vec::as_slice));
    Some(outbox.key().hash("replaces", &parts))
}

fn lane(category: Category) -> Lane {
    match category {
        Category::Security => Lane::Security,
        Category::Transactional => Lane::Transactional,
        Category::Notification => Lane::Notification,
    }
}
