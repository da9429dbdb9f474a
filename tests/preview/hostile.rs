use serde_json::{Value as Json, json};

use crate::place::Place;
use crate::studio::Studio;

/// A kind that shows one text wherever a text may stand.
const MESSAGE: &str = "category: transactional\nsubject: \"{{ note }}\"\nvariables:\n  note: { type: text, max_length: 5000, optional: false }\n  strange: { type: text, untrusted: true, max_length: 5000, optional: true }\nsamples:\n  typical: { note: fine }\n";
const BODY: &str = "{% extends \"_layout/base.html.j2\" %}\n{% block content %}<p title=\"{{ note }}\">{{ note }}</p>{% if strange %}<p>{{ strange }}</p>{% endif %}{% endblock %}\n";

fn payloads() -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bad-inputs.json");
    let all: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut found = Vec::new();
    for list in all.as_object().unwrap().values().filter_map(Json::as_array) {
        for entry in list {
            let Some(input) = entry["input"].as_str() else { continue };
            let tries = ["<", "javascript:", "onerror", "onclick", "onmouseover"];
            found.extend(tries.iter().any(|part| input.contains(part)).then(|| input.to_owned()));
        }
    }
    found
}

fn studio() -> Studio {
    let place = Place::with_project();
    place.write("templates/echo/message.yaml", MESSAGE);
    place.write("templates/echo/body.html.j2", BODY);
    for locale in ["zh-CN", "en"] {
        let strings = place.read(&format!("locales/{locale}.yaml"));
        place.write(
            &format!("locales/{locale}.yaml"),
            format!("{strings}\necho:\n  preheader: x\n"),
        );
    }
    Studio::with(place, &[], &[("EMAIL_PROVIDER", "inbox")])
}

#[test]
fn what_strangers_write_is_never_markup_and_never_runs() {
    let mut studio = studio();
    let payloads = payloads();
    assert!(payloads.len() >= 20, "{}", payloads.len());
    for payload in &payloads {
        let vars = json!({"note": payload, "strange": payload});
        let body = json!({"kind": "echo", "locale": "en", "vars": vars});
        let answer = studio.post("/api/render", &body);
        assert_eq!(answer.header("content-type"), "application/json", "{payload}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.status, 200, "{payload}");
        let told = answer.json();
        let Some(draft) = told["draft"].as_str() else {
            assert!(told["faults"][0].is_object(), "{payload}");
            continue;
        };
        let frame = studio.get(&format!("/mail/echo/en?draft={draft}")).is(200);
        let policy = frame.header("content-security-policy");
        assert!(policy.starts_with("sandbox allow-same-origin;") && !policy.contains("script"));
        assert!(!frame.text().to_lowercase().contains("<script"), "{payload}");
        assert!(!frame.text().contains("<img src=x"), "{payload}");
        studio.get(&format!("/mail/echo/en?draft={draft}&images=off&css=off&dark=author")).is(200);
    }
}

#[test]
fn a_template_with_a_script_is_refused_and_its_fault_is_no_markup() {
    let mut studio = studio();
    let mut events = studio.events();
    events.wait("build", |build| build["ok"] == true);
    studio.place.write("templates/echo/body.html.j2", "<script>alert(1)</script>{{ note }}");
    let build = events.wait("build", |build| build["ok"] == false);
    assert!(!build["faults"].as_array().unwrap().is_empty());
    let project = studio.get("/api/project").is(200);
    assert_eq!(project.header("content-type"), "application/json");
    // What was good before is still shown, and nothing of the new page.
    assert!(!studio.get("/mail/echo/en").is(200).text().contains("<script"));
    let body = json!({"kind": "<script>alert(1)</script>", "locale": "en", "vars": {}});
    assert_eq!(studio.post("/api/render", &body).header("content-type"), "application/json");
}

#[test]
fn a_caught_mail_may_be_anybodys() {
    let studio = studio();
    let id = "01a2012f-de4d-75de-9ecc-40a654b97f7f";
    let html = "<script>parent.canary=1</script><img src=x onerror=alert(1)><p>hello";
    let eml = format!(
        "From: <a@b.test>\r\nTo: <c@d.test>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    );
    studio.place.write(
        &format!(".hongyan/inbox/{id}.json"),
        format!("{{\"id\":\"{id}\",\"to\":\"c@d.test\",\"subject\":\"</script><script>\"}}"),
    );
    studio.place.write(&format!(".hongyan/inbox/{id}.eml"), eml);
    let frame = studio.get(&format!("/inbox/{id}/mail")).is(200);
    assert!(frame.text().contains("hello"));
    let policy = frame.header("content-security-policy");
    assert!(policy.starts_with("sandbox allow-same-origin; default-src 'none'"));
    assert_eq!(studio.get("/api/inbox").is(200).header("content-type"), "application/json");
    let file = studio.get(&format!("/inbox/{id}/eml")).is(200);
    assert!(file.header("content-disposition").starts_with("attachment"));
    for id in ["..%2f..%2fhongyan.yaml", "x", "01a2012f-de4d-75de-9ecc-40a654b97f7g"] {
        assert_eq!(studio.get(&format!("/inbox/{id}/mail")).status, 404, "{id}");
        assert_eq!(studio.get(&format!("/api/inbox/{id}")).status, 404, "{id}");
    }
}
