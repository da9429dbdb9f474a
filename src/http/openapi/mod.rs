//! The OpenAPI 3.1 document, from the table of addresses and the catalog: one path and one schema
//! for each kind, so that generators make one typed method of it.

mod requests;
mod schemas;

use serde_json::{Map, Value as Json, json};

use super::problem::TYPE;
use super::routes::{Access, ROUTES, Route};
use crate::catalog::{Catalog, Kind};

/// The statuses of problems that every address may answer with; the last two come without a
/// document, since the request could not be read.
const EVERYWHERE: [(u16, &str); 9] = [
    (400, "the request cannot be read"),
    (401, "the token is missing or wrong"),
    (403, "the token, the host or the page may not do this"),
    (404, "there is nothing under this address"),
    (405, "the address does not take this method"),
    (408, "the request takes too long"),
    (500, "the service has a fault"),
    (503, "not now: try again"),
    (431, "the headers are too large"),
];

/// What a status says.
const MEANINGS: [(u16, &str); 8] = [
    (200, "done"),
    (202, "durable: it leaves as soon as it can"),
    (204, "done"),
    (409, "in conflict with what was done before"),
    (413, "the request is too large"),
    (415, "the headers do not say that the body is plain JSON"),
    (422, "what is asked for is wrong; `errors` says where"),
    (429, "too many mails: try again after `retry_after` seconds"),
];

/// What an answer is good for: its schema, the operation that may come next, and which of that
/// one's parameters is where in the answer.
const LINKS: [(&str, &str, &str, &str); 4] = [
    ("AcceptedOrList", "get_message", "id", "$response.body#/id"),
    ("AcceptedOrList", "cancel_message", "id", "$response.body#/id"),
    ("AcceptedOrList", "retry_message", "id", "$response.body#/id"),
    ("Suppressions", "lift_suppression", "recipient", "$response.body#/items/0/recipient"),
];

/// The document for a project.
pub fn document(catalog: &Catalog) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    let mut schemas = schemas::fixed(catalog);
    for route in ROUTES {
        if route.id.contains("{kind}") {
            for kind in catalog.kinds() {
                let path = route.path.replace("{kind}", &kind.name);
                add(&mut paths, &path, route, operation(route, Some(kind)));
            }
        } else {
            add(&mut paths, route.path, route, operation(route, None));
        }
    }
    for kind in catalog.kinds() {
        let name = pascal(&kind.name);
        schemas.insert(format!("{name}Vars"), requests::vars(kind));
        schemas.insert(format!("{name}Message"), requests::message(Some(&name)));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "hongyan",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Transactional mail: declared kinds, accepted durably, delivered once. Problems are RFC 9457 in the language of Accept-Language (en, zh).",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`id.secret`, as `hongyan token new` prints it; none is needed on loopback where no token is configured",
                },
            },
        },
    })
}

fn add(paths: &mut Map<String, Json>, path: &str, route: &Route, operation: Json) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    item[route.method.to_lowercase()] = operation;
}

fn operation(route: &Route, kind: Option<&Kind>) -> Json {
    let named = |text: &str| match kind {
        Some(kind) => text.replace("{kind}", &kind.name).replace("{Kind}", &pascal(&kind.name)),
        None => text.to_owned(),
    };
    let mut operation = json!({
        "operationId": named(route.id),
        "summary": kind.map_or(route.summary, |kind| kind.description.as_str()),
        "tags": [tag(route)],
    });
    if route.access == Access::Open {
        operation["security"] = json!([]);
    }
    let parameters = parameters(route, kind.is_some());
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = route.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": {"application/json": {"schema": reference(&named(body))}},
        });
    }
    operation["responses"] = responses(route);
    operation
}

fn tag(route: &Route) -> &'static str {
    match route.path.split('/').nth(1) {
        Some("v1") if route.path.starts_with("/v1/inbox") => "inbox",
        Some("v1") if route.path.starts_with("/v1/suppressions") => "suppressions",
        Some("v1") => "messages",
        _ => "service",
    }
}

fn parameters(route: &Route, typed: bool) -> Vec<Json> {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{'));
    let names = names.filter_map(|part| part.strip_suffix('}')).filter(|_| !typed);
    let path = names.map(|name| {
        json!({"name": name, "in": "path", "required": true, "schema": requests::segment(name)})
    });
    let query = route.query.iter().map(|(name, schema)| {
        json!({
            "name": name,
            "in": "query",
            "required": false,
            "allowEmptyValue": true,
            "schema": requests::query(schema),
        })
    });
    let sends = route.access == Access::Send && route.id != "render";
    let key = sends.then(|| {
        json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "the same key with the same body is taken once, and answered as at first",
            "schema": {"type": "string", "pattern": "^[!-~]{1,256}$"},
        })
    });
    let trace = sends.then(|| {
        json!({
            "name": "traceparent",
            "in": "header",
            "required": false,
            "description": "W3C trace context, kept with the mail",
            "schema": {"type": "string"},
        })
    });
    path.chain(query).chain(key).chain(trace).collect()
}

fn responses(route: &Route) -> Json {
    let mut responses = Map::new();
    for (status, schema) in route.answers {
        responses.insert(status.to_string(), success(route, *status, schema));
    }
    let problems = EVERYWHERE.iter().map(|(status, _)| status).chain(route.problems);
    for status in problems {
        responses.insert(status.to_string(), problem(*status));
    }
    responses.sort_keys();
    responses.into()
}

fn success(route: &Route, status: u16, schema: &str) -> Json {
    let mut answer = json!({"description": meaning(status)});
    match schema {
        "" => {}
        "text/plain" => {
            answer["content"] = json!({"text/plain": {"schema": {"type": "string"}}});
        }
        name => answer["content"] = json!({"application/json": {"schema": reference(name)}}),
    }
    let sends =
        route.access == Access::Send && matches!(schema, "AcceptedOrList" | "ReceiptOrList");
    if sends {
        let replayed = json!({
            "description": "`true` where the request was taken before",
            "schema": {"type": "string", "enum": ["true"]},
        });
        answer["headers"] = json!({"Idempotent-Replayed": replayed});
    }
    if status == 202 {
        answer["headers"]["Location"] = json!({
            "description": "where one mail is looked at",
            "schema": {"type": "string"},
        });
    }
    let links = links(schema);
    if !links.is_empty() {
        answer["links"] = links.into();
    }
    answer
}

fn links(schema: &str) -> Map<String, Json> {
    let from_here = LINKS.iter().filter(|(from, ..)| *from == schema);
    let link = |(_, to, name, value): &(&str, &str, &str, &str)| {
        let link = json!({"operationId": to, "parameters": {*name: value}});
        ((*to).to_owned(), link)
    };
    from_here.map(link).collect()
}

fn problem(status: u16) -> Json {
    let mut answer = json!({"description": meaning(status)});
    if status == 431 {
        return answer;
    }
    let schema = if status == 429 { "LimitProblem" } else { "Problem" };
    answer["content"] = json!({TYPE: {"schema": reference(schema)}});
    let header = |text: &str| json!({"description": text, "schema": {"type": "string"}});
    match status {
        401 => answer["headers"] = json!({"WWW-Authenticate": header("a Bearer challenge")}),
        405 => answer["headers"] = json!({"Allow": header("the methods that are taken")}),
        429 | 503 => answer["headers"] = json!({"Retry-After": header("seconds")}),
        _ => {}
    }
    answer
}

fn meaning(status: u16) -> &'static str {
    let all = EVERYWHERE.iter().chain(&MEANINGS);
    all.into_iter().find(|(known, _)| *known == status).map_or("", |(_, text)| text)
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// `verification_code` → `VerificationCode`
fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(word).collect()
}
