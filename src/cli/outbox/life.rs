//! The life of a mail in plain sentences: what happened, how it stands, what comes next. Nothing
//! in them is secret: replies and addresses were masked before they were kept.

use super::moments::{Moments, length};
use super::words;
use crate::diagnostic::Text;
use crate::outbox::{Attempt, CAUGHT, Mail, Millis, State};
use crate::text;

/// How long nobody may have claimed before the worker is missed.
const SILENCE: Millis = 60_000;

/// Something that happened, and what is to be said of it.
pub struct Line {
    pub at: Millis,
    pub what: Text,
    pub more: Vec<Text>,
}

/// What is known of a mail that waits.
pub struct Wait {
    /// The mail of which it is a copy
    pub parent: Option<Mail>,
    /// What keeps it from all transports that it may go by
    pub hindrances: Vec<Text>,
    /// When a worker asked for mails last
    pub claimed_at: Option<Millis>,
}

/// What happened, in order.
pub fn told(mail: &Mail, attempts: &[Attempt], moments: &Moments<'_>) -> Vec<Line> {
    let mut lines = vec![accepted(mail, moments)];
    lines.extend(attempts.iter().map(attempt));
    lines.extend(ended(mail));
    lines
}

fn accepted(mail: &Mail, moments: &Moments<'_>) -> Line {
    let expires = moments.clock(mail.expires_at);
    let what = match mail.send_at > mail.accepted_at {
        true => {
            let send_at = moments.clock(mail.send_at);
            text!(
                "accepted, to leave at {send_at} and not after {expires}",
                "已接受，定于 {send_at} 发送，{expires} 之后不再发送"
            )
        }
        false => text!("accepted, not to leave after {expires}", "已接受，{expires} 之后不再发送"),
    };
    Line { at: mail.accepted_at, what, more: Vec::new() }
}

fn attempt(attempt: &Attempt) -> Line {
    let Attempt { number, took, .. } = attempt;
    // How long an attempt took that was cut off is not known.
    let (took_en, took_zh) = match attempt.cause.as_deref() {
        Some("lease_lost") => (String::new(), String::new()),
        _ => (format!(", {took} ms"), format!("，{took} ms")),
    };
    let (by_en, by_zh) = match &attempt.transport {
        Some(name) => (format!(" by `{name}`"), format!("，通道 `{name}`")),
        None => (String::new(), String::new()),
    };
    let end = ending(&attempt.action);
    let Text { en, zh } = end;
    let what =
        text!("attempt {number}{by_en}{took_en}: {en}", "第 {number} 次投递{by_zh}{took_zh}：{zh}");
    let mut more = Vec::new();
    if let Some((en, zh)) = &attempt.what {
        more.push(text!("{en}", "{zh}"));
    }
    if let Some((code, said)) = &attempt.reply {
        more.push(text!("the server said: {code} {said}", "服务器答复：{code} {said}"));
    }
    if let Some((en, zh)) = &attempt.hint {
        more.push(text!("→ {en}", "→ {zh}"));
    }
    Line { at: attempt.at, what, more }
}

/// What became of the mail by an attempt.
fn ending(action: &str) -> Text {
    match action {
        "sent" => text!("the provider accepted it", "服务商已接收"),
        CAUGHT => text!("caught in a folder of this machine", "已截留在本机的文件夹中"),
        "retry" => text!("not now, to be tried again", "这次没有成功，稍后再试"),
        "failed" => text!("refused for good", "被永久拒绝"),
        "next_transport" => text!("the next transport was asked", "已改用下一个通道"),
        "expired" => text!("too late to try again", "已来不及再试"),
        "superseded" => text!("a newer mail took its place", "已被新邮件取代"),
        "unknown" | "hold" => text!(
            "handed over, and the answer was lost: held for a person",
            "已移交，但没有收到答复：留待人工确认"
        ),
        other => text!("{other}", "{other}"),
    }
}

/// The end that no attempt tells.
fn ended(mail: &Mail) -> Option<Line> {
    let what = match (mail.state, mail.cause.as_deref()) {
        (State::Failed, Some("quarantined")) => text!(
            "given up: worker after worker ended while it had the mail",
            "已放弃：投递进程一再在处理它时中断"
        ),
        (State::Failed, Some("parent")) => {
            text!("the mail of which it is a copy was not sent", "原件没有发出，副本也不再发送")
        }
        (State::Unknown, Some("lease_lost" | "quarantined")) => text!(
            "the worker ended while it handed the mail over: held for a person",
            "投递进程在移交时中断：留待人工确认"
        ),
        (State::Expired, _) => text!("its lifetime passed", "已超过有效期"),
        (State::Superseded, _) => text!("a newer mail took its place", "新邮件取代了它"),
        (State::Cancelled, _) => text!("stopped", "已取消"),
        _ => return None,
    };
    Some(Line { at: mail.done_at?, what, more: Vec::new() })
}

/// How it stands.
pub fn standing(mail: &Mail, attempts: &[Attempt]) -> Text {
    if attempts.last().is_some_and(Attempt::caught) {
        let file = format!("{}.eml", mail.id);
        return text!(
            "caught: it lies in the folder of its transport as `{file}`; it was sent to nobody",
            "已截留（caught）：存放在该通道的文件夹中，文件名 `{file}`；没有发给任何人"
        );
    }
    let name = mail.state.as_str();
    let Text { zh: word, .. } = words::state(mail.state);
    let meaning = meaning(mail);
    let Text { en, zh } = meaning;
    match word.ends_with('）') {
        true => text!("{name}: {en}", "{word}：{zh}"),
        false => text!("{name}: {en}", "{word}（{name}）：{zh}"),
    }
}

fn meaning(mail: &Mail) -> Text {
    match mail.state {
        State::Queued if mail.cause.as_deref() == Some("lease_lost") => text!(
            "it waits again, after the worker that had it ended",
            "处理它的进程中断后，重新等待发送"
        ),
        State::Queued => text!("it waits", "正在等待"),
        State::Leased => {
            text!("a worker has it and has handed nothing over", "投递进程已取走，尚未移交")
        }
        State::HandingOver => text!(
            "it is being handed over to the provider; a crash now would leave it open whether it went out",
            "正在移交给服务商；此刻若中断，将无法得知是否已经发出"
        ),
        State::Sent => text!(
            "the provider accepted it; whether it reached the mailbox cannot be known from here",
            "是否进入收件箱，这里无从得知"
        ),
        State::Failed => text!("it was not sent, and is not tried again", "没有发出，也不会再试"),
        State::Expired => text!(
            "its lifetime passed before it could leave; it was not sent",
            "在能够发出之前已超过有效期，没有发出"
        ),
        State::Superseded | State::Cancelled if mail.cause.as_deref() == Some("in_doubt") => text!(
            "it is not sent again; an earlier attempt may have sent it",
            "不会再发；但之前的一次投递可能已经发出"
        ),
        State::Superseded => {
            text!("it was not sent: a newer mail took its place", "没有发出：已被新邮件取代")
        }
        State::Cancelled => text!("it was not sent", "没有发出"),
        State::Unknown => text!(
            "it was handed over and the answer was lost: it may have been sent",
            "已移交，但没有收到答复"
        ),
    }
}

/// What happens next, and what a person may do.
pub fn outlook(mail: &Mail, wait: &Wait, moments: &Moments<'_>) -> Vec<Text> {
    let id = &mail.id;
    match mail.state {
        State::Queued => match &wait.parent {
            Some(parent) if parent.state != State::Sent => vec![behind(parent)],
            _ => waiting(mail, wait, moments),
        },
        State::Leased | State::HandingOver => at_work(mail, wait, moments),
        State::Expired => vec![text!(
            "it cannot be sent again; ask the application for a new mail",
            "无法重发；请由应用重新发起一封"
        )],
        State::Failed | State::Unknown if !mail.has_content => vec![text!(
            "its content was erased: it cannot be sent again; ask the application for a new mail",
            "内容已清除，无法重发；请由应用重新发起一封"
        )],
        State::Failed if mail.expires_at <= moments.now => vec![text!(
            "its lifetime has passed, so it cannot be sent again; ask the application for a new mail",
            "已超过有效期，无法重发；请由应用重新发起一封"
        )],
        State::Failed => vec![text!(
            "once the cause is removed: `hongyan outbox retry {id}`",
            "原因消除后：`hongyan outbox retry {id}`"
        )],
        State::Unknown => unknown(mail, moments),
        State::Superseded => {
            let newer = mail.replaced_by.as_deref();
            newer
                .map(|newer| text!("the newer one: {newer}", "新邮件：{newer}"))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// What a copy waits for.
fn behind(parent: &Mail) -> Text {
    let id = &parent.id;
    match parent.state {
        State::Unknown => text!(
            "it waits until somebody decides about the mail of which it is a copy: `hongyan outbox show {id}`",
            "原件结果未知，需人工确认后副本才会发送：`hongyan outbox show {id}`"
        ),
        _ => text!(
            "it leaves once the mail of which it is a copy has left: `hongyan outbox show {id}`",
            "原件发出后才会发送：`hongyan outbox show {id}`"
        ),
    }
}

fn waiting(mail: &Mail, wait: &Wait, moments: &Moments<'_>) -> Vec<Text> {
    let mut said = wait.hindrances.clone();
    let expires = moments.clock(mail.expires_at);
    let (now, at) = (moments.now, moments.clock(mail.available_at));
    let next = match () {
        () if mail.send_at > now => {
            text!("it leaves at {at}, as it was asked to", "将按要求于 {at} 发送")
        }
        () if !said.is_empty() => {
            text!("it leaves once a transport takes mails again", "有通道恢复后即可发送")
        }
        () if mail.available_at > now => text!("it is tried again at {at}", "将于 {at} 再试"),
        () => text!("it may leave now, and waits for a worker", "现在即可发送，正在等待投递进程"),
    };
    let Text { en, zh } = next;
    said.push(text!("{en}; after {expires} it is not sent", "{zh}；{expires} 之后不再发送"));
    said.extend(silence(wait.claimed_at, now));
    said
}

/// A worker has it: what becomes of it where that one is heard of no more.
fn at_work(mail: &Mail, wait: &Wait, moments: &Moments<'_>) -> Vec<Text> {
    let Some(until) = mail.lease_until else { return Vec::new() };
    let end = moments.clock(until);
    let Text { en, zh } = match mail.state {
        State::HandingOver => text!(
            "it is sent again by the same transport, or held for a person, as `in_doubt` of its kind says",
            "将按该类型的 `in_doubt` 由同一通道重发，或留待人工确认"
        ),
        _ => text!("another worker takes it", "将由另一个投递进程接手"),
    };
    let mut said = vec![match until > moments.now {
        true => text!(
            "its worker has it until {end}; where nothing is heard of that one by then, {en}",
            "投递进程最迟持有到 {end}；届时若仍无消息，{zh}"
        ),
        false => text!(
            "its worker had it until {end} and has not been heard of; once a worker runs, {en}",
            "投递进程最迟应持有到 {end}，至今没有消息；有投递进程运行后，{zh}"
        ),
    }];
    said.extend(silence(wait.claimed_at, moments.now));
    said
}

/// Nobody delivers.
pub fn silence(claimed_at: Option<Millis>, now: Millis) -> Option<Text> {
    match claimed_at {
        Some(at) if now - at < SILENCE => None,
        Some(at) => {
            let Text { en, zh } = length(now - at);
            Some(text!(
                "no worker has asked for mails for {en}: start `hongyan serve` or `hongyan worker`",
                "已有 {zh} 没有投递进程来取邮件：请启动 `hongyan serve` 或 `hongyan worker`"
            ))
        }
        None => Some(text!(
            "no worker has ever asked for mails: start `hongyan serve` or `hongyan worker`",
            "从未有投递进程来取邮件：请启动 `hongyan serve` 或 `hongyan worker`"
        )),
    }
}

fn unknown(mail: &Mail, moments: &Moments<'_>) -> Vec<Text> {
    let id = &mail.id;
    let look = text!(
        "look for the Message-ID in the provider's log, or ask the recipient",
        "请在服务商的发信记录中查找 Message-ID，或询问收件人"
    );
    let then = match mail.expires_at <= moments.now {
        true => text!(
            "if it did not arrive, ask the application for a new mail: the lifetime of this one has passed",
            "若没有收到，请由应用重新发起一封：这一封已超过有效期"
        ),
        false => text!(
            "if it did not arrive: `hongyan outbox retry {id}` sends it again under the same Message-ID; if it did, nothing is to be done",
            "若没有收到：用 `hongyan outbox retry {id}` 以同一 Message-ID 重发；若已收到，无需处理"
        ),
    };
    vec![look, then]
}
