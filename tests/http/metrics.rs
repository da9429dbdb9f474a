//! The figures, read by a parser of the text format.

use std::collections::BTreeMap;

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
