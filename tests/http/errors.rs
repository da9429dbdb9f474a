//! Every problem that is declared, as a document in the caller's language.

use serde_json::{Value as Json, json};

use crate::service::{JSON, Service, code};
use crate::wire::{Answer, exchange};

fn problem(answer: Answer, status: u16, code: &str) -> Json {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let document = answer.json();
    assert_eq!(document["status"], status, "{document}");
    assert_eq!(document["code"], code, "{document}");
    assert_eq!(document["type"], "about:blank");
    assert!(document["title"].is_string());
    document
}

#[test]
fn what_cannot_be_read() {
    let service = Service::without_worker();
    let post =
        |headers: &[(&str, &str)], body: &str| service.ask("POST", "/v1/messages", headers, body);
    for body in ["[]", "7", "{\"a\":1,\"a\":2}"] {
        problem(post(&[JSON], body), 422, "request_malformed");
    }
    for body in ["", "hello", "{}{}", "\u{feff}{}", "{\"a\":\"\\ud800\"}"] {
        problem(post(&[JSON], body), 400, "request_malformed");
    }
    let deep = format!("{{\"vars\":{}{}}}", "[".repeat(40), "]".repeat(40));
    problem(post(&[JSON], &deep), 400, "request_malformed");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"]
    {
        problem(post(&[("Content-Type", kind)], "{}"), 415, "media_type_unsupported");
    }
    let unsaid = problem(post(&[], "{}"), 415, "media_type_unsupported");
    assert!(unsaid["detail"].as_str().unwrap().contains("`Content-Type: application/json`"));
    let packed = [JSON, ("Content-Encoding", "gzip")];
    problem(post(&packed, "{}"), 415, "media_type_unsupported");
    let charset = [("Content-Type", "application/json; charset=UTF-8")];
    post(&charset, &code("c@x.test").to_string()).is(202);
    problem(service.get("/v1/messages?limit=0"), 400, "parameter_invalid");
    let unknown = problem(service.get("/v1/messages?limt=1"), 400, "parameter_invalid");
    assert!(unknown["detail"].as_str().unwrap().contains("`limit`"), "{unknown}");
    problem(service.get("/v1/messages?state=nope"), 400, "parameter_invalid");
    problem(service.post("/v1/messages?wait=soon", &code("w@x.test")), 400, "parameter_invalid");
}

#[test]
fn what_is_wrong_is_told_all_at_once_with_its_place() {
    let service = Service::without_worker();
    let body = json!({
        "kind": "verification_code",
        "to": [{"email": "no", "nam": "x"}, 7],
        "vars": {"code": "483920"},
        "subjet": "x",
        "attachments": [{"filename": "a.txt", "content": "%"}],
        "headers": {"Bcc": "e@x.test"},
        "send_at": "tomorrow",
        "time_zone": "Mars/Olympus",
    });
    let told = problem(service.post("/v1/messages", &body), 422, "field_unknown");
    let pointers: Vec<&str> = told["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["pointer"].as_str().unwrap())
        .collect();
    for place in [
        "/to/0/email",
        "/to/0/nam",
        "/to/1",
        "/subjet",
        "/attachments/0",
        "/headers/Bcc",
        "/send_at",
        "/time_zone",
    ] {
        assert!(pointers.contains(&place), "{place} in {told}");
    }
    assert!(!pointers.iter().any(|place| place.starts_with("/attachments/0/")), "{told}");
    let vars =
        json!({"kind": "verification_code", "to": "a@x.test", "vars": {"cod": "1", "code": 42}});
    let told = problem(service.post("/v1/messages", &vars), 422, "var_unknown");
    assert_eq!(told["errors"][0]["pointer"], "/vars/cod");
    assert!(told["errors"][0]["hint"].as_str().unwrap().contains("`code`"));
    let nothing = problem(service.post("/v1/messages", &json!({})), 422, "field_missing");
    assert_eq!(nothing["errors"].as_array().unwrap().len(), 2);
    assert_eq!(service.messages(), 0);
}

/// The body that is wrong in every way, and where.
fn all_wrong() -> (Json, [&'static str; 7]) {
    let body = json!({
        "kind": "verification_code",
        "locale": "!!",
        "to": "nobody",
        "cc": "c@x.test",
        "vars": {"cod": "1", "code": [42]},
        "subjet": "x",
        "send_at": "2020-01-01T00:00:00Z",
    });
    (body, ["/to", "/subjet", "/locale", "/vars/cod", "/vars/code", "/cc", "/send_at"])
}

#[track_caller]
fn tells(told: &Json, places: &[&str]) {
    let errors = told["errors"].as_array().unwrap();
    let mut found: Vec<&str> = errors.iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    let mut wanted = places.to_vec();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{told}");
}

#[test]
fn variables_are_told_of_with_the_other_fields() {
    let service = Service::without_worker();
    let (body, places) = all_wrong();
    tells(&problem(service.post("/v1/messages", &body), 422, "address_invalid"), &places);
    let batch =
        json!({"messages": [code("a@x.test"), body, {"kind": "nope", "to": "x", "vars": {}}]});
    let answer = service.post("/v1/messages/batch", &batch).is(200).json();
    tells(&answer["items"][1]["problem"], &places);
    tells(&answer["items"][2]["problem"], &["/to", "/kind"]);
    let mut typed = body;
    typed.as_object_mut().unwrap().remove("kind");
    let typed = service.post("/v1/kinds/verification_code/messages", &typed);
    tells(&problem(typed, 422, "address_invalid"), &places);
    // Without a fault of a field the variables and the time are still told together.
    let late = json!({"kind": "verification_code", "to": "a@x.test", "vars": {"code": [42]},
        "send_at": "2020-01-01T00:00:00Z"});
    let told = problem(service.post("/v1/messages", &late), 422, "var_wrong_type");
    tells(&told, &["/vars/code", "/send_at"]);
    assert_eq!(service.messages(), 1);
}

#[test]
fn problems_speak_the_callers_language() {
    let service = Service::open();
    let title = |language: &str| {
        let headers = [("Accept-Language", language)];
        service.ask("GET", "/v1/nothing", &headers, "").is(404).json()["title"].clone()
    };
    assert_eq!(title("zh-CN,zh;q=0.9"), "此地址下没有内容");
    assert_eq!(title("fr,en;q=0.5"), "there is nothing under this address");
}

#[test]
fn addresses_and_methods() {
    let service = Service::open();
    problem(service.get("/"), 404, "not_found");
    problem(service.get("/v1/kinds/nope"), 404, "kind_unknown");
    problem(service.get("/v1/messages/nope"), 404, "mail_not_found");
    problem(service.get("/v1/kinds/%ff"), 404, "not_found");
    let put = service.ask("PUT", "/v1/messages", &[], "");
    let allow: Vec<String> = put.header("allow").split(',').map(|m| m.trim().to_owned()).collect();
    assert!(allow.contains(&"GET".to_owned()) && allow.contains(&"POST".to_owned()), "{allow:?}");
    problem(put, 405, "method_not_allowed");
    problem(service.ask("TRACE", "/v1/messages", &[], ""), 405, "method_not_allowed");
    service.get("/v1/kinds").is(200);
    problem(service.ask("POST", "/v1/render", &[JSON], "{}"), 422, "field_missing");
}

#[test]
fn what_is_too_large() {
    let service = Service::without_worker();
    let body = format!("{{\"kind\":\"{}\"}}", "x".repeat(2_000_000));
    problem(service.ask("POST", "/v1/messages", &[JSON], &body), 413, "request_too_large");
    let huge = [JSON, ("Content-Length", "999999999")];
    problem(service.ask("POST", "/v1/messages", &huge, "{"), 413, "request_too_large");
    // Attachments may be larger than the rest.
    let content = "QUFB".repeat(500_000);
    let attached = json!({
        "kind": "notification",
        "to": "a@x.test",
        "vars": {"title": "T", "summary": "S", "unsubscribe_url": "https://example.com/u"},
        "attachments": [{"filename": "a.txt", "content": content}],
    });
    service.post("/v1/messages", &attached).is(202);
    let head = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    let status = exchange(&service.address, head.as_bytes()).map(|answer| answer.status);
    assert!(matches!(status, Some(414 | 431)), "{status:?}");
}

#[test]
fn too_many_mails_are_told_when_to_come_again() {
    let service = Service::of_fixture(&[], &[]);
    let body = json!({"kind": "verify", "to": "a@x.test", "vars": {"code": "123456"}});
    for _ in 0..3 {
        service.post("/v1/messages", &body).is(202);
    }
    let answer = service.post("/v1/messages", &body);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    let told = problem(answer, 429, "limit_reached");
    assert_eq!(told["retry_after"], wait);
    let hint = told["errors"][0]["hint"].as_str().unwrap();
    assert_eq!(hint, format!("there is room again in {wait} s"));
    assert!(wait > 0 && wait <= 3_600);
    for language in ["en", "zh"] {
        assert!(!told["message"][language].as_str().unwrap().is_empty());
    }
}
