//! R31: a mail that brings its task down costs itself only.

use hongyan::outbox::State;

use super::house::{House, code, enqueue, notice, work, work_off};
use super::scripted::{Act, Scripted};

#[tokio::test]
async fn a_panic_costs_one_mail_an_attempt() {
    let house = House::new();
    let transport = Scripted::new("one").first([Act::Panic]);
    let mailer = house.mailer(transport.clone());
    for number in 0..5 {
        enqueue(&mailer, code(&format!("u{number}@x.test"), "483920")).await;
    }
    work_off(&house, &mailer).await;
    assert_eq!((house.count(State::Sent).await, transport.got().len()), (5, 5));
}

#[tokio::test]
async fn a_poisonous_mail_is_put_aside() {
    let house = House::new();
    let transport = Scripted::always("one", Act::Panic);
    let mailer = house.mailer(transport.clone());
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.cause.as_deref()), (State::Failed, Some("quarantined")));
    assert_eq!(transport.asked().len(), 3);
    let attempts = house.outbox.store().attempts(&id).await.unwrap();
    assert_eq!(attempts.len(), 3);
}

/// A panic behind the hand-over leaves open whether the mail is out.
#[tokio::test]
async fn a_panic_behind_the_hand_over_is_in_doubt() {
    let house = House::new();
    let transport = Scripted::new("one").first([Act::PanicAfter]);
    let mailer = house.mailer(transport.clone());
    let held = enqueue(&mailer, notice("ada@x.test")).await;
    work(&mailer, async || house.find(&held).await.state == State::Unknown).await;
    assert!(transport.got().is_empty());

    let transport = Scripted::new("one").first([Act::PanicAfter]);
    let mailer = house.mailer(transport.clone());
    let again = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&again).await.state, State::Sent);
}
