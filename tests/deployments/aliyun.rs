//! Aliyun DirectMail by its API.

use serde_json::json;

use crate::deployment::{FILE, doctor, reviewed, run, steps, stops};
use crate::directmail::{ACCOUNT, Server, Step};
use crate::namespace::deployed;
use crate::place::{Place, Ran, with};

/// The key, as the file has it.
const KEY: (&str, &str) = ("your-access-key", "your-secret-key");
/// Whether the console knows the sender, only a mail shows.
const REACHED: &str = "config ok|dns ok|tcp ok|tls ok|ehlo ok|login ok";

/// A server in the background of a test that waits for the binary.
fn serving(test: impl FnOnce(&Place, &Server)) {
    deployed_runtime().block_on(async {
        let server = Server::start_for(KEY.0, KEY.1).await;
        let place = Place::with_project()
            .env("ALIYUN_ENDPOINT", &server.url)
            .env("EMAILS_FROM_EMAIL", ACCOUNT);
        place.write(FILE, include_str!("../data/env/aliyun.env"));
        tokio::task::block_in_place(|| test(&place, &server));
    });
}

fn deployed_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn send(place: &Place, kind: &str, locale: &str) -> Ran {
    let mail = [kind, "--locale", locale, "--sample", "typical"];
    run(place, with(["send"], mail).chain(["--to", "ada@example.com", "--json"]))
}

#[test]
fn aliyun_works() {
    deployed(|| {
        serving(|place, server| {
            let document = doctor(place).exits(0).json();
            assert_eq!(steps(&document).join("|"), REACHED);
            assert!(server.mails().is_empty());
            let tested = run(place, ["doctor", "--json", "--send-to", "ada@example.com"]);
            let tested = steps(&tested.exits(0).json()).join("|");
            assert_eq!(tested, format!("{REACHED}|from ok|send ok"));
            let sent = run(place, ["doctor", "--lang", "zh", "--send-to", "ada@example.com"]);
            let ok = run(place, ["doctor", "--lang", "en"]).exits(0);
            reviewed("doctor_directmail", &[&ok, &sent.exits(0)]);
            for kind in ["notification", "reset_password", "verification_code", "verification_link"]
            {
                for locale in ["zh-CN", "en"] {
                    let receipt = send(place, kind, locale).exits(0).json();
                    assert_eq!(receipt[0]["state"], "sent");
                    let mails = server.mails();
                    let mail = mails.last().unwrap();
                    let args = with(["render", kind], ["--locale", locale, "--sample", "typical"]);
                    let subject = run(place, args.chain(["--format", "subject"])).exits(0).text();
                    assert_eq!(mail["Subject"], subject.trim_end());
                    let fields = (mail["AccountName"].as_str(), mail["ToAddress"].as_str());
                    assert_eq!(fields, (ACCOUNT, "ada@example.com"));
                    assert!(mail["HtmlBody"].contains("<html") && !mail["TextBody"].is_empty());
                    assert!(!mail["HtmlBody"].contains("cid:"), "{}", mail["HtmlBody"]);
                }
            }
            assert_eq!(server.mails().len(), 2 + 8);
        });
    });
}

#[test]
fn the_file_alone_lacks_a_sender() {
    deployed(|| {
        let place = Place::with_project();
        place.write(FILE, include_str!("../data/env/aliyun.env"));
        let ran = run(&place, ["doctor", "--lang", "en"]).exits(3);
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(3);
        reviewed(
            "doctor_directmail_no_sender",
            &[&ran, &zh, &send(&place, "notification", "en").exits(3)],
        );
    });
}

#[test]
fn a_key_that_is_refused() {
    deployed(|| {
        serving(|place, _| {
            place.edit(FILE, "your-secret-key", "another-secret");
            let login = stops(place, "login", 3);
            assert_eq!(login["code"], "send_auth", "{login:#}");
            place.edit(FILE, "your-access-key", "another-key");
            let login = stops(place, "login", 3);
            assert_eq!(login["code"], "send_auth", "{login:#}");
            let screens = ["en", "zh"].map(|lang| run(place, ["doctor", "--lang", lang]).exits(3));
            for screen in &screens {
                assert!(!screen.text().contains("another-"), "{}", screen.text());
            }
            reviewed("doctor_directmail_key", &[&screens[0], &screens[1]]);
        });
    });
}

#[test]
fn a_clock_that_is_off() {
    deployed(|| {
        serving(|place, server| {
            server.skew(3600);
            // The server's own time is taken for the signature, so this stops nothing.
            let document = doctor(place).exits(0).json();
            let hint = document["transports"][0]["steps"][4]["hint"].clone();
            assert!(hint.as_str().unwrap().contains("the clock of this machine is 3"), "{hint}");
            send(place, "notification", "en").exits(0);
            assert_eq!(server.mails().len(), 1);
        });
    });
}

#[test]
fn an_account_that_cannot_send() {
    deployed(|| {
        serving(|place, server| {
            server.account(json!({"RequestId": "R-0", "DailyQuota": 2000, "UserStatus": 1}));
            let login = stops(place, "login", 3);
            assert!(login["detail"].as_str().unwrap().contains("frozen"), "{login:#}");
            assert!(login["hint"].as_str().unwrap().contains("邮件推送"), "{login:#}");
        });
    });
}

#[test]
fn a_sender_that_the_console_does_not_know() {
    deployed(|| {
        serving(|place, server| {
            server.always(Step::code(404, "InvalidMailAddress.NotFound"));
            let receipt = send(place, "notification", "en").exits(3).json();
            assert_eq!(receipt[0]["error"]["code"], "send_configuration");
            assert!(server.mails().is_empty());
            server.plan([Step::FINE]);
            let ran = run(place, ["doctor", "--send-to", "ada@example.com", "--lang", "zh"]);
            reviewed("doctor_directmail_sender", &[&ran.exits(3)]);
        });
    });
}
