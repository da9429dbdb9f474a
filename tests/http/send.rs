//! Mails are asked for.

use serde_json::{Value as Json, json};

use crate::place::{Place, keys};
use crate::service::{JSON, Service, code};

#[test]
fn one_mail_is_accepted_and_leaves() {
    let service = Service::open();
    let answer = service.post("/v1/messages", &code("a@x.test")).is(202);
    let mail = answer.json();
    assert_eq!(keys(&mail), ["id", "state", "locale", "expires_at", "replaced", "adapted"]);
    assert_eq!((&mail["state"], &mail["locale"]), (&json!("queued"), &json!("en")));
    let place = format!("/v1/messages/{}", mail["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), place);
    let caught = service.get("/v1/inbox/wait?to=a@x.test&timeout=10s").is(200).json();
    assert_eq!(caught["codes"], json!([{"variable": "code", "value": "483920"}]));
    assert_eq!(caught["id"], mail["id"]);
}

#[test]
fn a_wait_gives_the_receipt() {
    let service = Service::open();
    let receipt = service.post("/v1/messages?wait=10s", &code("a@x.test")).is(200).json();
    let wanted = [
        "id",
        "message_id",
        "kind",
        "locale",
        "to",
        "state",
        "transport",
        "reply",
        "provider_id",
        "adapted",
        "path",
        "timings_ms",
        "error",
    ];
    assert_eq!(keys(&receipt), wanted);
    assert_eq!(receipt["to"], "a***@x.test");
    assert!(receipt["error"].is_null());
    let file = format!(".hongyan/inbox/{}.eml", receipt["id"].as_str().unwrap());
    let place = service.place.path(&file).to_string_lossy().into_owned();
    assert_eq!((&receipt["state"], &receipt["path"]), (&json!("caught"), &json!(place)));
    assert!(service.place.path(&file).exists());
    let queued = Service::without_worker();
    for patience in ["1", "0", "0s", ""] {
        queued.post(&format!("/v1/messages?wait={patience}"), &code("a@x.test")).is(202);
    }
}

#[test]
fn a_mail_that_is_written_to_a_folder_is_told_as_caught_with_its_place() {
    let place = Place::with_project();
    let service = Service::with(place, &[], &[("EMAIL_PROVIDER", "file")]);
    let receipt = service.post("/v1/messages?wait=10s", &code("a@x.test")).is(200).json();
    let file = format!(".hongyan/outgoing/{}.eml", receipt["id"].as_str().unwrap());
    let place = service.place.path(&file).to_string_lossy().into_owned();
    assert_eq!((&receipt["state"], &receipt["path"]), (&json!("caught"), &json!(place)));
}

#[test]
fn every_form_of_recipient_is_taken() {
    let service = Service::without_worker();
    let mut body = code("");
    body["to"] = json!({"email": "b@x.test", "name": "王伟"});
    service.post("/v1/messages", &body).is(202);
    body["to"] = json!(["c@x.test", {"email": "d@x.test"}]);
    let list = service.post("/v1/messages", &body).is(202).json();
    assert_eq!(keys(&list), ["messages"]);
    assert_eq!(list["messages"].as_array().unwrap().len(), 2);
    assert_eq!(service.messages(), 3);
    // A name goes in an object: a string is a bare address.
    let named = service.post("/v1/messages", &code("Ada <a@x.test>")).is(422).json();
    assert_eq!(named["errors"][0]["pointer"], "/to");
    assert_eq!(service.messages(), 3);
}

#[test]
fn typed_requests_are_the_same() {
    let service = Service::without_worker();
    let body = json!({"to": "a@x.test", "locale": "zh-CN", "vars": {"code": "483920"}});
    let mail = service.post("/v1/kinds/verification_code/messages", &body).is(202).json();
    assert_eq!(mail["locale"], "zh-CN");
    let unknown = service.post("/v1/kinds/verificaton_code/messages", &body).is(404);
    let detail = unknown.json()["detail"].as_str().unwrap().to_owned();
    assert_eq!(unknown.code(), "kind_unknown");
    assert!(detail.contains("did you mean `verification_code`?"), "{detail}");
    let twice = service.post("/v1/kinds/verification_code/messages", &code("a@x.test")).is(422);
    assert_eq!(twice.json()["errors"][0]["pointer"], "/kind");
}

#[test]
fn everything_that_may_be_asked_for_arrives() {
    let service = Service::open();
    let body = json!({
        "kind": "notification",
        "locale": "en-GB,en;q=0.9",
        "to": {"email": "a@x.test", "name": "Ada"},
        "cc": ["c@x.test"],
        "bcc": "b@x.test",
        "reply_to": {"email": "r@x.test", "name": "Desk"},
        "vars": {
            "title": "Report ready",
            "summary": "Your report can be read online.",
            "unsubscribe_url": "https://example.com/u",
        },
        "attachments": [{"filename": "a.txt", "content": "aGVsbG8="}],
        "headers": {"X-Ticket": "42"},
        "time_zone": "America/New_York",
    });
    let receipt = service.post("/v1/messages?wait=10s", &body).is(200).json();
    let id = receipt["id"].as_str().unwrap();
    let mail = service.place.read(&format!(".hongyan/inbox/{id}.eml"));
    for part in ["X-Ticket: 42", "Reply-To: Desk <r@x.test>", "filename=\"a.txt\"", "aGVsbG8="] {
        assert!(mail.contains(part), "{part}\n{mail}");
    }
    assert!(!mail.contains("b@x.test"), "a blind copy is not named");
}

#[test]
fn a_mail_may_leave_later() {
    let service = Service::open();
    let mut body = code("a@x.test");
    body["send_at"] = json!("2099-01-01T00:00:00+08:00");
    let answer = service.post("/v1/messages", &body);
    // A code does not live that long.
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_eq!(answer.json()["errors"][0]["pointer"], "/send_at");
    body["send_at"] = json!("2026-01-01T00:00:00");
    let answer = service.post("/v1/messages", &body).is(422).json();
    assert_eq!(answer["errors"][0]["pointer"], "/send_at");
}

#[test]
fn the_trace_of_a_request_is_found_wherever_its_mail_is_told() {
    let service = Service::open();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let later = format!("cc-{trace}-b7ad6b7169203331-01-what-will-come");
    let headers = [JSON, ("traceparent", later.as_str())];
    let body = code("t@x.test").to_string();
    let sent = service.ask("POST", "/v1/messages?wait=20s", &headers, &body).is(200).json();
    let id = sent["id"].as_str().unwrap();
    let mail = service.get(&format!("/v1/messages/{id}")).is(200).json();
    assert_eq!(mail["trace_id"], trace);
    service.says("Email caught");
    let log = service.log();
    let line = log.lines().find(|line| line.contains("Email caught")).unwrap();
    assert!(line.contains(&format!("trace_id={trace}")), "{line}");
    let shown = service.place.run(["outbox", "show", id]).exits(0).text();
    assert!(shown.contains(&format!("  trace id    {trace}\n")), "{shown}");
    let untold = service.post("/v1/messages?wait=20s", &code("u@x.test")).is(200).json();
    let mail = service.get(&format!("/v1/messages/{}", untold["id"].as_str().unwrap()));
    assert_eq!(mail.is(200).json()["trace_id"], Json::Null);
}

#[test]
fn the_trace_of_a_request_does_no_harm() {
    let service = Service::without_worker();
    let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for trace in [good, "nonsense", ""] {
        let headers = [JSON, ("traceparent", trace)];
        service.ask("POST", "/v1/messages", &headers, &code("t@x.test").to_string()).is(202);
    }
}
