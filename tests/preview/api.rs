use serde_json::{Value as Json, json};

use crate::place::{EPOCH, Place, keys};
use crate::studio::{Studio, told};

/// Date and ids fixed, so that what two processes show can be compared.
fn fixed() -> Studio {
    Studio::with(Place::with_project().env(EPOCH.0, EPOCH.1), &[], &[EPOCH])
}

#[test]
fn every_address_of_the_page_is_the_page() {
    let studio = Studio::open();
    for path in ["/", "/t/verification_code?locale=en", "/sheet", "/inbox", "/inbox/x"] {
        let page = studio.get(path).is(200);
        assert!(page.header("content-type").starts_with("text/html"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let cookie = page.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let told = told(&page.text());
        for key in ["csrf", "lang", "version", "editor", "send", "inbox"] {
            assert!(!told[key].is_null(), "{key} in {told}");
        }
        assert!(told["editor"].as_str().unwrap().starts_with("vscode://file/"));
    }
    assert_eq!(studio.get("/nothing").is(404).code(), "not_found");
    assert_eq!(studio.get("/studio/../Cargo.toml").status, 404);
    assert_eq!(studio.get("/studio/%2e%2e%2fstudio%2findex.html").status, 404);
}

#[test]
fn the_language_is_the_readers() {
    let studio = Studio::with(Place::with_project(), &[], &[("LANG", "C")]);
    let lang = |path: &str, headers: &[(&str, &str)]| {
        told(&studio.ask("GET", path, headers, "").text())["lang"].as_str().unwrap().to_owned()
    };
    assert_eq!(lang("/", &[]), "en");
    assert_eq!(lang("/", &[("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")]), "zh");
    assert_eq!(lang("/?lang=zh", &[]), "zh");
    assert_eq!(lang("/?lang=en", &[("Cookie", "lang=zh")]), "en");
    let title = |language: &str| {
        let headers = [("X-Studio-Lang", language)];
        studio.ask("GET", "/api/nothing", &headers, "").json()["title"].as_str().unwrap().to_owned()
    };
    assert_ne!(title("zh"), title("en"));
    let said = Studio::with(Place::with_project(), &["--lang", "zh"], &[]);
    let page = said.ask("GET", "/", &[("Accept-Language", "en")], "");
    assert_eq!(told(&page.text())["lang"], "zh");
}

#[test]
fn the_project_is_described() {
    let studio = Studio::open();
    let project = studio.get("/api/project").is(200).json();
    assert_eq!((&project["version"], &project["ok"]), (&json!(1), &json!(true)));
    assert_eq!(project["default_locale"], "zh-CN");
    let kinds = project["kinds"].as_array().unwrap();
    let kind = kinds.iter().find(|kind| kind["name"] == "verification_code").unwrap();
    for key in ["description", "category", "locales", "samples", "variables", "badges"] {
        assert!(!kind[key].is_null(), "{key}");
    }
    assert_eq!(keys(&kind["badges"]["en"]), ["errors", "warnings"]);
    let code = &kind["variables"][0];
    assert_eq!(
        (&code["name"], &code["type"], &code["secret"]),
        (&json!("code"), &json!("code"), &json!(true))
    );
    assert!(code["pattern"].is_string());
    let sample = studio.get("/api/sample/verification_code/en/typical").is(200).json();
    assert_eq!(sample["vars"]["user_name"], "Ada");
    assert_eq!(
        studio.get("/api/sample/verification_code/en/nope").is(404).code(),
        "sample_unknown"
    );
}

#[test]
fn raw_is_what_render_gives() {
    let studio = fixed();
    for (kind, locale, sample) in [
        ("verification_code", "zh-CN", "typical"),
        ("notification", "en", "longest"),
        ("reset_password", "zh-CN", "hostile"),
    ] {
        let args = ["render", kind, "--locale", locale, "--sample", sample];
        let rendered = studio.place.run(args).exits(0).stdout;
        let path = format!("/eml/{kind}/{locale}?sample={sample}&download=1");
        let raw = studio.get(&path).is(200);
        assert_eq!(raw.body, rendered);
        assert_eq!(raw.header("content-type"), "message/rfc822");
        assert!(raw.header("content-disposition").starts_with("attachment; filename=\""));
        let args = ["render", kind, "--locale", locale, "--sample", sample, "--format", "text"];
        let text = studio.get(&format!("/text/{kind}/{locale}?sample={sample}")).is(200);
        assert_eq!(text.body, studio.place.run(args).exits(0).stdout);
    }
}

/// Date and ids fixed, the studio, `render` and a transport that writes files give the same bytes.
/// What leaves the machine never has a fixed date: over SMTP the Date, the Message-ID and the
/// boundaries that are made of it are the mail's own, and all else is the same. (A transport with a
/// `from` of its own sets that in place of the project's.)
#[test]
fn raw_is_what_is_sent() {
    let (server, taken) = crate::sink::open();
    let place = Place::with_project().env(EPOCH.0, EPOCH.1);
    let project = place.read("hongyan.yaml");
    let port = server.port();
    let sending = format!(
        "preview: {{ send_to: [recipient@example.com] }}\ntransports:\n  files: {{ provider: file, folder: out, from: no-reply@example.com }}\n  sink: {{ provider: smtp, host: 127.0.0.1, port: {port}, tls: none, from: no-reply@example.com }}\nroutes: [{{ via: [files] }}]\n"
    );
    place.write("hongyan.yaml", format!("{project}{sending}"));
    let mut studio = Studio::with(place, &[], &[EPOCH]);
    let own = r"(?m)^(Date|Message-ID): .*$|=_(alt|rel|mix)_[0-9a-f]+";
    let own = regex::bytes::Regex::new(own).unwrap();
    for (kind, locale, sample) in [
        ("verification_code", "zh-CN", "typical"),
        ("notification", "en", "longest"),
        ("reset_password", "zh-CN", "hostile"),
    ] {
        let raw = studio.get(&format!("/eml/{kind}/{locale}?sample={sample}")).is(200).body;
        let same = |bytes: &[u8], by: &str| {
            let [raw, sent] = [&raw[..], bytes].map(String::from_utf8_lossy);
            assert_eq!(raw, sent, "{kind} by {by}");
        };
        let blank = |mail: &[u8]| own.replace_all(mail, &b"*"[..]).into_owned();
        let sent = |by: &str| {
            let [raw, sent] = [&raw[..], &taken.recv().unwrap()].map(blank);
            assert_eq!(
                String::from_utf8_lossy(&raw),
                String::from_utf8_lossy(&sent),
                "{kind} by {by}"
            );
        };
        let mail = ["--locale", locale, "--sample", sample, "--to", "recipient@example.com"];
        let run = |command: &[&'static str], more: &[&'static str]| {
            let args: Vec<&str> =
                command.iter().chain(&[kind]).chain(&mail).chain(more).copied().collect();
            studio.place.run(args).exits(0)
        };
        same(&run(&["render"], &[]).stdout, "render");
        run(&["send"], &["--via", "files"]);
        let [name] = &studio.place.list("out")[..] else { panic!("one file") };
        let file = studio.place.path("out").join(name);
        same(&std::fs::read(&file).unwrap(), "file");
        std::fs::remove_file(file).unwrap();
        run(&["send"], &["--via", "sink"]);
        sent("SMTP");
        let test = json!({"kind": kind, "locale": locale, "sample": sample, "to": "recipient@example.com", "via": "sink"});
        studio.post("/api/send", &test).is(200);
        sent("the studio");
    }
}

#[test]
fn posted_data_is_rendered_and_kept() {
    let mut studio = fixed();
    let vars = json!({"code": "0042", "user_name": "Zoë"});
    let body = json!({"kind": "verification_code", "locale": "en", "vars": vars});
    let mail = studio.post("/api/render", &body).is(200).json();
    for key in [
        "draft",
        "version",
        "subject",
        "preheader",
        "from",
        "to",
        "text",
        "html_bytes",
        "headers",
        "mime",
        "images",
        "sizes",
        "adapted",
        "warnings",
        "source",
        "snapshot",
    ] {
        assert!(!mail[key].is_null(), "{key}");
    }
    assert!(mail["subject"].as_str().unwrap().contains("0042"));
    assert_eq!(mail["mime"]["type"], "multipart/alternative");
    let related = &mail["mime"]["children"][1];
    assert_eq!(related["type"], "multipart/related");
    assert_eq!(related["children"][1]["type"], "image/png");
    assert_eq!(related["children"][1]["bytes"], mail["sizes"]["images"]);
    assert_eq!(mail["source"]["template"][0]["file"], "templates/verification_code/body.html.j2");
    let draft = mail["draft"].as_str().unwrap();
    let at = |page: &str| format!("/{page}/verification_code/en?draft={draft}");
    let raw = studio.get(&at("eml")).is(200).body;
    let args = [
        "render",
        "verification_code",
        "--locale",
        "en",
        "--var",
        "code=0042",
        "--var",
        "user_name=Zoë",
    ];
    assert_eq!(raw, studio.place.run(args).exits(0).stdout);
    assert_eq!(mail["sizes"]["eml"], raw.len());
    assert!(studio.get(&at("mail")).is(200).text().contains("0042"));
    let html = studio.get(&at("html")).is(200);
    assert!(html.header("content-disposition").starts_with("attachment"));
    assert!(html.text().contains("data:image/png;base64,") && !html.text().contains("cid:"));
    // A draft is found under its own kind only.
    assert_eq!(studio.get(&format!("/mail/notification/en?draft={draft}")).status, 404);
    assert_eq!(studio.get("/mail/verification_code/en?draft=gone").status, 404);
}

#[test]
fn wrong_data_is_told_by_its_place() {
    let mut studio = Studio::open();
    let body =
        json!({"kind": "verification_code", "locale": "en", "vars": {"code": 42, "nope": 1}});
    let told = studio.post("/api/render", &body).is(200).json();
    let pointers: Vec<&Json> =
        told["faults"].as_array().unwrap().iter().map(|fault| &fault["pointer"]).collect();
    assert!(pointers.contains(&&json!("/vars/code")) && pointers.contains(&&json!("/vars/nope")));
    assert!(told["faults"][0]["excerpt"].is_string());
    let unknown = json!({"kind": "nope", "locale": "en", "vars": {}});
    assert_eq!(studio.post("/api/render", &unknown).is(200).code(), "kind_unknown");
    let page = studio.get("/mail/verification_code/en?sample=%3Cscript%3E").is(404);
    assert!(page.header("content-type").starts_with("text/plain"));
    assert_eq!(
        studio.change("POST", "/api/render", "{\"a\":1,\"a\":2}").is(422).code(),
        "vars_not_json"
    );
    let large = format!("{{\"kind\":\"{}\"}}", "x".repeat(1_100_000));
    assert_eq!(studio.change("POST", "/api/render", &large).is(413).code(), "request_too_large");
}

#[test]
fn a_frame_shows_the_mail_in_every_look() {
    let studio = Studio::open();
    let page = |query: &str| studio.get(&format!("/mail/verification_code/zh-CN?{query}")).is(200);
    let plain = page("sample=typical");
    let policy = plain.header("content-security-policy");
    assert!(policy.starts_with(
        "sandbox allow-same-origin; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    ));
    assert!(
        !policy.contains("allow-scripts") && plain.header("x-content-type-options") == "nosniff"
    );
    assert_eq!(plain.header("referrer-policy"), "no-referrer");
    let text = plain.text();
    assert!(text.contains("src=\"data:image/png;base64,") && text.contains("prefers-color-scheme"));
    let off = page("images=off").text();
    assert!(!off.contains("data:image") && !off.contains("cid:") && off.contains("alt="));
    assert!(!page("css=off").text().to_lowercase().contains("<style"));
    for dark in ["author", "off", "full"] {
        assert!(!page(&format!("dark={dark}")).text().contains("prefers-color-scheme"), "{dark}");
    }
}

#[test]
fn only_files_of_the_project_are_shown() {
    let studio = Studio::open();
    studio.place.write("secret.txt", "x");
    let file = studio.get("/source?file=templates/verification_code/message.yaml&line=3").is(200);
    assert!(file.json()["text"].as_str().unwrap().contains("category:"));
    for name in ["secret.txt", "../secret.txt", "/etc/passwd", "templates/../secret.txt", ""] {
        assert_eq!(studio.get(&format!("/source?file={name}")).status, 404, "{name}");
    }
}

#[test]
fn snapshots_are_compared_and_accepted() {
    let mut studio = Studio::open();
    let at = "/api/snapshot/verification_code/en/typical";
    assert_eq!(studio.get(at).is(200).json()["state"], "missing");
    let one = json!({"kind": "verification_code", "locale": "en", "sample": "typical"});
    let written = studio.post("/api/snapshot/accept", &one).is(200).json();
    assert_eq!(written["written"].as_array().unwrap().len(), 4);
    assert_eq!(studio.get(at).json()["state"], "same");
    assert!(
        studio.get("/snapshot/verification_code/en/typical").is(200).text().contains("data:image")
    );
    studio.place.edit("snapshots/verification_code/en/typical.txt", "483920", "000000");
    let changed = studio.get(at).json();
    assert_eq!(changed["state"], "changed");
    assert!(changed["files"][1]["diff"].as_str().unwrap().contains("-"));
    studio.post("/api/snapshot/accept", &json!({})).is(200);
    studio.place.run(["snapshot"]).exits(0);
    let outside = json!({"kind": "../..", "locale": "en", "sample": "typical"});
    assert_eq!(studio.post("/api/snapshot/accept", &outside).status, 404);
    assert_eq!(studio.get("/snapshot/..%2f..%2f/en/typical").status, 404);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let studio = Studio::open();
    let ran = studio.place.run(["preview", "--listen", &studio.address, "--lang", "en"]).exits(74);
    assert!(ran.stderr.contains("another program listens"), "{}", ran.stderr);
    let json = studio.place.run(["preview", "--listen", &studio.address, "--json"]).exits(74);
    assert_eq!(json.error_codes(), ["port_in_use"]);
    studio.place.run(["preview", "--listen", "nonsense"]).exits(2);
}

#[test]
fn the_kinds_inside_the_binary_can_be_looked_at() {
    let mut studio = Studio::with(Place::new(), &[], &[]);
    assert_eq!(studio.get("/api/project").json()["project"], "embedded");
    studio.get("/mail/verification_code/en").is(200);
    let body = json!({"kind": "verification_code", "name": "new", "vars": {"code": "1234"}});
    assert_eq!(studio.post("/api/samples", &body).is(422).code(), "project_not_found");
}
