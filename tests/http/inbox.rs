//! Caught mails, for tests that wait for one.

use serde_json::json;

use crate::place::Place;
use crate::service::{Service, code, entry};

#[test]
fn a_code_is_waited_for_and_the_inbox_emptied() {
    let service = Service::open();
    for now in ["0", "0s"] {
        let none = service.get(&format!("/v1/inbox/wait?timeout={now}"));
        assert_eq!(none.is(404).code(), "no_mail_yet");
    }
    let first = service.post("/v1/messages", &code("a@x.test")).is(202).json()["id"].clone();
    let caught = service.get("/v1/inbox/wait?to=A@x.test&kind=verification_code").is(200).json();
    assert_eq!(caught["id"], first);
    let behind = format!("/v1/inbox/wait?after={}&timeout=1s", first.as_str().unwrap());
    assert_eq!(service.get(&behind).is(404).code(), "no_mail_yet");
    assert_eq!(service.delete("/v1/inbox").is(200).json(), json!({"removed": 1}));
    assert_eq!(service.get("/v1/inbox/wait?timeout=never").is(400).code(), "parameter_invalid");
    // Who misspells what is waited for must not wait in vain.
    for (wrong, told) in [
        ("to=ada", "an address"),
        ("after=the-last", "the id of a mail"),
        ("kind=verificaton_code", "did you mean `verification_code`?"),
    ] {
        let answer = service.get(&format!("/v1/inbox/wait?{wrong}")).is(400).json();
        assert!(answer["detail"].as_str().unwrap().contains(told), "{answer}");
    }
}

#[test]
fn nothing_is_caught_in_production() {
    let tokens = entry("a", "s", "read+manage");
    let environment = [
        ("HONGYAN_ENV", "production"),
        ("HONGYAN_API_TOKENS", tokens.as_str()),
        ("HONGYAN_OUTBOX_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
        ("EMAILS_FROM_EMAIL", "no-reply@example.test"),
    ];
    let service = Service::with(Place::with_project(), &[], &environment);
    let who = [("Authorization", "Bearer a.s")];
    assert_eq!(
        service.ask("GET", "/v1/inbox/wait?timeout=1", &who, "").is(404).code(),
        "not_found"
    );
    assert_eq!(service.ask("DELETE", "/v1/inbox", &who, "").is(404).code(), "not_found");
}
