//! The entries of the `http` group of the bad inputs that concern the studio. They speak of
//! addresses that stand for ours.

use serde_json::Value as Json;

use crate::bad_inputs_data::{Case, group};
use crate::http::exchange;
use crate::place::Place;
use crate::studio::Studio;

/// Their addresses and ours; the first that fits is taken, and what follows it is kept.
const ADDRESSES: [(&str, &str); 5] = [
    ("/preview/send-test", "/api/send"),
    ("/preview/render", "/api/render"),
    ("/preview/verify/frame", "/mail/verification_code/en"),
    ("/preview/ws", "/api/events"),
    ("/preview/", "/mail/"),
];

fn address(theirs: &str) -> String {
    let known =
        ADDRESSES.iter().find_map(|(known, ours)| Some((theirs.strip_prefix(known)?, ours)));
    known.map_or_else(|| "/".to_owned(), |(rest, ours)| format!("{ours}{rest}"))
}

/// As bytes: some have no Host, which a library would add.
fn request(studio: &Studio, case: &Case) -> Vec<u8> {
    let headers = case.field("headers").as_object().unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", case.get("method"), address(case.get("path")));
    if case.field("raw") != true && !headers.contains_key("Host") {
        head.push_str(&format!("Host: {}\r\n", studio.address));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap()));
    }
    let body = case.get("body");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn each_ends_in_its_class_and_makes_no_mail() {
    let studio = Studio::with(Place::with_project(), &[], &[("EMAIL_PROVIDER", "inbox")]);
    let cases: Vec<Case> =
        group("http").into_iter().filter(|case| case.get("server") == "preview").collect();
    assert_eq!(cases.len(), 12);
    for case in &cases {
        let id = case.get("id");
        let answer = exchange(&studio.address, &request(&studio, case)).expect(id);
        let wanted = case.field("outcome")["status"].as_array().unwrap();
        assert!(wanted.contains(&answer.status.into()), "{id}: {} of {wanted:?}", answer.status);
        let words = case.get("must_not_body");
        assert!(words.is_empty() || !answer.text().contains(words), "{id}");
        for (name, value) in case.field("must_header").as_object().into_iter().flatten() {
            let told = answer.header(&name.to_ascii_lowercase());
            assert!(told.contains(value.as_str().unwrap()), "{id} {name}: {told}");
        }
    }
    let inbox: Json = studio.get("/v1/inbox/wait?timeout=0").is(404).json();
    assert_eq!(inbox["code"], "no_mail_yet");
    assert!(studio.place.list(".hongyan/inbox").is_empty());
}
