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
    let ask = || {
        let headers = [JSON, ("Idempotency-Key", "k")];
        service.ask("POST", "/v1/messages/batch", &headers, &body).is(200).json()
    };
    let (first, again) = (ask(), ask());
    for at in [0, 1] {
        assert_eq!(first["items"][at]["message"]["id"], again["items"][at]["message"]["id"]);
    }
    assert_eq!(service.messages(), 2);
}
