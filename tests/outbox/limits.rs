//! So many in so long; addresses that refused mail; quotas.

use std::time::Duration;

use hongyan::outbox::{
    Attempt, CAUGHT, Idempotency, Limit, NewCopy, NewMail, Next, Record, Refusal, Submission,
    Verdict,
};

use crate::stores::Place;
use crate::things::{MINUTE, NOW, accepted, claimed, copy, hash, mail, record, submission};

fn limit(subject: &str, most: u32, seconds: u64) -> Limit {
    let within = Duration::from_secs(seconds);
    Limit { subject: hash(subject), name: format!("{subject} {most}/{seconds}s"), most, within }
}

fn code(limits: &[Limit]) -> NewMail {
    NewMail { limits: limits.to_vec(), ..mail("ada") }
}

/// Milliseconds to wait; none: it was taken.
async fn wait(place: &Place, now: i64, limits: &[Limit]) -> Option<u128> {
    let submission = Submission { now, ..submission(vec![code(limits)]) };
    match place.accept(submission).await.unwrap() {
        Verdict::Accepted(_) => None,
        Verdict::Refused(Refusal::Limited { mail: Some(0), retry_after, .. }) => {
            Some(retry_after.as_millis())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn windows_slide_and_say_when_there_is_room() {
    let mut place = Place::new().await;
    let limits = [limit("ada", 1, 60), limit("ada", 3, 3600)];
    assert_eq!(wait(&place, NOW, &limits).await, None);
    assert_eq!(wait(&place, NOW + 1, &limits).await, Some(59_999));
    assert_eq!(wait(&place, NOW + 59_999, &limits).await, Some(1));
    assert_eq!(wait(&place, NOW + MINUTE, &limits).await, None);
    assert_eq!(wait(&place, NOW + 2 * MINUTE, &limits).await, None);
    place.reopen().await;
    place.sweep(NOW + 3 * MINUTE).await.unwrap();
    assert_eq!(wait(&place, NOW + 3 * MINUTE, &limits).await, Some(57 * 60_000));
    assert_eq!(wait(&place, NOW + 60 * MINUTE, &limits).await, None);
    assert_eq!(wait(&place, NOW + 60 * MINUTE, &[limit("bob", 1, 60)]).await, None);
}

#[tokio::test]
async fn a_large_limit_is_never_passed_and_frees_itself() {
    let place = Place::new().await;
    let limits = [limit("global", 1000, 60)];
    for at in 0..1000 {
        assert_eq!(wait(&place, NOW + at * 10, &limits).await, None, "{at}");
    }
    let now = NOW + 10_000;
    let retry_after = wait(&place, now, &limits).await.unwrap();
    // Slots are a 64th of the window.
    assert!((50_000..51_000).contains(&retry_after), "{retry_after}");
    let free = now + i64::try_from(retry_after).unwrap();
    assert!(wait(&place, free - 1, &limits).await.is_some());
    assert_eq!(wait(&place, free, &limits).await, None);
}

#[tokio::test]
async fn what_is_refused_is_not_counted_and_burns_no_key() {
    let place = Place::new().await;
    let (wide, narrow) = (limit("wide", 5, 60), limit("narrow", 1, 60));
    let both = code(&[wide.clone(), narrow]);
    let ask = |mails| Submission {
        idempotency: Some(Idempotency { key: hash("k"), body: hash("b") }),
        ..submission(mails)
    };
    let again = NewMail { id: mail("ada").id, ..both.clone() };
    let refused = place.accept(ask(vec![both.clone(), again])).await.unwrap();
    let Verdict::Refused(Refusal::Limited { mail, limit, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((mail, &*limit), (Some(1), "narrow 1/60s"));
    assert!(matches!(place.accept(ask(vec![both])).await.unwrap(), Verdict::Accepted(_)));
    for _ in 0..4 {
        assert_eq!(wait(&place, NOW, std::slice::from_ref(&wide)).await, None);
    }
    assert!(wait(&place, NOW, &[wide]).await.is_some());
}

#[tokio::test]
async fn caps_count_every_mail_of_the_request() {
    let place = Place::new().await;
    let capped = |mails: usize| Submission {
        caps: vec![limit("token", 5, 60)],
        ..submission((0..mails).map(|_| mail("ada")).collect())
    };
    assert!(matches!(place.accept(capped(3)).await.unwrap(), Verdict::Accepted(_)));
    let refused = place.accept(capped(3)).await.unwrap();
    assert!(
        matches!(&refused, Verdict::Refused(Refusal::Limited { mail: None, .. })),
        "{refused:?}"
    );
    assert!(matches!(place.accept(capped(2)).await.unwrap(), Verdict::Accepted(_)));
}

#[tokio::test]
async fn copies_count_as_mails_do_all_of_them_or_none() {
    let place = Place::new().await;
    let to = |name: &str| NewCopy { limits: vec![limit(name, 1, 60)], ..copy(name) };
    let ask = async |own: &[Limit], copies: Vec<NewCopy>| {
        let mails = vec![NewMail { copies, ..code(own) }];
        let caps = vec![limit("token", 5, 60)];
        match place.accept(Submission { caps, ..submission(mails) }).await.unwrap() {
            Verdict::Accepted(_) => None,
            Verdict::Refused(Refusal::Limited { mail, limit, .. }) => Some((mail, limit)),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(&[], vec![to("bob"), to("cy")]).await, None);
    let bob = Some((None, "bob 1/60s".to_owned()));
    assert_eq!(ask(&[limit("ada", 1, 60)], vec![to("bob")]).await, bob);
    // Nothing of what was refused is counted: two are left.
    let token = Some((None, "token 5/60s".to_owned()));
    assert_eq!(ask(&[], vec![to("dan"), to("fay")]).await, token);
    assert_eq!(ask(&[limit("ada", 1, 60)], vec![to("eve")]).await, None);
    assert_eq!(ask(&[], Vec::new()).await, token);
}

#[tokio::test]
async fn who_refused_mail_for_good_gets_none() {
    let place = Place::new().await;
    accepted(&*place, vec![mail("ada")]).await;
    let lease = claimed(&*place, NOW).await;
    let gone = Record { suppress: Some("550 no such user".into()), ..record(NOW, Next::Failed) };
    place.record(&lease.fence, gone).await.unwrap();
    let with_copy = NewMail { copies: vec![copy("ada")], ..mail("bob") };
    for (at, mails) in [(Some(0), vec![mail("ada")]), (None, vec![mail("cy"), with_copy])] {
        let verdict = place.accept(submission(mails)).await.unwrap();
        let Verdict::Refused(Refusal::Suppressed { mail, to, since, reason }) = verdict else {
            panic!("{verdict:?}")
        };
        assert_eq!((mail, since, &*reason), (at, NOW, "550 no such user"));
        assert_eq!(to, "a***@example.com");
    }
    let list = place.suppressions(10).await.unwrap();
    assert_eq!((list.len(), list[0].recipient, &*list[0].to), (1, hash("ada"), "a***@example.com"));
    assert!(place.lift(&hash("ada")).await.unwrap());
    assert!(!place.lift(&hash("ada")).await.unwrap());
    accepted(&*place, vec![mail("ada")]).await;
}

#[tokio::test]
async fn a_mail_that_is_taken_lifts_its_address() {
    let place = Place::new().await;
    let new = mail("ada");
    accepted(&*place, vec![new.clone()]).await;
    let gone = Record { suppress: Some("550 no such user".into()), ..record(NOW, Next::Failed) };
    place.record(&claimed(&*place, NOW).await.fence, gone).await.unwrap();
    assert!(place.find(&new.id).await.unwrap().unwrap().suppressed);
    let retry = async || {
        place.retry(&new.id, NOW, new.expires_at).await.unwrap();
        claimed(&*place, NOW).await.fence
    };
    place.record(&retry().await, record(NOW, Next::Failed)).await.unwrap();
    assert_eq!(place.suppressions(9).await.unwrap().len(), 1);
    place.record(&retry().await, record(NOW, Next::Sent)).await.unwrap();
    assert!(place.suppressions(9).await.unwrap().is_empty());
    accepted(&*place, vec![mail("ada")]).await;
}

#[tokio::test]
async fn a_mail_that_was_only_caught_lifts_nothing() {
    let place = Place::new().await;
    let new = mail("ada");
    accepted(&*place, vec![new.clone()]).await;
    let gone = Record { suppress: Some("550 no such user".into()), ..record(NOW, Next::Failed) };
    place.record(&claimed(&*place, NOW).await.fence, gone).await.unwrap();
    place.retry(&new.id, NOW, new.expires_at).await.unwrap();
    let caught = Attempt { action: CAUGHT.into(), ..Attempt::default() };
    let caught = Record { attempts: vec![caught], ..record(NOW, Next::Sent) };
    place.record(&claimed(&*place, NOW).await.fence, caught).await.unwrap();
    assert_eq!(place.suppressions(9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_quota_has_an_end() {
    let mut place = Place::new().await;
    for taken in [true, true, false] {
        assert_eq!(place.take_quota("first", "2026-01-01", 2).await.unwrap(), taken);
    }
    place.reopen().await;
    assert_eq!(place.quota_used("first", "2026-01-01").await.unwrap(), 2);
    place.give_back_quota("first", "2026-01-01").await.unwrap();
    assert!(place.take_quota("first", "2026-01-01", 2).await.unwrap());
    assert!(place.take_quota("first", "2026-01-02", 2).await.unwrap());
    assert!(!place.take_quota("second", "2026-01-01", 0).await.unwrap());
}
