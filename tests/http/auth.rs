//! Who may ask for what.

use std::time::Duration;

use serde_json::json;

use crate::place::Place;
use crate::service::{JSON, Service, code, entry};

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn with_tokens() -> Service {
    let tokens = [
        entry("all", "s1", "send+read+manage"),
        entry("send", "s2", "send"),
        entry("notes", "s3", "send=notification"),
        entry("read", "s4", "read"),
        entry("manage", "s5", "manage"),
        entry("all", "s6", "send+read+manage"),
    ];
    let tokens = tokens.join(",");
    Service::with(Place::with_project(), &["--no-worker"], &[("HONGYAN_API_TOKENS", &tokens)])
}

#[test]
fn each_scope_opens_its_own_doors_only() {
    let service = with_tokens();
    let note = json!({
        "kind": "notification",
        "to": "n@x.test",
        "vars": {"title": "T", "summary": "S", "unsubscribe_url": "https://example.com/u"},
    });
    let note = note.to_string();
    let id = "01980c4e-5e2a-7cc1-9d1f-3b8a4c6e2f10";
    let show = format!("/v1/messages/{id}");
    let cancel = format!("/v1/messages/{id}/cancel");
    // Who, and what they get for: a code, a note, reading, managing, the catalog.
    let matrix = [
        ("all.s1", [202, 202, 404, 404, 200]),
        ("all.s6", [202, 202, 404, 404, 200]),
        ("send.s2", [202, 202, 403, 403, 200]),
        ("notes.s3", [403, 202, 403, 403, 200]),
        ("read.s4", [403, 403, 404, 403, 200]),
        ("manage.s5", [403, 403, 403, 404, 200]),
        ("all.s2", [401; 5]),
        ("nobody.s1", [401; 5]),
    ];
    for (number, (token, wanted)) in matrix.into_iter().enumerate() {
        let token = bearer(token);
        let who = [("Authorization", token.as_str()), JSON];
        let code = code(&format!("{number}@x.test")).to_string();
        let got = [
            service.ask("POST", "/v1/messages", &who, &code).status,
            service.ask("POST", "/v1/messages", &who, &note).status,
            service.ask("GET", &show, &who, "").status,
            service.ask("POST", &cancel, &who, "").status,
            service.ask("GET", "/v1/kinds", &who, "").status,
        ];
        assert_eq!(got, wanted, "{token}");
    }
}

#[test]
fn who_may_not_send_a_kind_hears_nothing_of_it() {
    let service = with_tokens();
    let ask = |token: &str, path: &str, body: &str| {
        let token = bearer(token);
        service.ask("POST", path, &[("Authorization", &token), JSON], body)
    };
    let kind = "/v1/kinds/verification_code/messages";
    for body in ["{}", "{", r#"{"to": "a@x.test", "vars": {}}"#] {
        let answer = ask("notes.s3", kind, body).is(403).json();
        assert_eq!(answer["code"], "scope_missing");
        assert_eq!(answer["detail"], "this wants the scope `send=verification_code`");
    }
    ask("notes.s3", "/v1/kinds/nope/messages", "{}").is(403);
    let named = r#"{"kind": "verification_code"}"#;
    for path in ["/v1/messages", "/v1/render"] {
        ask("notes.s3", path, named).is(403);
        let told = ask("notes.s3", path, "{}").is(422);
        assert!(!told.json().to_string().contains("code\":\"var_"), "{}", told.json());
        let none = ask("read.s4", path, "{}").is(403).json();
        assert_eq!(none["detail"], "this wants the scope `send`");
    }
    let batch = format!(r#"{{"messages": [{named}]}}"#);
    let items = ask("notes.s3", "/v1/messages/batch", &batch).is(200).json();
    assert_eq!(items["items"][0]["problem"]["code"], "scope_missing");
}

#[test]
fn challenges_say_what_is_wrong() {
    let service = with_tokens();
    let answer = service.get("/v1/kinds").is(401);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"hongyan\"");
    assert_eq!(answer.code(), "token_missing");
    let wrong = service.ask("GET", "/v1/kinds", &[("Authorization", "Bearer x.y")], "").is(401);
    assert!(wrong.header("www-authenticate").contains("invalid_token"));
    let who = [("Authorization", "Bearer send.s2")];
    let scope = service.ask("GET", "/v1/messages", &who, "").is(403);
    assert!(scope.header("www-authenticate").contains("insufficient_scope"));
    assert_eq!(scope.code(), "scope_missing");
    for path in ["/healthz", "/readyz"] {
        service.get(path).is(200);
    }
    service.get("/metrics").is(401);
}

#[test]
fn without_tokens_nobody_outside_is_listened_to() {
    let place = Place::with_project().env("EMAIL_PROVIDER", "inbox");
    let ran = place.run(["serve", "--listen", "0.0.0.0:0", "--json"]).exits(3);
    assert_eq!(ran.error_codes(), ["listen_open"]);
    place.run(["serve", "--listen", "nonsense", "--json"]).exits(2);
    let service = Service::open();
    let ran = place.run(["serve", "--listen", &service.address, "--json"]).exits(74);
    assert_eq!(ran.error_codes(), ["port_in_use"]);
    let nothing = Place::with_project().run(["serve", "--json"]).exits(3);
    assert!(!nothing.error_codes().is_empty());
}

#[test]
fn on_loopback_no_page_of_another_site_may_ask() {
    let service = Service::without_worker();
    let body = code("a@x.test").to_string();
    let origin = format!("http://{}", service.address);
    for (headers, status) in [
        (vec![("Host", "evil.test")], 403),
        (vec![("Origin", "https://evil.test")], 403),
        (vec![("Origin", "null")], 403),
        (vec![("Sec-Fetch-Site", "cross-site")], 403),
        (vec![("Sec-Fetch-Site", "same-site")], 403),
        (vec![("Origin", origin.as_str()), ("Sec-Fetch-Site", "same-origin")], 202),
    ] {
        let headers: Vec<_> = headers.into_iter().chain([JSON]).collect();
        let answer = service.ask("POST", "/v1/messages", &headers, &body);
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[test]
fn secrets_are_read_again() {
    let place = Place::with_project();
    place.write("tokens", entry("a", "old", "read"));
    let file = place.path("tokens").to_string_lossy().into_owned();
    let service = Service::with(place, &[], &[("HONGYAN_API_TOKENS_FILE", &file)]);
    let ask = |token: &str| {
        let token = bearer(token);
        service.ask("GET", "/v1/messages", &[("Authorization", &token)], "").status
    };
    assert_eq!((ask("a.old"), ask("a.new")), (200, 401));
    service.place.write("tokens", entry("a", "new", "read"));
    service.signal("HUP");
    service.says("settings were read again");
    assert_eq!((ask("a.old"), ask("a.new")), (401, 200));
    service.place.write("tokens", "nonsense");
    service.signal("HUP");
    service.says("settings were not renewed");
    assert_eq!(ask("a.new"), 200);
    std::thread::sleep(Duration::from_millis(10));
    assert!(!service.log().contains("nonsense"));
}
