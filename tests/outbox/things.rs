//! Mails for the tests, and what is done with them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hongyan::catalog::InDoubt;
use hongyan::outbox::{
    Claim, Claimed, Content, Hash, Key, Lane, Mail, Millis, NewCopy, NewMail, Next, Record, Store,
    StoredImage, Submission, Ticket, Verdict,
};

/// 2026-01-01, in milliseconds.
pub const NOW: Millis = 1_767_225_600_000;
/// A minute, in milliseconds.
pub const MINUTE: Millis = 60_000;

/// The key of the tests.
pub fn key() -> Key {
    Key::new(&[7; 32])
}

/// Ids that grow.
pub fn id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("0199aaaa-0000-7000-8000-{:012x}", NEXT.fetch_add(1, Ordering::SeqCst))
}

/// A hash of a name.
pub fn hash(name: &str) -> Hash {
    key().hash("test", &[name.as_bytes()])
}

/// A code to somebody, which lives ten minutes.
pub fn mail(to: &str) -> NewMail {
    let id = id();
    NewMail {
        message_id: format!("<{id}@example.com>"),
        kind: "verification_code".into(),
        locale: "zh-CN".into(),
        lane: Lane::Security,
        to: format!("{}***@example.com", &to[..1]),
        recipient: hash(to),
        copies: Vec::new(),
        send_at: NOW,
        expires_at: NOW + 10 * MINUTE,
        in_doubt: InDoubt::Resend,
        replaces: None,
        limits: Vec::new(),
        route: vec!["first".into(), "second".into()],
        adapted: "[]".into(),
        trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        content: Content { sealed: format!("sealed for {id}").into_bytes(), images: vec![logo()] },
        id,
    }
}

/// An image.
pub fn logo() -> StoredImage {
    StoredImage { sha256: "ab".repeat(32), file_name: "logo.png".into(), bytes: [9; 500].into() }
}

/// A copy to somebody.
pub fn copy(to: &str) -> NewCopy {
    let id = id();
    NewCopy {
        to: format!("{}***@example.com", &to[..1]),
        recipient: hash(to),
        address: format!("address of {to}").into_bytes(),
        limits: Vec::new(),
        id,
    }
}

/// A request.
pub fn submission(mails: Vec<NewMail>) -> Submission {
    Submission { now: NOW, idempotency: None, caps: Vec::new(), mails }
}

/// Takes mails that must be taken.
pub async fn accepted(store: &dyn Store, mails: Vec<NewMail>) -> Vec<Ticket> {
    match store.accept(submission(mails)).await.unwrap() {
        Verdict::Accepted(tickets) => tickets,
        other => panic!("{other:?}"),
    }
}

/// Claims as worker `a`, for three minutes.
pub fn claim(now: Millis, most: usize) -> Claim {
    Claim { worker: "a".into(), now, most, lease: Duration::from_secs(180), resting: Vec::new() }
}

/// The one mail that can be claimed.
pub async fn claimed(store: &dyn Store, now: Millis) -> Claimed {
    let mut claimed = store.claim(claim(now, 10)).await.unwrap();
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

/// A record without an attempt.
pub fn record(now: Millis, next: Next) -> Record {
    Record { now, attempts: Vec::new(), next, provider_id: None, adapted: None, suppress: None }
}

/// A mail that must be there.
pub async fn found(store: &dyn Store, id: &str) -> Mail {
    store.find(id).await.unwrap().unwrap()
}
