//! What every transport promises, shown of each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hongyan::config::Tls;
use hongyan::transport::{Cause, Taken, Unrecorded};

use super::hands::Hands;
use super::mails::{CODE, Mail, PASSWORD, TOKEN, every};
use super::places::places;
use super::scenario::{transport, with_canaries};
use super::smtp::{Plan, SmtpServer};

#[tokio::test]
async fn the_record_comes_first_and_once() {
    for place in places().await {
        let arrived = place.arrived.clone();
        let mut hands = Hands::watching(move || assert!(arrived().is_empty(), "before the commit"));
        let mail = Mail::short();
        let receipt = place.transport.deliver(mail.in_time(), &mut hands).await.unwrap();
        assert_eq!((hands.asked(), place.count()), (1, 1), "{}", place.name);
        assert_eq!(receipt.taken, place.taken, "{}", place.name);
        assert_eq!(receipt.reply.is_some(), place.taken == Taken::Sent, "{}", place.name);
        assert!(receipt.path.is_none_or(|path| path.exists()), "{}", place.name);
    }
}

#[tokio::test]
async fn what_is_not_recorded_is_not_sent() {
    for place in places().await {
        let (mail, mut hands) = (Mail::short(), Hands::failing());
        let error = place.transport.deliver(mail.in_time(), &mut hands).await.unwrap_err();
        assert_eq!((hands.asked(), error.cause), (1, Cause::NotRecorded), "{}", place.name);
        assert!(!error.in_doubt());
        place.transport.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
        assert_eq!(place.count(), 1, "{}", place.name);
    }
}

#[tokio::test]
async fn every_mail_arrives_as_it_was_composed() {
    let mails = every();
    for place in places().await {
        let mut expected = Vec::new();
        for mail in mails.iter().filter(|mail| place.carries(mail)) {
            place.transport.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
            expected.push((place.expected)(mail));
        }
        let mut arrived = (place.arrived)();
        expected.sort();
        arrived.sort();
        assert!(arrived == expected, "{}: other mails arrived", place.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_at_the_same_time_are_each_taken_once() {
    for place in places().await {
        let mails: Vec<Mail> = (0..20).map(|_| Mail::short()).collect();
        let mut expected: Vec<_> = mails.iter().map(place.expected).collect();
        let (name, arrived) = (place.name, place.arrived.clone());
        let (transport, _keep) = (Arc::new(place.transport), place.keep);
        let mut sending = tokio::task::JoinSet::new();
        for mail in mails {
            let transport = transport.clone();
            sending.spawn(async move {
                transport.deliver(mail.in_time(), &mut Unrecorded).await.map(drop)
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent.unwrap().unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let mut arrived = arrived();
        expected.sort();
        arrived.sort();
        assert!(arrived == expected, "{name}: other mails arrived");
    }
}

#[tokio::test]
async fn what_comes_too_late_is_not_begun() {
    for place in places().await {
        for warm in [false, true] {
            let (mail, mut hands) = (Mail::short(), Hands::default());
            let (before, began) = (place.count(), Instant::now());
            let late = mail.until(began - Duration::from_millis(1));
            let error = place.transport.deliver(late, &mut hands).await.unwrap_err();
            assert!(!error.in_doubt() && began.elapsed() < Duration::from_secs(1));
            assert_eq!((hands.asked(), place.count()), (0, before), "{} {warm}", place.name);
            place.transport.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_given_up_before_the_record_is_not_sent() {
    for place in places().await {
        let (mail, mut hands) = (Mail::short(), Hands::stuck());
        let delivery = place.transport.deliver(mail.in_time(), &mut hands);
        let soon = Duration::from_millis(500);
        assert!(tokio::time::timeout(soon, delivery).await.is_err(), "{}", place.name);
        assert_eq!((hands.asked(), place.count()), (1, 0), "{}", place.name);
        place.transport.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
        assert_eq!(place.count(), 1, "{}", place.name);
    }
}

#[tokio::test]
async fn a_closed_transport_goes_on() {
    for place in places().await {
        place.transport.close().await;
        for mails in 1..3 {
            let mail = Mail::short();
            place.transport.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
            place.transport.close().await;
            assert_eq!(place.count(), mails, "{}", place.name);
        }
    }
}

#[tokio::test]
async fn nothing_printed_holds_a_secret() {
    for place in places().await {
        let mail = Mail::short();
        let receipt = place.transport.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
        let outgoing = mail.in_time();
        let printed = format!("{receipt:?} {receipt:#?} {outgoing:?} {:?}", place.transport.name());
        for canary in [CODE, PASSWORD, TOKEN] {
            assert!(!printed.contains(canary), "{}: {printed}", place.name);
        }
    }
    let server = SmtpServer::start(with_canaries(Plan::default()));
    let client = transport(&server, Tls::Implicit);
    super::ears::hides("debug", &format!("{client:?} {client:#?}"));
    let settings = super::scenario::settings(&server, Tls::Implicit);
    super::ears::hides("debug", &format!("{settings:?} {settings:#?}"));
}
