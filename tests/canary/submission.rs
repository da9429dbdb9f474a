//! SMTP.

use std::path::PathBuf;

use crate::canaries::{
    PASSWORD, RECIPIENT_MASKED, SENDER, TOKEN, USER, echoes, hides_all, mail_echoes,
};
use crate::place::{Place, Ran};
use crate::runs::{place, run_all, said, send_all};
use crate::smtp::{Fault, Plan, SmtpServer, Stage};

/// How a login is proved.
const PROOFS: [&str; 5] = ["PLAIN", "LOGIN", "token", "token file", "token command"];

fn plan(proof: &str) -> Plan {
    let mechanisms = match proof {
        "PLAIN" => vec!["PLAIN"],
        "LOGIN" => vec!["LOGIN"],
        _ => vec!["XOAUTH2"],
    };
    let (user, password, token) = (USER.into(), PASSWORD.into(), TOKEN.into());
    Plan { mechanisms, user, password, token, ..Plan::default() }
}

fn client(server: &SmtpServer, proof: &str) -> Place {
    let place = place();
    let file = |name: &str, text: &str| {
        place.write(name, text);
        place.path(name).to_string_lossy().into_owned()
    };
    let (name, value) = match proof {
        "token" => ("SMTP_OAUTH_TOKEN", TOKEN.to_owned()),
        "token file" => ("SMTP_OAUTH_TOKEN_FILE", file("token", &format!("{TOKEN}\n"))),
        "token command" => ("SMTP_OAUTH_TOKEN_COMMAND", format!("printf '%s' '{TOKEN}'")),
        _ => ("SMTP_PASSWORD", PASSWORD.to_owned()),
    };
    place
        .env("SMTP_SERVER", "localhost")
        .env("SMTP_PORT", &server.port().to_string())
        .env("SMTP_TLS", "true")
        .env("SMTP_CA_FILE", &server.ca_file().to_string_lossy())
        .env("SMTP_USER", USER)
        .env("EMAILS_FROM_EMAIL", SENDER)
        .env(name, &value)
}

#[test]
fn what_goes_well_is_told_without_what_went() {
    for proof in PROOFS {
        let server = SmtpServer::start(plan(proof));
        let runs = run_all(proof, &client(&server, proof));
        assert!(runs.iter().all(|ran| ran.code == 0), "{proof}: {}", runs[0].screen());
        assert!(runs.iter().take(2).all(|ran| said(ran).contains(RECIPIENT_MASKED)), "{proof}");
        assert_eq!(server.record().mails.len(), 4, "{proof}");
        assert!(runs[0].stderr.contains("Email sent to"), "no log: {}", runs[0].stderr);
    }
}

#[test]
fn a_server_that_repeats_the_login_is_not_quoted() {
    for at in 0..4 {
        for (proof, secret) in [(PROOFS[at % 2], PASSWORD), (PROOFS[2 + at % 3], TOKEN)] {
            let words = &echoes(secret)[at];
            let reply = ["535 5.7.8", "454 4.7.0", "220", "535-5.7.8 no\n535"][at];
            let fault = Fault::at(Stage::Auth).reply(&format!("{reply} {words}"));
            let server = SmtpServer::start(plan(proof).with(fault));
            let runs = run_all(&format!("{reply} {words}"), &client(&server, proof));
            assert!(runs.iter().all(|ran| ran.code != 0), "{reply} {words}");
            assert!(server.record().mails.is_empty());
        }
    }
}

#[test]
fn a_server_that_repeats_a_mail_is_not_quoted() {
    let mut faults = vec![
        (Fault::at(Stage::Mail).reply("553 5.7.1 {line}: not yours"), 0),
        (Fault::at(Stage::Rcpt).reply("550 5.1.1 {line}: no such user"), 0),
        (Fault::at(Stage::Rcpt).reply("450 4.2.0 {line} is greylisted"), 0),
    ];
    for words in mail_echoes() {
        let end = |code: &str| Fault::at(Stage::Eod).reply(&format!("{code} {words}"));
        faults.push((end("554"), 0));
        faults.push((end("451"), 0));
        faults.push((end("354").losing(), 0));
        faults.push((end("250 2.0.0 ok queued as"), 2));
        faults.push((Fault::at(Stage::Data).reply(&format!("554 {words}")), 0));
    }
    for (fault, taken) in faults {
        let what = format!("{fault:?}");
        let server = SmtpServer::start(plan("PLAIN").with(fault));
        let runs = send_all(&what, &client(&server, "PLAIN"));
        assert_eq!(runs.iter().all(|ran| ran.code == 0), taken > 0, "{what}");
        assert_eq!(server.record().mails.len(), taken, "{what}");
    }
}

/// A test mail has another content, but the same recipient.
#[test]
fn a_server_that_repeats_its_commands_is_not_quoted() {
    for stage in [Stage::Auth, Stage::Mail, Stage::Rcpt, Stage::Any] {
        for (code, run) in [("550", run_all as fn(&str, &Place) -> Vec<Ran>), ("354", send_all)] {
            let fault = Fault::at(stage).reply(&format!("{code} {{line}}?"));
            let server = SmtpServer::start(plan("PLAIN").with(fault));
            run(&format!("{stage:?} {code}"), &client(&server, "PLAIN"));
            assert!(server.record().mails.is_empty());
        }
    }
}

#[test]
fn noise_is_no_way_out_either() {
    for stage in [Stage::Ehlo, Stage::Auth, Stage::Rcpt, Stage::Eod] {
        for fault in [Fault::at(stage).garbage(600), Fault::at(stage).close_before()] {
            let what = format!("{fault:?}");
            let server = SmtpServer::start(plan("LOGIN").with(fault));
            send_all(&what, &client(&server, "LOGIN"));
        }
    }
}

/// Files and commands that give no token, and what they say instead.
#[test]
fn a_token_that_cannot_be_had() {
    let server = SmtpServer::start(plan("token"));
    let several = format!("{TOKEN}\n{TOKEN}\n");
    for (name, value) in [
        ("SMTP_OAUTH_TOKEN_FILE", PathBuf::from("token")),
        ("SMTP_OAUTH_TOKEN_COMMAND", format!("echo '{TOKEN}'; echo '{TOKEN}' >&2; exit 3").into()),
        ("SMTP_OAUTH_TOKEN_COMMAND", format!("echo '{TOKEN}'; echo '{TOKEN}'").into()),
        ("SMTP_OAUTH_TOKEN_COMMAND", format!("/nowhere/{TOKEN}").into()),
    ] {
        let place = client(&server, "none").env("SMTP_PASSWORD", "");
        place.write("token", &several);
        let place = place.env(name, &value.to_string_lossy());
        let runs = run_all(name, &place);
        assert!(runs.iter().all(|ran| ran.code == 3), "{name}: {}", runs[0].screen());
    }
}

/// The key signs, and is not seen; no more is one that cannot.
#[test]
fn the_key_of_a_signature() {
    let server = SmtpServer::start(Plan { mechanisms: Vec::new(), ..Plan::default() });
    let good = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
    let bad = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let torn = good.replacen("-----END", "----END", 1);
    for (key, code) in [(&good, 0), (&bad, 3), (&torn, 3)] {
        let place = place();
        place.run(["init", "."]).exits(0);
        place.write("dkim.pem", key);
        let project = place.read("hongyan.yaml");
        let port = server.port();
        let ca_file = server.ca_file();
        let lines = format!(
            "{project}\ntransports:\n  relay:\n    host: localhost\n    port: {port}\n    tls: starttls\n    \
             ca_file: {}\n    from: {SENDER}\n    \
             dkim: {{ selector: s, domain: hongyan.invalid, key_file: dkim.pem }}\n",
            ca_file.display()
        );
        place.write("hongyan.yaml", lines);
        for ran in run_all("dkim", &place) {
            let lines = key.lines().filter(|line| !line.contains("----"));
            let middle: Vec<&str> = lines.map(|line| &line[8..18]).collect();
            hides_all("dkim", &said(&ran), &middle);
            ran.exits(code);
        }
    }
    assert!(server.record().mails.iter().all(|mail| mail.bytes.starts_with(b"DKIM-Signature")));
}
