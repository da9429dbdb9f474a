use std::fs;

use crate::place::{Place, Ran, reviewed, with};

const SEND: [&str; 6] =
    ["send", "verification_code", "--to", "a@example.com", "--sample", "typical"];

fn send_with(place: &Place, file: &str) -> Ran {
    place.run(with(SEND, ["--env-file", file]))
}

#[test]
fn dot_env_is_read_outside_production_only() {
    let place = Place::new();
    place.write(".env", "EMAIL_PROVIDER=file\n");
    place.run(SEND).exits(0);
    assert_eq!(place.list(".hongyan/outgoing").len(), 1);
    let place = place.env("HONGYAN_ENV", "production").env("HONGYAN_PROJECT", "embedded");
    let ran = place.run(SEND).exits(3);
    assert!(ran.stderr.contains("`SMTP_SERVER` is not set"), "{}", ran.stderr);
}

#[test]
fn dot_env_of_the_project_counts_where_the_working_folder_has_none() {
    let place = Place::with_project().within("below");
    place.write(".env", "EMAIL_PROVIDER=file\n");
    place.run(SEND).exits(0);
    assert_eq!(place.list(".hongyan/outgoing").len(), 1);
    place.write("below/.env", "EMAIL_PROVIDER=inbox\n");
    place.run(SEND).exits(0);
    assert_eq!(place.list(".hongyan/inbox").len(), 2);
}

#[test]
fn env_production_is_named_and_not_read() {
    let place = Place::new();
    place.write(".env.production", "SMTP_SERVER=smtp.qq.com\nSMTP_PASSWORD=hunter2\n");
    let ran = place.run(SEND).exits(0);
    reviewed("env_production_unread", &[&ran]);
    let asked = send_with(&place, ".env.production").exits(3);
    assert!(asked.stderr.contains("HONGYAN_PROJECT"), "{}", asked.stderr);
    let asked = send_with(&place.env("HONGYAN_PROJECT", "embedded"), ".env.production").exits(3);
    assert!(asked.stderr.contains("`SMTP_USER` is not set"), "{}", asked.stderr);
}

#[test]
fn a_file_called_production_means_production() {
    let place = Place::new();
    place.write("mail.production", "EMAIL_PROVIDER=file\n");
    send_with(&place, "mail.production").exits(3);
    place.write("mail.env", "EMAIL_PROVIDER=file\n");
    send_with(&place, "mail.env").exits(0);
    send_with(&place, "nofile").exits(3);
}

#[test]
fn the_process_wins_over_files() {
    let place = Place::new().env("EMAIL_PROVIDER", "inbox");
    place.write(".env", "EMAIL_PROVIDER=file\n");
    place.run(SEND).exits(0);
    assert_eq!(place.list(".hongyan"), ["inbox"]);
}

#[test]
fn a_missing_piece_is_a_fault_and_no_silent_inbox() {
    let place = Place::new().env("SMTP_PASSWORD", "hunter2-canary");
    let send = place.run(SEND).exits(3);
    let render = place.run(["render", "verification_code", "--format", "subject"]).exits(0);
    reviewed("env_missing", &[&send, &render]);
    let place = place.env("EMAIL_PROVIDER", "qqq");
    let unknown = place.run(SEND).exits(3);
    assert_eq!(unknown.stderr.matches("error").count(), 1, "{}", unknown.stderr);
}

#[test]
fn no_command_shows_a_password() {
    let canary = "hunter2-canary";
    let place = Place::new().env("SMTP_SERVER", "127.0.0.1").env("SMTP_USER", "me@example.com");
    // Nothing listens on port 1.
    let place = place
        .env("SMTP_PORT", "1")
        .env("SMTP_PASSWORD", canary)
        .env("ALIYUN_ACCESS_KEY_SECRET", canary);
    let runs = [
        place.run(["kinds", "--json"]),
        place.run(["render", "verification_code", "--json"]),
        place.run(["check", "--json"]),
        place.run(["schema", "verification_code"]),
        place.run([
            "send",
            "verification_code",
            "--to",
            "a@example.com",
            "--sample",
            "typical",
            "--json",
        ]),
        place.run(["send", "verification_code", "--to", "a@example.com", "--sample", "typical"]),
    ];
    runs.iter().for_each(|ran| assert!(!ran.screen().contains(canary), "{}", ran.screen()));
    assert_eq!(runs.map(|ran| ran.code), [0, 0, 0, 0, 75, 75]);
}

#[test]
fn from_is_what_the_environment_says() {
    let place = Place::new().env("EMAILS_FROM_EMAIL", "notice@example.org");
    let place = place.env("EMAILS_FROM_NAME", "焊接工艺管理系统").env("EMAIL_PROVIDER", "inbox");
    let path = place.run(SEND).exits(0).text();
    let bytes = fs::read(path.trim_end()).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!(from.address(), Some("notice@example.org"));
    assert_eq!(from.name(), Some("焊接工艺管理系统"));
    assert!(mail.message_id().unwrap().ends_with("@example.org"));
}
