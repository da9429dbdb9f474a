use std::fs;

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value as Json;

use crate::place::{EPOCH, Place, Ran, keys, reviewed, with};

const INBOX: &str = ".hongyan/inbox";

fn mail(path: &str) -> Vec<u8> {
    fs::read(path.trim_end()).unwrap()
}

/// The description beside a caught mail.
fn description(path: &str) -> Json {
    let path = path.trim_end().replace(".eml", ".json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn last_line(ran: &Ran) -> String {
    ran.text().lines().last().unwrap().to_owned()
}

#[test]
fn with_nothing_set_the_mail_is_caught_and_the_last_line_is_its_path() {
    let place = Place::new();
    let ran =
        place.run(["send", "verification_code", "--to", "ada@example.com", "--var", "code=483920"]);
    let ran = ran.exits(0);
    reviewed("send_caught", &[&ran]);
    let path = last_line(&ran);
    assert_eq!(path, ran.text().trim_end());
    assert!(path.starts_with(&*place.path(INBOX).to_string_lossy()) && path.ends_with(".eml"));
    let name = path.rsplit('/').next().unwrap().trim_end_matches(".eml").to_owned();
    assert_eq!(uuid::Uuid::parse_str(&name).unwrap().get_version_num(), 7);
    let bytes = mail(&path);
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("ada@example.com"));
    assert_eq!(place.list(INBOX), [format!("{name}.eml"), format!("{name}.json")]);
}

#[test]
fn the_inbox_says_what_was_put_into_a_mail() {
    let place = Place::new();
    let link = "https://example.com/reset?token=a1b2c3";
    let args = ["send", "reset_password", "--locale", "en", "--to", "Ada <ada@example.com>"];
    let ran = place.run(with(args, ["--sample", "typical", "--var", &format!("reset_url={link}")]));
    let ran = ran.exits(0);
    let about = description(&last_line(&ran));
    let wanted = "id message_id received_at to kind locale subject vars links eml";
    assert_eq!(keys(&about).join(" "), wanted);
    assert_eq!(about["to"], "ada@example.com");
    assert_eq!((&about["kind"], &about["locale"]), (&"reset_password".into(), &"en".into()));
    let links = about["links"].as_array().unwrap();
    assert!(links.iter().all(|one| keys(one) == ["variable", "url"]));
    assert!(
        links.iter().any(|one| one["variable"] == "reset_url" && one["url"] == link),
        "{links:?}"
    );
    assert_eq!(about["vars"]["reset_url"], link);
    let id = about["id"].as_str().unwrap();
    assert_eq!(about["eml"], format!("{id}.eml"));
    let bytes = mail(&last_line(&ran));
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    let message_id = about["message_id"].as_str().unwrap();
    assert_eq!(format!("<{}>", parsed.message_id().unwrap()), message_id);
    assert_eq!(parsed.subject().unwrap(), about["subject"]);
    assert!(about["received_at"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn the_description_is_there_before_the_mail() {
    let place = Place::new().env(EPOCH.0, EPOCH.1);
    let args = ["send", "notification", "--to", "ada@example.com", "--sample", "typical"];
    let path = last_line(&place.run(args).exits(0));
    let about = path.replace(".eml", ".json");
    fs::remove_file(&about).unwrap();
    fs::remove_file(&path).unwrap();
    // The same id again, and a folder in the mail's way: the description stands all the same.
    fs::create_dir_all(format!("{path}/full")).unwrap();
    place.run(args).exits(74);
    assert!(fs::metadata(about).is_ok());
}

#[test]
fn each_to_is_a_mail_of_its_own() {
    let place = Place::new();
    let args =
        ["send", "verification_code", "--sample", "typical", "--to", "Ada <ada@example.com>"];
    let ran = place.run(with(args, ["--to", "王伟 <wang.wei@example.com>"])).exits(0);
    let paths: Vec<String> = ran.text().lines().map(str::to_owned).collect();
    assert_eq!(paths.len(), 2);
    let to = |path: &String| description(path)["to"].as_str().unwrap().to_owned();
    assert_eq!(
        paths.iter().map(to).collect::<Vec<_>>(),
        ["ada@example.com", "wang.wei@example.com"]
    );
    assert!(!String::from_utf8(mail(&paths[0])).unwrap().contains("wang.wei"));
}

#[test]
fn one_bad_recipient_and_nothing_is_sent() {
    let place = Place::new();
    let args = ["send", "verification_code", "--sample", "typical", "--to", "ada@example.com"];
    let ran = place.run(with(args, ["--to", "wang.wei@"])).exits(1);
    let unknown = place.run(["send", "invoice", "--to", "ada@example.com"]).exits(1);
    let missing = place.run(["send", "verification_code", "--to", "ada@example.com"]).exits(1);
    let nobody = place.run(["send", "verification_code"]).exits(2);
    reviewed("send_faults", &[&ran, &unknown, &missing, &nobody]);
    assert!(place.list(INBOX).is_empty());
}

#[test]
fn json_is_an_array_of_receipts() {
    let place = Place::new();
    let ran = place.run([
        "send",
        "verification_code",
        "--to",
        "ada@example.com",
        "--var",
        "code=1234",
        "--json",
    ]);
    let ran = ran.exits(0);
    reviewed("send_receipt", &[&ran]);
    let json = ran.json();
    assert_eq!(json.as_array().unwrap().len(), 1);
    let wanted = "id message_id kind locale to state transport reply provider_id adapted path \
                  timings_ms error";
    assert_eq!(keys(&json[0]).join(" "), wanted);
    assert!(json[0]["timings_ms"].as_object().unwrap().values().all(Json::is_number));
    let path = json[0]["path"].as_str().unwrap();
    assert_eq!(description(path)["id"], json[0]["id"]);
    assert_eq!(description(path)["message_id"], json[0]["message_id"]);
}

#[test]
fn a_mail_that_cannot_be_written_is_a_receipt_too() {
    let place = Place::new();
    place.write("file", "");
    let args = ["send", "verification_code", "--to", "ada@example.com", "--var", "code=1234"];
    let ran = place.run(with(args, ["--via", "inbox:file", "--json"])).exits(74);
    reviewed("send_unwritable", &[&ran]);
    assert_eq!(ran.json()[0]["state"], "failed");
}

#[test]
fn attachments_arrive_as_they_were() {
    let place = Place::new();
    place.write("报告 1.pdf", b"%PDF-1.7\n\x00\xff");
    place.write("notes.txt", "first\nFrom here\n");
    let args = ["send", "notification", "--to", "ada@example.com", "--sample", "typical"];
    let ran = place.run(with(args, ["--attach", "报告 1.pdf", "--attach", "notes.txt"])).exits(0);
    let bytes = mail(&last_line(&ran));
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    let files: Vec<_> = parsed
        .attachments()
        .filter(|part| !part.is_content_type("image", "png"))
        .map(|part| (part.attachment_name().unwrap().to_owned(), part.contents().to_vec()))
        .collect();
    assert_eq!(files[0], ("报告 1.pdf".to_owned(), b"%PDF-1.7\n\x00\xff".to_vec()));
    assert_eq!(files[1].0, "notes.txt");
    place.run(with(args, ["--attach", "nofile"])).exits(74);
}

#[test]
fn via_is_a_folder_or_an_inbox() {
    let place = Place::new();
    let args =
        ["send", "verification_code", "--to", "ada@example.com", "--var", "code=1234", "--via"];
    let file = place.run(with(args, ["file:out"])).exits(0);
    assert!(place.list("out").iter().all(|name| name.ends_with(".eml")));
    assert_eq!(place.list("out").len(), 1);
    let inbox = place.run(with(args, ["inbox:in"])).exits(0);
    assert_eq!(place.list("in").len(), 2);
    reviewed("send_via", &[&file, &inbox]);
    place.run(with(args, ["inbox:"])).exits(0);
    assert_eq!(place.list(INBOX).len(), 2);
    place.run(with(args, ["file"])).exits(0);
    assert_eq!(place.list(".hongyan/outgoing").len(), 1);
}

#[test]
fn via_that_cannot_be() {
    let place = Place::new();
    let args =
        ["send", "verification_code", "--to", "ada@example.com", "--var", "code=1234", "--via"];
    let password = place.run(with(args, ["smtp://me:hunter2@smtp.example.com"])).exits(2);
    for text in [password.text(), password.stderr.clone()] {
        assert!(!text.contains("hunter2") && !text.contains("me:"), "{text}");
    }
    let form = place.run(with(args, ["ftp://example.com"])).exits(2);
    let name = place.run(with(args, ["gmial"])).exits(3);
    let smtp = place.run(with(args, ["smtp://127.0.0.1:1025?tls=none"])).exits(3);
    assert!(form.stderr.contains("file:DIR") && name.stderr.contains("gmail"), "{}", name.stderr);
    assert!(smtp.stderr.contains("`EMAILS_FROM_EMAIL` is not set"), "{}", smtp.stderr);
}

#[test]
fn the_inbox_may_be_said_on_purpose() {
    let place = Place::new().env("EMAIL_PROVIDER", "inbox");
    let ran =
        place.run(["send", "verification_code", "--to", "ada@example.com", "--var", "code=1234"]);
    assert!(!ran.stderr.contains("no mail variable"), "{}", ran.stderr);
    assert_eq!(ran.exits(0).text().lines().count(), 1);
}
