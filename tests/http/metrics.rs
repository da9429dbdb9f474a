//! The figures, read by a parser of the text format.

use std::collections::BTreeMap;

use hongyan::outbox::{Key, OpenBreaker, Outbox, OutboxPlace};

use crate::service::{Service, code};

/// A sample: name, labels, value.
type Sample = (String, BTreeMap<String, String>, f64);

#[test]
fn the_page_is_well_formed_and_says_what_is_there() {
    let service = Service::without_worker();
    service.post("/v1/messages", &code("canary@x.test")).is(202);
    service.get("/v1/canary-path").is(404);
    let answer = service.get("/metrics").is(200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let page = answer.text();
    for word in ["canary", "483920", "x.test"] {
        assert!(!page.contains(word), "{word}");
    }
    let samples = parse(&page);
    let value = |name: &str, label: (&str, &str)| {
        let is_it = |sample: &&Sample| {
            sample.0 == name && sample.1.get(label.0).is_some_and(|value| value == label.1)
        };
        samples.iter().find(is_it).unwrap_or_else(|| panic!("{name} {label:?}\n{page}")).2
    };
    assert_eq!(value("hongyan_queue_depth", ("lane", "security")), 1.0);
    assert_eq!(value("hongyan_messages", ("state", "queued")), 1.0);
    assert!(value("hongyan_queue_oldest_age_seconds", ("lane", "security")) >= 0.0);
    let counts = "hongyan_http_request_duration_seconds_count";
    assert_eq!(value(counts, ("route", "/v1/messages")), 1.0);
    assert_eq!(value(counts, ("route", "other")), 1.0);
}

/// The value of the sample that has these labels.
#[track_caller]
fn value(page: &str, name: &str, labels: &[(&str, &str)]) -> f64 {
    let samples = parse(page);
    let has = |sample: &&Sample| {
        let of = |(label, value): &(&str, &str)| sample.1.get(*label).is_some_and(|v| v == value);
        sample.0 == name && labels.iter().all(of)
    };
    samples.iter().find(has).unwrap_or_else(|| panic!("{name} {labels:?}\n{page}")).2
}

#[test]
fn what_a_worker_did_is_counted_and_timed_for_all_processes() {
    let service = Service::open();
    for _ in 0..2 {
        let path = "/v1/messages?wait=20s";
        service.post(path, &code("ada@x.test")).is(200);
    }
    let counted = |page: &str| {
        let caught = [("transport", "inbox"), ("outcome", "caught"), ("cause", "none")];
        assert_eq!(value(page, "hongyan_attempts_total", &caught), 2.0);
        let count = "hongyan_acceptance_to_hand_over_seconds_count";
        assert_eq!(value(page, count, &[("lane", "security")]), 2.0);
        assert_eq!(value(page, count, &[("lane", "notification")]), 0.0);
        assert_eq!(value(page, "hongyan_dot_to_commit_seconds_count", &[]), 2.0);
        let hour = [("lane", "security"), ("le", "3600")];
        assert_eq!(value(page, "hongyan_acceptance_to_hand_over_seconds_bucket", &hour), 2.0);
        let minute = [("le", "60")];
        assert_eq!(value(page, "hongyan_dot_to_commit_seconds_bucket", &minute), 2.0);
        let closed = [("transport", "inbox"), ("state", "closed")];
        assert_eq!(value(page, "hongyan_breaker_state", &closed), 1.0);
    };
    // The second is timed when its end is durable, which the first answer may be before.
    std::thread::sleep(std::time::Duration::from_millis(50));
    counted(&service.get("/metrics").is(200).text());
    let service = service.again(&["--no-worker"], &[]);
    counted(&service.get("/metrics").is(200).text());
}

/// What another process has found out holds here too, and is told.
#[tokio::test]
async fn a_stopped_transport_is_told_by_a_process_that_delivers_nothing() {
    let service = Service::without_worker();
    let id = service.post("/v1/messages", &code("ada@x.test")).is(202).json()["id"].clone();
    let path = format!("/v1/messages/{}", id.as_str().unwrap());
    assert_eq!(service.get(&path).is(200).json()["waits_for"], serde_json::json!([]));
    let key = Key::open_or_make(&service.place.path(".hongyan/outbox.key")).unwrap();
    let file = OutboxPlace::Sqlite(service.place.path(".hongyan/outbox.db"));
    let outbox = Outbox::open(&file, key).unwrap();
    let breaker = OpenBreaker {
        transport: "inbox".into(),
        since: outbox.clock().now(),
        until: None,
        cause: "auth".into(),
        reply: Some(("535".into(), "login fail".into())),
        hint: Some(("use the code".into(), "请使用授权码".into())),
        process: "another".into(),
    };
    outbox.store().open_breaker(breaker).await.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(600));
    let told = service.get(&path).is(200).json();
    assert_eq!(told["waits_for"][0]["state"], "stopped", "{told}");
    assert_eq!(told["waits_for"][0]["hint"], "use the code");
    service.post("/v1/messages", &code("bob@x.test")).is(503);
    let page = service.get("/metrics").is(200).text();
    let stopped = [("transport", "inbox"), ("state", "stopped")];
    assert_eq!(value(&page, "hongyan_breaker_state", &stopped), 1.0);
    let why = [("transport", "inbox"), ("cause", "auth")];
    assert!(value(&page, "hongyan_breaker_open_seconds", &why) > 0.0);
    outbox.store().close_breaker("inbox").await.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(600));
    service.post("/v1/messages", &code("bob@x.test")).is(202);
}

/// Reads version 0.0.4 strictly: every sample stands below its family's type, buckets grow.
fn parse(page: &str) -> Vec<Sample> {
    assert!(page.ends_with('\n'));
    let (mut family, mut kinds, mut samples) = (String::new(), BTreeMap::new(), Vec::new());
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(kinds.insert(name.to_owned(), kind).is_none(), "{name} stands twice");
            family = name.to_owned();
        } else if !line.starts_with("# HELP ") {
            let sample = sample(line);
            let base = ["_bucket", "_sum", "_count", ""].map(|end| format!("{family}{end}"));
            assert!(base.contains(&sample.0), "{line} below {family}");
            samples.push(sample);
        }
    }
    let mut last: BTreeMap<(String, String), f64> = BTreeMap::new();
    for (name, labels, value) in samples.iter().filter(|sample| sample.0.ends_with("_bucket")) {
        let mut labels = labels.clone();
        labels.remove("le").unwrap();
        let below = last.insert((name.clone(), format!("{labels:?}")), *value);
        assert!(below.is_none_or(|below| below <= *value), "{name} {labels:?}");
    }
    samples
}

fn sample(line: &str) -> Sample {
    let (head, value) = line.rsplit_once(' ').unwrap();
    let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
    let (name, labels) = match head.split_once('{') {
        None => (head, ""),
        Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    assert!(!name.is_empty() && name.chars().all(is_name), "{line}");
    let mut found = BTreeMap::new();
    let mut rest = labels;
    while let Some((label, behind)) = rest.split_once("=\"") {
        let mut end = 0;
        let bytes = behind.as_bytes();
        while bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let twice =
            found.insert(label.trim_start_matches(',').to_owned(), behind[..end].to_owned());
        assert!(twice.is_none(), "{line}");
        rest = &behind[end + 1..];
    }
    assert!(rest.is_empty(), "{line}");
    (name.to_owned(), found, value)
}
