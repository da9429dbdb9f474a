//! The `http` group of the bad inputs: each request ends in its class, and what is refused leaves
//! nothing behind. Those for the studio are in `tests/preview/`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value as Json, json};

use crate::bad_inputs_data::{Case, group};
use crate::service::{Service, code, entry};
use crate::wire::exchange;

/// What stands for `$NAME` in the cases.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn service() -> Service {
    let tokens =
        [entry("all", SECRET, "send+read+manage"), entry("receipt", SECRET, "send=receipt")];
    let tokens = tokens.join(",");
    Service::of_fixture(&["--no-worker"], &[("HONGYAN_API_TOKENS", &tokens)])
}

fn filled(text: &str) -> String {
    text.replace("$TOKEN_PREFIX", &format!("all.{}", &SECRET[..16]))
        .replace("$RECEIPT_TOKEN", &format!("receipt.{SECRET}"))
        .replace("$TOKEN", &format!("all.{SECRET}"))
        .replace("$MEGABYTE", &"a".repeat(1_000_000))
        .replace("$LONG100K", &"a".repeat(100_000))
}

/// The request of a case as bytes, with more headers.
fn request(service: &Service, case: &Case, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers = case.field("headers").as_object().cloned().unwrap_or_default();
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (name.clone(), filled(value.as_str().unwrap())))
        .collect();
    let mut headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.extend(more);
    if case.get("why") == "HTTP/0.9" {
        return b"GET /\r\n".to_vec();
    }
    if case.get("method") == "PRI" {
        return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    }
    service.request(case.get("method"), &filled(case.get("path")), &headers, body)
}

fn body(case: &Case) -> Vec<u8> {
    if let Some(text) = case.field("body_b64").as_str() {
        return base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    }
    match case.field("expand").is_array() {
        true => case.input().unwrap().into_bytes(),
        false => filled(case.get("body")).into_bytes(),
    }
}

fn count(service: &Service) -> usize {
    let who = format!("Bearer all.{SECRET}");
    let list = service.ask("GET", "/v1/messages?limit=500", &[("Authorization", &who)], "");
    list.is(200).json()["items"].as_array().unwrap().len()
}

#[track_caller]
fn ends(case: &Case, status: Option<u16>) {
    let wanted = case.field("outcome")["status"].as_array().unwrap();
    let got = status.map_or(json!("closed"), |status| json!(status));
    assert!(wanted.contains(&got), "{}: {got}, wanted {wanted:?}", case.get("id"));
}

fn is(case: &Case, names: &[&str]) -> bool {
    names.iter().any(|name| !case.field(name).is_null())
}

#[test]
fn single_requests() {
    let service = service();
    let mut ran = 0;
    for case in group("http") {
        let special =
            is(&case, &["slow", "idle", "sequence", "parallel", "kill", "repeat", "server"]);
        if special || case.get("id") == "ht-021" {
            continue;
        }
        ran += 1;
        let before = count(&service);
        let answer = exchange(&service.address, &request(&service, &case, &[], &body(&case)));
        ends(&case, answer.as_ref().map(|answer| answer.status));
        if case.field("outcome")["nothing_queued"] == true {
            assert_eq!(count(&service), before, "{}", case.get("id"));
        }
        if let (Some(answer), words) = (&answer, case.get("must_not_body"))
            && !words.is_empty()
        {
            assert!(words.split('|').all(|word| !answer.text().contains(word)));
        }
    }
    assert_eq!(ran, 46);
}

#[test]
fn slow_requests_are_ended() {
    let service = service();
    let cases = group("http");
    let find = |id: &str| cases.iter().find(|case| case.get("id") == id).unwrap();
    thread::scope(|scope| {
        let (silent, dripping) = (find("ht-021"), find("ht-024"));
        let silent_bytes = request(&service, silent, &[], &body(silent));
        let dripping_bytes = request(&service, dripping, &[], &body(dripping));
        let address = &service.address;
        scope.spawn(move || {
            let answer = exchange(address, &silent_bytes);
            ends(silent, answer.map(|answer| answer.status));
        });
        scope.spawn(move || ends(dripping, drip(address, &dripping_bytes)));
    });
    assert_eq!(count(&service), 0);
}

/// Sends a byte a second until the server has enough.
fn drip(address: &str, bytes: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(1_000))).unwrap();
    let begun = Instant::now();
    let mut answer = Vec::new();
    for byte in bytes {
        assert!(begun.elapsed() < Duration::from_secs(40), "it still listens");
        let mut chunk = [0; 1024];
        match (stream.write_all(&[*byte]), stream.read(&mut chunk)) {
            (Err(_), _) | (_, Ok(0)) => break,
            (_, Ok(read)) => answer.extend(&chunk[..read]),
            _ => {}
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split(' ').nth(1).and_then(|status| status.parse().ok())
}

#[test]
fn idle_connections_leave_room() {
    let service = service();
    let idle: Vec<TcpStream> =
        (0..450).map_while(|_| TcpStream::connect(&service.address).ok()).collect();
    let begun = Instant::now();
    service.get("/healthz").is(200);
    assert!(begun.elapsed() < Duration::from_secs(1));
    drop(idle);
}

#[test]
fn a_thousand_idle_connections_are_outlived() {
    let service = service();
    let idle: Vec<TcpStream> =
        (0..1_000).map_while(|_| TcpStream::connect(&service.address).ok()).collect();
    // Those that say nothing are ended after ten seconds, and whoever waits has a turn.
    let begun = Instant::now();
    service.get("/healthz").is(200);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    drop(idle);
}

#[test]
fn keys_of_requests() {
    let service = service();
    for case in group("http").iter().filter(|case| case.get("sub") == "idempotency") {
        let key = match case.field("sequence").as_array() {
            Some(sequence) => sequence[0]["key"].as_str().unwrap(),
            None => case.get("key"),
        };
        let (Some(wanted), false) = (case.field("expect_messages").as_u64(), key.is_empty()) else {
            continue;
        };
        // Limits of its recipient are another matter.
        let to = format!("{key}@x.test");
        let body = String::from_utf8(body(case)).unwrap().replace("a@x.test", &to);
        let ask = || {
            let bytes = request(&service, case, &[("Idempotency-Key", key)], body.as_bytes());
            ends(case, exchange(&service.address, &bytes).map(|answer| answer.status));
        };
        match case.field("parallel").as_u64() {
            Some(many) => thread::scope(|scope| (0..many).for_each(|_| drop(scope.spawn(ask)))),
            None => (0..2).for_each(|_| ask()),
        }
        let who = format!("Bearer all.{SECRET}");
        let path = format!("/v1/messages?to={to}");
        let list = service.ask("GET", &path, &[("Authorization", &who)], "").is(200).json();
        assert_eq!(list["items"].as_array().unwrap().len() as u64, wanted, "{}", case.get("id"));
    }
}

#[test]
fn floods_are_dammed() {
    for case in group("http").iter().filter(|case| case.get("sub") == "abuse") {
        let service = service();
        let many = case.field("repeat").as_u64().unwrap();
        let allowed = case.field("first_ok").as_u64().unwrap_or(many);
        let mut body: Json = serde_json::from_slice(&body(case)).unwrap();
        for at in 0..many {
            let xff = format!("10.0.0.{}", at % 250);
            let more = [("X-Forwarded-For", xff.as_str())];
            body["to"] = match case.get("vary") {
                "case" if at % 2 == 1 => json!("A@X.TEST"),
                "mailbox" => json!(format!("m{at}@x.test")),
                "idn" if at % 2 == 1 => json!("a@xn--fsqu00a.test"),
                "idn" => json!("a@例子.test"),
                _ => json!("a@x.test"),
            };
            let bytes = request(&service, case, &more, body.to_string().as_bytes());
            let status = exchange(&service.address, &bytes).map(|answer| answer.status);
            match at < allowed {
                true => assert_eq!(status, Some(202), "{} at {at}", case.get("id")),
                false => ends(case, status),
            }
        }
    }
}

#[test]
fn a_code_is_taken_at_all() {
    let service = service();
    let who = format!("Bearer all.{SECRET}");
    let mut body = code("a@x.test");
    body["kind"] = json!("verify");
    let headers = [("Authorization", who.as_str()), crate::service::JSON];
    service.ask("POST", "/v1/messages", &headers, &body.to_string()).is(202);
}
