use mail_parser::MessageParser;
use serde_json::json;

use crate::place::{EPOCH, Place, keys, reviewed, with};

#[test]
fn the_default_is_a_whole_message_to_the_usual_recipient() {
    let eml = Place::new().run(["render", "verification_code"]).exits(0).stdout;
    let mail = MessageParser::default().parse(&eml).unwrap();
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("recipient@example.com"));
    assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("no-reply@example.com"));
    assert_eq!(mail.subject(), Some("【鸿雁】登录验证码 483920"));
    assert!(eml.windows(2).all(|pair| pair[1] != b'\n' || pair[0] == b'\r'), "CRLF throughout");
}

#[test]
fn the_formats() {
    let place = Place::new().env(EPOCH.0, EPOCH.1);
    let text = place.run(["render", "verification_code", "--locale", "en", "--format", "text"]);
    let subject = place.run(["render", "verification_code", "--format", "subject"]);
    reviewed("render_text_and_subject", &[&text.exits(0), &subject.exits(0)]);
    let html = place.run(["render", "verification_code", "--format", "html"]).exits(0).text();
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("src=\"cid:"), "{html}");
    let eml = place.run(["render", "verification_code", "--format", "eml"]).exits(0);
    assert_eq!(eml.stdout, place.run(["render", "verification_code"]).exits(0).stdout);
}

#[test]
fn json_holds_all_of_it() {
    let place = Place::new().env(EPOCH.0, EPOCH.1);
    let ran = place.run(["render", "verification_code", "--format", "json"]).exits(0);
    let json = ran.json();
    let wanted = "kind locale subject preheader text html headers images adapted";
    assert_eq!(keys(&json).join(" "), wanted);
    assert_eq!(json["locale"], "zh-CN");
    assert_eq!(json["adapted"], json!([]));
    assert_eq!(keys(&json["images"][0]), ["name", "cid", "sha256"]);
    assert!(
        json["headers"].as_array().unwrap().iter().all(|pair| pair.as_array().unwrap().len() == 2)
    );
    assert_eq!(json["headers"][0], json!(["From", "<no-reply@example.com>"]));
    let same = place.run(["--json", "render", "verification_code"]).exits(0);
    assert_eq!(same.stdout, ran.stdout);
}

#[test]
fn the_same_epoch_gives_the_same_bytes() {
    let place = Place::new();
    let once = place.run(["render", "notification"]).exits(0).stdout;
    assert_ne!(once, place.run(["render", "notification"]).exits(0).stdout);
    let place = place.env(EPOCH.0, EPOCH.1);
    let once = place.run(["render", "notification"]).exits(0).stdout;
    assert_eq!(once, place.run(["render", "notification"]).exits(0).stdout);
}

#[test]
fn vars_lie_over_the_sample_and_var_over_vars() {
    let place = Place::new();
    place.write("vars.json", r#"{"code": "1111", "user_name": "Grace"}"#);
    let base = ["render", "verification_code", "--locale", "en", "--format", "text"];
    let sample = place.run(with(base, ["--sample", "typical"])).exits(0).text();
    assert!(sample.contains("483920") && sample.contains("Ada"), "{sample}");
    let vars = place.run(with(base, ["--sample", "typical", "--vars", "vars.json"])).exits(0);
    assert!(vars.text().contains("1111") && vars.text().contains("Grace"), "{}", vars.text());
    assert!(vars.text().contains("Chrome"), "the rest is the sample's: {}", vars.text());
    let var = place.run(with(base, ["--vars", "vars.json", "--var", "code=2222"])).exits(0);
    assert!(var.text().contains("2222") && var.text().contains("Grace"), "{}", var.text());
    assert!(!var.text().contains("Chrome"), "no sample unless asked: {}", var.text());
    let args = ["render", "verification_code", "--vars", "-", "--format", "subject"];
    let stdin = place.run_with_input(args, br#"{"code": "3333"}"#).exits(0);
    assert_eq!(stdin.text(), "【鸿雁】登录验证码 3333\n");
}

#[test]
fn var_is_read_as_it_is_declared() {
    let place = Place::with_project();
    place.write(
        "templates/typed/message.yaml",
        "description: Types\ncategory: transactional\nsubject: typed\npreheader: typed\nvariables:\n  \
         count: { type: integer }\n  code: { type: code, pattern: '[0-9]{3,4}' }\n  on: { type: boolean }\n  \
         tags: { type: list, items: { type: text } }\nsamples:\n  \
         typical: { count: 1, code: '0001', on: true, tags: [a] }\n",
    );
    place.write(
        "templates/typed/body.html.j2",
        "<p>{{ count + 1 }} {{ code }} {% if on %}on{% else %}off{% endif %} {{ tags|join('+') }}</p>",
    );
    let args = ["render", "typed", "--format", "text", "--var", "count=41", "--var", "code=007"];
    let ran = place.run(with(args, ["--var", "on=false", "--var", "tags=[\"x\",\"y\"]"]));
    assert_eq!(ran.exits(0).text().trim(), "42 007 off x+y");
    let wrong =
        place.run(["render", "typed", "--var", "count=many", "--var", "code=1", "--var", "on=1"]);
    assert_eq!(wrong.exits(1).text(), "");
}

#[test]
fn all_faults_are_told_at_once() {
    let place = Place::new();
    let kind = place.run(["render", "verification_cod"]).exits(1);
    let far = place.run(["render", "invoice"]).exits(1);
    let sample = place.run(["render", "verification_code", "--sample", "typicl"]).exits(1);
    let vars = ["--var", "cod=1", "--var", "purpose=signin", "--var", "expires_in=soon"];
    let vars = place.run(with(["render", "verification_code"], vars)).exits(1);
    let pair = place.run(["render", "verification_code", "--var", "code"]).exits(2);
    let to = place.run(["render", "verification_code", "--to", "ada"]).exits(1);
    let locale = place.run(["render", "verification_code", "--locale", "x y"]).exits(1);
    place.write("vars.json", "{\"code\": 1,\n");
    let json = place.run(["render", "verification_code", "--vars", "vars.json"]).exits(1);
    let none = place.run(["render", "verification_code", "--vars", "nofile"]).exits(74);
    let folder = place.run(["render", "verification_code", "-o", "no/such/folder"]).exits(74);
    let faults = [&kind, &far, &sample, &vars, &pair, &to, &locale, &json, &none, &folder];
    reviewed("render_faults", &faults);
}

#[test]
fn locales_are_negotiated() {
    let place = Place::new();
    for (asked, subject) in [
        ("zh", "【鸿雁】登录验证码 483920\n"),
        ("zh_CN", "【鸿雁】登录验证码 483920\n"),
        ("en-US", "483920 is your Hongyan sign-in code\n"),
        ("fr;q=0.4, en;q=0.8", "483920 is your Hongyan sign-in code\n"),
        ("zh-TW", "483920 is your Hongyan sign-in code\n"),
        ("ja", "【鸿雁】登录验证码 483920\n"),
    ] {
        let args = ["render", "verification_code", "--locale", asked, "--format", "subject"];
        assert_eq!(place.run(args).exits(0).text(), subject, "{asked}");
    }
}

#[test]
fn output_goes_to_a_file() {
    let place = Place::new().env(EPOCH.0, EPOCH.1);
    let quiet = place.run(["render", "verification_code", "-o", "mail.eml"]).exits(0);
    assert_eq!((quiet.text().as_str(), quiet.stderr.as_str()), ("", ""));
    let stdout = place.run(["render", "verification_code", "-o", "-"]).exits(0);
    assert_eq!(place.read("mail.eml").as_bytes(), stdout.stdout);
    let both = place.run(["render", "verification_code", "--json", "-o", "again.eml"]).exits(0);
    assert_eq!(both.json()["kind"], "verification_code");
    assert_eq!(place.read("again.eml"), place.read("mail.eml"));
    let file = place.run(["render", "verification_code", "--format", "json", "-o", "mail.json"]);
    assert_eq!(file.exits(0).text(), "");
    assert!(place.read("mail.json").starts_with('{'));
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let place = Place::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_hongyan"))
        .args(["render", "verification_code"])
        .env_clear()
        .current_dir(place.path(""))
        .stdout(full)
        .stderr(std::process::Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(74));
}
