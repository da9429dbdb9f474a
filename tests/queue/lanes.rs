//! What leaves first, what takes another's place, and what is void.

use std::time::Duration;

use hongyan::outbox::State;
use hongyan::transport::{Cause, Retry, Stage};

use super::house::{
    House, all, code, crowd, enqueue, enqueue_all, notice, short_lived, work, work_off,
};
use super::scripted::{Act, Scripted};

#[tokio::test]
async fn a_code_overtakes_five_thousand_notices() {
    let house = House::new();
    let transport = Scripted::always("one", Act::Slow(Duration::from_millis(20)));
    let mailer = house.mailer(transport.clone());
    enqueue_all(&mailer, crowd(&notice("a@x.test"), 5_000)).await;
    let accepted = tokio::sync::OnceCell::new();
    work(&mailer, async || {
        if transport.begun().len() < 20 {
            return false;
        }
        let accept = async || {
            let code = enqueue(&mailer, code("ada@x.test", "483920")).await;
            (code, all(&house.outbox, &[State::Queued]).await)
        };
        let (code, _) = accepted.get_or_init(accept).await;
        transport.begun().contains(code)
    })
    .await;
    let (code, waiting) = accepted.into_inner().unwrap();
    let begun = transport.begun();
    let place = begun.iter().position(|id| *id == code).unwrap();
    // Whoever still waited when the code had been accepted was not leased then.
    let waiting: Vec<&String> = waiting.iter().map(|mail| &mail.id).collect();
    assert!(waiting.len() > 4_500, "{}", waiting.len());
    let before = begun[..place].iter().filter(|id| waiting.contains(id)).count();
    assert_eq!(before, 0, "notices that left before the code");
}

#[tokio::test]
async fn a_void_code_is_never_sent() {
    let house = House::new();
    let transport = Scripted::new("one");
    let mailer = house.mailer(transport.clone());
    let id = enqueue(&mailer, short_lived("ada@x.test", 1)).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.has_content), (State::Expired, false));
    assert!(transport.got().is_empty());
}

/// It is looked at again when the server has said 354.
#[tokio::test]
async fn a_code_that_becomes_void_on_the_way_is_not_handed_over() {
    use super::house::{relay, smtp};
    use super::smtp::{Fault, Stage as At};
    let slow = Fault::at(At::Data).delay(Duration::from_millis(5_500));
    let server = super::smtp::SmtpServer::start(relay().with(slow));
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 2));
    let id = enqueue(&mailer, short_lived("ada@x.test", 5)).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Expired);
    assert!(server.record().mails.is_empty());
    assert_eq!(server.record().count("RCPT"), 1);
}

#[tokio::test]
async fn a_code_that_fails_past_its_lifetime_expires() {
    let house = House::new();
    let busy = Act::Fail(Stage::Rcpt, Cause::Transient, Retry::NextDay);
    let mailer = house.mailer(Scripted::always("one", busy));
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.attempts), (State::Expired, 1));
}

#[tokio::test]
async fn a_newer_code_retires_a_queued_older_one() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let profile = hongyan::transport::Transport::profile(&Scripted::new("one")).clone();
    let mailer = house.mailer(hongyan::transport::InboxTransport::new(folder.path(), profile));
    let first = enqueue(&mailer, code("ada@x.test", "111111")).await;
    let other = enqueue(&mailer, code("bob@x.test", "333333")).await;
    let vars = hongyan::vars! { code: "222222" };
    let sending = mailer.to("ada@x.test");
    let second = sending.render_and_send("verification_code", "en", vars).await.unwrap();
    assert_eq!(second.replaced, std::slice::from_ref(&first));
    work_off(&house, &mailer).await;
    let retired = house.find(&first).await;
    assert_eq!((retired.state, retired.has_content), (State::Superseded, false));
    assert_eq!(retired.replaced_by.as_deref(), Some(&*second.id));
    for id in [&second.id, &other] {
        assert_eq!(house.find(id).await.state, State::Sent);
    }
    assert!(!folder.path().join(format!("{first}.eml")).exists());
}
