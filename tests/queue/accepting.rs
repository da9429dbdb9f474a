//! What is taken, and what is not.

use std::time::Duration;

use hongyan::config::Pace;
use hongyan::mail::Mailbox;
use hongyan::mailer::{IdempotencyKey, Sending, State as Told, Wishes};
use hongyan::outbox::{Lane, Refusal, State};
use hongyan::transport::{Cause, InboxTransport, Retry, Stage, Transport};
use hongyan::{ErrorKind, vars};

use super::house::{House, code, enqueue, notice, short_lived, work_off};
use super::scripted::{Act, Scripted};

fn once(key: &str, body: &str) -> Wishes {
    let mut wishes = Wishes::default();
    wishes.idempotency =
        Some(IdempotencyKey { scope: "app".into(), key: key.into(), body: body.into() });
    wishes
}

#[tokio::test]
async fn a_mail_is_durable_then_sent_then_its_content_is_gone() {
    let house = House::new();
    let transport = Scripted::new("one");
    let mailer = house.mailer(transport.clone());
    let sending = mailer.to("Ada <ada@x.test>");
    let vars = vars! { code: "483920" };
    let delivery = sending.render_and_send("verification_code", "en", vars).await.unwrap();
    assert_eq!(delivery.state, Told::Queued);
    let mail = house.find(&delivery.id).await;
    assert_eq!((mail.state, mail.lane, mail.has_content), (State::Queued, Lane::Security, true));
    assert_eq!(delivery.expires_at, Some(mail.accepted_at + 600_000));
    assert!(transport.got().is_empty());

    work_off(&house, &mailer).await;
    let mail = house.find(&delivery.id).await;
    assert_eq!((mail.state, mail.attempts, mail.has_content), (State::Sent, 1, false));
    let attempts = house.outbox.store().attempts(&delivery.id).await.unwrap();
    assert_eq!((attempts.len(), &*attempts[0].action), (1, "sent"));
    let got = transport.got();
    assert_eq!((got.len(), &got[0].id), (1, &delivery.id));
    assert_eq!(got[0].message_id, delivery.message_id);
}

#[tokio::test]
async fn without_an_outbox_nothing_is_promised() {
    let (mailer, recording) = hongyan::testing::mailer(hongyan::shipped()).unwrap();
    let sending = mailer.to("ada@x.test").idempotency_key("k").send_at(0);
    let vars = vars! { code: "483920" };
    let error = sending.render_and_send("verification_code", "en", vars).await.unwrap_err();
    assert_eq!(error.diagnostics().iter().count(), 2);
    assert!(mailer.enqueue(&[code("ada@x.test", "483920")], &Wishes::default()).await.is_err());
    assert!(mailer.run_worker(async {}).await.is_err());
    assert!(recording.mails().is_empty());
}

#[tokio::test]
async fn all_mails_of_a_request_are_taken_or_none() {
    let house = House::new();
    let mailer = house.mailer(Scripted::new("one"));
    let drafts = [code("ada@x.test", "111111"), code("ada@x.test", "222222")];
    let error = mailer.enqueue(&drafts, &Wishes::default()).await.unwrap_err();
    let Some(Refusal::Limited { mail, limit, .. }) = error.refusal() else { panic!("{error}") };
    assert_eq!((*mail, &**limit), (Some(1), "recipient 1/1m"));
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert!(house.all().await.is_empty());
    enqueue(&mailer, code("ada@x.test", "333333")).await;
}

#[tokio::test]
async fn spellings_of_one_person_count_together_and_purposes_apart() {
    let house = House::new();
    let mailer = house.mailer(Scripted::new("one"));
    enqueue(&mailer, code("ada@x.test", "111111")).await;
    for other in ["Ada@X.test", "ada+tag@x.test"] {
        let refused = mailer.enqueue(&[code(other, "222222")], &Wishes::default()).await;
        assert!(refused.unwrap_err().refusal().is_some(), "{other}");
    }
    let pay = code("ada@x.test", "1").vars(vars! { code: "333333", purpose: "payment" }).unwrap();
    enqueue(&mailer, pay).await;
    enqueue(&mailer, code("bob@x.test", "444444")).await;
}

#[tokio::test]
async fn domains_and_everything_have_their_limits() {
    let house = House::new();
    let pace = |text| Pace::parse(text).unwrap();
    let builder = house.builder().transport(Scripted::new("one"));
    let mailer = builder.per_domain(pace("1/1m")).global(pace("2/1m")).build().unwrap();
    enqueue(&mailer, notice("a@x.test")).await;
    let limit = async |to| {
        let refused = mailer.enqueue(&[notice(to)], &Wishes::default()).await.unwrap_err();
        match refused.refusal() {
            Some(Refusal::Limited { limit, .. }) => limit.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limit("b@x.test").await, "domain 1/1m");
    enqueue(&mailer, notice("a@y.test")).await;
    assert_eq!(limit("a@z.test").await, "global 2/1m");
}

#[tokio::test]
async fn whoever_gets_copies_has_the_same_limits() {
    let house = House::new();
    let pace = |text| Pace::parse(text).unwrap();
    let builder = house.builder().transport(Scripted::new("one"));
    let mailer = builder.per_domain(pace("2/1m")).global(pace("5/1m")).build().unwrap();
    let ask = async |to, cc: &str, bcc: &str| {
        let mut draft = notice(to);
        draft.cc.push(Mailbox::parse(cc).unwrap());
        draft.bcc.push(Mailbox::parse(bcc).unwrap());
        match mailer.enqueue(&[draft], &Wishes::default()).await {
            Ok(_) => "taken".to_owned(),
            Err(error) => match error.refusal() {
                Some(Refusal::Limited { mail: None, limit, .. }) => limit.clone(),
                other => panic!("{other:?}"),
            },
        }
    };
    assert_eq!(ask("a@x.test", "victim@y.test", "victim+1@y.test").await, "taken");
    assert_eq!(ask("b@x.test", "victim@y.test", "v@z.test").await, "domain 2/1m");
    assert_eq!(ask("b@x.test", "a@w.test", "b@w.test").await, "global 5/1m");
    enqueue(&mailer, notice("b@x.test")).await;
}

#[tokio::test]
async fn the_inbox_is_not_counted_unless_said() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let profile = Scripted::new("one").profile().clone();
    let inbox = || InboxTransport::new(folder.path(), profile.clone());
    let mailer = house.mailer(inbox());
    for _ in 0..3 {
        enqueue(&mailer, code("ada@x.test", "111111")).await;
    }
    let strict = house.builder().transport(inbox()).limit_inbox().build().unwrap();
    enqueue(&strict, code("ada@x.test", "111111")).await;
    let refused = strict.enqueue(&[code("ada@x.test", "111111")], &Wishes::default()).await;
    assert!(refused.unwrap_err().refusal().is_some());
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer() {
    let house = House::new();
    let mailer = house.mailer(Scripted::new("one"));
    let draft = [code("ada@x.test", "111111")];
    let first = mailer.enqueue(&draft, &once("k", "body")).await.unwrap();
    let again = mailer.enqueue(&draft, &once("k", "body")).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.tickets[0].id, again.tickets[0].id);
    let other = mailer.enqueue(&draft, &once("k", "other")).await.unwrap_err();
    assert!(matches!(other.refusal(), Some(Refusal::KeyReused)));

    let send = async |name: &str| {
        let sending = mailer.to("eve@x.test").idempotency_key("own");
        let vars = vars! { title: name, summary: "s", unsubscribe_url: "https://x.test/u" };
        sending.render_and_send("notification", "en", vars).await
    };
    let first = send("one").await.unwrap();
    assert_eq!(first.id, send("one").await.unwrap().id);
    assert!(send("two").await.is_err());
}

/// Whatever is asked for differently is another request, and its key is used.
#[tokio::test]
async fn all_that_a_draft_says_belongs_to_its_key() {
    type Change = fn(Sending<'_>) -> Sending<'_>;
    let house = House::new();
    let mailer = house.mailer(Scripted::new("one"));
    let later = house.outbox.clock().now() / 1_000 + 60;
    let send = async |to: &str, change: Change, wait: i64| {
        let sending = mailer.to(to).idempotency_key("k").cc("Bob <bob@x.test>");
        let sending = sending.attach("a.txt", Some("text/plain"), b"bc");
        let vars = vars! { title: "T", summary: "s", unsubscribe_url: "https://x.test/u" };
        let sending = change(sending).send_at(later + wait);
        sending.render_and_send("notification", "en", vars).await
    };
    let same: Change = |sending| sending;
    let first = send("Ada <ada@x.test>", same, 0).await.unwrap();
    assert_eq!(send("Ada <ada@x.test>", same, 0).await.unwrap().id, first.id);
    let others: [(&str, Change, i64); 6] = [
        ("Ada <ada@x.test>", same, 1),
        ("Eve <ada@x.test>", same, 0),
        ("Ada <ada@x.test>", |sending| sending.reply_to("desk@x.test"), 0),
        ("Ada <ada@x.test>", |sending| sending.cc("eve@x.test"), 0),
        ("Ada <ada@x.test>", |sending| sending.header("X-Order", "7"), 0),
        ("Ada <ada@x.test>", |sending| sending.attach("b.txt", Some("text/plain"), b"c"), 0),
    ];
    for (at, (to, change, wait)) in others.into_iter().enumerate() {
        let refused = send(to, change, wait).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::KeyReused)), "{at}: {refused}");
    }
}

/// Fields that run into each other when they are put together are not the same.
#[tokio::test]
async fn attachments_are_told_apart_by_name_type_and_content() {
    let house = House::new();
    let mailer = house.mailer(Scripted::new("one"));
    let send = async |name: &str, kind: &str, bytes: &[u8]| {
        let sending = mailer.to("ada@x.test").idempotency_key("k").attach(name, Some(kind), bytes);
        let vars = vars! { title: "T", summary: "s", unsubscribe_url: "https://x.test/u" };
        sending.render_and_send("notification", "en", vars).await
    };
    send("a.txt", "text/plain", b"bc").await.unwrap();
    send("a.txt", "text/plain", b"bc").await.unwrap();
    for (name, kind, bytes) in [
        ("a.txtb", "text/plain", &b"c"[..]),
        ("a.txt", "text/csv", b"bc"),
        ("a.txt", "text/plain", b"b"),
    ] {
        let refused = send(name, kind, bytes).await.unwrap_err();
        assert!(matches!(refused.refusal(), Some(Refusal::KeyReused)), "{name} {kind}: {refused}");
    }
}

#[tokio::test]
async fn a_mail_leaves_at_its_time_and_lives_from_then_on() {
    let house = House::new();
    let transport = Scripted::new("one");
    let mailer = house.mailer(transport.clone());
    let now = house.outbox.clock().now();
    let mut wishes = Wishes::default();
    wishes.send_at = Some(now / 1_000 + 2);
    let taken = mailer.enqueue(&[short_lived("a@x.test", 60)], &wishes).await.unwrap();
    let mail = house.find(&taken.tickets[0].id).await;
    assert_eq!(mail.expires_at, mail.send_at + 60_000);
    work_off(&house, &mailer).await;
    assert!(house.outbox.clock().now() >= mail.send_at);
    assert_eq!(transport.got().len(), 1);

    for at in [now / 1_000 - 120, now / 1_000 + 31 * 86_400] {
        wishes.send_at = Some(at);
        let refused = mailer.enqueue(&[notice("a@x.test")], &wishes).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Mail);
    }
}

#[tokio::test]
async fn security_mail_has_one_recipient() {
    let house = House::new();
    let mailer = house.mailer(Scripted::new("one"));
    let mut draft = code("ada@x.test", "111111");
    draft.cc.push(Mailbox::parse("bob@x.test").unwrap());
    assert!(mailer.enqueue(&[draft], &Wishes::default()).await.is_err());
}

#[tokio::test]
async fn a_code_that_cannot_leave_in_time_is_refused_at_once_and_a_notice_waits() {
    let house = House::new();
    let login = Act::Fail(Stage::Auth, Cause::Auth, Retry::Later);
    let mailer = house.mailer(Scripted::always("one", login));
    enqueue(&mailer, notice("a@x.test")).await;
    super::house::work(&mailer, async || house.all().await[0].cause.as_deref() == Some("auth"))
        .await;
    let refused = mailer.enqueue(&[code("a@x.test", "1111")], &Wishes::default()).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Configuration);
    enqueue(&mailer, notice("b@x.test")).await;
    mailer.resume();
    enqueue(&mailer, code("a@x.test", "1111")).await;
}

#[tokio::test]
async fn a_request_that_is_repeated_late_gets_its_first_answer_whatever_holds_by_now() {
    let house = House::new();
    let login = Act::Fail(Stage::Auth, Cause::Auth, Retry::Later);
    let mailer = house.mailer(Scripted::always("one", login));
    let now = house.outbox.clock().now() / 1_000;
    let wishes = |send_at, body| {
        let mut wishes = once("k", body);
        wishes.send_at = Some(send_at);
        wishes
    };
    let draft = [code("a@x.test", "1111")];
    let first = mailer.enqueue(&draft, &wishes(now + 1, "b")).await.unwrap();
    // An hour later its time has passed, and the transport is stopped.
    let again = mailer.enqueue(&draft, &wishes(now - 3_600, "b")).await.unwrap();
    assert_eq!((again.replayed, &again.tickets), (true, &first.tickets));
    let other = mailer.enqueue(&draft, &wishes(now - 3_600, "c")).await.unwrap_err();
    assert!(matches!(other.refusal(), Some(Refusal::KeyReused)), "{other}");
    enqueue(&mailer, notice("a@x.test")).await;
    let stopped = async || house.all().await.iter().any(|mail| mail.cause.is_some());
    super::house::work(&mailer, stopped).await;
    let again = mailer.enqueue(&draft, &wishes(now, "b")).await.unwrap();
    assert_eq!((again.replayed, &again.tickets), (true, &first.tickets));
}

#[tokio::test]
async fn an_address_that_refused_for_good_gets_no_more_mail_until_it_is_lifted() {
    let house = House::new();
    let refusal = Act::Fail(Stage::Rcpt, Cause::Recipient, Retry::Never);
    let mailer = house.mailer(Scripted::new("one").first([refusal]));
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Failed);
    let refused = mailer.enqueue(&[notice("ada@x.test")], &Wishes::default()).await.unwrap_err();
    let Some(Refusal::Suppressed { reason, .. }) = refused.refusal() else { panic!("{refused}") };
    assert!(!reason.contains("ada@x.test"), "{reason}");
    assert_eq!(refused.kind(), ErrorKind::Refused);
    let found = house.outbox.store().suppressions(10).await.unwrap();
    assert!(house.outbox.store().lift(&found[0].recipient).await.unwrap());
    enqueue(&mailer, notice("ada@x.test")).await;
}

#[tokio::test]
async fn a_lease_that_is_no_longer_than_a_delivery_is_refused() {
    let house = House::new();
    let minute = Duration::from_secs(60);
    let settings = super::house::quick().lease(minute, minute);
    let builder = house.builder().transport(Scripted::new("one"));
    let mailer = builder.worker(settings).build().unwrap();
    let error = mailer.run_worker(async {}).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
