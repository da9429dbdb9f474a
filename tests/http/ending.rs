//! What a service does when it is told to end.

use std::thread;
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::renewal::{sending, until};
use crate::service::{JSON, Service, code};
use crate::smtp::{Fault, Plan, SmtpServer, Stage};
use crate::wire::{Answer, exchange};

/// Asks in a thread of its own, and begins to end once the request is there.
fn ended_while(service: &mut Service, request: Vec<u8>) -> (Answer, Duration) {
    let address = service.address.clone();
    let asking = thread::spawn(move || exchange(&address, &request).expect("an answer"));
    thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    service.signal("TERM");
    let answer = asking.join().unwrap();
    let waited = begun.elapsed();
    assert_eq!(service.ends(Duration::from_secs(20)).code(), Some(0), "{}", service.log());
    (answer, waited)
}

#[test]
fn nobody_waits_for_a_mail_any_more() {
    let mut service = Service::without_worker();
    let body = code("a@x.test").to_string();
    let request = service.request("POST", "/v1/messages?wait=60s", &[JSON], body.as_bytes());
    let (answer, waited) = ended_while(&mut service, request);
    assert_eq!(answer.is(202).json()["state"], "queued");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
}

#[test]
fn who_waited_hears_what_is_known_at_the_end() {
    let plan = Plan::default();
    let password = plan.password.clone();
    let slow = Fault::at(Stage::Eod).delay(Duration::from_secs(5));
    let server = SmtpServer::start(plan.with(slow));
    let mut service = sending(&server, Place::with_project(), &password, &[]);
    let body = code("a@x.test").to_string();
    let request = service.request("POST", "/v1/messages?wait=60s", &[JSON], body.as_bytes());
    let address = service.address.clone();
    let asking = thread::spawn(move || exchange(&address, &request).expect("an answer"));
    let deadline = Instant::now() + Duration::from_secs(20);
    let state = || {
        let list = service.get("/v1/messages").is(200).json();
        list["items"][0]["state"].clone()
    };
    while state() != "handing_over" {
        assert!(Instant::now() < deadline, "{}", service.log());
        thread::sleep(Duration::from_millis(20));
    }
    service.signal("TERM");
    assert_eq!(asking.join().unwrap().is(202).json()["state"], "handing_over");
    assert_eq!(service.ends(Duration::from_secs(20)).code(), Some(0), "{}", service.log());
}

#[test]
fn nobody_waits_for_a_caught_mail_any_more() {
    let mut service = Service::open();
    let request = service.request("GET", "/v1/inbox/wait?timeout=60s", &[], b"");
    let (answer, waited) = ended_while(&mut service, request);
    assert_eq!(answer.is(404).code(), "no_mail_yet");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
}

/// A service with a mail under way to a server that takes its time.
fn busy(pause: Duration) -> (SmtpServer, Service) {
    let plan = Plan::default();
    let password = plan.password.clone();
    let server = SmtpServer::start(plan.with(Fault::at(Stage::Rcpt).delay(pause)));
    let service = sending(&server, Place::with_project(), &password, &[]);
    let id = service.post("/v1/messages", &code("a@x.test")).is(202).json()["id"].clone();
    until(&service, &id, |mail| mail["state"] == "leased");
    let deadline = Instant::now() + Duration::from_secs(10);
    while server.record().logins == 0 {
        assert!(Instant::now() < deadline, "{}", service.log());
        thread::sleep(Duration::from_millis(20));
    }
    (server, service)
}

#[test]
fn what_is_under_way_is_finished_and_nothing_new_is_taken() {
    let (server, mut service) = busy(Duration::from_secs(3));
    service.get("/readyz").is(200);
    service.signal("TERM");
    service.says("what was begun is finished");
    let ready = service.get("/readyz").is(503);
    assert_eq!((ready.code(), ready.header("retry-after")), ("shutting_down".into(), "5"));
    let refused = service.post("/v1/messages", &code("b@x.test")).is(503);
    assert_eq!((refused.code(), refused.header("retry-after")), ("shutting_down".into(), "1"));
    service.get("/healthz").is(200);
    assert_eq!(service.get("/v1/messages").is(200).json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(service.ends(Duration::from_secs(20)).code(), Some(0), "{}", service.log());
    assert_eq!(server.record().mails.len(), 1);
}

#[test]
fn balancers_hear_of_the_end_while_everything_goes_on() {
    let place = Place::with_project();
    let mut service = Service::with(place, &["--drain-delay", "4s"], &[]);
    service.signal("TERM");
    service.says("ending soon");
    let ready = service.get("/readyz").is(503);
    assert_eq!(ready.code(), "shutting_down");
    let mail = service.post("/v1/messages?wait=3s", &code("a@x.test")).is(200).json();
    assert_eq!(mail["state"], "caught");
    assert_eq!(service.ends(Duration::from_secs(20)).code(), Some(0), "{}", service.log());
}

#[test]
fn told_twice_before_that_it_ends_at_once() {
    let place = Place::with_project();
    let mut service = Service::with(place, &["--drain-delay", "60s"], &[]);
    service.signal("TERM");
    service.says("ending soon");
    service.signal("TERM");
    assert_eq!(service.ends(Duration::from_secs(5)).code(), Some(75), "{}", service.log());
}

#[test]
fn told_twice_it_ends_at_once() {
    for (first, second) in [("TERM", "TERM"), ("TERM", "INT"), ("INT", "TERM")] {
        let (_server, mut service) = busy(Duration::from_secs(60));
        service.signal(first);
        service.says("what was begun is finished");
        service.signal("HUP");
        thread::sleep(Duration::from_millis(300));
        service.get("/healthz").is(200);
        service.signal(second);
        assert_eq!(service.ends(Duration::from_secs(3)).code(), Some(75), "{}", service.log());
        assert!(service.log().contains("ended in the midst of it"), "{}", service.log());
    }
}
