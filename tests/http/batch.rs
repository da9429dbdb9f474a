//! Many requests in one.

use serde_json::json;

use crate::service::{JSON, Service, code};

#[test]
fn each_is_answered_by_itself_in_order() {
    let service = Service::without_worker();
    let mut list = code("b@x.test");
    list["to"] = json!(["b@x.test", "c@x.test"]);
    let body = json!({"messages": [
        code("a@x.test"),
        {"kind": "nope", "to": "a@x.test", "vars": {}},
        7,
        list,
    ]});
    let answer = service.post("/v1/messages/batch", &body).is(200).json();
    let items = answer["items"].as_array().unwrap();
    let statuses: Vec<_> = items.iter().map(|item| item["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [202, 422, 422, 202]);
    assert_eq!(items[0]["message"]["state"], "queued");
    assert_eq!(items[1]["problem"]["code"], "kind_unknown");
    assert_eq!(items[3]["messages"].as_array().unwrap().len(), 2);
    assert_eq!(service.messages(), 3);
    for wrong in [
        json!({}),
        json!({"messages": []}),
        json!({"messages": {}}),
        json!({"messages": [], "x": 1}),
    ] {
        service.post("/v1/messages/batch", &wrong).is(422);
    }
    let unknown = service.post("/v1/messages/batch", &json!({"x": 1})).is(422).json();
    assert_eq!(unknown["errors"][0]["code"], "field_missing");
    assert_eq!(unknown["errors"][1]["hint"], "fields: `messages`");
}

#[test]
fn a_repeated_batch_is_taken_once() {
    let service = Service::without_worker();
    let body = json!({"messages": [code("a@x.test"), code("b@x.test")]}).to_string();
    let ask = |body: &str| {
        let headers = [JSON, ("Idempotency-Key", "k")];
        service.ask("POST", "/v1/messages/batch", &headers, body).is(200).json()
    };
    let (first, again) = (ask(&body), ask(&body));
    for at in [0, 1] {
        assert_eq!(first["items"][at]["message"]["id"], again["items"][at]["message"]["id"]);
    }
    let other = ask(&json!({"messages": [code("a@x.test"), code("c@x.test")]}).to_string());
    let statuses = [0, 1].map(|at| other["items"][at]["status"].as_u64().unwrap());
    assert_eq!(statuses, [202, 409], "{other}");
    assert_eq!(service.messages(), 2);
}

#[test]
fn what_is_too_much_at_once_is_refused_before_anything_is_taken() {
    let service = Service::without_worker();
    let people = |count: usize| (0..count).map(|to| format!("u{to}@x.test")).collect::<Vec<_>>();
    let notice = |to: Vec<String>, bytes: usize| {
        let vars = json!({"title": "T", "summary": "s", "unsubscribe_url": "https://x.test/u"});
        let content = "AAAA".repeat(bytes / 3);
        let file = json!({"filename": "a.pdf", "content": content});
        json!({"kind": "notification", "to": to, "vars": vars, "attachments": [file]})
    };
    let problem = |path: &str, body: serde_json::Value| {
        let told = service.post(path, &body).is(422).json()["errors"][0].clone();
        assert!(told["hint"].is_string(), "{told}");
        (told["code"].clone(), told["pointer"].clone())
    };
    let large = ("attachments_too_large".into(), "/attachments".into());
    assert_eq!(problem("/v1/messages", notice(people(69), 1_000_000)), large);
    let half = || notice(people(35), 1_000_000);
    let large = ("attachments_too_large".into(), "/messages".into());
    assert_eq!(problem("/v1/messages/batch", json!({"messages": [half(), half()]})), large);
    let mut many = code("a@x.test");
    many["to"] = json!(people(100));
    let many = json!({"messages": vec![many; 11]});
    let refused = ("field_invalid".into(), "/messages".into());
    assert_eq!(problem("/v1/messages/batch", many), refused);
    assert_eq!(service.messages(), 0);

    service.post("/v1/messages", &notice(people(20), 300_000)).is(202);
    assert_eq!(service.messages(), 20);
}
