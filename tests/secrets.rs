//! A value that a caller passes appears in no fault and no `Debug`, however it goes wrong.

mod bad_inputs;

use std::fmt::Debug;

use bad_inputs::{group, project};
use hongyan::composer::{Composer, Draft};
use hongyan::diagnostic::{Diagnostics, Language};
use hongyan::mail::{Attachment, CustomHeader};
use serde_json::{Map, Value as Json, json};

/// Fits the pattern of `code`.
const CANARY: &str = "CANARY77";

fn hides(what: &str, text: &str) {
    assert!(!text.contains(CANARY), "{what}: {text}");
}

fn debug_hides(what: &str, value: &impl Debug) {
    hides(what, &format!("{value:?} {value:#?}"));
}

fn faults_hide(what: &str, faults: &Diagnostics) {
    assert!(!faults.is_empty(), "{what}");
    for language in [Language::En, Language::Zh] {
        hides(what, &faults.to_terminal(language, false));
        hides(what, &faults.to_terminal(language, true));
        hides(what, &faults.to_json(language).to_string());
    }
    debug_hides(what, faults);
}

/// Every text, secret or not, is or holds the canary.
fn vars() -> Map<String, Json> {
    let mut vars = project::vars();
    for name in ["code", "name", "note"] {
        vars.insert(name.into(), CANARY.into());
    }
    vars.insert("link".into(), format!("https://example.test/{CANARY}").into());
    vars
}

/// The same JSON, the canary behind every text in it.
fn marked(json: &Json) -> Json {
    match json {
        Json::String(text) => json!(format!("{text}{CANARY}")),
        Json::Array(items) => items.iter().map(marked).collect(),
        Json::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), marked(value))).collect()
        }
        other => other.clone(),
    }
}

#[test]
fn variables_appear_in_no_fault_of_a_bad_input() {
    let composer = Composer::load(&project::tree()).unwrap();
    for case in group("var") {
        for name in ["code", "name", "note", "link", "amount", "purpose", "expires_in"] {
            let mut vars = vars();
            match (case.json(), case.input()) {
                (Json::Object(given), _) => vars.extend(given.clone()),
                (_, Some(input)) => drop(vars.insert(name.into(), marked(&json!(input)))),
                _ => continue,
            }
            if let Err(faults) = composer.render(&project::draft(vars)) {
                faults_hide(case.get("id"), &faults);
            }
        }
        if case.get("context") == "json_body" {
            let bytes = [CANARY.as_bytes(), &case.bytes(), CANARY.as_bytes()].concat();
            faults_hide(case.get("id"), &hongyan::vars::parse_object(&bytes).unwrap_err());
        }
    }
}

#[test]
fn variables_appear_in_no_fault_of_their_types() {
    let declaration = "category: security
variables:
  code: { type: code, secret: true }
  text: { type: text, max_length: 4, pattern: \"[a-z]+\" }
  integer: { type: integer, max: 3 }
  decimal: { type: decimal, max: 3 }
  boolean: { type: boolean }
  enum: { type: enum, values: [a, b] }
  url: { type: url, hosts: [example.test] }
  email: { type: email }
  date: { type: date }
  datetime: { type: datetime }
  duration: { type: duration, max: 1h }
  money: { type: money, currencies: [CNY] }
  list: { type: list, max_items: 1, items: { type: integer } }
  object: { type: object, fields: { inner: { type: date } } }
samples: { typical: {} }
";
    let source = hongyan::diagnostic::SourceText::new("message.yaml", declaration);
    let mut unread = Diagnostics::new();
    let kind = hongyan::catalog::Kind::read("every", &source, &mut unread).unwrap();
    let values = [
        json!(CANARY),
        json!([CANARY, CANARY]),
        json!({ "inner": CANARY, "amount": CANARY, "currency": CANARY }),
        json!({ "amount": "1", "currency": CANARY }),
        json!(format!("https://{CANARY}.test/")),
        json!(format!("https://{CANARY}@example.test/")),
        json!(format!("{CANARY}@")),
        json!(format!("2026-01-01 {CANARY}")),
        json!(7_777_777),
    ];
    for value in &values {
        let given = kind.variables.names().map(|name| (name.to_owned(), value.clone())).collect();
        let faults = kind.variables.check(&given).unwrap_err();
        faults_hide("types", &faults);
        assert!(!faults.to_terminal(Language::En, false).contains("7777777"));
    }
}

/// What goes wrong only when a mail is rendered, in the engine's words and in ours.
#[test]
fn variables_appear_in_no_fault_of_a_template() {
    let templates = [
        "{{ name + 1 }}",
        "{{ 1 / name }}",
        "{{ name.first.second }}",
        "{{ name[0][1].x.y }}",
        "{{ name|int }}",
        "{{ name|float }}",
        "{{ name|round }}",
        "{{ name|batch(0)|list }}",
        "{{ name|batch(name) }}",
        "{{ name|replace(1, 2, 3, 4) }}",
        "{{ name|dictsort }}",
        "{{ name|items }}",
        "{{ [1]|map(name)|list }}",
        "{{ [1]|select(name)|list }}",
        "{{ [1]|selectattr(name, name)|list }}",
        "{{ [name]|map(attribute=name)|list }}",
        "{{ [name]|sum }}",
        "{{ [name]|groupby(name) }}",
        "{{ [name, 1]|sort|first|abs }}",
        "{{ name|mask_email(1) }}",
        "{{ name|indent(name) }}",
        "{{ name() }}",
        "{{ name.upper(1, 2, 3)() }}",
        "{{ range(name) }}",
        "{{ dict(name) }}",
        "{{ {name: name} }}",
        "{{ image(name) }}",
        "{{ t(name) }}",
        "{{ t('intro', by=name) }}",
        "{{ t('greeting', by=1, nme=name, brand=none) }}{{ none }}",
        "{{ code is divisibleby(name) }}",
        "{{ name in 1 }}",
        "{{ name < 1 }}{{ -name }}",
        "{% for a, b in name %}{% endfor %}",
        "{% for a, b in [name] %}{% endfor %}",
        "{% for a in 1 %}{{ name }}{% endfor %}",
        "{% set a, b = name %}",
        "{% include name %}",
        "{% if name %}{% for i in range(100000) %}{{ name }}{% endfor %}{% endif %}",
        "{% macro m(a) %}{{ a.b.c }}{% endmacro %}{{ m(name) }}",
        "{{ code|nosuch }}",
        "{{ unknown }}{{ code }}",
    ];
    for template in templates {
        let tree = project::with(project::BODY, template);
        let faults = project::send(&tree, vars()).err();
        if let Some(faults) = faults {
            faults_hide(template, &faults);
        }
    }
}

#[test]
fn variables_appear_in_no_fault_of_a_bad_template_or_file() {
    for case in group("template").iter().filter(|case| case.get("sub") != "deep") {
        let tree = project::with(project::BODY, case.bytes());
        if let Err(faults) = project::send(&tree, vars()) {
            faults_hide(case.get("id"), &faults);
        }
    }
    for case in group("yaml").iter().filter(|case| case.get("sub") != "size") {
        let declaration = [project::text(project::DECLARATION).into_bytes(), case.bytes()].concat();
        if let Err(faults) =
            project::send(&project::with(project::DECLARATION, declaration), vars())
        {
            faults_hide(case.get("id"), &faults);
        }
    }
}

#[test]
fn addresses_headers_and_attachments_appear_in_no_fault() {
    for case in group("address") {
        let Some(input) = case.input() else { continue };
        for input in [format!("{CANARY}{input}"), format!("{input}{CANARY}")] {
            if let Err(faults) = Draft::new("verify", "en", &input) {
                faults_hide(case.get("id"), &faults);
            }
        }
    }
    for case in group("header") {
        let Some(input) = case.input() else { continue };
        let value = format!("{input}{CANARY}");
        if let Err(fault) = CustomHeader::new(case.get("name"), &value) {
            faults_hide(case.get("id"), &fault.diagnostic().into());
            hides(case.get("id"), &fault.to_string());
        }
        if let Err(fault) = Attachment::new(&value, None, *b"x") {
            faults_hide(case.get("id"), &fault.diagnostic().into());
            debug_hides(case.get("id"), &fault);
        }
    }
}

#[test]
fn draft_mail_and_values_hide_what_they_hold() {
    let declaration = project::text(project::DECLARATION);
    let declaration = format!("{declaration}subject: \"{{{{ code }}}} {{{{ name }}}}\"\n");
    let tree = project::with(project::DECLARATION, declaration);
    let composer = Composer::load(&tree).unwrap();
    let draft = project::draft(vars());
    let rendered = composer.render(&draft).unwrap();
    assert!(rendered.subject.as_str().contains(CANARY) && rendered.text.contains(CANARY));
    debug_hides("draft", &draft);
    debug_hides("rendered", &rendered);
    debug_hides("html", &rendered.html);
    debug_hides("subject", &rendered.subject);
    debug_hides("vars", &rendered.vars);
    for (name, value) in rendered.vars.iter() {
        debug_hides(name, value);
    }
    let from = hongyan::mail::Mailbox::parse("sender@example.test").unwrap();
    let seal = hongyan::compose::Seal::new("id", 0, &from).unwrap();
    let images = hongyan::inline::ImageMode::Inside;
    let profile = hongyan::compose::Profile::new(from, images);
    let message = hongyan::compose::compose(&rendered, &seal, &profile).unwrap();
    debug_hides("message", &message);
    let mut unknown = draft.clone();
    unknown.kind = "verfy".into();
    faults_hide("kind", &composer.render(&unknown).unwrap_err());
    unknown.locale = "not a locale".into();
    faults_hide("locale", &composer.render(&unknown).unwrap_err());
    faults_hide("vars", &draft.vars([CANARY]).unwrap_err());
}
