//! Who has a mail, until when, and what becomes of it.

use std::collections::HashSet;

use hongyan::catalog::InDoubt;
use hongyan::outbox::{Attempt, Lane, Next, State, StoreError, Swept};

use crate::stores::Place;
use crate::things::{MINUTE, NOW, accepted, claim, claimed, found, mail, record};

#[tokio::test]
async fn a_mail_goes_its_way_and_survives_a_restart() {
    let mut place = Place::new().await;
    let new = mail("ada");
    let tickets = accepted(&*place, vec![new.clone()]).await;
    assert_eq!((&tickets[0].id, tickets[0].state), (&new.id, State::Queued));

    place.reopen().await;
    let claim = claimed(&*place, NOW).await;
    assert_eq!(claim.fence.id, new.id);
    assert_eq!(claim.content.sealed, new.content.sealed);
    assert_eq!(claim.content.images[0].bytes, new.content.images[0].bytes);
    assert_eq!((claim.attempt, &claim.route, claim.holder()), (1, &new.route, &*new.id));
    assert_eq!((&claim.trace, claim.accepted_at), (&new.trace, NOW));
    place.hand_over(&claim.fence, "first").await.unwrap();
    assert_eq!(found(&*place, &new.id).await.state, State::HandingOver);
    let sent = hongyan::outbox::Record {
        provider_id: Some("q-1".into()),
        adapted: Some(r#"[{"what":"images"}]"#.into()),
        attempts: vec![Attempt {
            number: 1,
            at: NOW,
            took: 40,
            transport: Some("first".into()),
            reply: Some(("250".into(), "queued".into())),
            action: "sent".into(),
            ..Attempt::default()
        }],
        ..record(NOW + 5, Next::Sent)
    };
    place.record(&claim.fence, sent).await.unwrap();

    place.reopen().await;
    let mail = found(&*place, &new.id).await;
    assert_eq!((mail.state, mail.done_at, mail.has_content), (State::Sent, Some(NOW + 5), false));
    assert_eq!((mail.attempts, mail.transport.as_deref()), (1, Some("first")));
    assert_eq!(
        (mail.provider_id.as_deref(), &*mail.adapted),
        (Some("q-1"), r#"[{"what":"images"}]"#)
    );
    let attempts = place.attempts(&new.id).await.unwrap();
    assert_eq!((attempts.len(), attempts[0].took, &*attempts[0].action), (1, 40, "sent"));
    assert_eq!(attempts[0].reply, mail.reply);
}

#[tokio::test]
async fn a_lease_that_was_lost_writes_nothing() {
    let place = Place::new().await;
    let new = mail("ada");
    accepted(&*place, vec![new.clone()]).await;
    let first = claimed(&*place, NOW).await;
    let later = NOW + 4 * MINUTE;
    assert_eq!(place.sweep(later).await.unwrap().released, 1);
    let second = claimed(&*place, later).await;
    assert!(second.fence.token > first.fence.token);
    let lost = |result: Result<(), StoreError>| matches!(result, Err(StoreError::LeaseLost { .. }));
    assert!(lost(place.hand_over(&first.fence, "first").await));
    for next in [Next::Sent, Next::Failed, Next::Retry { at: later, pinned: None }] {
        assert!(lost(place.record(&first.fence, record(later, next)).await));
    }
    assert_eq!(found(&*place, &new.id).await.state, State::Leased);
    place.hand_over(&second.fence, "second").await.unwrap();
    place.hand_over(&second.fence, "first").await.unwrap();
    place.record(&second.fence, record(later, Next::Sent)).await.unwrap();
    assert!(lost(place.record(&second.fence, record(later, Next::Failed)).await));
}

#[tokio::test]
async fn security_mail_leaves_first_and_nothing_before_its_time() {
    let place = Place::new().await;
    let lanes = [Lane::Notification, Lane::Transactional, Lane::Security];
    let mut mails = Vec::new();
    for at in 0..3 {
        for lane in lanes {
            let send_at = NOW + at * MINUTE;
            mails.push(hongyan::outbox::NewMail { lane, send_at, ..mail("ada") });
        }
    }
    accepted(&*place, mails).await;
    let now: Vec<Lane> =
        place.claim(claim(NOW, 10)).await.unwrap().iter().map(|claim| claim.lane).collect();
    assert_eq!(now, [Lane::Security, Lane::Transactional, Lane::Notification]);
    let later = place.claim(claim(NOW + 2 * MINUTE, 3)).await.unwrap();
    let later: Vec<Lane> = later.iter().map(|claim| claim.lane).collect();
    assert_eq!(later, [Lane::Security, Lane::Security, Lane::Transactional]);
}

#[tokio::test]
async fn a_mail_waits_while_all_its_transports_rest() {
    let place = Place::new().await;
    let one = hongyan::outbox::NewMail { route: vec!["first".into()], ..mail("ada") };
    let both = mail("bob");
    accepted(&*place, vec![one.clone(), both.clone()]).await;
    let resting = |names: &[&str]| hongyan::outbox::Claim {
        resting: names.iter().map(|name| (*name).to_owned()).collect(),
        ..claim(NOW, 10)
    };
    assert!(place.claim(resting(&["first", "second"])).await.unwrap().is_empty());
    let claimed = place.claim(resting(&["first"])).await.unwrap();
    assert_eq!(claimed.iter().map(|claim| &claim.fence.id).collect::<Vec<_>>(), [&both.id]);
    // Pinned to the one that rests, it waits as well.
    let pinned = Next::Retry { at: NOW, pinned: Some("first".into()) };
    place.record(&claimed[0].fence, record(NOW, pinned)).await.unwrap();
    assert!(place.claim(resting(&["first"])).await.unwrap().is_empty());
    let claimed = place.claim(resting(&["second"])).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert!(claimed.iter().any(|claim| claim.pinned.as_deref() == Some("first")));
}

#[tokio::test]
async fn what_has_expired_is_ended_and_never_leased() {
    let place = Place::new().await;
    let mails: Vec<_> =
        (0..600).map(|_| hongyan::outbox::NewMail { expires_at: NOW + 1, ..mail("ada") }).collect();
    let old = mails[0].id.clone();
    accepted(&*place, mails).await;
    let fresh = mail("bob");
    accepted(&*place, vec![fresh.clone()]).await;
    assert_eq!(claimed(&*place, NOW + 1).await.fence.id, fresh.id);
    let old = found(&*place, &old).await;
    assert_eq!((old.state, old.has_content), (State::Expired, false));
    let stats = place.stats(NOW + 1).await.unwrap();
    assert!(stats.states.contains(&(State::Expired, 600)), "{stats:?}");
    assert!(stats.states.contains(&(State::Leased, 1)), "{stats:?}");
    assert_eq!(stats.claimed_at, Some(NOW + 1));
}

#[tokio::test]
async fn the_sweep_expires_what_nobody_claims() {
    let place = Place::new().await;
    let new = mail("ada");
    accepted(&*place, vec![new.clone()]).await;
    assert_eq!(place.sweep(NOW).await.unwrap(), Swept::default());
    assert_eq!(place.sweep(new.expires_at).await.unwrap().expired, 1);
    assert_eq!(found(&*place, &new.id).await.state, State::Expired);
}

#[tokio::test]
async fn a_hand_over_without_an_end_is_sent_again_or_held() {
    let place = Place::new().await;
    let resend = mail("ada");
    let hold = hongyan::outbox::NewMail { in_doubt: InDoubt::Hold, ..mail("bob") };
    let late = hongyan::outbox::NewMail { expires_at: NOW + MINUTE, ..mail("cy") };
    accepted(&*place, vec![resend.clone(), hold.clone(), late.clone()]).await;
    for claim in place.claim(claim(NOW, 3)).await.unwrap() {
        place.hand_over(&claim.fence, "second").await.unwrap();
    }
    let later = NOW + 4 * MINUTE;
    let swept = place.sweep(later).await.unwrap();
    assert_eq!((swept.resent, swept.held, swept.released), (1, 2, 0));
    for id in [&hold.id, &late.id] {
        let held = found(&*place, id).await;
        assert_eq!((held.state, held.cause.as_deref()), (State::Unknown, Some("lease_lost")));
    }
    let cut_off = place.attempts(&resend.id).await.unwrap().remove(0);
    assert_eq!((cut_off.number, cut_off.at), (1, NOW), "dated by when it began");
    let again = claimed(&*place, later).await;
    assert_eq!((&again.fence.id, again.attempt), (&resend.id, 2));
    let at_work = found(&*place, &resend.id).await;
    assert_eq!((at_work.available_at, at_work.lease_until), (later, Some(later + 3 * MINUTE)));
    assert_eq!(again.pinned.as_deref(), Some("second"));
}

#[tokio::test]
async fn what_kills_its_worker_is_set_aside() {
    let place = Place::new().await;
    let (leased, handed) = (mail("ada"), mail("bob"));
    let lifetime = |mail: &hongyan::outbox::NewMail| hongyan::outbox::NewMail {
        expires_at: NOW + 600 * MINUTE,
        ..mail.clone()
    };
    accepted(&*place, vec![lifetime(&leased), lifetime(&handed)]).await;
    let mut now = NOW;
    let mut handed_over = 0;
    for _ in 0..12 {
        assert!(found(&*place, &leased.id).await.state == State::Queued);
        for claim in place.claim(claim(now, 2)).await.unwrap() {
            if claim.fence.id == handed.id {
                place.hand_over(&claim.fence, "first").await.unwrap();
                handed_over += 1;
            }
        }
        now += 4 * MINUTE;
        place.sweep(now).await.unwrap();
    }
    assert_eq!(handed_over, 3, "each may have sent a copy");
    assert!(place.claim(claim(now, 2)).await.unwrap().is_empty());
    for (id, state) in [(&leased.id, State::Failed), (&handed.id, State::Unknown)] {
        let mail = found(&*place, id).await;
        assert_eq!((mail.state, mail.cause.as_deref()), (state, Some("quarantined")));
        assert!(mail.has_content, "a person may send it again");
    }
}

/// Of a mail that was handed over once, nobody can say that it was given up unsent.
#[tokio::test]
async fn what_kills_its_worker_behind_a_hand_over_may_be_out() {
    let place = Place::new().await;
    let new = hongyan::outbox::NewMail { expires_at: NOW + 600 * MINUTE, ..mail("ada") };
    accepted(&*place, vec![new.clone()]).await;
    let mut now = NOW;
    for round in 0..9 {
        let claim = claimed(&*place, now).await;
        if round == 0 {
            place.hand_over(&claim.fence, "first").await.unwrap();
        }
        now += 4 * MINUTE;
        place.sweep(now).await.unwrap();
    }
    let mail = found(&*place, &new.id).await;
    assert_eq!((mail.state, mail.cause.as_deref()), (State::Unknown, Some("quarantined")));
}

#[tokio::test]
async fn leases_are_given_back_uncounted() {
    let place = Place::new().await;
    let mails: Vec<_> = (0..3).map(|_| mail("ada")).collect();
    accepted(&*place, mails).await;
    let claims = place.claim(claim(NOW, 3)).await.unwrap();
    place.hand_over(&claims[0].fence, "first").await.unwrap();
    assert_eq!(place.release("b", NOW).await.unwrap(), 0);
    assert_eq!(place.release("a", NOW).await.unwrap(), 2);
    let again = place.claim(claim(NOW, 3)).await.unwrap();
    assert_eq!(again.iter().map(|claim| claim.attempt).collect::<Vec<_>>(), [1, 1]);
    let release = Next::Release { at: NOW + MINUTE };
    place.record(&again[0].fence, record(NOW, release)).await.unwrap();
    let waiting = found(&*place, &again[0].fence.id).await;
    assert_eq!((waiting.attempts, waiting.available_at), (0, NOW + MINUTE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_tasks_and_two_stores_claim_each_mail_once() {
    let place = Place::new().await;
    for _ in 0..10 {
        accepted(&*place, (0..100).map(|_| mail("ada")).collect()).await;
    }
    let stores = [place.store(), place.another().await];
    let tasks = (0..8).map(|at| {
        let store = stores[at % 2].clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claims = store.claim(claim(NOW, 7)).await.unwrap();
                if claims.is_empty() {
                    return mine;
                }
                for claim in claims {
                    store.hand_over(&claim.fence, "first").await.unwrap();
                    store.record(&claim.fence, record(NOW, Next::Sent)).await.unwrap();
                    mine.push(claim.fence.id);
                }
            }
        })
    });
    let mut all = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        all.extend(task.await.unwrap());
    }
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (1000, 1000));
    let stats = place.stats(NOW).await.unwrap();
    assert!(stats.states.contains(&(State::Sent, 1000)), "{stats:?}");
}
