//! A planted code stands in nothing that is said.

use serde_json::json;

use crate::service::{JSON, Service};

const CANARY: &str = "CANARY77";

#[test]
fn neither_logs_nor_figures_nor_problems_nor_lists_hold_it() {
    let service = Service::with(crate::place::Place::with_project(), &[], &[("RUST_LOG", "trace")]);
    let body = |vars: serde_json::Value| {
        json!({"kind": "verification_code", "to": "canary@x.test", "vars": vars}).to_string()
    };
    let ask = |path: &str, body: &str| service.ask("POST", path, &[JSON], body);
    let sent = ask("/v1/messages?wait=10s", &body(json!({"code": CANARY}))).is(200);
    let mut said = vec![sent.text()];
    for (status, wrong) in [
        (422, body(json!({"code": "CANARY77-too-long-to-be-a-code"}))),
        (422, body(json!({"code": CANARY, "expires_in": CANARY}))),
        (422, body(json!({"code": [CANARY]}))),
        (400, format!("{{\"vars\": {{\"code\": \"{CANARY}\"}}")),
        (
            422,
            json!({"kind": "verification_code", "to": format!("{CANARY}@@x"), "vars": {}})
                .to_string(),
        ),
    ] {
        said.push(ask("/v1/messages", &wrong).is(status).text());
    }
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    let show = format!("/v1/messages/{id}");
    for path in ["/metrics", "/v1/messages", show.as_str(), "/v1/suppressions", "/openapi.json"] {
        said.push(service.get(path).is(200).text());
    }
    service.get(&format!("/v1/messages?kind={CANARY}")).is(200);
    service.get(&format!("/{CANARY}")).is(404);
    said.push(service.get("/metrics").text());
    for text in said {
        assert!(!text.contains(CANARY), "{text}");
    }
    let log = service.log();
    assert!(log.contains("request"), "{log}");
    assert!(!log.contains(CANARY) && !log.contains("canary@"), "{log}");
}
