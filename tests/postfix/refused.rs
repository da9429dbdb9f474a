//! The binary where the server, its certificate or the login is wrong: exit code, error code, a
//! cause and a remedy in both languages; nothing arrives, and nobody logs in without TLS.

use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::server::Server;

const TO: &str = "nobody@hongyan.test";

/// Where to send what, and with which settings.
struct Attempt<'a> {
    port: &'a str,
    to: &'a str,
    settings: &'a [(&'a str, &'a str)],
}

impl Attempt<'_> {
    fn run(&self, server: &Server, more: &[&str]) -> Output {
        let folder = tempfile::tempdir().unwrap();
        let ssl = if self.port.starts_with("tls") { "true" } else { "" };
        Command::new(env!("CARGO_BIN_EXE_hongyan"))
            .args(["send", "verification_code", "--var", "code=483920", "--to", self.to])
            .args(more)
            .current_dir(folder.path())
            .env_clear()
            .env("SMTP_SERVER", "localhost")
            .env("SMTP_PORT", server.get(self.port))
            .env("SMTP_SSL", ssl)
            .env("SMTP_USER", server.get("user"))
            .env("SMTP_PASSWORD", server.get("password"))
            .env("SMTP_CA_FILE", server.get("authority"))
            .envs(self.settings.iter().copied())
            .output()
            .unwrap()
    }

    /// Exit code, error code and the server's code, the same in both languages; the hints.
    #[track_caller]
    fn fails(&self, server: &Server, exit: i32, code: &str, reply: Option<&str>) -> [String; 2] {
        ["en", "zh"].map(|language| {
            let output = self.run(server, &["--json", "--lang", language]);
            let shown = String::from_utf8_lossy(&output.stdout);
            let receipts: Json = serde_json::from_slice(&output.stdout).expect(&shown);
            let receipt = &receipts[0];
            assert_eq!(output.status.code(), Some(exit), "{shown}");
            assert_eq!((&receipt["state"], &receipt["path"]), (&"failed".into(), &Json::Null));
            assert_eq!(receipt["error"]["code"], code, "{shown}");
            assert_eq!(receipt["reply"]["code"].as_str(), reply, "{shown}");
            assert!(!shown.contains(server.get("password")) && !shown.contains("483920"));
            let text = |name: &str| receipt["error"][name].as_str().unwrap_or_default().to_owned();
            format!("{} / {}", text("title"), text("hint"))
        })
    }
}

/// The handshake is refused, and with it everything else.
#[track_caller]
fn no_tls(port: &str, settings: &[(&str, &str)], words: [&str; 2]) {
    let server = Server::take();
    let fault = Attempt { port, to: TO, settings };
    let texts = fault.fails(&server, 3, "send_tls", None);
    for (text, word) in texts.iter().zip(words) {
        assert!(text.contains(word), "{text}");
    }
    let log = server.log_of(2);
    assert!(!log.contains("auth=") && !log.contains("sasl") && !log.contains("mail="), "{log}");
    assert!(server.mailbox(TO).is_empty());
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn an_unknown_authority() {
    for port in ["starttls", "tls"] {
        let words = ["name it in `SMTP_CA_FILE`", "写入 `SMTP_CA_FILE`"];
        no_tls(port, &[("SMTP_CA_FILE", "")], words);
    }
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn another_authority_of_the_same_name() {
    let stranger = Server::take().get("stranger").to_owned();
    for port in ["starttls", "tls"] {
        let words = ["refused", "不可接受"];
        no_tls(port, &[("SMTP_CA_FILE", &stranger)], words);
    }
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn a_certificate_for_another_host() {
    for port in ["starttls_misnamed", "tls_misnamed"] {
        no_tls(
            port,
            &[],
            ["is for mail.example.org, not for `localhost`", "属于 mail.example.org"],
        );
    }
    for port in ["starttls", "tls"] {
        let words = ["set `SMTP_SERVER` to a name that the certificate carries", "证书中的名称"];
        no_tls(port, &[("SMTP_SERVER", "127.0.0.1")], words);
    }
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn an_expired_certificate() {
    for port in ["starttls_expired", "tls_expired"] {
        let words = ["expired on 2024-02-01", "已于 2024-02-01"];
        no_tls(port, &[], words);
        no_tls(port, &[], ["check the clock", "检查本机时钟"]);
    }
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn a_wrong_password() {
    let server = Server::take();
    for port in ["starttls", "tls", "starttls_login", "tls_login"] {
        let fault = Attempt { port, to: TO, settings: &[("SMTP_PASSWORD", "another")] };
        let [en, zh] = fault.fails(&server, 3, "send_auth", Some("535"));
        assert!(en.contains("`SMTP_PASSWORD`") && zh.contains("`SMTP_PASSWORD`"), "{en}\n{zh}");
    }
    let log = server.log_of(8);
    assert_eq!(log.matches("auth=0/1").count(), 8, "{log}");
    assert!(!log.contains("mail="), "{log}");
    assert!(server.mailbox(TO).is_empty());
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn refused_recipients() {
    let server = Server::take();
    let cases = [
        ("reject@hongyan.test", "550", "send_recipient", 4),
        ("defer@hongyan.test", "450", "send_transient", 75),
        ("full@hongyan.test", "452", "send_transient", 75),
    ];
    for (to, reply, code, exit) in cases {
        let fault = Attempt { port: "tls", to, settings: &[] };
        let texts = fault.fails(&server, exit, code, Some(reply));
        assert!(texts.iter().all(|text| text.contains(reply)), "{texts:?}");
        assert!(server.mailbox(to).is_empty());
    }
}

#[test]
#[ignore = "needs tests/postfix/check"]
fn a_person_is_told_what_the_server_said() {
    let server = Server::take();
    let sent = Attempt { port: "starttls", to: "told@hongyan.test", settings: &[] };
    let output = sent.run(&server, &["--lang", "en"]);
    let screen = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{screen}");
    assert!(screen.contains("250 2.0.0 Ok: queued as "), "{screen}");
    server.delivered("told@hongyan.test");
}
