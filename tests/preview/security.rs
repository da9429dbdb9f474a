use std::io::Write;
use std::net::TcpStream;

use crate::http::exchange;
use crate::place::Place;
use crate::studio::Studio;

const TOKEN: &str = "a-token-that-nobody-guesses";
const RENDER: &str = "{\"kind\":\"verification_code\",\"locale\":\"en\",\"sample\":\"typical\"}";

#[test]
fn names_that_lead_here_from_outside_are_refused() {
    let studio = Studio::open();
    let port = studio.address.split(':').nth(1).unwrap().to_owned();
    for host in ["evil.test", "evil.test:3025", "localhost", "localhost.evil.test", "192.168.0.1"] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            if host == format!("localhost:{port}") {
                continue;
            }
            let answer = studio.ask("GET", "/api/project", &[("Host", &host)], "");
            assert_eq!((answer.status, answer.code()), (403, "host_refused".into()), "{host}");
        }
    }
    studio.ask("GET", "/api/project", &[("Host", &format!("localhost:{port}"))], "").is(200);
    studio.ask("GET", "/api/project", &[("Host", &format!("[::1]:{port}"))], "").is(200);
    let bare = exchange(&studio.address, b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(bare.status, 400);
    let host = &studio.address;
    let two = format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.test\r\n\r\n");
    assert!(exchange(&studio.address, two.as_bytes()).unwrap().status >= 400);
}

#[test]
fn an_allowed_name_is_taken() {
    let studio = Studio::with(Place::with_project(), &["--allow-host", "studio.test"], &[]);
    studio.ask("GET", "/api/project", &[("Host", "studio.test")], "").is(200);
    studio.ask("GET", "/api/project", &[("Host", "other.test")], "").is(403);
}

#[test]
fn other_pages_can_neither_read_nor_open_more_than_the_page() {
    let studio = Studio::open();
    for site in ["cross-site", "same-site"] {
        for path in [
            "/api/project",
            "/mail/verification_code/en",
            "/api/inbox",
            "/v1/inbox/wait?timeout=1",
            "/source?file=hongyan.yaml",
        ] {
            let headers = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "cors")];
            assert_eq!(studio.ask("GET", path, &headers, "").is(403).code(), "origin_refused");
        }
        let opens = |dest, path| {
            let headers = [
                ("Sec-Fetch-Site", site),
                ("Sec-Fetch-Mode", "navigate"),
                ("Sec-Fetch-Dest", dest),
            ];
            studio.ask("GET", path, &headers, "").status
        };
        assert_eq!(opens("document", "/"), 200);
        assert_eq!(opens("document", "/t/verification_code"), 200);
        assert_eq!(opens("iframe", "/"), 403);
        assert_eq!(opens("document", "/mail/verification_code/en"), 403);
    }
    for origin in ["https://evil.test", "null", "http://localhost:1", "http://127.0.0.1"] {
        let answer = studio.ask("GET", "/api/project", &[("Origin", origin)], "").is(403);
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let preflight = [
        ("Origin", "https://evil.test"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "x-studio-token"),
    ];
    let answer = studio.ask("OPTIONS", "/api/render", &preflight, "").is(403);
    assert!(answer.headers.keys().all(|name| !name.starts_with("access-control")));
}

#[test]
fn what_changes_something_needs_both_halves() {
    let mut studio = Studio::open();
    let (cookie, token) = studio.session();
    let json = ("Content-Type", "application/json");
    let (cookie, token) = (("Cookie", cookie.as_str()), ("X-Studio-Token", token.as_str()));
    let post = |headers: &[(&str, &str)]| studio.ask("POST", "/api/render", headers, RENDER);
    post(&[cookie, token, json]).is(200);
    for headers in [
        vec![json],
        vec![cookie, json],
        vec![token, json],
        vec![cookie, ("X-Studio-Token", "x"), json],
        vec![("Cookie", "hongyan_studio=x"), token, json],
    ] {
        assert_eq!(post(&headers).is(403).code(), "session_missing");
    }
    for foreign in
        [("Origin", "https://evil.test"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
    {
        assert_eq!(post(&[cookie, token, json, foreign]).is(403).code(), "origin_refused");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        post(&[cookie, token, ("Content-Type", kind)]).is(415);
    }
    post(&[cookie, token]).is(415);
    studio.ask("DELETE", "/api/inbox", &[], "").is(403);
    studio.ask("DELETE", "/v1/inbox", &[("Origin", "https://evil.test")], "").is(403);
    studio.ask("DELETE", "/v1/inbox", &[("Sec-Fetch-Site", "same-site")], "").is(403);
    studio.ask("DELETE", "/v1/inbox", &[], "").is(200);
}

#[test]
fn every_answer_says_how_it_may_be_used() {
    let studio = Studio::open();
    for (path, kind) in [
        ("/", "text/html"),
        ("/api/project", "application/json"),
        ("/nothing", "application/problem+json"),
        ("/mail/verification_code/en", "text/html"),
        ("/text/verification_code/en", "text/plain"),
        ("/eml/verification_code/en", "message/rfc822"),
    ] {
        let answer = studio.get(path);
        assert!(answer.header("content-type").starts_with(kind), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src"), "{path}");
        assert!(policy.contains("frame-ancestors") || policy.starts_with("sandbox"), "{path}");
    }
}

#[test]
fn off_loopback_a_token_is_asked_for() {
    let place = Place::with_project();
    let ran = place.run(["preview", "--listen", "0.0.0.0:0", "--json"]).exits(3);
    assert_eq!(ran.error_codes(), ["listen_open"]);
    let place = place.env("HONGYAN_PREVIEW_TOKEN", "short");
    place.run(["preview", "--listen", "0.0.0.0:0", "--json"]).exits(3);
    let studio = Studio::with(
        Place::with_project(),
        &["--listen", "0.0.0.0:0"],
        &[("HONGYAN_PREVIEW_TOKEN", TOKEN)],
    );
    for path in ["/api/project", "/mail/verification_code/en", "/api/events", "/studio/app.js"] {
        assert_eq!(studio.get(path).is(401).code(), "token_missing", "{path}");
    }
    let login = studio.get("/").is(401);
    assert!(login.text().contains("action=\"/login\"") && login.header("set-cookie").is_empty());
    studio.get("/?token=wrong").is(401);
    let welcome = studio.get(&format!("/t/notification?locale=en&token={TOKEN}&w=375")).is(303);
    assert_eq!(welcome.header("location"), "/t/notification?locale=en&w=375");
    let cookie = welcome.header("set-cookie").split(';').next().unwrap();
    studio.ask("GET", "/api/project", &[("Cookie", cookie)], "").is(200);
    let bearer = format!("Bearer {TOKEN}");
    studio.ask("GET", "/api/project", &[("Authorization", &bearer)], "").is(200);
    studio.ask("GET", "/api/project", &[("Authorization", "Bearer x")], "").is(401);
    let form = |body: &str| {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        studio.ask("POST", "/login", &kind, body)
    };
    form("token=wrong").is(401);
    assert_eq!(form(&format!("token={TOKEN}")).is(303).header("location"), "/");
    // On this machine the token is not asked for, and none is needed.
    let local = Studio::with(Place::with_project(), &[], &[("HONGYAN_PREVIEW_TOKEN", TOKEN)]);
    local.get("/api/project").is(200);
}

#[test]
fn odd_requests_do_not_end_it() {
    let studio = Studio::open();
    let host = &studio.address;
    for request in [
        "GET /preview/../../etc/passwd HTTP/1.1\r\nHost: {}\r\n\r\n".replace("{}", host),
        "GET /preview/%252e%252e%252fetc/passwd HTTP/1.1\r\nHost: {}\r\n\r\n".replace("{}", host),
        "GET /t/%ff%fe HTTP/1.1\r\nHost: {}\r\n\r\n".replace("{}", host),
        "GET /mail/%ff/en HTTP/1.1\r\nHost: {}\r\n\r\n".replace("{}", host),
        "GET /mail/a/en?a=%ff HTTP/1.1\r\nHost: {}\r\n\r\n".replace("{}", host),
        "GET /v1/inbox/wait?timeout=x HTTP/1.1\r\nHost: {}\r\n\r\n".replace("{}", host),
        format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "x".repeat(100_000)),
        "nonsense\r\n\r\n".to_owned(),
    ] {
        let answer = exchange(&studio.address, request.as_bytes());
        assert!(answer.is_none_or(|answer| answer.status != 500), "{}", &request[..30]);
    }
    let script = studio.get("/%3Cscript%3Ealert(1)%3C/script%3E").is(404);
    assert!(!script.text().contains("<script>"));
    // Clients that send half a request and wait hold no more than their own seat.
    let idle: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = TcpStream::connect(&studio.address).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
            stream
        })
        .collect();
    studio.get("/api/project").is(200);
    drop(idle);
    let streams: Vec<_> = (0..16).map(|_| studio.events()).collect();
    assert_eq!(studio.get("/api/events").is(503).code(), "too_many_streams");
    studio.get("/api/project").is(200);
    drop(streams);
}
