//! What keeps a service from starting is told at once, and leaves nothing behind.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::place::Place;
use crate::service::{Service, entry};

const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

#[test]
fn a_service_that_does_not_start_makes_no_outbox() {
    let running = Service::open();
    for (args, exit, wanted) in [
        (["serve", "--listen", running.address.as_str(), "--json"], 74, "port_in_use"),
        (["serve", "--listen", "0.0.0.0:0", "--json"], 3, "listen_open"),
        (["serve", "--listen", "nonsense", "--json"], 2, "usage"),
    ] {
        let place = Place::with_project().env("EMAIL_PROVIDER", "inbox");
        let ran = place.run(args).exits(exit);
        assert_eq!(ran.error_codes(), [wanted]);
        assert!(!place.path(".hongyan").exists(), "{wanted}: {:?}", place.list(".hongyan"));
    }
    let broken = Place::with_project().env("EMAIL_PROVIDER", "inbox");
    broken.edit("templates/notification/message.yaml", "category: notification", "category: x");
    broken.run(["serve", "--listen", "127.0.0.1:0", "--json"]).exits(1);
    assert!(!broken.path(".hongyan").exists());
}

#[test]
fn a_project_that_check_rejects_is_not_taken() {
    let place = Place::with_project().env("EMAIL_PROVIDER", "inbox");
    let file = "templates/verification_code/body.html.j2";
    place.write(file, place.read(file) + "{{ nope }}\n");
    place.run(["check"]).exits(1);
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["worker"]] {
        let screen = place.run(command.iter().copied()).exits(1).screen();
        assert!(screen.contains(&format!("{file}:18:4")), "{screen}");
        assert!(screen.contains("{{ nope }}") && screen.contains("^^^^"), "{screen}");
        assert!(!place.path(".hongyan").exists());
    }
}

#[test]
fn all_that_is_wrong_with_the_settings_is_told_at_once() {
    let place = Place::with_project()
        .env("HONGYAN_ENV", "production")
        .env("SMTP_SERVER", "localhost")
        .env("SMTP_PORT", "many")
        .env("HONGYAN_LISTEN", "nowhere")
        .env("HONGYAN_API_TOKENS", "a:b:c");
    let ran = place.run(["serve", "--json"]).exits(3);
    let told = ran.json()["errors"].to_string();
    for name in ["SMTP_PORT", "HONGYAN_LISTEN", "HONGYAN_API_TOKENS", "HONGYAN_OUTBOX_KEY"] {
        assert!(told.contains(name), "{name} in {told}");
    }
    assert!(!place.path(".hongyan").exists());
    // A key that is there and no key is told once, as that.
    let place = place.env("HONGYAN_OUTBOX_KEY", "short");
    let told = place.run(["serve", "--json"]).exits(3).json()["errors"].to_string();
    assert_eq!(told.matches("HONGYAN_OUTBOX_KEY").count(), 1, "{told}");
}

#[test]
fn lines_of_the_log_have_their_time_unless_a_journal_adds_it() {
    let time = regex::Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z +INFO ").unwrap();
    let asked = |service: &Service| {
        service.get("/readyz").is(200);
        service.says("request");
        service.log().lines().find(|line| line.contains("request")).unwrap().to_owned()
    };
    let line = asked(&Service::open());
    assert!(time.is_match(&line), "{line}");
    let place = Place::with_project();
    place.write("log", "");
    let log = fs::metadata(place.path("log")).unwrap();
    let stream = format!("{}:{}", log.dev(), log.ino());
    let line = asked(&Service::with(place, &[], &[("JOURNAL_STREAM", &stream)]));
    assert!(line.trim_start().starts_with("INFO"), "{line}");
}

#[test]
fn the_log_names_the_token_of_a_request_that_is_refused() {
    let tokens = entry("shop", "s", "send");
    let variables = [("HONGYAN_API_TOKENS", tokens.as_str()), ("HONGYAN_OUTBOX_KEY", KEY)];
    let service = Service::with(Place::with_project(), &["--no-worker"], &variables);
    let ask =
        |bearer: &str| service.ask("GET", "/v1/messages", &[("Authorization", bearer)], "").status;
    assert_eq!((ask("Bearer shop.s"), ask("Bearer shop.x")), (403, 401));
    service.get("/healthz").is(200);
    service.says("status=200");
    let log = service.log();
    let line = |status: &str| log.lines().find(|line| line.contains(status)).unwrap().to_owned();
    assert!(line("status=403").contains("token=shop"), "{log}");
    assert!(line("status=401").contains("token=-"), "{log}");
    assert!(line("status=200").contains("token=none"), "{log}");
}
