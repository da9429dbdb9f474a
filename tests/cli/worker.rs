use std::io::{BufRead, BufReader};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::seeded::{CANARY, accept, code, id, place, with};

/// An outbox with a mail for the inbox.
fn waiting() -> Place {
    let place = place().env("EMAIL_PROVIDER", "inbox");
    with(&place, async |outbox| {
        let now = outbox.clock().now();
        let mut mail = code(outbox, 1, "ada@example.com", now);
        mail.route = vec!["inbox".into()];
        accept(outbox, mail, now).await;
    });
    place
}

fn signal(child: &std::process::Child, name: &str) {
    let told = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(told.success());
}

/// Until a mail is in this state; a worker that died before is no reason to wait.
fn reaches(place: &Place, state: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let json = place.run(["outbox", "show", &id(1), "--json"]).exits(0).json();
        if json["state"] == state {
            return;
        }
        assert!(Instant::now() < deadline, "{json}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_delivers_what_waits_and_ends_when_told() {
    let place = waiting();
    let mut worker = place.spawn(&["worker"]);
    reaches(&place, "sent");
    assert_eq!(place.list(".hongyan/inbox").len(), 2);
    let shown = place.run(["outbox", "show", &id(1)]).exits(0).text();
    let lies = format!("caught: it lies in the folder of its transport as `{}.eml`", id(1));
    assert!(shown.contains(&lies) && !shown.contains("provider"), "{shown}");
    let mut lines = BufReader::new(worker.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut log = String::new();
    signal(&worker, "-HUP");
    for line in lines.by_ref() {
        log.push_str(&line);
        if line.contains("were read again") {
            break;
        }
    }
    signal(&worker, "-TERM");
    log.extend(lines);
    assert_eq!(worker.wait().unwrap().code(), Some(0), "{log}");
    assert!(log.contains("were read again") && log.contains("finishing"), "{log}");
    assert!(!log.contains(CANARY) && !log.contains("ada@"), "{log}");
}

#[test]
fn with_nothing_said_of_mail_it_does_not_start() {
    let place = Place::with_project();
    let codes = place.run(["worker", "--json"]).exits(3).error_codes();
    assert_eq!(codes, ["config_missing"]);
}
