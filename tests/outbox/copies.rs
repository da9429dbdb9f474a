//! Copies: rows of their own with their parent's content, which leave after it.

use hongyan::outbox::{NewMail, Next, State};

use crate::stores::Place;
use crate::things::{MINUTE, NOW, accepted, claim, claimed, copy, found, mail, record};

fn with_copies() -> NewMail {
    NewMail { copies: vec![copy("bob"), copy("cy")], ..mail("ada") }
}

#[tokio::test]
async fn copies_leave_once_their_parent_was_sent() {
    let place = Place::new().await;
    let new = with_copies();
    accepted(&*place, vec![new.clone()]).await;
    let parent = claimed(&*place, NOW).await;
    assert!(place.claim(claim(NOW, 9)).await.unwrap().is_empty());
    place.record(&parent.fence, record(NOW, Next::Sent)).await.unwrap();
    assert!(found(&*place, &new.id).await.has_content, "its copies need it");

    let copies = place.claim(claim(NOW + 1, 9)).await.unwrap();
    assert_eq!(copies.len(), 2);
    for (at, claim) in copies.iter().enumerate() {
        assert_eq!(claim.parent.as_ref(), Some(&new.id));
        assert_eq!(claim.holder(), new.id);
        assert_eq!(claim.address.as_ref(), Some(&new.copies[at].address));
        assert_eq!(claim.content.sealed, new.content.sealed);
        place.record(&claim.fence, record(NOW + 2, Next::Sent)).await.unwrap();
    }
    assert!(!found(&*place, &new.id).await.has_content);
    let copy = found(&*place, &new.copies[0].id).await;
    assert_eq!((copy.state, copy.parent.as_ref()), (State::Sent, Some(&new.id)));
    assert_eq!(copy.message_id, new.message_id);
}

#[tokio::test]
async fn copies_share_the_end_of_a_parent_that_never_left() {
    let place = Place::new().await;
    for (next, state) in [(Next::Failed, State::Failed), (Next::Expired, State::Expired)] {
        let new = with_copies();
        accepted(&*place, vec![new.clone()]).await;
        let parent = claimed(&*place, NOW).await;
        place.record(&parent.fence, record(NOW, next)).await.unwrap();
        for copy in &new.copies {
            let copy = found(&*place, &copy.id).await;
            assert_eq!((copy.state, copy.cause.as_deref()), (state, Some("parent")));
        }
    }
    let cancelled = with_copies();
    accepted(&*place, vec![cancelled.clone()]).await;
    place.cancel(&cancelled.id, NOW).await.unwrap();
    assert_eq!(found(&*place, &cancelled.copies[1].id).await.state, State::Cancelled);
    assert!(place.claim(claim(NOW, 9)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_parent_that_is_sent_again_takes_its_copies_along() {
    let place = Place::new().await;
    let new = with_copies();
    accepted(&*place, vec![new.clone()]).await;
    let parent = claimed(&*place, NOW).await;
    place.record(&parent.fence, record(NOW, Next::Failed)).await.unwrap();
    place.retry(&new.id, NOW + 1, NOW + 20 * MINUTE).await.unwrap();
    assert_eq!(found(&*place, &new.copies[0].id).await.state, State::Queued);
    let parent = claimed(&*place, NOW + 1).await;
    place.record(&parent.fence, record(NOW + 1, Next::Sent)).await.unwrap();

    let copies = place.claim(claim(NOW + 2, 9)).await.unwrap();
    place.record(&copies[0].fence, record(NOW + 2, Next::Sent)).await.unwrap();
    place.record(&copies[1].fence, record(NOW + 2, Next::Failed)).await.unwrap();
    assert!(found(&*place, &new.id).await.has_content, "the failed copy may be sent again");
    let id = &copies[1].fence.id;
    place.retry(id, NOW + 3, NOW + 20 * MINUTE).await.unwrap();
    let again = claimed(&*place, NOW + 3).await;
    assert_eq!((&again.fence.id, again.address.is_some()), (id, true));
    place.record(&again.fence, record(NOW + 3, Next::Sent)).await.unwrap();
    assert!(!found(&*place, &new.id).await.has_content);
}

#[tokio::test]
async fn a_family_is_pruned_together() {
    let place = Place::new().await;
    let new = with_copies();
    accepted(&*place, vec![new.clone()]).await;
    let parent = claimed(&*place, NOW).await;
    place.record(&parent.fence, record(NOW, Next::Sent)).await.unwrap();
    assert_eq!(place.prune(NOW + MINUTE, 10).await.unwrap(), 0, "copies are queued");
    for claim in place.claim(claim(NOW, 9)).await.unwrap() {
        place.record(&claim.fence, record(NOW, Next::Sent)).await.unwrap();
    }
    assert_eq!(place.prune(NOW, 10).await.unwrap(), 0);
    assert_eq!(place.prune(NOW + MINUTE, 10).await.unwrap(), 3);
    assert!(place.find(&new.copies[0].id).await.unwrap().is_none());
}
