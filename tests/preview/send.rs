use serde_json::json;

use crate::place::Place;
use crate::studio::{Studio, told};

const ALLOWED: &str = "preview: { send_to: [qa@example.com, \"@team.example\"] }\n";

fn studio(environment: &[(&str, &str)]) -> Studio {
    let place = Place::with_project();
    let project = place.read("hongyan.yaml");
    place.write("hongyan.yaml", format!("{project}{ALLOWED}"));
    Studio::with(place, &[], environment)
}

#[test]
fn tests_go_to_those_whom_the_project_names() {
    let mut studio = studio(&[("EMAIL_PROVIDER", "inbox")]);
    assert_eq!(told(&studio.get("/").text())["send"], true);
    let mail = |to: &str| json!({"kind": "verification_code", "locale": "en", "vars": {"code": "0042"}, "to": to});
    for to in ["qa@example.com", "Any One <any@team.example>"] {
        let receipt = studio.post("/api/send", &mail(to)).is(200).json();
        assert_eq!(receipt["state"], "caught");
    }
    for to in ["qb@example.com", "x@mail.team.example", "qa@example.com.evil.test"] {
        assert_eq!(studio.post("/api/send", &mail(to)).is(403).code(), "send_to_refused");
    }
    assert_eq!(studio.post("/api/send", &mail("nonsense")).is(422).code(), "address_invalid");
    let found = studio.get("/v1/inbox/wait?to=qa@example.com").is(200).json();
    assert_eq!(found["codes"][0]["value"], "0042");
    // What is wrong is told before anything leaves.
    let wrong =
        json!({"kind": "verification_code", "locale": "en", "vars": {}, "to": "qa@example.com"});
    assert_eq!(
        studio.post("/api/send", &wrong).is(422).json()["faults"][0]["pointer"],
        "/vars/code"
    );
    assert_eq!(studio.place.list(".hongyan/inbox").len(), 4);
}

#[test]
fn only_configured_transports_are_used() {
    let mut studio = studio(&[("EMAIL_PROVIDER", "inbox")]);
    let list = studio.get("/api/transports").is(200).json();
    assert_eq!(list, json!([{"name": "inbox", "provider": "inbox"}]));
    for via in ["smtp://evil.test:25", "file:/tmp", "inbox:/tmp", "qq"] {
        let body = json!({"kind": "verification_code", "locale": "en", "sample": "typical", "to": "qa@example.com", "via": via});
        assert_eq!(studio.post("/api/send", &body).is(422).code(), "via_invalid", "{via}");
    }
}

#[test]
fn a_failure_is_told_with_its_receipt() {
    // Nothing listens on port 1.
    let mut studio = studio(&[
        ("SMTP_SERVER", "127.0.0.1"),
        ("SMTP_PORT", "1"),
        ("SMTP_TLS", "false"),
        ("EMAILS_FROM_EMAIL", "me@example.com"),
    ]);
    let body = json!({"kind": "verification_code", "locale": "en", "sample": "typical", "to": "qa@example.com"});
    let told = studio.post("/api/send", &body).is(503).json();
    assert_eq!(told["faults"][0]["code"], "send_network");
    assert_eq!(told["receipt"]["state"], "failed");
    assert!(!told["receipt"]["to"].as_str().unwrap().contains("qa@"));
}

#[test]
fn nobody_may_be_sent_anything_unless_said() {
    let mut studio = Studio::with(Place::with_project(), &[], &[("EMAIL_PROVIDER", "inbox")]);
    assert_eq!(told(&studio.get("/").text())["send"], false);
    let body = json!({"kind": "verification_code", "locale": "en", "sample": "typical", "to": "qa@example.com"});
    assert_eq!(studio.post("/api/send", &body).is(403).code(), "send_to_refused");
}
