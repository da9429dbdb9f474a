//! R33: an end in order. What has begun is finished, what waits is given back at once.

use std::time::{Duration, Instant};

use hongyan::outbox::State;

use super::house::{House, crowd, enqueue_all, notice, work, work_off};
use super::scripted::{Act, Scripted};

#[tokio::test]
async fn what_is_under_way_is_finished_and_the_rest_is_given_back() {
    let house = House::new();
    let transport = Scripted::always("one", Act::Slow(Duration::from_millis(600)));
    let mailer = house.mailer(transport.clone());
    enqueue_all(&mailer, crowd(&notice("a@x.test"), 100)).await;
    work(&mailer, async || transport.asked().len() >= 5).await;
    // The worker has ended: nothing is leased, and what was asked for was taken.
    let (sent, queued) = (house.count(State::Sent).await, house.count(State::Queued).await);
    assert_eq!((sent + queued, sent), (100, transport.got().len()));
    assert_eq!(transport.asked().len(), transport.got().len());
    // Nobody waits for a lease to run out.
    let began = Instant::now();
    let quick = Scripted::new("one");
    work_off(&house, &house.mailer(quick.clone())).await;
    assert_eq!(quick.got().len(), queued);
    assert!(began.elapsed() < Duration::from_secs(15));
}

/// A second signal drops the worker: what was not handed over is delivered later.
#[tokio::test]
async fn a_worker_that_is_dropped_loses_nothing() {
    let house = House::new();
    let transport = Scripted::always("one", Act::Slow(Duration::from_secs(60)));
    let settings = super::house::quick().lease(Duration::from_secs(2), Duration::from_secs(1));
    let builder = house.builder().worker(settings);
    let mailer = builder.transport(transport.clone()).build().unwrap();
    let held = super::house::enqueue(&mailer, notice("a@x.test")).await;
    let worker = tokio::spawn({
        let mailer = mailer.clone();
        async move { mailer.run_worker(std::future::pending()).await }
    });
    while house.find(&held).await.state != State::HandingOver {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.abort();
    let _ = worker.await;
    assert_eq!(house.find(&held).await.state, State::HandingOver);
    work_off(&house, &house.mailer(Scripted::new("one"))).await;
    assert_eq!(house.find(&held).await.state, State::Unknown);
}
