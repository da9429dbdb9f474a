//! What became of mails, and what can still be done.

use serde_json::{Value as Json, json};

use crate::place::Place;
use crate::service::{Service, code};

#[test]
fn a_mail_tells_its_life() {
    let service = Service::open();
    let id = service.post("/v1/messages?wait=10s", &code("a@x.test")).is(200).json()["id"].clone();
    let mail = service.get(&format!("/v1/messages/{}", id.as_str().unwrap())).is(200).json();
    assert_eq!((&mail["state"], &mail["to"]), (&json!("sent"), &json!("a***@x.test")));
    let attempt = &mail["attempts"][0];
    assert_eq!((&attempt["number"], &attempt["transport"]), (&json!(1), &json!("inbox")));
    assert_eq!(attempt["action"], "caught", "it was sent to nobody");
    assert!(!mail.to_string().contains("483920"));
}

#[test]
fn a_mail_names_its_copies() {
    let service = Service::without_worker();
    let vars = json!({"title": "Done", "summary": "s", "unsubscribe_url": "https://x.test/u"});
    let body = json!({
        "kind": "notification", "locale": "en", "to": "a@x.test", "cc": ["cc@x.test"],
        "bcc": ["bcc@x.test"], "vars": vars,
    });
    let id = service.post("/v1/messages", &body).is(202).json()["id"].clone();
    let mail =
        |id: &Json| service.get(&format!("/v1/messages/{}", id.as_str().unwrap())).is(200).json();
    let copies = mail(&id)["copies"].clone();
    assert_eq!(copies.as_array().unwrap().len(), 2);
    for (at, to) in ["c***@x.test", "b***@x.test"].into_iter().enumerate() {
        assert_eq!((&copies[at]["to"], &copies[at]["state"]), (&json!(to), &json!("queued")));
        let copy = mail(&copies[at]["id"]);
        assert_eq!((&copy["parent"], &copy["copies"]), (&id, &json!([])));
    }
}

#[test]
fn lists_are_filtered_and_paged() {
    let service = Service::without_worker();
    for name in ["a", "b", "c"] {
        service.post("/v1/messages", &code(&format!("{name}@x.test"))).is(202);
    }
    let page = |query: &str| service.get(&format!("/v1/messages?{query}")).is(200).json();
    let first = page("limit=2");
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let rest = page(&format!("limit=2&before={}", first["next"].as_str().unwrap()));
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Json::Null));
    let count = |query: &str| page(query)["items"].as_array().unwrap().len();
    assert_eq!(count("to=B@x.test"), 1);
    assert_eq!((count("state=queued"), count("state=sent,failed")), (3, 0));
    assert_eq!((count("kind=verification_code"), count("kind=notification")), (3, 0));
}

#[test]
fn a_mail_can_be_stopped() {
    let service = Service::without_worker();
    let id = service.post("/v1/messages", &code("a@x.test")).is(202).json()["id"].clone();
    let at = |what: &str| format!("/v1/messages/{}{what}", id.as_str().unwrap());
    let stopped = service.post(&at("/cancel"), &json!({})).is(200).json();
    assert_eq!((&stopped["state"], &stopped["has_content"]), (&json!("cancelled"), &json!(false)));
    let again = service.post(&at("/cancel"), &json!({})).is(409);
    assert_eq!(again.code(), "wrong_state");
    let retried = service.ask("POST", &at("/retry"), &[], "");
    assert_eq!(retried.status, 409, "{}", retried.text());
    let nobody = "/v1/messages/01980c4e-5e2a-7cc1-9d1f-3b8a4c6e2f10/retry";
    assert_eq!(service.ask("POST", nobody, &[], "").is(404).code(), "mail_not_found");
}

#[test]
fn a_newer_code_retires_the_one_that_waits() {
    let service = Service::with(Place::with_project(), &["--no-worker"], &[]);
    let old = service.post("/v1/messages", &code("a@x.test")).is(202).json()["id"].clone();
    let new = service.post("/v1/messages", &code("a@x.test")).is(202).json();
    assert_eq!(new["replaced"], json!([old]));
    let old = service.get(&format!("/v1/messages/{}", old.as_str().unwrap())).is(200).json();
    assert_eq!((&old["state"], &old["replaced_by"]), (&json!("superseded"), &new["id"]));
}

#[test]
fn suppressions_are_looked_at_and_lifted() {
    let service = Service::open();
    assert_eq!(service.get("/v1/suppressions").is(200).json(), json!({"items": []}));
    assert_eq!(service.delete("/v1/suppressions/a@x.test").is(404).code(), "not_found");
    assert_eq!(
        service.delete(&format!("/v1/suppressions/{}", "0".repeat(64))).is(404).code(),
        "not_found"
    );
    assert_eq!(service.delete("/v1/suppressions/nope").is(404).code(), "not_found");
}
