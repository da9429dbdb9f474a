//! `hongyan outbox retry` and `cancel`

use std::time::Duration;

use super::Desk;
use crate::cli::exit::{Exit, Failure};
use crate::diagnostic::{Code, Diagnostic};
use crate::outbox::{Mail, OpenBreaker, State, StoreError};
use crate::text;

/// A mail keeps its lifetime: a code that has expired stays so.
pub async fn retry(id: &str, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let store = desk.outbox.store();
    let found = store.find(id).await?;
    let before = found.ok_or_else(|| StoreError::NotFound { id: id.to_owned() })?;
    if before.expires_at <= desk.moments.now {
        return Err(too_late(&before, desk));
    }
    let mail = store.retry(id, desk.moments.now, before.expires_at).await?;
    desk.outbox.ring();
    if desk.voice.json {
        desk.voice.document(&mail.to_json());
        return Ok(Exit::Done);
    }
    let (kind, to) = (&mail.kind, &mail.to);
    let in_the_way = in_the_way_of(&mail, desk).await?;
    match before.state {
        State::Unknown => desk.voice.say(&text!(
            "`{kind}` to {to} is queued again, under the same Message-ID: if the first one did go out, it may arrive twice",
            "发给 {to} 的 `{kind}` 已重新排队，Message-ID 不变：如果上次其实已经发出，收件人可能收到两封"
        )),
        _ if in_the_way.is_empty() => desk.voice.say(&text!(
            "`{kind}` to {to} is queued, to leave at once",
            "发给 {to} 的 `{kind}` 已排队，将立即发送"
        )),
        _ => desk.voice.say(&text!(
            "`{kind}` to {to} is queued, and leaves when its transport takes mails again",
            "发给 {to} 的 `{kind}` 已排队，通道恢复后发送"
        )),
    }
    for sentence in in_the_way.iter().flat_map(|open| open.sentences(|at| desk.moments.clock(at))) {
        desk.voice.line(&format!("→ {}", sentence.get(desk.voice.language())));
    }
    Ok(Exit::Done)
}

/// The transports that it waits for: none where one may be tried now.
async fn in_the_way_of(mail: &Mail, desk: &Desk<'_>) -> Result<Vec<OpenBreaker>, StoreError> {
    let open = desk.outbox.in_the_way_of(mail).await?;
    let may_be_tried = |open: &OpenBreaker| open.left(desk.moments.now) == Some(Duration::ZERO);
    Ok(if open.iter().any(may_be_tried) { Vec::new() } else { open })
}

/// What was promised to its reader is over.
fn too_late(mail: &Mail, desk: &Desk<'_>) -> Failure {
    let expired = desk.moments.clock(mail.expires_at);
    let title = text!(
        "its lifetime passed at {expired}: it is not sent any more",
        "它的有效期到 {expired} 为止：不再发送"
    );
    let hint = text!("ask the application for a new mail", "请由应用重新发起一封");
    let fault = Diagnostic::error(Code::WrongState, title).hint(hint);
    Failure { exit: Exit::Refused, faults: fault.into() }
}

pub async fn cancel(id: &str, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let mail = desk.outbox.store().cancel(id, desk.moments.now).await?;
    let Mail { kind, to, .. } = &mail;
    match desk.voice.json {
        true => desk.voice.document(&mail.to_json()),
        false => desk.voice.say(&text!(
            "`{kind}` to {to} is stopped, its content erased",
            "发给 {to} 的 `{kind}` 已取消，内容已清除"
        )),
    }
    Ok(Exit::Done)
}
