//! `doctor` where nobody has to be asked: settings, files, routes. What it says of servers is in
//! `tests/deployments/`.

use serde_json::Value as Json;

use crate::place::{Place, Ran, keys, reviewed};

const STEPS: &str = "config dns tcp tls ehlo login from send";

fn doctor(place: &Place, language: &str) -> Ran {
    place.run(["doctor", "--lang", language])
}

fn steps(document: &Json, transport: usize) -> Vec<Json> {
    document["transports"][transport]["steps"].as_array().unwrap().clone()
}

/// The codes of the steps that are wrong.
fn codes(document: &Json) -> Vec<String> {
    let transports = document["transports"].as_array().unwrap().iter();
    let steps = transports.flat_map(|transport| transport["steps"].as_array().unwrap());
    let wrong = steps.filter(|step| step["status"] == "wrong");
    wrong.map(|step| step["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn with_nothing_set_mails_go_to_the_inbox() {
    let place = Place::with_project();
    reviewed("doctor_nothing", &[&doctor(&place, "en").exits(0), &doctor(&place, "zh").exits(0)]);
    let document = place.run(["doctor", "--json"]).exits(0).json();
    assert_eq!((&document["ok"], &document["domain"]), (&true.into(), &Json::Null));
    assert_eq!(document["transports"][0]["provider"], "inbox");
    assert!(place.list(".hongyan").is_empty());
}

#[test]
fn a_production_file_is_named_with_its_flag_and_not_read() {
    let place = Place::with_project();
    place.write(".env", "EMAIL_PROVIDER=file\n");
    place.write(".env.production", "SMTP_SERVER=smtp.qq.com\nSMTP_PASSWORD=canary\n");
    let screens = [doctor(&place, "en").exits(0), doctor(&place, "zh").exits(0)];
    for screen in &screens {
        let text = screen.text();
        assert!(text.contains("--env-file .env.production"), "{text}");
        assert!(!text.contains("canary") && !text.contains("smtp.qq.com"), "{text}");
    }
    reviewed("doctor_files", &[&screens[0], &screens[1]]);
    let files = place.run(["doctor", "--json"]).exits(0).json()["files"].clone();
    let said: Vec<_> =
        files.as_array().unwrap().iter().map(|f| (&f["path"], &f["status"])).collect();
    assert_eq!(said.len(), 2);
    assert!(said.contains(&(&".env".into(), &"read".into())), "{said:?}");
    assert!(said.contains(&(&".env.production".into(), &"skipped".into())), "{said:?}");
}

#[test]
fn all_faults_of_the_settings_are_told_at_once() {
    let place = Place::with_project();
    place.write(
        ".env",
        "SMTP_SERVER=smtp.qq.com\nSMTP_PORT=ten\nSMTP_TLS=true\nSMTP_SSL=true\nSMTP_USER=me@qq.com\nEMAILS_FROM_EMAIL=nobody\n",
    );
    let screens = [doctor(&place, "en").exits(3), doctor(&place, "zh").exits(3)];
    reviewed("doctor_faults", &[&screens[0], &screens[1]]);
    let document = place.run(["doctor", "--json"]).exits(3).json();
    assert!(codes(&document).len() >= 4, "{document:#}");
    for name in ["SMTP_PORT", "SMTP_SSL", "SMTP_PASSWORD", "EMAILS_FROM_EMAIL"] {
        assert!(screens[0].text().contains(name), "{name}: {}", screens[0].text());
    }
}

#[test]
fn production_without_settings() {
    let place = Place::with_project().env("HONGYAN_ENV", "production");
    let document = place.run(["doctor", "--json"]).exits(3).json();
    assert_eq!((&document["ok"], &document["production"]), (&false.into(), &true.into()));
    assert_eq!(codes(&document), ["config_missing"]);
    reviewed(
        "doctor_production",
        &[&doctor(&place, "en").exits(3), &doctor(&place, "zh").exits(3)],
    );
}

#[test]
fn the_shape_that_scripts_read() {
    let place = Place::with_project().env("EMAIL_PROVIDER", "inbox");
    place.write(".env", "");
    let document = place.run(["doctor", "--json"]).exits(0).json();
    assert_eq!(keys(&document).join(" "), "ok production files transports domain outbox");
    assert_eq!(keys(&document["files"][0]).join(" "), "path status why");
    assert_eq!(keys(&document["transports"][0]).join(" "), "name provider steps");
    let steps = steps(&document, 0);
    let names: Vec<&str> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names.join(" "), STEPS);
    for step in &steps {
        assert_eq!(keys(step).join(" "), "step status code detail hint ms");
    }
    // The same keys, codes and names in every language.
    let zh = place.run(["doctor", "--json", "--lang", "zh"]).exits(0).json();
    assert_eq!(keys(&zh).join(" "), "ok production files transports domain outbox");
    assert_eq!(zh["transports"][0]["steps"][1]["status"], "not_tried");
}

#[test]
fn a_folder_or_an_inbox_on_purpose() {
    for provider in ["inbox", "file"] {
        let place = Place::with_project().env("EMAIL_PROVIDER", provider);
        let ran = doctor(&place, "en").exits(0);
        assert!(ran.text().contains(&format!("\n{provider}\n")), "{}", ran.text());
        let args = ["doctor", "--json", "--send-to", "ada@example.com"];
        let document = place.run(args).exits(0).json();
        assert_eq!(steps(&document, 0)[7]["status"], "ok", "{document:#}");
    }
}

/// Two transports, of which one cannot carry a kind with a sender of its own.
#[test]
fn every_transport_of_the_routes_is_looked_at() {
    let place = Place::with_project().env("QQ_CODE", "abcdefghijklmnop");
    place.write("hongyan.yaml", "\
transports:
  main: { provider: smtp, host: 127.0.0.1, port: 1, user: notice@mail.invalid, password: \"${QQ_CODE}\", from: notice@mail.invalid }
  backup: { provider: qq, host: 127.0.0.1, port: 1, user: 10001234@qq.com, password: \"${QQ_CODE}\" }
routes:
  - { via: [main, backup] }
");
    let declared = place.read("templates/notification/message.yaml");
    place.write("templates/notification/message.yaml", declared + "\nfrom: news@example.com\n");
    let document = place.run(["doctor", "--json"]).exits(75).json();
    let names: Vec<_> =
        document["transports"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["main", "backup"]);
    for transport in [0, 1] {
        assert_eq!(steps(&document, transport)[2]["status"], "wrong", "{document:#}");
    }
    let screens = ["en", "zh"].map(|language| doctor(&place, language).exits(75));
    let check = place.run(["check"]);
    for told in [&screens[0].text(), &check.stderr] {
        assert!(told.contains("`backup` can never carry `notification`"), "{told}");
    }
    reviewed("doctor_routes", &[&screens[0], &screens[1], &check]);
}

#[test]
fn a_key_for_signatures_that_is_not_there() {
    let place = Place::with_project();
    place.write(
        "hongyan.yaml",
        "\
transports:
  relay:
    { provider: smtp, host: 127.0.0.1, port: 1, from: notice@mail.invalid,
      dkim: { selector: s1, domain: mail.invalid, key_file: keys/s1.pem } }
",
    );
    let document = place.run(["doctor", "--json"]).exits(3).json();
    let config = &steps(&document, 0)[0];
    assert_eq!((&config["status"], &config["code"]), (&"wrong".into(), &"file_unreadable".into()));
    assert!(config["detail"].as_str().unwrap().contains("keys/s1.pem"), "{config:#}");
    reviewed("doctor_dkim", &[&doctor(&place, "en").exits(3), &doctor(&place, "zh").exits(3)]);
}

/// What `send` ends with, the test mail does too.
#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::with_project().env("EMAIL_PROVIDER", "inbox");
    place.write(".hongyan", "a file where a folder is needed");
    let mail = ["notification", "--sample", "typical", "--to", "ada@example.com"];
    place.run(["send"].into_iter().chain(mail)).exits(74);
    let document = place.run(["doctor", "--json", "--send-to", "ada@example.com"]);
    assert_eq!(steps(&document.exits(74).json(), 0)[7]["status"], "wrong");
}

/// What would keep `serve` from starting.
#[test]
fn settings_of_the_service_that_are_wrong() {
    let place = Place::with_project();
    place.write(".env", "EMAIL_PROVIDER=inbox\nHONGYAN_API_TOKENS=canary\nHONGYAN_LISTEN=:3026\n");
    let document = place.run(["doctor", "--json"]).exits(3).json();
    assert_eq!(codes(&document), ["config_bad_value", "config_bad_value"]);
    let screen = doctor(&place, "en").exits(3).text();
    assert!(screen.contains("HONGYAN_API_TOKENS") && screen.contains("0.0.0.0:3026"), "{screen}");
    assert!(!screen.contains("canary"), "{screen}");
    assert_eq!(steps(&document, 1)[0]["status"], "ok");
}

#[test]
fn an_outbox_that_cannot_be_made() {
    let place = Place::with_project();
    place.write(".env", "EMAIL_PROVIDER=inbox\nHONGYAN_OUTBOX=sqlite:.env/mails/outbox.db\n");
    let screen = doctor(&place, "en").exits(3).text();
    assert!(screen.contains("cannot be made here"), "{screen}");
    place.write(".env", "EMAIL_PROVIDER=inbox\nHONGYAN_OUTBOX=sqlite:new/mails/outbox.db\n");
    assert!(doctor(&place, "en").exits(0).text().contains("not there yet"));
    assert!(!place.path("new").exists());
}

#[test]
fn a_proxy_is_not_looked_behind() {
    let place = Place::with_project()
        .env("EMAIL_PROVIDER", "aliyun")
        .env("ALIYUN_ACCESS_KEY_ID", "LTAI5tAbcdefghijklmnopqr")
        .env("ALIYUN_ACCESS_KEY_SECRET", "Abcdefghijklmnopqrstuvwxyz0123")
        .env("EMAILS_FROM_EMAIL", "notice@mail.invalid")
        .env("HTTPS_PROXY", "http://127.0.0.1:1");
    let document = place.run(["doctor", "--json"]).exits(75).json();
    let steps = steps(&document, 0);
    let seen: Vec<&str> = steps.iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(seen[..4], ["ok", "not_tried", "wrong", "not_tried"], "{document:#}");
    assert!(steps[2]["hint"].as_str().unwrap().contains("HTTPS_PROXY"), "{document:#}");
    let direct = place.env("ALIYUN_ENDPOINT", "http://127.0.0.1:1");
    let document = direct.run(["doctor", "--json"]).exits(75).json();
    let steps = self::steps(&document, 0);
    assert_eq!((&steps[1]["status"], &steps[2]["status"]), (&"ok".into(), &"wrong".into()));
    assert!(steps[1]["ms"].is_number() && steps[2]["ms"].is_number(), "{document:#}");
}

#[test]
fn the_log_can_be_asked_for() {
    let place = Place::with_project().env("RUST_LOG", "hongyan=loud");
    let ran = doctor(&place, "en").exits(0);
    assert!(ran.stderr.contains("`RUST_LOG` cannot be read"), "{}", ran.stderr);
}
