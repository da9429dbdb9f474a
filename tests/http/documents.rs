//! The OpenAPI document: the command and the service give the same, and every address is in it.
//! `tests/http/check` has other programs read it.

use serde_json::{Value as Json, json};

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

/// What an answer says may come next is there, by the names that it has there.
#[test]
fn links_lead_somewhere() {
    let document = Service::open().get("/openapi.json").is(200).json();
    let operations: Vec<&Json> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .collect();
    let answers = operations.iter().flat_map(|one| one["responses"].as_object().unwrap().values());
    let links: Vec<&Json> = answers
        .filter_map(|answer| answer["links"].as_object())
        .flat_map(|links| links.values())
        .collect();
    for link in &links {
        let next = operations.iter().find(|one| one["operationId"] == link["operationId"]);
        let parameters = next.unwrap()["parameters"].as_array().unwrap();
        for name in link["parameters"].as_object().unwrap().keys() {
            assert!(parameters.iter().any(|one| one["name"] == name.as_str()), "{link}");
        }
    }
    assert!(links.len() > 4, "{links:?}");
}

/// `null` is as good as nothing wherever the document says so, and every field may be at its limit.
#[test]
fn what_the_document_allows_is_taken() {
    let service = Service::without_worker();
    let schemas = &service.get("/openapi.json").is(200).json()["components"]["schemas"];
    let nullable = |schema: &Json| {
        let holds = |list: &Json, null: Json| list.as_array().is_some_and(|l| l.contains(&null));
        holds(&schema["type"], json!("null")) || holds(&schema["oneOf"], json!({"type": "null"}))
    };
    let all = |name: &str, mut body: Json| {
        let fields = schemas[name]["properties"].as_object().unwrap();
        for (name, _) in fields.iter().filter(|(_, schema)| nullable(schema)) {
            body[name] = Json::Null;
        }
        body
    };
    let to = all("NamedRecipient", json!({"email": "a@x.test"}));
    assert!(to["name"].is_null());
    let vars = all("VerificationCodeVars", json!({"code": "483920"}));
    assert!(vars["user_name"].is_null());
    let message = all("VerificationCodeMessage", json!({"to": to, "vars": vars}));
    assert!(message["send_at"].is_null());
    service.post("/v1/kinds/verification_code/messages", &message).is(202);
    let mut draft = all("Draft", message);
    draft["kind"] = json!("verification_code");
    assert!(draft["to"].is_null());
    service.post("/v1/render", &draft).is(200);
    let most = schemas["NamedRecipient"]["properties"]["name"]["maxLength"].as_u64().unwrap();
    for (length, status) in [(most, 200), (most + 1, 422)] {
        draft["to"] = json!({"email": "a@x.test", "name": "n".repeat(length as usize)});
        service.post("/v1/render", &draft).is(status);
    }
}
