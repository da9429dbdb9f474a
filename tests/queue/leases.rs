//! R35: whoever has lost a lease sends nothing and writes nothing.

use std::time::Duration;

use hongyan::outbox::{Claim, State};

use super::house::{House, enqueue, notice, quick, work, work_off};
use super::scripted::{Act, Scripted};

/// The first worker stands still for longer than its lease, in front of the hand-over.
#[tokio::test]
async fn a_worker_that_slept_over_its_lease_sends_nothing() {
    let house = House::new();
    let id = enqueue(&house.mailer(Scripted::new("one")), notice("ada@x.test")).await;
    let claim = Claim {
        worker: "sleeper".into(),
        now: house.outbox.clock().now(),
        most: 1,
        lease: Duration::from_millis(200),
        resting: Vec::new(),
    };
    let store = house.outbox.store();
    let claimed = store.claim(claim).await.unwrap();
    let transport = Scripted::new("one");
    work_off(&house, &house.mailer(transport.clone())).await;
    assert_eq!(transport.got().len(), 1);
    assert_eq!(house.find(&id).await.state, State::Sent);
    let late = store.hand_over(&claimed[0].fence, "one").await;
    assert!(late.is_err());
}

/// It stands still behind the hand-over: at most one copy, and nothing of it is written.
#[tokio::test]
async fn a_lost_lease_behind_the_hand_over_is_found_and_not_overwritten() {
    let house = House::new();
    let slow = Scripted::new("one").first([Act::Slow(Duration::from_millis(2_500))]);
    let settings = quick().lease(Duration::from_secs(1), Duration::from_millis(400));
    let mailer = house.builder().transport(slow.clone()).worker(settings).build().unwrap();
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work(&mailer, async || house.find(&id).await.state == State::Unknown).await;
    assert_eq!(house.find(&id).await.state, State::Unknown);
    assert_eq!(slow.got().len(), 1);
}
