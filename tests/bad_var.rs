//! The `var` group of bad inputs, from a caller's JSON to the finished mail.

mod bad_inputs;

use bad_inputs::{Case, group, project};
use hongyan::composer::Composer;
use hongyan::diagnostic::{Code, Diagnostics};
use hongyan::mail::clean;
use hongyan::vars::parse_object;
use mail_parser::{Message, MessageParser};
use serde_json::{Map, Value as Json};

/// What the entries that are refused are refused as; URLs are all refused as [`Code::VarBadUrl`].
const EXPECTED: [(&str, Code); 8] = [
    ("va-044", Code::VarWrongType),
    ("va-045", Code::VarWrongType),
    ("va-048", Code::VarWrongType),
    ("va-049", Code::VarUnknown),
    ("va-050", Code::VarWrongType),
    ("va-055", Code::VarsNotJson),
    ("va-056", Code::VarsNotJson),
    ("va-057", Code::VarsNotJson),
];

#[test]
fn every_variable_ends_as_it_must() {
    let composer = Composer::load(&project::tree()).unwrap();
    for case in group("var") {
        let result = send(&composer, &case);
        match (case.get("outcome"), result) {
            ("reject", Err(faults)) => refused(&case, &faults),
            ("accept" | "neutralise", Ok(bytes)) => arrived(&case, &bytes),
            (outcome, Ok(_)) => panic!("{}: taken, not {outcome}", case.get("id")),
            (_, Err(faults)) => panic!("{}: {:?}", case.get("id"), project::codes(&faults)),
        }
    }
}

fn send(composer: &Composer, case: &Case) -> Result<Vec<u8>, Diagnostics> {
    if case.get("context") == "json_body" {
        parse_object(&case.bytes())?;
    }
    project::finish(composer, &project::draft(vars(case)))
}

/// The entry's variables over those that `verify` needs.
fn vars(case: &Case) -> Map<String, Json> {
    let mut vars = project::vars();
    match case.json() {
        Json::Object(given) => vars.extend(given.clone()),
        _ => drop(vars.insert(variable(case).into(), case.input().unwrap().into())),
    }
    vars
}

fn variable(case: &Case) -> &'static str {
    match case.get("context") {
        "url" => "link",
        "text_part" => "note",
        _ => "name",
    }
}

fn refused(case: &Case, faults: &Diagnostics) {
    let id = case.get("id");
    let expected = EXPECTED.iter().find(|(known, _)| *known == id);
    let expected = expected.map_or(Code::VarBadUrl, |(_, code)| *code);
    assert_eq!(project::codes(faults), [expected], "{id}");
    if id == "va-045" {
        let hint = faults.iter().next().unwrap().remedy().unwrap();
        assert!(hint.en.contains("send it as a string"));
    }
}

fn arrived(case: &Case, bytes: &[u8]) {
    let mail = MessageParser::default().parse(bytes).unwrap();
    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    let markup = match case.get("context") {
        "html_attr" => outside_values(&html),
        _ => html.to_string(),
    };
    for pattern in case.must_not() {
        let pattern = regex::Regex::new(pattern).unwrap();
        assert!(!pattern.is_match(&markup), "{}: {markup}", case.get("id"));
        assert!(case.get("context") == "html_attr" || !pattern.is_match(raw_html(&mail)));
    }
    wire(bytes);
    let shown = shown(case);
    let seen = visible(&text);
    assert!(seen.contains(&visible(&shown)), "{}: {shown:?} in {text:?}", case.get("id"));
    let page = visible(&unescape(&html));
    assert!(page.contains(&visible(&shown)), "{}: {shown:?} in {html:?}", case.get("id"));
    assert_eq!(html.matches("<p").count(), 7, "{}: {html}", case.get("id"));
}

/// What the reader must see of the input.
fn shown(case: &Case) -> String {
    match (case.get("id"), case.input()) {
        ("va-046", _) => "0.1".into(),
        ("va-047", _) => "0123".into(),
        ("va-029", _) => "https://example.test/%22onclick=%22x".into(),
        (_, Some(input)) if case.get("outcome") == "accept" => input,
        (_, Some(input)) => clean::body(&input).into_owned(),
        (id, None) => panic!("{id}"),
    }
}

/// Line breaks differ between a page and its text.
fn visible(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(html: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'")];
    let text = entities.iter().fold(html.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&#x2f;", "/").replace("&amp;", "&")
}

/// The tags, quoted values left out: a quote or a handler there would have come from a value.
fn outside_values(html: &str) -> String {
    let (mut outside, mut quoted, mut tag) = (String::new(), false, false);
    for c in html.chars() {
        match c {
            '<' if !tag => tag = true,
            '>' if tag && !quoted => tag = false,
            '"' if tag => {
                quoted = !quoted;
                continue;
            }
            _ => {}
        }
        if tag && !quoted {
            outside.push(c);
        }
    }
    assert!(!quoted && !tag, "{html}");
    outside
}

fn raw_html<'m>(mail: &'m Message<'_>) -> &'m str {
    let part = mail.html_part(0).unwrap();
    let (start, end) = (part.raw_body_offset() as usize, part.raw_end_offset() as usize);
    std::str::from_utf8(&mail.raw_message()[start..end]).unwrap()
}

/// RFC 5322 section 2.1.1. Dots are stuffed by the transport.
fn wire(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']));
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
}
