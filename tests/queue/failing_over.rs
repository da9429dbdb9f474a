//! Another transport takes over only where no copy can be out.

use std::time::{Duration, Instant};

use hongyan::mailer::Wishes;
use hongyan::outbox::{Claim, Mail, Next, OpenBreaker, Record, State};
use hongyan::transport::{Cause, Retry, Stage};

use super::house::{House, code, enqueue, notice, work, work_off};
use super::scripted::{Act, Scripted};

#[tokio::test]
async fn the_next_transport_takes_what_the_first_cannot() {
    let house = House::new();
    let down = Act::Fail(Stage::Connect, Cause::Network, Retry::Later);
    let (first, second) = (Scripted::always("first", down), Scripted::new("second"));
    let builder = house.builder().transport(first.clone()).transport(second.clone());
    let mailer = builder.build().unwrap();
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.transport.as_deref()), (State::Sent, Some("second")));
    let attempts = house.outbox.store().attempts(&id).await.unwrap();
    let told: Vec<_> = attempts
        .iter()
        .map(|one| (one.transport.as_deref().unwrap(), one.stage.as_deref(), &*one.action))
        .collect();
    assert_eq!(told, [("first", Some("tcp"), "next_transport"), ("second", None, "sent")]);
    assert_eq!((first.asked().len(), second.got().len()), (1, 1));
}

#[tokio::test]
async fn what_may_be_out_stays_with_its_transport() {
    let house = House::new();
    let first = Scripted::new("first").first([Act::Doubt]);
    let second = Scripted::new("second");
    let builder = house.builder().transport(first.clone()).transport(second.clone());
    let mailer = builder.build().unwrap();
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Sent);
    let got = first.got();
    assert_eq!((got.len(), second.asked().len()), (2, 0));
    assert_eq!((&got[0].message_id, &got[0].bytes), (&got[1].message_id, &got[1].bytes));
}

#[tokio::test]
async fn what_may_be_out_and_must_not_go_twice_is_held() {
    let house = House::new();
    let transport = Scripted::new("one").first([Act::Doubt]);
    let mailer = house.mailer(transport.clone());
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.has_content), (State::Unknown, true));
    assert_eq!(transport.got().len(), 1);
}

#[tokio::test]
async fn a_refused_recipient_is_asked_nowhere_else() {
    let house = House::new();
    let no = Act::Fail(Stage::Rcpt, Cause::Recipient, Retry::Never);
    let second = Scripted::new("second");
    let builder = house.builder().transport(Scripted::always("first", no));
    let mailer = builder.transport(second.clone()).build().unwrap();
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Failed);
    assert!(second.asked().is_empty());
    let attempts = house.outbox.store().attempts(&id).await.unwrap();
    let shown = format!("{attempts:?}");
    assert!(shown.contains("n***@") || !shown.contains("ada@x.test"), "{shown}");
}

/// What one server's rules refuse may pass by another.
#[tokio::test]
async fn a_policy_is_that_of_one_way() {
    let house = House::new();
    let no = Act::Fail(Stage::Rcpt, Cause::Policy, Retry::Never);
    let second = Scripted::new("second");
    let builder = house.builder().transport(Scripted::always("first", no));
    let mailer = builder.transport(second.clone()).build().unwrap();
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    assert_eq!((house.find(&id).await.state, second.got().len()), (State::Sent, 1));
}

/// What the last of them says is said of its own way only.
#[tokio::test]
async fn a_mail_is_not_given_up_while_another_way_may_be_tried() {
    let refusals = [
        Act::Fail(Stage::Rcpt, Cause::Policy, Retry::Never),
        Act::Fail(Stage::Mail, Cause::Quota, Retry::NextDay),
    ];
    for no in refusals {
        let house = House::new();
        let down = Act::Fail(Stage::Connect, Cause::Network, Retry::Later);
        let main = Scripted::new("main").first([down]);
        let builder = house.builder().transport(main.clone());
        let mailer = builder.transport(Scripted::always("backup", no)).build().unwrap();
        let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
        work_off(&house, &mailer).await;
        let mail = house.find(&id).await;
        assert_eq!((mail.state, mail.attempts), (State::Sent, 2));
        assert_eq!(mail.transport.as_deref(), Some("main"));
    }
}

/// The same of one that rests, and was not asked at all.
#[tokio::test]
async fn a_mail_waits_for_the_way_that_rests() {
    let house = House::new();
    let now = house.outbox.clock().now();
    let paused = OpenBreaker {
        transport: "main".into(),
        since: now,
        until: Some(now + 2_000),
        cause: Cause::Rate.as_str().into(),
        reply: None,
        hint: None,
        process: "another".into(),
    };
    house.outbox.store().open_breaker(paused).await.unwrap();
    let main = Scripted::new("main");
    let no = Act::Fail(Stage::Rcpt, Cause::Policy, Retry::Never);
    let builder = house.builder().transport(main.clone());
    let mailer = builder.transport(Scripted::always("backup", no)).build().unwrap();
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.transport.as_deref()), (State::Sent, Some("main")));
    let attempts = house.outbox.store().attempts(&id).await.unwrap();
    assert_eq!(attempts[0].transport.as_deref(), Some("backup"));
}

/// A refused login stops the transport, and the mail waits: it is asked once, not in a loop.
#[tokio::test]
async fn what_stops_a_transport_keeps_the_mails() {
    let house = House::new();
    let login = Act::Fail(Stage::Auth, Cause::Auth, Retry::Later);
    let transport = Scripted::new("one").first([login]);
    let mailer = house.mailer(transport.clone());
    for number in 0..20 {
        enqueue(&mailer, notice(&format!("u{number}@x.test"))).await;
    }
    let until = Instant::now() + Duration::from_secs(4);
    work(&mailer, async || Instant::now() > until).await;
    // Those that were on their way when it was refused may have been asked as well.
    let asked = transport.asked().len();
    let tried: u32 = house.all().await.iter().map(|mail| mail.attempts).sum();
    assert!(asked <= 5 && tried as usize <= 5, "{asked} asked, {tried} attempts");
    let left = house.count(State::Queued).await;
    assert_eq!(left + transport.got().len(), 20);
    mailer.resume();
    work_off(&house, &mailer).await;
    assert_eq!((house.count(State::Sent).await, transport.got().len()), (20, 20));
}

/// Whoever has put the settings right need not wait, and nobody else is hurried.
#[tokio::test]
async fn mails_that_wait_for_other_settings_leave_once_they_are_there() {
    let house = House::new();
    let hour = Retry::After(Duration::from_secs(3_600));
    let causes = [
        Cause::Auth,
        Cause::Configuration,
        Cause::Tls,
        Cause::Rate,
        Cause::Quota,
        Cause::Transient,
    ];
    let refusals = causes.map(|cause| Act::Fail(Stage::Auth, cause, hour));
    let refused = house.mailer(Scripted::new("one").first(refusals));
    for number in 0..causes.len() {
        let id = enqueue(&refused, notice(&format!("u{number}@x.test"))).await;
        work(&refused, async || house.find(&id).await.cause.is_some()).await;
        // The next one is to try, whatever this one has found.
        refused.resume();
        house.outbox.store().close_breaker("one").await.unwrap();
    }
    let mailer = house.mailer(Scripted::new("one"));
    given_back(&house, &enqueue(&mailer, notice("back@x.test")).await).await;
    let mut later = Wishes::default();
    later.send_at = Some(house.outbox.clock().now() / 1_000 + 3_600);
    mailer.enqueue(&[notice("later@x.test")], &later).await.unwrap();
    assert_eq!(mailer.resume_mails().await.unwrap(), 5);
    let now = house.outbox.clock().now();
    let due = |mail: &&Mail| mail.available_at <= now;
    assert_eq!(house.all().await.iter().filter(due).count(), 5);
    work(&mailer, async || house.count(State::Sent).await == 5).await;
    assert_eq!(mailer.resume_mails().await.unwrap(), 0);
    assert_eq!(house.count(State::Queued).await, 3);
}

#[tokio::test]
async fn the_first_worker_of_a_new_mailer_takes_its_settings_for_others() {
    let house = House::new();
    let refusal = Act::Fail(Stage::Auth, Cause::Auth, Retry::After(Duration::from_secs(3_600)));
    let refused = house.mailer(Scripted::new("one").first([refusal]));
    let id = enqueue(&refused, notice("ada@x.test")).await;
    work(&refused, async || house.find(&id).await.cause.is_some()).await;
    let until = Instant::now() + Duration::from_millis(500);
    work(&refused, async || Instant::now() > until).await;
    assert_eq!(house.find(&id).await.attempts, 1);
    let restarted = house.mailer(Scripted::new("one"));
    work_off(&house, &restarted).await;
    assert_eq!(house.find(&id).await.state, State::Sent);
}

/// A mail that was not tried since its transport rested.
async fn given_back(house: &House, id: &str) {
    let store = house.outbox.store();
    let now = house.outbox.clock().now();
    let lease = Duration::from_secs(60);
    let claim = Claim { worker: "w".into(), now, most: 1, lease, resting: Vec::new() };
    let fence = store.claim(claim).await.unwrap().remove(0).fence;
    assert_eq!(fence.id, id);
    let next = Next::Release { at: now + 300_000 };
    let (attempts, provider_id) = (Vec::new(), None);
    let record = Record { now, attempts, next, provider_id, adapted: None, suppress: None };
    store.record(&fence, record).await.unwrap();
}
