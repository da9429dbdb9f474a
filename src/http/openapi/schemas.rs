//! What stands in answers, as JSON Schema.

use serde_json::{Map, Value as Json, json};

use super::{reference, requests};
use crate::catalog::Catalog;
use crate::outbox::{CAUGHT, State};

/// The schemas that every project has; kinds give the names that are known.
pub fn fixed(catalog: &Catalog) -> Map<String, Json> {
    let mut all = Map::new();
    let mut add = |name: &str, schema: Json| drop(all.insert(name.to_owned(), schema));
    requests::requests(catalog, &mut add);
    answers(&mut add);
    problems(&mut add);
    projects(&mut add);
    all
}

fn answers(add: &mut impl FnMut(&str, Json)) {
    add(
        "Accepted",
        object(&[
            ("id", id()),
            ("state", state()),
            ("locale", text(None)),
            ("expires_at", moment()),
            ("replaced", json!({"type": "array", "items": id()})),
            ("adapted", adapted()),
        ]),
    );
    add("AcceptedList", list_of("messages", "Accepted"));
    add("AcceptedOrList", one_of(&["Accepted", "AcceptedList"]));
    add(
        "Receipt",
        object(&[
            ("id", id()),
            ("message_id", text(None)),
            ("kind", text(None)),
            ("locale", text(None)),
            ("to", masked()),
            ("state", ended()),
            ("transport", nullable("string")),
            ("reply", reply()),
            ("provider_id", nullable("string")),
            ("adapted", adapted()),
            ("path", nullable("string")),
            ("timings_ms", json!({"type": "object", "additionalProperties": {"type": "number"}})),
            ("error", json!({"oneOf": [reference("Attempt"), {"type": "null"}]})),
        ]),
    );
    add("ReceiptList", list_of("messages", "Receipt"));
    add("ReceiptOrList", one_of(&["Receipt", "ReceiptList"]));
    add(
        "Attempt",
        object(&[
            ("number", json!({"type": "integer"})),
            ("at", moment()),
            ("took_ms", json!({"type": "integer"})),
            ("transport", nullable("string")),
            ("stage", nullable("string")),
            ("cause", nullable("string")),
            ("reply", reply()),
            ("what", nullable("string")),
            ("hint", nullable("string")),
            ("action", text(None)),
        ]),
    );
    add("Mail", mail(None));
    add("MailWithAttempts", mail(Some(json!({"type": "array", "items": reference("Attempt")}))));
    add(
        "MailList",
        object(&[
            ("items", json!({"type": "array", "items": reference("Mail")})),
            ("next", nullable("string")),
        ]),
    );
    add("BatchAnswer", list_of("items", "BatchItem"));
    add(
        "BatchItem",
        json!({
            "type": "object",
            "description": "`message` or, for a list of recipients, `messages`; or what is wrong",
            "properties": {
                "status": {"type": "integer"},
                "message": reference("Accepted"),
                "messages": {"type": "array", "items": reference("Accepted")},
                "problem": reference("Problem"),
            },
            "required": ["status"],
        }),
    );
    add(
        "CaughtMail",
        json!({
            "type": "object",
            "properties": {
                "id": id(),
                "to": text(None),
                "kind": text(None),
                "locale": text(None),
                "subject": text(None),
                "vars": {"type": "object"},
                "links": pairs("url"),
                "codes": pairs("value"),
            },
            "required": ["id", "to", "kind", "locale", "subject", "vars", "links", "codes"],
        }),
    );
    add("Removed", object(&[("removed", json!({"type": "integer"}))]));
    add(
        "Suppression",
        object(&[
            ("recipient", json!({"type": "string", "pattern": "^[0-9a-f]{64}$"})),
            ("to", masked()),
            ("since", moment()),
            ("reason", text(None)),
        ]),
    );
    add("Suppressions", list_of("items", "Suppression"));
    add("Status", object(&[("status", text(None))]));
    add("Object", json!({"type": "object"}));
}

fn problems(add: &mut impl FnMut(&str, Json)) {
    let properties = json!({
        "type": {"type": "string"},
        "title": text(None),
        "status": {"type": "integer"},
        "code": text(None),
        "detail": text(None),
        "errors": {"type": "array", "items": reference("Fault")},
        "retry_after": {"type": "integer", "description": "seconds"},
    });
    add(
        "Problem",
        json!({
            "type": "object",
            "description": "RFC 9457",
            "properties": properties,
            "required": ["type", "title", "status", "code"],
        }),
    );
    let mut limited = properties;
    limited["message"] = object(&[("en", text(None)), ("zh", text(None))]);
    limited["message"]["description"] = "a sentence for the end user".into();
    add(
        "LimitProblem",
        json!({
            "type": "object",
            "description": "RFC 9457",
            "properties": limited,
            "required": ["type", "title", "status", "code", "retry_after", "message"],
        }),
    );
    add(
        "Fault",
        object(&[
            ("pointer", json!({"type": "string", "description": "RFC 6901, into the body"})),
            ("code", text(None)),
            ("title", text(None)),
            ("hint", nullable("string")),
        ]),
    );
}

fn projects(add: &mut impl FnMut(&str, Json)) {
    let header = json!({"type": "array", "items": text(None), "minItems": 2, "maxItems": 2});
    let image = object(&[("name", text(None)), ("cid", text(None)), ("sha256", text(None))]);
    add(
        "Rendered",
        object(&[
            ("kind", text(None)),
            ("locale", text(None)),
            ("subject", text(None)),
            ("preheader", text(None)),
            ("text", text(None)),
            ("html", text(None)),
            ("headers", json!({"type": "array", "items": header})),
            ("images", json!({"type": "array", "items": image})),
            ("adapted", adapted()),
        ]),
    );
    let locale = object(&[("tag", text(None)), ("draft", json!({"type": "boolean"}))]);
    add(
        "Kinds",
        object(&[
            ("default_locale", text(None)),
            ("locales", json!({"type": "array", "items": locale})),
            ("kinds", json!({"type": "array", "items": reference("Kind")})),
        ]),
    );
    let sample = object(&[("name", text(None)), ("derived", json!({"type": "boolean"}))]);
    let variable = object(&[
        ("name", text(None)),
        ("type", text(None)),
        ("required", json!({"type": "boolean"})),
        ("secret", json!({"type": "boolean"})),
    ]);
    let kind = [
        ("name", text(None)),
        ("description", text(None)),
        (
            "category",
            json!({"type": "string", "enum": ["security", "transactional", "notification"]}),
        ),
        ("locales", json!({"type": "array", "items": text(None)})),
        ("samples", json!({"type": "array", "items": sample})),
        ("variables", json!({"type": "array", "items": variable})),
    ];
    add("Kind", object(&kind));
    let schema = ("vars_schema", json!({"type": "object"}));
    add("KindWithSchema", object(&kind.into_iter().chain([schema]).collect::<Vec<_>>()));
}

fn mail(attempts: Option<Json>) -> Json {
    let mut fields = vec![
        ("id", id()),
        ("message_id", text(None)),
        ("parent", nullable("string")),
        ("kind", text(None)),
        ("locale", text(None)),
        ("lane", json!({"type": "string", "enum": ["security", "transactional", "notification"]})),
        ("to", masked()),
        ("state", state()),
        ("accepted_at", moment()),
        ("send_at", moment()),
        ("next_attempt_at", nullable("string")),
        ("expires_at", moment()),
        ("done_at", nullable("string")),
        ("attempt_count", json!({"type": "integer"})),
        ("transport", nullable("string")),
        ("provider_id", nullable("string")),
        ("reply", reply()),
        ("cause", nullable("string")),
        ("adapted", adapted()),
        ("replaced_by", nullable("string")),
        ("has_content", json!({"type": "boolean"})),
        ("trace_id", nullable("string")),
    ];
    if let Some(attempts) = attempts {
        fields.push(("attempts", attempts));
        let copy = object(&[("id", id()), ("to", masked()), ("state", state())]);
        fields.push(("copies", json!({"type": "array", "items": copy})));
        fields.push(("waits_for", json!({"type": "array", "items": breaker()})));
    }
    object(&fields)
}

/// A transport that takes nothing, and keeps a mail.
fn breaker() -> Json {
    object(&[
        ("transport", text(None)),
        ("state", json!({"type": "string", "enum": ["stopped", "resting"]})),
        ("since", moment()),
        ("until", nullable("string")),
        ("cause", text(None)),
        ("why", text(None)),
        ("reply", reply()),
        ("hint", nullable("string")),
        ("process", text(None)),
    ])
}

/// An object of which every field is always there.
pub fn object(fields: &[(&str, Json)]) -> Json {
    let properties: Map<String, Json> =
        fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn list_of(field: &str, name: &str) -> Json {
    object(&[(field, json!({"type": "array", "items": reference(name)}))])
}

fn one_of(names: &[&str]) -> Json {
    json!({"oneOf": names.iter().map(|name| reference(name)).collect::<Vec<_>>()})
}

fn pairs(value: &str) -> Json {
    let pair = object(&[("variable", text(None)), (value, text(None))]);
    json!({"type": "array", "items": pair})
}

/// A text; one that has a limit is not empty.
pub fn text(most: Option<usize>) -> Json {
    match most {
        Some(most) => json!({"type": "string", "minLength": 1, "maxLength": most}),
        None => json!({"type": "string"}),
    }
}

fn nullable(kind: &str) -> Json {
    json!({"type": [kind, "null"]})
}

/// An address.
pub fn email() -> Json {
    json!({"type": "string", "format": "email", "maxLength": 254})
}

/// The id of a mail.
pub fn id() -> Json {
    json!({"type": "string", "format": "uuid"})
}

fn moment() -> Json {
    json!({"type": "string", "format": "date-time"})
}

fn masked() -> Json {
    json!({"type": "string", "description": "masked"})
}

fn state() -> Json {
    json!({"type": "string", "enum": State::NAMES.map(|(name, _)| name)})
}

/// What a receipt has: a mail that is done, and whether it was only caught.
fn ended() -> Json {
    let done = State::NAMES.into_iter().filter(|(_, state)| state.is_done());
    let names: Vec<&str> = done.map(|(name, _)| name).chain([CAUGHT]).collect();
    json!({"type": "string", "enum": names})
}

fn reply() -> Json {
    json!({"oneOf": [object(&[("code", text(None)), ("text", text(None))]), {"type": "null"}]})
}

fn adapted() -> Json {
    let one = object(&[("what", text(None)), ("how", text(None))]);
    json!({"type": "array", "items": one})
}
