//! Outboxes with mails in them, made through the library.

use std::time::Duration;

use hongyan::catalog::InDoubt;
use hongyan::compose::Seal;
use hongyan::composer::{Composer, Draft};
use hongyan::mail::{Address, Mailbox};
use hongyan::outbox::{
    Attempt, Claim, Key, Lane, Millis, NewCopy, NewMail, Next, Outbox, OutboxPlace, Record,
    Submission, Verdict,
};
use hongyan::secret::Secret;

use crate::place::Place;

/// The key of the tests: base64 of 32 bytes.
pub const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
/// The code that no command may show.
pub const CANARY: &str = "CANARY7431";
/// 2026-01-01 08:00 in Shanghai, in milliseconds.
pub const NEW_YEAR: Millis = 1_767_225_600_000;
const MINUTE: Millis = 60_000;

/// A folder with an outbox that is named by the environment.
pub fn place() -> Place {
    Place::with_project().env("HONGYAN_OUTBOX", "sqlite:outbox.db").env("HONGYAN_OUTBOX_KEY", KEY)
}

/// The outbox of a folder, for as long as `work` takes.
pub fn with<T>(place: &Place, work: impl AsyncFnOnce(&Outbox) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let key = Key::from_base64(&Secret::new(KEY)).unwrap();
        let outbox = Outbox::open(&OutboxPlace::Sqlite(place.path("outbox.db")), key).unwrap();
        let result = work(&outbox).await;
        outbox.store().close().await;
        result
    })
}

/// The n-th id.
pub fn id(n: u32) -> String {
    format!("0199aaaa-0000-7000-8000-{n:012}")
}

/// A code to somebody, with the canary in it, accepted then.
pub fn code(outbox: &Outbox, n: u32, to: &str, accepted_at: Millis) -> NewMail {
    let composer = Composer::load(&hongyan::shipped()).unwrap();
    let draft = Draft::new("verification_code", "zh-CN", to).unwrap();
    let draft = draft.vars(hongyan::vars! { code: CANARY }).unwrap();
    let rendered = composer.render(&draft).unwrap();
    let from = Mailbox::bare(Address::parse("no-reply@example.com").unwrap());
    let seal = Seal::new(&id(n), accepted_at / 1_000, &from).unwrap();
    let to = Address::parse(to).unwrap();
    NewMail {
        id: id(n),
        message_id: format!("<{}@example.com>", id(n)),
        kind: "verification_code".into(),
        locale: "zh-CN".into(),
        lane: Lane::Security,
        to: to.masked().to_string(),
        recipient: outbox.mailbox(&to),
        copies: Vec::new(),
        send_at: accepted_at,
        expires_at: accepted_at + 10 * MINUTE,
        in_doubt: InDoubt::Hold,
        replaces: None,
        limits: Vec::new(),
        route: vec!["qq".into()],
        adapted: "[]".into(),
        trace: None,
        content: outbox.freeze(&rendered, &seal),
    }
}

/// A copy with the n-th id.
pub fn copy(outbox: &Outbox, n: u32, name: &str) -> NewCopy {
    let to = Address::parse(&format!("{name}@example.com")).unwrap();
    let (masked, recipient) = (to.masked().to_string(), outbox.mailbox(&to));
    let (id, address) = (id(n), outbox.seal_text(&id(n), to.as_str()));
    NewCopy { id, to: masked, recipient, address, limits: Vec::new() }
}

/// Takes a mail.
pub async fn accept(outbox: &Outbox, mail: NewMail, now: Millis) {
    let submission = Submission { now, idempotency: None, caps: Vec::new(), mails: vec![mail] };
    let verdict = outbox.store().accept(submission).await.unwrap();
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
}

/// Delivers the mail that waits, with this end.
pub async fn deliver(outbox: &Outbox, now: Millis, attempt: Attempt, next: Next) {
    let claim = Claim {
        worker: "w".into(),
        now,
        most: 1,
        lease: Duration::from_secs(180),
        resting: vec![],
    };
    let claimed = outbox.store().claim(claim).await.unwrap().remove(0);
    outbox.store().hand_over(&claimed.fence, "qq").await.unwrap();
    let gone = attempt.cause.as_deref() == Some("recipient");
    let suppress =
        attempt.reply.clone().filter(|_| gone).map(|(code, text)| format!("{code} {text}"));
    let record = Record {
        now: now + 120,
        attempts: vec![Attempt { number: claimed.attempt, at: now, took: 120, ..attempt }],
        next,
        provider_id: None,
        adapted: None,
        suppress,
    };
    outbox.store().record(&claimed.fence, record).await.unwrap();
}

/// What the server said when it took the mail.
pub fn taken() -> Attempt {
    Attempt {
        transport: Some("qq".into()),
        reply: Some(("250".into(), "OK: queued as".into())),
        action: "sent".into(),
        ..Attempt::default()
    }
}

/// What it said when it did not.
pub fn refused(cause: &str, code: &str, text: &str, action: &str) -> Attempt {
    Attempt {
        transport: Some("qq".into()),
        stage: Some("rcpt".into()),
        cause: Some(cause.into()),
        reply: Some((code.into(), text.into())),
        what: Some(("the server refused the recipient".into(), "服务器拒绝了收件人".into())),
        hint: Some(("look at the address".into(), "请检查地址".into())),
        action: action.into(),
        ..Attempt::default()
    }
}
