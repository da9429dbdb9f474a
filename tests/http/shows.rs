//! What the project has, and how its mails look.

use serde_json::{Value as Json, json};

use crate::place::keys;
use crate::service::Service;

#[test]
fn kinds_are_as_the_command_lists_them() {
    let service = Service::open();
    let told = service.get("/v1/kinds").is(200).json();
    let mut listed = service.place.run(["kinds", "--json"]).exits(0).json();
    listed.as_object_mut().unwrap().shift_remove("project");
    assert_eq!(told, listed);
    let kind = service.get("/v1/kinds/verification_code").is(200).json();
    assert_eq!(kind["vars_schema"], service.place.run(["schema", "verification_code"]).json());
}

#[test]
fn a_mail_is_rendered_and_not_kept() {
    let service = Service::open();
    let body = json!({"kind": "verification_code", "locale": "en", "vars": {"code": "0042"}});
    let mail = service.post("/v1/render", &body).is(200).json();
    let wanted =
        ["kind", "locale", "subject", "preheader", "text", "html", "headers", "images", "adapted"];
    assert_eq!(keys(&mail), wanted);
    assert!(mail["subject"].as_str().unwrap().contains("0042"));
    assert_eq!(service.messages(), 0);
    let zone = |name: &str| -> Json {
        let body = json!({
            "kind": "verification_code",
            "locale": "en",
            "time_zone": name,
            "vars": {"code": "0042", "requested_at": "2026-01-01T12:00:00Z"},
        });
        service.post("/v1/render", &body).is(200).json()["text"].clone()
    };
    assert_ne!(zone("America/New_York"), zone("Asia/Tokyo"));
}
