//! What every store does.

use hongyan::outbox::{Next, State};

use crate::things::{NOW, Place, accepted, claimed, found, mail, record};

#[tokio::test]
async fn a_mail_goes_its_way() {
    let mut place = Place::new();
    let new = mail("ada");
    let tickets = accepted(&*place, vec![new.clone()]).await;
    assert_eq!((&tickets[0].id, tickets[0].state), (&new.id, State::Queued));

    let claim = claimed(&*place, NOW).await;
    assert_eq!(claim.fence.id, new.id);
    assert_eq!(claim.content.sealed, new.content.sealed);
    assert_eq!(claim.content.images[0].bytes, new.content.images[0].bytes);
    assert_eq!((claim.attempt, &claim.route), (1, &new.route));
    place.hand_over(&claim.fence, "first").await.unwrap();
    assert_eq!(found(&*place, &new.id).await.state, State::HandingOver);
    place.record(&claim.fence, record(NOW + 5, Next::Sent)).await.unwrap();

    place.reopen().await;
    let mail = found(&*place, &new.id).await;
    assert_eq!((mail.state, mail.done_at, mail.has_content), (State::Sent, Some(NOW + 5), false));
    assert_eq!((mail.attempts, mail.transport.as_deref()), (1, Some("first")));
}
