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

/// It keeps its place no longer than the lease, and whoever stops the worker need not wait for it.
#[tokio::test]
async fn a_transport_that_never_returns_is_left() {
    let house = House::new();
    let transport = Scripted::new("one").first([Act::Hang, Act::HangAfter]);
    let settings = quick().lease(Duration::from_secs(2), Duration::from_secs(1));
    let mailer = house.builder().transport(transport.clone()).worker(settings).build().unwrap();
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    let worked = tokio::time::timeout(Duration::from_secs(60), work_off(&house, &mailer));
    worked.await.expect("the worker ends");
    assert_eq!((house.find(&id).await.state, transport.got().len()), (State::Unknown, 1));
    let attempts = house.outbox.store().attempts(&id).await.unwrap();
    let causes: Vec<_> = attempts.iter().map(|one| one.cause.as_deref().unwrap()).collect();
    assert_eq!(causes, ["network", "in_doubt"]);
}

/// It stands still behind the hand-over: at most one copy, and nothing of it is written. What waits
/// without blocking is left before; the others of this worker go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_lost_lease_behind_the_hand_over_is_found_and_not_overwritten() {
    let house = House::new();
    let slow = Scripted::new("one").first([Act::Block(Duration::from_millis(2_500))]);
    let settings = quick().lease(Duration::from_secs(1), Duration::from_millis(400));
    let mailer = house.builder().transport(slow.clone()).worker(settings).build().unwrap();
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work(&mailer, async || house.find(&id).await.state == State::Unknown).await;
    assert_eq!(house.find(&id).await.state, State::Unknown);
    assert_eq!(slow.got().len(), 1);
}
