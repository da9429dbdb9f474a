//! A request that is repeated is taken once.

use std::thread;

use serde_json::json;

use crate::place::Place;
use crate::service::{JSON, Service, code, entry};

#[test]
fn the_first_answer_comes_again() {
    let service = Service::without_worker();
    let (a, b) = (code("a@x.test").to_string(), code("b@x.test").to_string());
    let ask = |key: &str, body: &str| {
        service.ask("POST", "/v1/messages", &[JSON, ("Idempotency-Key", key)], body)
    };
    let first = ask("k1", &a).is(202);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = ask("k1", &a).is(202);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert_eq!(ask("k1", &b).is(409).code(), "idempotency_key_reused");
    assert_ne!(ask("k2", &b).is(202).json()["id"], first.json()["id"]);
    assert_eq!(service.messages(), 2);
    for key in ["", "a b", &"k".repeat(257), "é", "a\u{1}b"] {
        let answer = ask(key, &a);
        assert_eq!(answer.status, 400, "{key:?} {}", answer.text());
    }
    ask(&"k".repeat(256), &code("c@x.test").to_string()).is(202);
}

#[test]
fn a_refused_request_does_not_burn_its_key() {
    let service = Service::without_worker();
    let ask = |body: &serde_json::Value| {
        let headers = [JSON, ("Idempotency-Key", "k")];
        service.ask("POST", "/v1/messages", &headers, &body.to_string())
    };
    ask(&json!({"kind": "verification_code", "to": "a@x.test", "vars": {}})).is(422);
    ask(&code("a@x.test")).is(202);
}

#[test]
fn of_many_at_once_one_is_taken() {
    let service = Service::without_worker();
    let body = code("a@x.test").to_string();
    let ids: Vec<_> = thread::scope(|scope| {
        let ask = || {
            let headers = [JSON, ("Idempotency-Key", "k")];
            service.ask("POST", "/v1/messages", &headers, &body).is(202).json()["id"].clone()
        };
        let asking: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(service.messages(), 1);
}

#[test]
fn keys_are_the_tokens_own() {
    let tokens = [entry("a", "s", "send+read"), entry("b", "s", "send+read")].join(",");
    let place = Place::with_project();
    let service = Service::with(place, &["--no-worker"], &[("HONGYAN_API_TOKENS", &tokens)]);
    let ask = |who: &str, to: &str| {
        let who = format!("Bearer {who}");
        let headers = [JSON, ("Idempotency-Key", "k"), ("Authorization", who.as_str())];
        service.ask("POST", "/v1/messages", &headers, &code(to).to_string()).is(202).json()
    };
    assert_ne!(ask("a.s", "a@x.test")["id"], ask("b.s", "b@x.test")["id"]);
}

#[test]
fn an_answer_that_was_lost_is_had_again() {
    let service = Service::without_worker();
    let body = code("a@x.test").to_string();
    let headers = [JSON, ("Idempotency-Key", "k")];
    let first = service.ask("POST", "/v1/messages", &headers, &body).is(202).json();
    let service = service.again(&["--no-worker"], &[]);
    let again = service.ask("POST", "/v1/messages", &headers, &body).is(202).json();
    assert_eq!(first["id"], again["id"]);
    assert_eq!(service.messages(), 1);
}
