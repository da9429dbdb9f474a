//! Settings that are put right while the service runs.

use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::place::Place;
use crate::service::{Service, code};
use crate::smtp::{Plan, QQ, SmtpServer};

/// Waits until a mail is told like this.
#[track_caller]
pub fn until(service: &Service, id: &Json, is: impl Fn(&Json) -> bool) -> Json {
    let (path, deadline) = (
        format!("/v1/messages/{}", id.as_str().unwrap()),
        Instant::now() + Duration::from_secs(20),
    );
    loop {
        let mail = service.get(&path).is(200).json();
        if is(&mail) {
            return mail;
        }
        assert!(Instant::now() < deadline, "{mail}\n{}", service.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A service whose mails leave by this server, with the password of a file.
pub fn sending(server: &SmtpServer, place: Place, password: &str, args: &[&str]) -> Service {
    place.write("password", password);
    let variables = variables(server, &place);
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
    Service::with(place, args, &variables)
}

/// The same, started again with another password.
fn again(service: Service, server: &SmtpServer, password: &str) -> Service {
    service.place.write("password", password);
    let variables = variables(server, &service.place);
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
    service.again(&[], &variables)
}

pub fn variables(server: &SmtpServer, place: &Place) -> Vec<(&'static str, String)> {
    let file = place.path("password").to_string_lossy().into_owned();
    let mut variables = server.environment(server.tls_port());
    variables.retain(|(name, _)| *name != "SMTP_PASSWORD");
    variables.push(("EMAIL_PROVIDER", "smtp".into()));
    variables.push(("SMTP_PASSWORD_FILE", file));
    variables
}

/// A mail that waits, since the login was refused.
struct Refused {
    server: SmtpServer,
    right: String,
    service: Service,
    id: Json,
}

impl Refused {
    /// The answer of this provider puts a mail off for five minutes.
    fn login() -> Refused {
        let plan = Plan::of(&QQ);
        let right = plan.password.clone();
        let server = SmtpServer::start(plan);
        let service = sending(&server, Place::with_project(), "wrong", &[]);
        let id = service.post("/v1/messages", &code("a@x.test")).is(202).json()["id"].clone();
        until(&service, &id, |mail| mail["cause"] == "auth" && mail["state"] == "queued");
        Refused { server, right, service, id }
    }
}

#[test]
fn a_password_that_is_put_right_lets_mails_leave_that_waited_for_it() {
    let Refused { server, right, service, id } = Refused::login();
    service.place.write("password", right);
    service.signal("HUP");
    service.says("settings were read again");
    let mail = until(&service, &id, |mail| mail["state"] == "sent");
    assert_eq!(mail["attempt_count"], 2);
    assert_eq!(server.record().mails.len(), 1);
}

#[test]
fn so_does_a_restart_with_the_right_one() {
    let Refused { server, right, service, id } = Refused::login();
    let service = again(service, &server, &right);
    until(&service, &id, |mail| mail["state"] == "sent");
    assert_eq!(server.record().mails.len(), 1);
}

#[test]
fn a_signal_as_soon_as_the_address_is_known_is_heard() {
    let service = Service::open();
    service.signal("HUP");
    service.says("settings were read again");
}

#[test]
fn what_only_a_start_takes_is_told() {
    let service = Service::open();
    let names = ["HONGYAN_LISTEN", "HONGYAN_OUTBOX", "HONGYAN_OUTBOX_KEY"];
    let key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let values = ["127.0.0.1:1", "sqlite:other.db", key];
    let lines = names.iter().zip(values).map(|(name, value)| format!("{name}={value}\n"));
    service.place.write(".env", lines.collect::<String>());
    service.signal("HUP");
    service.says("settings were read again");
    let log = service.log();
    for name in names {
        assert!(log.contains(&format!("`{name}` has changed, and holds after a restart")), "{log}");
    }
    assert!(!log.contains(key), "{log}");
    service.post("/v1/messages", &code("a@x.test")).is(202);
    assert!(!service.place.path("other.db").exists());
}

#[test]
fn one_that_is_still_wrong_costs_one_more_try_and_no_loop() {
    let Refused { server: _server, service, id, .. } = Refused::login();
    service.signal("HUP");
    service.says("settings were read again");
    until(&service, &id, |mail| mail["attempt_count"] == 2 && mail["state"] == "queued");
    std::thread::sleep(Duration::from_millis(1_500));
    until(&service, &id, |mail| mail["attempt_count"] == 2 && mail["state"] == "queued");
}

#[test]
fn a_transport_that_takes_nothing_is_told_once_and_so_is_that_it_does_again() {
    let Refused { server: _server, right, service, id } = Refused::login();
    service.says("the transport rests, and is tried again at 2");
    service.post("/v1/messages", &code("b@x.test"));
    service.place.write("password", &right);
    service.signal("HUP");
    until(&service, &id, |mail| mail["state"] == "sent");
    service.says("the transport takes mails again");
    let log = service.log();
    let lines = |words| log.lines().filter(|line| line.contains(words)).collect::<Vec<_>>();
    let rests = lines("the transport rests");
    assert!(rests.len() == 1 && rests[0].contains("WARN"), "{log}");
    assert!(rests[0].contains("cause=\"auth\"") && rests[0].contains("; help: "), "{log}");
    assert_eq!(lines("takes mails again").len(), 1, "{log}");
    assert!(!log.contains(&right) && !log.contains("a@x.test"), "{log}");
}
