//! A transport that one process has stopped is stopped for all; one mail tries it when something
//! was changed.

use std::time::{Duration, Instant};

use hongyan::ErrorKind;
use hongyan::mailer::{Rest, Wishes};
use hongyan::outbox::{OpenBreaker, State};
use hongyan::transport::{Cause, Retry, Stage};

use super::house::{House, code, enqueue, notice, open, quick, work, work_off};
use super::scripted::{Act, Scripted};

fn refused() -> Act {
    Act::Fail(Stage::Auth, Cause::Auth, Retry::Later)
}

/// A mailer as another process has it.
fn elsewhere(house: &House, transport: &Scripted) -> hongyan::Mailer {
    let outbox = open(&house.path());
    let builder = hongyan::Mailer::builder().outbox(outbox).worker(quick());
    builder.transport(transport.clone()).build().unwrap()
}

/// Works until the one transport is stopped.
async fn stop(house: &House, mailer: &hongyan::Mailer) {
    enqueue(mailer, notice("ada@x.test")).await;
    let store = house.outbox.store();
    work(mailer, async || !store.breakers().await.unwrap().is_empty()).await;
}

#[tokio::test]
async fn a_stop_holds_in_all_processes() {
    let house = House::new();
    let here = Scripted::always("one", refused());
    stop(&house, &house.mailer(here.clone())).await;
    let known = house.outbox.store().breakers().await.unwrap().remove(0);
    assert_eq!((&*known.transport, &*known.cause, known.until), ("one", "auth", None));
    assert_eq!(known.reply, Some(("450".into(), "no <a***@x.test>".into())));

    let there = Scripted::new("one");
    let other = elsewhere(&house, &there);
    let refused = other.enqueue(&[code("a@x.test", "1111")], &Wishes::default()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration, "somebody has to change something");
    let said = refused.to_string();
    assert!(said.contains("`one` is stopped") && said.contains("refused the login"), "{said}");
    let traffic = other.traffic().await.remove(0);
    assert_eq!((traffic.rests, traffic.expected_wait), (Some(Rest::UntilResumed), None));
    enqueue(&other, notice("bob@x.test")).await;

    other.transports_renewed().await;
    work_off(&house, &other).await;
    assert_eq!((house.count(State::Sent).await, there.got().len()), (2, 2));
    assert!(house.outbox.store().breakers().await.unwrap().is_empty());
}

/// Else `outbox stats` and doctor would have people start what runs.
#[tokio::test]
async fn a_worker_whose_transports_take_nothing_is_not_missed() {
    let house = House::new();
    let store = house.outbox.store();
    let now = house.outbox.clock().now();
    let paused = OpenBreaker {
        transport: "one".into(),
        since: now,
        until: Some(now + 600_000),
        cause: Cause::Rate.as_str().into(),
        reply: None,
        hint: None,
        process: "another".into(),
    };
    store.open_breaker(paused).await.unwrap();
    let mailer = house.mailer(Scripted::new("one"));
    enqueue(&mailer, notice("ada@x.test")).await;
    let seen = work(&mailer, async || store.stats(now).await.unwrap().claimed_at.is_some());
    tokio::time::timeout(Duration::from_secs(30), seen).await.expect("it is not seen");
    assert_eq!(house.count(State::Queued).await, 1);
}

#[tokio::test]
async fn what_another_process_has_lifted_does_not_hold_here() {
    let house = House::new();
    let here = Scripted::new("one").first([refused()]);
    let mailer = house.mailer(here.clone());
    stop(&house, &mailer).await;
    let other = elsewhere(&house, &Scripted::new("one"));
    work_off(&house, &other).await;
    let end = Instant::now() + Duration::from_secs(10);
    while mailer.traffic().await[0].rests.is_some() {
        assert!(Instant::now() < end, "it still holds");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    enqueue(&mailer, code("ada@x.test", "1111")).await;
    work_off(&house, &mailer).await;
    assert_eq!(here.got().len(), 1);
}

#[tokio::test]
async fn a_worker_that_begins_tries_what_is_stopped_with_one_mail() {
    let house = House::new();
    stop(&house, &house.mailer(Scripted::always("one", refused()))).await;
    for number in 0..20 {
        enqueue(&house.mailer(Scripted::new("one")), notice(&format!("u{number}@x.test"))).await;
    }
    // The login is still wrong: it costs one more try, not one for each mail.
    let still = Scripted::always("one", refused());
    let mailer = elsewhere(&house, &still);
    let until = Instant::now() + Duration::from_secs(3);
    work(&mailer, async || Instant::now() > until).await;
    assert_eq!(still.asked().len(), 1);
    assert_eq!(house.outbox.store().breakers().await.unwrap()[0].until, None);

    let mended = Scripted::new("one");
    let mailer = elsewhere(&house, &mended);
    super::house::hurry(&house).await;
    work_off(&house, &mailer).await;
    assert_eq!(mended.got().len(), 21);
}

#[tokio::test]
async fn a_pause_that_the_provider_asked_for_outlasts_a_restart() {
    let house = House::new();
    let wait = Duration::from_secs(3);
    let busy = Act::Fail(Stage::Mail, Cause::Rate, Retry::After(wait));
    stop(&house, &house.mailer(Scripted::always("one", busy))).await;
    let until = house.outbox.store().breakers().await.unwrap()[0].until.unwrap();
    let next = Scripted::new("one");
    let mailer = elsewhere(&house, &next);
    super::house::hurry(&house).await;
    work_off(&house, &mailer).await;
    assert!(house.outbox.clock().now() >= until);
    assert_eq!(next.asked().len(), 1);
}

/// Nobody said for how long: other settings may have another quota.
#[tokio::test]
async fn a_rest_for_a_quota_ends_with_other_settings() {
    let house = House::new();
    let day = Duration::from_secs(86_400);
    for retry in [Retry::After(day), Retry::NextDay] {
        let used_up = Act::Fail(Stage::Mail, Cause::Quota, retry);
        stop(&house, &house.mailer(Scripted::always("one", used_up))).await;
        let next = Scripted::new("one");
        let mailer = elsewhere(&house, &next);
        assert!(mailer.resume_mails().await.unwrap() > 0);
        work_off(&house, &mailer).await;
        assert_eq!(next.got().len(), 1);
    }
}

#[tokio::test]
async fn a_quota_that_is_still_used_up_costs_one_more_try() {
    let house = House::new();
    let used_up = Act::Fail(Stage::Mail, Cause::Quota, Retry::NextDay);
    stop(&house, &house.mailer(Scripted::always("one", used_up.clone()))).await;
    for number in 0..20 {
        enqueue(&house.mailer(Scripted::new("one")), notice(&format!("u{number}@x.test"))).await;
    }
    let still = Scripted::always("one", used_up);
    let mailer = elsewhere(&house, &still);
    mailer.resume_mails().await.unwrap();
    let until = Instant::now() + Duration::from_secs(2);
    work(&mailer, async || Instant::now() > until).await;
    assert_eq!(still.asked().len(), 1);
}
