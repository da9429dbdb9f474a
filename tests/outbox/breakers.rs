//! Transports that take nothing: one process writes it down, all go by it.

use std::time::Duration;

use hongyan::outbox::{NewMail, Next, OpenBreaker, Series, Times, in_the_way};

use crate::stores::Place;
use crate::things::{MINUTE, NOW, accepted, claim, claimed, found, mail, record};

fn open(transport: &str, until: Option<i64>) -> OpenBreaker {
    OpenBreaker {
        transport: transport.into(),
        since: NOW,
        until,
        cause: if until.is_some() { "network" } else { "auth" }.into(),
        reply: Some(("535".into(), "authentication failed".into())),
        hint: Some(("use the 授权码".into(), "请使用授权码".into())),
        process: "a".into(),
    }
}

#[tokio::test]
async fn what_is_written_is_read_by_others_and_gone_when_it_is_over() {
    let place = Place::new().await;
    let other = place.another().await;
    let breaker = open("first", None);
    place.open_breaker(breaker.clone()).await.unwrap();
    place.open_breaker(open("second", Some(NOW + MINUTE))).await.unwrap();
    assert_eq!(other.breakers().await.unwrap(), [breaker, open("second", Some(NOW + MINUTE))]);
    other.close_breaker("first").await.unwrap();
    let left = place.breakers().await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].state(), left[0].left(NOW)), ("resting", Some(Duration::from_secs(60))));
}

#[tokio::test]
async fn a_rest_is_not_shortened_a_stop_not_ended_and_a_rest_keeps_its_beginning() {
    let place = Place::new().await;
    let until = async || place.breakers().await.unwrap().remove(0).until;
    place.open_breaker(open("first", Some(NOW + 2 * MINUTE))).await.unwrap();
    let later = |until| OpenBreaker { since: NOW + 1, ..open("first", until) };
    place.open_breaker(later(Some(NOW + MINUTE))).await.unwrap();
    assert_eq!(until().await, Some(NOW + 2 * MINUTE));
    place.open_breaker(later(Some(NOW + 3 * MINUTE))).await.unwrap();
    assert_eq!(until().await, Some(NOW + 3 * MINUTE));
    assert_eq!(place.breakers().await.unwrap()[0].since, NOW);
    place.open_breaker(later(None)).await.unwrap();
    place.open_breaker(later(Some(NOW + 9 * MINUTE))).await.unwrap();
    assert_eq!(until().await, None);
}

#[tokio::test]
async fn another_cause_and_a_stop_have_their_own_beginning() {
    let place = Place::new().await;
    let known = async |since, until, cause: &str| {
        let breaker = OpenBreaker { since, cause: cause.into(), ..open("first", until) };
        place.open_breaker(breaker).await.unwrap();
        place.breakers().await.unwrap().remove(0).since
    };
    assert_eq!(known(NOW, Some(NOW + MINUTE), "rate").await, NOW);
    assert_eq!(known(NOW + 1, Some(NOW + 2 * MINUTE), "rate").await, NOW);
    // It is throttled no more: what is refused now is the login.
    assert_eq!(known(NOW + 2, Some(NOW + 3 * MINUTE), "auth").await, NOW + 2);
    assert_eq!(known(NOW + 3, None, "auth").await, NOW + 3);
    assert_eq!(known(NOW + 4, None, "configuration").await, NOW + 3, "a stop is not overwritten");
}

#[tokio::test]
async fn one_try_goes_first_when_a_rest_has_ended() {
    let place = Place::new().await;
    let other = place.another().await;
    place.open_breaker(open("first", Some(NOW))).await.unwrap();
    let until = NOW + MINUTE;
    assert!(!place.try_breaker("first", NOW - 1, until).await.unwrap(), "not before");
    assert!(place.try_breaker("first", NOW, until).await.unwrap());
    assert!(!other.try_breaker("first", NOW, until).await.unwrap(), "one at a time");
    // Whoever tried has died: somebody else may.
    assert!(other.try_breaker("first", until, until + MINUTE).await.unwrap());
    assert!(place.try_breaker("unknown", NOW, until).await.unwrap());
}

#[tokio::test]
async fn a_stop_is_tried_again_once_something_was_changed() {
    let place = Place::new().await;
    place.open_breaker(open("first", None)).await.unwrap();
    let year = NOW + 365 * 24 * 60 * MINUTE;
    assert!(!place.try_breaker("first", year, year + 1).await.unwrap());
    place.half_open("first", NOW).await.unwrap();
    assert!(place.try_breaker("first", NOW, NOW + MINUTE).await.unwrap());
    // It still holds until that try has ended.
    assert_eq!(place.breakers().await.unwrap().len(), 1);
    place.open_breaker(open("first", None)).await.unwrap();
    assert!(!place.try_breaker("first", year, year + 1).await.unwrap());
}

#[tokio::test]
async fn mails_wait_whose_transports_all_take_nothing() {
    let place = Place::new().await;
    let one = NewMail { route: vec!["first".into()], ..mail("ada") };
    let both = mail("bob");
    accepted(&*place, vec![one.clone(), both.clone()]).await;
    let other = place.another().await;
    other.open_breaker(open("first", Some(NOW + MINUTE))).await.unwrap();
    assert_eq!(claimed(&*place, NOW).await.fence.id, both.id);
    let waits = found(&*place, &one.id).await;
    let open = place.breakers().await.unwrap();
    assert_eq!(in_the_way(&waits.route, &open).len(), 1);
    assert!(in_the_way(&found(&*place, &both.id).await.route, &open).is_empty());
    assert!(in_the_way(&[], &open).is_empty());
    assert_eq!(claimed(&*place, NOW + MINUTE).await.fence.id, one.id);
}

#[tokio::test]
async fn a_mail_that_is_pinned_waits_for_its_one_transport() {
    let place = Place::new().await;
    accepted(&*place, vec![mail("ada")]).await;
    let taken = claimed(&*place, NOW).await;
    assert_eq!(taken.send_at, NOW);
    let next = Next::Retry { at: NOW, pinned: Some("second".into()) };
    place.record(&taken.fence, record(NOW, next)).await.unwrap();
    assert_eq!(found(&*place, &taken.fence.id).await.route, ["second"]);
    place.open_breaker(open("second", None)).await.unwrap();
    assert!(place.claim(claim(NOW, 9)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rest_that_nobody_asks_for_is_forgotten() {
    let place = Place::new().await;
    place.open_breaker(open("gone", Some(NOW))).await.unwrap();
    place.open_breaker(open("stopped", None)).await.unwrap();
    place.sweep(NOW + 60 * MINUTE).await.unwrap();
    assert_eq!(place.breakers().await.unwrap().len(), 2);
    place.sweep(NOW + 25 * 60 * MINUTE).await.unwrap();
    let left = place.breakers().await.unwrap();
    assert_eq!((left.len(), &*left[0].transport), (1, "stopped"));
}

#[tokio::test]
async fn distributions_grow_for_all_processes_and_across_restarts() {
    let mut place = Place::new().await;
    let mut times = Times::new(Series::Commit);
    [0, 3, 90_000].into_iter().for_each(|millis| times.add(Duration::from_millis(millis)));
    place.observe(vec![times.clone()]).await.unwrap();
    place.another().await.observe(vec![times.clone()]).await.unwrap();
    place.reopen().await;
    let stats = place.stats(NOW).await.unwrap();
    times.merge(&times.clone());
    let of = |series| stats.times.iter().find(|times| times.series == series).unwrap();
    assert_eq!(of(Series::Commit), &times);
    assert_eq!(stats.times.len(), Series::NAMES.len());
    let (_, first) = Series::NAMES[0];
    assert_eq!(of(first), &Times::new(first));
}
