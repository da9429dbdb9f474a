//! Requests: taken once, all of them or none.

use std::time::Duration;

use hongyan::outbox::{
    Claimed, Filter, Idempotency, Limit, NewMail, Next, Refusal, State, Store, StoreError,
    Submission, Swept, Verdict,
};

use crate::stores::Place;
use crate::things::{MINUTE, NOW, accepted, claim, claimed, found, hash, mail, record, submission};

fn asked(key: &str, body: &str, mails: Vec<NewMail>) -> Submission {
    let idempotency = Some(Idempotency { key: hash(key), body: hash(body) });
    Submission { idempotency, ..submission(mails) }
}

#[tokio::test]
async fn a_request_that_is_repeated_is_taken_once() {
    let mut place = Place::new().await;
    let (first, second) = (mail("ada"), mail("ada"));
    let taken = place.accept(asked("k", "b", vec![first.clone()])).await.unwrap();
    let Verdict::Accepted(tickets) = taken else { panic!("{taken:?}") };
    for reopened in [false, true] {
        if reopened {
            place.reopen().await;
        }
        let again = place.accept(asked("k", "b", vec![second.clone()])).await.unwrap();
        let Verdict::Replayed(replayed) = again else { panic!("{again:?}") };
        assert_eq!(replayed, tickets);
        let other = place.accept(asked("k", "c", vec![second.clone()])).await.unwrap();
        assert!(matches!(other, Verdict::Refused(Refusal::KeyReused)), "{other:?}");
    }
    assert!(place.find(&second.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_key_is_kept_a_day_and_not_for_ever() {
    const HOUR: i64 = 3_600_000;
    let place = Place::new().await;
    place.accept(asked("k", "b", vec![mail("ada")])).await.unwrap();
    place.sweep(NOW + 25 * HOUR).await.unwrap();
    let again = place.accept(asked("k", "b", vec![mail("ada")])).await.unwrap();
    assert!(matches!(again, Verdict::Replayed(_)), "{again:?}");
    place.sweep(NOW + 72 * HOUR).await.unwrap();
    let again = place.accept(asked("k", "b", vec![mail("ada")])).await.unwrap();
    assert!(matches!(again, Verdict::Accepted(_)), "{again:?}");
}

/// However many there are: whoever sweeps goes on as long as anything was swept.
#[tokio::test]
async fn a_sweep_ends_when_every_old_key_and_count_is_gone() {
    const MANY: usize = 450;
    let place = Place::new().await;
    let within = Duration::from_secs(60);
    for at in 0..MANY {
        let key = at.to_string();
        let limit = Limit { subject: hash(&key), name: "recipient".into(), most: 1, within };
        let new = NewMail { limits: vec![limit], ..mail("ada") };
        place.accept(asked(&key, "b", vec![new])).await.unwrap();
    }
    let later = NOW + 72 * 60 * MINUTE;
    let mut forgotten = 0;
    loop {
        let swept = place.sweep(later).await.unwrap();
        if swept == Swept::default() {
            break;
        }
        assert!(swept.forgotten <= 400, "in small steps: {swept:?}");
        forgotten += swept.forgotten;
    }
    assert_eq!(forgotten, 2 * MANY as u64, "a key and a count each");
}

#[tokio::test]
async fn a_request_is_taken_whole_or_not_at_all() {
    let place = Place::new().await;
    let (good, twice) = (mail("ada"), mail("bob"));
    accepted(&*place, vec![twice.clone()]).await;
    let result = place.accept(submission(vec![good.clone(), twice])).await;
    assert!(result.is_err(), "an id stands twice: {result:?}");
    assert!(place.find(&good.id).await.unwrap().is_none());
    accepted(&*place, vec![good]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_bad_request_costs_the_others_nothing() {
    let place = Place::new().await;
    let bad = mail("ada");
    accepted(&*place, vec![bad.clone()]).await;
    let tasks = (0..64).map(|at| {
        let store = place.store();
        let mail = if at % 8 == 0 { bad.clone() } else { mail("ada") };
        tokio::spawn(async move { store.accept(submission(vec![mail])).await.is_ok() })
    });
    let mut taken = 0;
    for task in tasks.collect::<Vec<_>>() {
        taken += usize::from(task.await.unwrap());
    }
    assert_eq!(taken, 56);
    let all = place.list(Filter { limit: 100, ..Filter::default() }).await.unwrap();
    assert_eq!(all.len(), 57);
}

#[tokio::test]
async fn a_newer_mail_retires_the_queued_older_ones() {
    let place = Place::new().await;
    let replaces = Some(hash("sign_in ada"));
    let code = |to| NewMail { replaces, ..mail(to) };
    let (leased, old, new, other) = (code("ada"), code("ada"), code("ada"), mail("ada"));
    accepted(&*place, vec![leased.clone()]).await;
    let lease = claimed(&*place, NOW).await;
    let ticket = accepted(&*place, vec![old.clone(), other.clone()]).await.remove(0);
    assert!(ticket.replaced.is_empty(), "what is leased may be on its way: it is only noted");
    let ticket = accepted(&*place, vec![new.clone()]).await.remove(0);
    assert_eq!(ticket.replaced, std::slice::from_ref(&old.id));
    let noted = found(&*place, &leased.id).await;
    assert_eq!((noted.state, noted.replaced_by.as_ref()), (State::Leased, Some(&new.id)));
    let retired = found(&*place, &old.id).await;
    assert_eq!((retired.state, retired.has_content), (State::Superseded, false));
    assert_eq!(retired.replaced_by.as_ref(), Some(&new.id));
    place.record(&lease.fence, record(NOW, Next::Sent)).await.unwrap();
    assert_eq!(found(&*place, &leased.id).await.replaced_by, None, "it was sent");
    assert_eq!(place.claim(claim(NOW, 9)).await.unwrap().len(), 2);
}

/// How a mail that a worker has comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Back {
    Retried,
    InDoubt,
    NotTried,
    GivenUp,
    LeaseLost,
}

/// Two mails, the older of which is leased, or handed over, when the newer one is accepted.
async fn replaced_late(place: &dyn Store, handed_over: bool) -> (Claimed, NewMail) {
    let replaces = Some(hash("sign_in ada"));
    let (old, new) = (NewMail { replaces, ..mail("ada") }, NewMail { replaces, ..mail("ada") });
    accepted(place, vec![old]).await;
    let lease = claimed(place, NOW).await;
    if handed_over {
        place.hand_over(&lease.fence, "first").await.unwrap();
    }
    let ticket = accepted(place, vec![new.clone()]).await.remove(0);
    assert!(ticket.replaced.is_empty(), "it may be on its way");
    (lease, new)
}

/// Else the recipient's newest mail would hold a code that is void.
#[tokio::test]
async fn what_was_replaced_while_a_worker_had_it_is_not_queued_again() {
    let later = NOW + 4 * MINUTE;
    for handed_over in [false, true] {
        for back in [Back::Retried, Back::InDoubt, Back::NotTried, Back::GivenUp, Back::LeaseLost] {
            if (back, handed_over) == (Back::GivenUp, true) {
                continue;
            }
            let place = Place::new().await;
            let (lease, new) = replaced_late(&*place, handed_over).await;
            let write = async |next| place.record(&lease.fence, record(NOW, next)).await.unwrap();
            match back {
                Back::Retried => write(Next::Retry { at: NOW, pinned: None }).await,
                Back::InDoubt => {
                    write(Next::Retry { at: NOW, pinned: Some("first".into()) }).await;
                }
                Back::NotTried => write(Next::Release { at: NOW }).await,
                Back::GivenUp => assert_eq!(place.release("a", NOW).await.unwrap(), 1),
                Back::LeaseLost => {
                    place.sweep(later).await.unwrap();
                }
            }
            let old = found(&*place, &lease.fence.id).await;
            let case = (back, handed_over);
            assert_eq!((old.state, old.has_content), (State::Superseded, false), "{case:?}");
            assert_eq!(old.replaced_by.as_ref(), Some(&new.id), "{case:?}");
            let doubted = back == Back::InDoubt || case == (Back::LeaseLost, true);
            assert_eq!(old.cause.as_deref() == Some("in_doubt"), doubted, "{case:?}");
            assert_eq!(claimed(&*place, later).await.fence.id, new.id);
        }
    }
}

#[tokio::test]
async fn what_was_replaced_is_not_handed_over_any_more() {
    for handed_over in [false, true] {
        let place = Place::new().await;
        let (lease, new) = replaced_late(&*place, handed_over).await;
        let refused = place.hand_over(&lease.fence, "second").await.unwrap_err();
        let expected = State::Superseded;
        assert!(matches!(refused, StoreError::WrongState { state, .. } if state == expected));
        place.record(&lease.fence, record(NOW, Next::Superseded)).await.unwrap();
        assert_eq!(found(&*place, &lease.fence.id).await.state, State::Superseded);
        assert_eq!(claimed(&*place, NOW).await.fence.id, new.id);
    }
}
