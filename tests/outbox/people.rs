//! What people do with mails: cancel, send again, look.

use hongyan::outbox::{Filter, Lane, NewMail, Next, State, StoreError};

use crate::stores::Place;
use crate::things::{MINUTE, NOW, accepted, claim, claimed, copy, found, hash, mail, record};

#[tokio::test]
async fn what_was_not_handed_over_can_be_stopped() {
    let place = Place::new().await;
    let (queued, leased, handed) = (mail("ada"), mail("bob"), mail("cy"));
    accepted(&*place, vec![leased.clone(), handed.clone()]).await;
    let claims = place.claim(claim(NOW, 9)).await.unwrap();
    place.hand_over(&claims[1].fence, "first").await.unwrap();
    accepted(&*place, vec![queued.clone()]).await;
    for id in [&queued.id, &leased.id] {
        let stopped = place.cancel(id, NOW).await.unwrap();
        assert_eq!((stopped.state, stopped.has_content), (State::Cancelled, false));
    }
    let late = place.hand_over(&claims[0].fence, "first").await;
    assert!(matches!(late, Err(StoreError::LeaseLost { .. })), "nothing leaves any more");
    for (id, state) in [(&handed.id, State::HandingOver), (&queued.id, State::Cancelled)] {
        let refused = place.cancel(id, NOW).await.unwrap_err();
        assert!(matches!(&refused, StoreError::WrongState { state: is, .. } if *is == state));
    }
    let missing = place.cancel("nothing", NOW).await.unwrap_err();
    assert!(matches!(missing, StoreError::NotFound { .. }));
}

#[tokio::test]
async fn a_failed_mail_can_be_sent_again_while_it_is_kept() {
    let place = Place::new().await;
    let new = mail("ada");
    for next in [Next::Failed, Next::Unknown] {
        let new = NewMail { id: crate::things::id(), ..new.clone() };
        accepted(&*place, vec![new.clone()]).await;
        let lease = claimed(&*place, NOW).await;
        place.record(&lease.fence, record(NOW, next)).await.unwrap();
        let again = place.retry(&new.id, NOW + 1, NOW + 30 * MINUTE).await.unwrap();
        assert_eq!((again.state, again.expires_at), (State::Queued, NOW + 30 * MINUTE));
        let lease = claimed(&*place, NOW + 1).await;
        assert_eq!((lease.attempt, lease.content.sealed.is_empty()), (2, false));
        place.record(&lease.fence, record(NOW + 1, Next::Failed)).await.unwrap();
        assert_eq!(place.sweep(NOW + 31 * MINUTE).await.unwrap().erased, 1);
        let gone = place.retry(&new.id, NOW + 32 * MINUTE, NOW + 60 * MINUTE).await;
        assert!(matches!(gone, Err(StoreError::BodyErased { .. })), "{gone:?}");
    }
}

/// Whoever has it sent again need not have looked: the first copy may have arrived.
#[tokio::test]
async fn what_may_be_out_stays_in_doubt_when_it_is_sent_again() {
    for next in [Next::Failed, Next::Expired, Next::Unknown] {
        let (place, id) = doubted().await;
        let lease = claimed(&*place, NOW + 1).await;
        assert!(lease.maybe_out && lease.pinned.is_none());
        place.record(&lease.fence, record(NOW + 1, next)).await.unwrap();
        assert_eq!(found(&*place, &id).await.state, State::Unknown);
    }
    let (place, id) = doubted().await;
    place.sweep(NOW + 30 * MINUTE).await.unwrap();
    assert_eq!(found(&*place, &id).await.state, State::Unknown, "it has waited too long");
    let (place, id) = doubted().await;
    let stopped = place.cancel(&id, NOW + 1).await.unwrap();
    assert_eq!((stopped.state, stopped.cause.as_deref()), (State::Cancelled, Some("in_doubt")));
    let (place, id) = doubted().await;
    let newer = NewMail { replaces: Some(hash("sign_in ada")), ..mail("ada") };
    accepted(&*place, vec![newer]).await;
    let retired = found(&*place, &id).await;
    assert_eq!((retired.state, retired.cause.as_deref()), (State::Superseded, Some("in_doubt")));
}

/// An unknown mail that a person has sent again.
async fn doubted() -> (Place, String) {
    let place = Place::new().await;
    let new = NewMail { replaces: Some(hash("sign_in ada")), ..mail("ada") };
    accepted(&*place, vec![new.clone()]).await;
    let lease = claimed(&*place, NOW).await;
    place.record(&lease.fence, record(NOW, Next::Unknown)).await.unwrap();
    place.retry(&new.id, NOW + 1, NOW + 30 * MINUTE).await.unwrap();
    (place, new.id)
}

/// It is kept from its time on, and not from when it was accepted, long before.
#[tokio::test]
async fn a_failed_mail_that_was_to_leave_later_is_kept_as_long() {
    const DAY: i64 = 24 * 60 * MINUTE;
    let place = Place::new().await;
    let send_at = NOW + 5 * DAY;
    let copies = vec![copy("bob")];
    let new = NewMail { send_at, expires_at: send_at + 5 * DAY, copies, ..mail("ada") };
    accepted(&*place, vec![new.clone()]).await;
    let lease = claimed(&*place, send_at).await;
    place.record(&lease.fence, record(send_at, Next::Failed)).await.unwrap();
    assert_eq!(place.sweep(send_at + 3 * DAY - 1).await.unwrap().erased, 0);
    for id in [&new.id, &new.copies[0].id] {
        assert!(found(&*place, id).await.has_content, "{id}");
    }
    assert_eq!(place.sweep(send_at + 3 * DAY).await.unwrap().erased, 2);
    assert!(!found(&*place, &new.id).await.has_content);
}

#[tokio::test]
async fn a_queued_mail_is_hurried_and_a_sent_one_left_alone() {
    let place = Place::new().await;
    let later = NewMail { send_at: NOW + 5 * MINUTE, ..mail("ada") };
    accepted(&*place, vec![later.clone()]).await;
    assert!(place.claim(claim(NOW, 1)).await.unwrap().is_empty());
    place.retry(&later.id, NOW, later.expires_at).await.unwrap();
    let lease = claimed(&*place, NOW).await;
    let refused = |result: Result<_, StoreError>| match result {
        Err(StoreError::WrongState { state, .. }) => state,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(place.retry(&later.id, NOW, NOW).await), State::Leased);
    place.record(&lease.fence, record(NOW, Next::Sent)).await.unwrap();
    assert_eq!(refused(place.retry(&later.id, NOW, NOW).await), State::Sent);
    let expired = NewMail { expires_at: NOW + 1, ..mail("bob") };
    accepted(&*place, vec![expired.clone()]).await;
    place.sweep(NOW + 1).await.unwrap();
    let gone = place.retry(&expired.id, NOW + 2, NOW + MINUTE).await;
    assert!(matches!(gone, Err(StoreError::BodyErased { .. })), "{gone:?}");
}

#[tokio::test]
async fn lists_are_newest_first_and_can_be_cut() {
    let place = Place::new().await;
    let mails: Vec<NewMail> = (0..6)
        .map(|at| NewMail {
            kind: if at % 2 == 0 { "receipt".into() } else { "verification_code".into() },
            ..mail(if at < 3 { "ada" } else { "bob" })
        })
        .collect();
    accepted(&*place, mails.clone()).await;
    place.cancel(&mails[5].id, NOW).await.unwrap();
    let listed = async |filter: Filter| {
        let filter = Filter { limit: filter.limit.max(1), ..filter };
        let list = place.list(filter).await.unwrap();
        list.iter()
            .map(|mail| mails.iter().position(|known| known.id == mail.id).unwrap())
            .collect::<Vec<_>>()
    };
    let all = Filter { limit: 10, ..Filter::default() };
    assert_eq!(listed(all.clone()).await, [5, 4, 3, 2, 1, 0]);
    let before = Filter { before: Some(mails[4].id.clone()), limit: 2, ..all.clone() };
    assert_eq!(listed(before).await, [3, 2]);
    let states = vec![State::Queued];
    assert_eq!(listed(Filter { states, ..all.clone() }).await, [4, 3, 2, 1, 0]);
    let states = vec![State::Cancelled, State::Queued];
    let some = Filter { states, limit: 3, ..all.clone() };
    assert_eq!(listed(some.clone()).await, [5, 4, 3], "states are merged by age");
    let before = Some(mails[3].id.clone());
    assert_eq!(listed(Filter { before, ..some.clone() }).await, [2, 1, 0]);
    let kind = Some("receipt".to_owned());
    assert_eq!(listed(Filter { kind: kind.clone(), ..some }).await, [4, 2, 0]);
    assert!(listed(Filter { states: vec![State::Sent], ..all.clone() }).await.is_empty());
    let recipient = Some(hash("ada"));
    assert_eq!(listed(Filter { kind, recipient, ..all }).await, [2, 0]);
}

#[tokio::test]
async fn stats_tell_depth_and_age() {
    let place = Place::new().await;
    let new = NewMail { lane: Lane::Notification, send_at: NOW + MINUTE, ..mail("ada") };
    accepted(&*place, vec![mail("ada"), mail("bob"), new]).await;
    let lease = place.claim(claim(NOW, 1)).await.unwrap().remove(0);
    let attempt = hongyan::outbox::Attempt {
        at: NOW,
        transport: Some("first".into()),
        cause: Some("network".into()),
        ..Default::default()
    };
    let next = Next::Retry { at: NOW + 5 * MINUTE, pinned: None };
    let failed = hongyan::outbox::Record { attempts: vec![attempt], ..record(NOW, next) };
    place.record(&lease.fence, failed).await.unwrap();
    let stats = place.stats(NOW).await.unwrap();
    assert_eq!(stats.lanes[0], (Lane::Security, 1, Some(NOW)));
    assert_eq!(stats.lanes[2], (Lane::Notification, 0, None));
    let later: Vec<u64> = stats.later.iter().map(|(_, count)| *count).collect();
    assert_eq!(later, [1, 0, 1], "one that was put off, one for a later time");
    assert!(stats.states.contains(&(State::Queued, 3)), "{stats:?}");
    assert_eq!(stats.attempts, [("first".to_owned(), "network".to_owned(), 1)]);
    assert_eq!(found(&*place, &lease.fence.id).await.cause.as_deref(), Some("network"));
    assert_eq!(place.stats(NOW + MINUTE).await.unwrap().lanes[2].1, 1);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let place = Place::new().await;
    place.close().await;
    assert!(matches!(place.find("x").await, Err(StoreError::Busy { .. })));
    assert!(matches!(place.claim(claim(NOW, 1)).await, Err(StoreError::Busy { .. })));
}
