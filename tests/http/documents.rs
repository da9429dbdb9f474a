//! The OpenAPI document: the command and the service give the same, and every address is in it.
//! `tests/http/check` has other programs read it.

use serde_json::Value as Json;

use crate::service::Service;

#[test]
fn the_document_is_whole() {
    let service = Service::open();
    let document = service.get("/openapi.json").is(200).json();
    assert_eq!(document, service.place.run(["openapi"]).exits(0).json());
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    for kind in ["verification_code", "reset_password", "verification_link", "notification"] {
        let operation = &paths[&format!("/v1/kinds/{kind}/messages")]["post"];
        assert_eq!(operation["operationId"], format!("send_{kind}"));
    }
    for operation in paths.values().flat_map(|item| item.as_object().unwrap().values()) {
        for status in ["400", "401", "403", "404", "405", "408", "431", "500", "503"] {
            assert!(!operation["responses"][status].is_null(), "{status} {operation}");
        }
    }
    let ended = document["components"]["schemas"]["Receipt"]["properties"]["state"]["enum"].clone();
    let ended: Vec<&str> =
        ended.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(ended.contains(&"caught") && !ended.contains(&"queued"), "{ended:?}");
    let mut references = Vec::new();
    gather(&document, &mut references);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in references {
        let name = name.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
}

fn gather<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Json::as_str));
            fields.values().for_each(|value| gather(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}
