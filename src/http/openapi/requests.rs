//! What stands in requests, as JSON Schema.

use serde_json::{Map, Value as Json, json};

use super::super::batch;
use super::super::order::{MAX_ATTACHED, MAX_COPIES, MAX_HEADERS, MAX_RECIPIENTS};
use super::schemas::{email, id, object, text};
use super::{pascal, reference};
use crate::catalog::{Catalog, Kind};
use crate::mail::{MAX_ATTACHMENTS, MAX_NAME_CHARACTERS};
use crate::outbox::State;
use crate::vars::schema::or_null;

/// The names of headers that a mail may have, as they are usually written.
const HEADER: &str =
    "^([Xx]-[A-Za-z0-9_-]{1,74}|List-Unsubscribe(-Post)?|In-Reply-To|References|Importance)$";

/// The schemas of requests that every project has; kinds give the names that are known.
pub fn requests(catalog: &Catalog, add: &mut impl FnMut(&str, Json)) {
    add(
        "Recipient",
        json!({
            "description": "a bare address, or an address with a name",
            "oneOf": [email(), reference("NamedRecipient")],
        }),
    );
    add(
        "NamedRecipient",
        json!({
            "type": "object",
            "properties": {
                "email": email(),
                "name": or_null(json!({"type": "string", "maxLength": MAX_NAME_CHARACTERS})),
            },
            "required": ["email"],
            "additionalProperties": false,
        }),
    );
    add(
        "Attachment",
        json!({
            "type": "object",
            "properties": {
                "filename": text(Some(255)),
                "content": {"type": "string", "contentEncoding": "base64"},
                "content_type": or_null(json!({"type": "string", "examples": ["application/pdf"]})),
            },
            "required": ["filename", "content"],
            "additionalProperties": false,
        }),
    );
    add("Message", message(None));
    add("Draft", draft());
    add(
        "Batch",
        object(&[(
            "messages",
            json!({
                "type": "array",
                "items": reference("Message"),
                "minItems": 1,
                "maxItems": batch::MOST,
                "description": format!(
                    "at most {} mails together, and {}",
                    batch::MOST_MAILS,
                    attached()
                ),
            }),
        )]),
    );
    let kinds: Vec<&str> = catalog.kinds().map(|kind| kind.name.as_str()).collect();
    add("KindName", json!({"type": "string", "enum": kinds}));
}

/// The request for a mail: of any kind, or of the one whose schemas have this name.
pub fn message(kind: Option<&str>) -> Json {
    let to = json!({
        "description": "one recipient, or a list: each gets a mail of its own",
        "oneOf": [
            reference("Recipient"),
            {
                "type": "array",
                "items": reference("Recipient"),
                "minItems": 1,
                "maxItems": MAX_RECIPIENTS,
            },
        ],
    });
    let vars = match kind {
        Some(name) => reference(&format!("{name}Vars")),
        None => json!({"type": "object", "description": "the variables that the kind declares"}),
    };
    let mut required = vec!["to", "vars"];
    let mut properties = Map::new();
    if kind.is_none() {
        required.insert(0, "kind");
        properties.insert("kind".into(), reference("KindName"));
    }
    properties.insert("to".into(), to);
    properties.insert("vars".into(), vars);
    properties.extend(wishes());
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// What is rendered needs no recipient.
fn draft() -> Json {
    let mut draft = message(None);
    draft["required"] = json!(["kind", "vars"]);
    draft["properties"]["to"] = or_null(reference("Recipient"));
    draft
}

/// What may be attached to all mails of a request.
fn attached() -> String {
    let most = MAX_ATTACHED / (1024 * 1024);
    format!("at most {most} MB of attachments, counted for each recipient")
}

fn wishes() -> Map<String, Json> {
    let copies = json!({
        "oneOf": [
            reference("Recipient"),
            {"type": "array", "items": reference("Recipient"), "maxItems": MAX_COPIES},
        ],
    });
    let fields = [
        (
            "locale",
            json!({
                "type": "string",
                "description": "a BCP 47 tag or a whole Accept-Language; the project's default otherwise",
                "examples": ["zh-CN", "en-GB,en;q=0.9"],
            }),
        ),
        ("cc", copies.clone()),
        ("bcc", copies),
        ("reply_to", reference("Recipient")),
        (
            "attachments",
            json!({
                "type": "array", "items": reference("Attachment"), "maxItems": MAX_ATTACHMENTS,
                "description": attached(),
            }),
        ),
        (
            "headers",
            json!({
                "type": "object",
                "description": "`X-*`, `List-Unsubscribe`, `List-Unsubscribe-Post`, `In-Reply-To`, `References`, `Importance`",
                "propertyNames": {"pattern": HEADER},
                "additionalProperties": {"type": "string", "minLength": 1},
                "maxProperties": MAX_HEADERS,
            }),
        ),
        ("send_at", json!({"type": "string", "format": "date-time"})),
        ("time_zone", json!({"type": "string", "examples": ["Asia/Shanghai"]})),
    ];
    fields.into_iter().map(|(name, schema)| (name.to_owned(), or_null(schema))).collect()
}

/// The variables of a kind, as `hongyan schema KIND` prints them.
pub fn vars(kind: &Kind) -> Json {
    let mut schema = kind.schema();
    if let Some(fields) = schema.as_object_mut() {
        fields.shift_remove("$schema");
        fields.insert("title".into(), format!("{}Vars", pascal(&kind.name)).into());
    }
    schema
}

/// A part of a path.
pub fn segment(name: &str) -> Json {
    match name {
        "id" => id(),
        _ => json!({"type": "string", "minLength": 1}),
    }
}

/// A parameter of a query.
pub fn query(name: &str) -> Json {
    let states = State::NAMES.map(|(name, _)| name).join("|");
    match name {
        "Wait" => json!({
            "type": "string",
            "description": "seconds or minutes, a minute at most",
            "pattern": "^([0-9]{1,9}s?|[1-9][0-9]?m)$",
            "examples": ["3s"],
        }),
        "States" => json!({"type": "string", "pattern": format!("^({states})(,({states}))*$")}),
        "KindName" => reference("KindName"),
        "Email" => email(),
        "Id" => id(),
        "Limit" => json!({"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
        "LongLimit" => json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
        _ => json!({"type": "string"}),
    }
}
