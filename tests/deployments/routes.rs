//! Routes of `hongyan.yaml`: which transport takes a mail when another does not, and what is told
//! of it. The servers are on loopback, at any port.

use serde_json::Value as Json;

use crate::directmail::{ACCOUNT, Server};
use crate::place::{Place, Ran, with};
use crate::smtp::{Fault, Plan, SmtpServer, Stage};

/// Two servers, and a project that sends by the first as long as it can.
struct Two {
    main: SmtpServer,
    backup: SmtpServer,
    place: Place,
}

impl Two {
    /// `more` is what `hongyan.yaml` says of the first beside who it is.
    fn new(main: Plan, more: &str) -> Two {
        let (main, backup) = (SmtpServer::start(main), SmtpServer::start(Plan::default()));
        let transports = [("main", &main, more), ("backup", &backup, "")].map(of_smtp);
        let place = place(&transports.concat(), "[main, backup]");
        Two { main, backup, place }
    }

    fn with_fault(fault: Fault) -> Two {
        Two::new(Plan::default().with(fault), "")
    }

    /// How many mails each has.
    fn mails(&self) -> (usize, usize) {
        (self.main.record().mails.len(), self.backup.record().mails.len())
    }
}

fn of_smtp((name, server, more): (&str, &SmtpServer, &str)) -> String {
    format!(
        "  {name}: {{ provider: smtp, host: localhost, port: {}, user: sender@hongyan.test, password: \"${{PASSWORD}}\", ca_file: {}{more} }}\n",
        server.port(),
        server.ca_file().display()
    )
}

fn place(transports: &str, via: &str) -> Place {
    let place = Place::with_project().env("PASSWORD", "throw-away-password");
    place
        .write("hongyan.yaml", format!("transports:\n{transports}routes:\n  - {{ via: {via} }}\n"));
    place
}

const NOTICE: [&str; 5] = ["send", "notification", "--sample", "typical", "--json"];

/// One notice to each; what came of them.
fn send(place: &Place, to: &[&str]) -> Ran {
    let to = to.iter().flat_map(|to| ["--to", to]);
    place.run(NOTICE.into_iter().chain(to))
}

fn tried(receipt: &Json) -> Vec<(&str, &str)> {
    let tried = receipt["tried"].as_array().unwrap().iter();
    tried.map(|one| (one["transport"].as_str().unwrap(), one["cause"].as_str().unwrap())).collect()
}

#[test]
fn a_refused_login_is_tried_once_and_the_mails_go_elsewhere() {
    let two = Two::with_fault(Fault::at(Stage::Auth).reply("535 5.7.8 Authentication failed"));
    let receipts = send(&two.place, &["ada@example.com", "bob@example.com"]).exits(0).json();
    for receipt in receipts.as_array().unwrap() {
        assert_eq!((&receipt["state"], &receipt["transport"]), (&"sent".into(), &"backup".into()));
        assert_eq!(tried(receipt), [("main", "auth")]);
    }
    assert_eq!(two.mails(), (0, 2));
    assert_eq!((two.main.record().connections, two.main.record().count("AUTH")), (1, 1));
    let told =
        two.place.run(["send", "notification", "--sample", "typical", "--to", "c@example.com"]);
    let told = told.exits(0).text();
    assert!(told.contains("tried before `main`: the server answered AUTH with `535"), "{told}");
}

#[test]
fn a_refused_recipient_is_refused_everywhere() {
    let two = Two::with_fault(Fault::at(Stage::Rcpt).reply("550 5.1.1 No such user"));
    let receipt = send(&two.place, &["ada@example.com"]).exits(4).json();
    assert_eq!(
        (&receipt[0]["state"], &receipt[0]["transport"]),
        (&"failed".into(), &"main".into())
    );
    assert_eq!(receipt[0]["error"]["code"], "send_recipient");
    assert_eq!((two.mails(), two.backup.record().connections), ((0, 0), 0));
}

#[test]
fn a_lost_answer_is_not_asked_for_elsewhere() {
    let two = Two::with_fault(Fault::at(Stage::Eod).accepting().close_before());
    let receipt = send(&two.place, &["ada@example.com"]).exits(5).json();
    assert_eq!(
        (&receipt[0]["state"], &receipt[0]["transport"]),
        (&"unknown".into(), &"main".into())
    );
    assert_eq!(receipt[0]["error"]["code"], "send_in_doubt");
    assert_eq!((two.mails(), two.backup.record().connections), ((1, 0), 0));
}

#[test]
fn both_refuse_and_the_last_word_counts() {
    let two = Two::with_fault(Fault::at(Stage::Auth).reply("535 5.7.8 Authentication failed"));
    two.backup.change(Plan::default().with(Fault::at(Stage::Mail).reply("451 4.3.0 Later")));
    let ran = send(&two.place, &["ada@example.com"]).exits(75);
    let receipt = ran.json();
    assert_eq!(receipt[0]["transport"], "backup");
    assert_eq!(tried(&receipt[0]), [("main", "auth")]);
}

#[test]
fn a_pace_spreads_mails() {
    let two = Two::new(Plan::default(), ", pace: 1/1s");
    send(&two.place, &["ada@example.com", "bob@example.com"]).exits(0);
    let mails = two.main.record().mails;
    assert_eq!(two.mails(), (2, 0));
    let between = mails[1].at - mails[0].at;
    assert!(between.as_millis() > 900, "{between:?}");
}

#[test]
fn a_quota_ends_a_day() {
    let two = Two::new(Plan::default(), ", quota: { per_day: 1 }");
    let receipts = send(&two.place, &["ada@example.com", "bob@example.com"]).exits(0).json();
    assert_eq!(tried(&receipts[1]), [("main", "quota")]);
    assert_eq!(two.mails(), (1, 1));
    let yaml = two.place.read("hongyan.yaml").replace("[main, backup]", "[main]");
    two.place.write("hongyan.yaml", yaml);
    let receipts = send(&two.place, &["ada@example.com", "bob@example.com"]).exits(75).json();
    assert_eq!((&receipts[0]["state"], &receipts[1]["state"]), (&"sent".into(), &"failed".into()));
    assert_eq!(receipts[1]["error"]["code"], "send_quota");
    assert_eq!(two.mails(), (2, 1));
}

/// DirectMail behind an SMTP server that refuses its login, or alone.
fn with_directmail(via: &str, test: impl FnOnce(&Place, &Server)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start().await;
        let refusing = Fault::at(Stage::Auth).reply("535 5.7.8 Authentication failed");
        let main = SmtpServer::start(Plan::default().with(refusing));
        let api = format!(
            "  api: {{ provider: aliyun, access_key_id: {}, access_key_secret: \"${{SECRET}}\", account_name: {ACCOUNT}, endpoint: \"{}\" }}\n",
            crate::directmail::KEY_ID, server.url
        );
        let place = place(&(of_smtp(("main", &main, "")) + &api), via)
            .env("SECRET", crate::directmail::KEY_SECRET);
        tokio::task::block_in_place(|| test(&place, &server));
    });
}

#[test]
fn directmail_behind_smtp_shows_the_wordmark() {
    with_directmail("[main, api]", |place, server| {
        let receipt = send(place, &["ada@example.com"]).exits(0).json();
        assert_eq!(receipt[0]["transport"], "api");
        assert_eq!(tried(&receipt[0]), [("main", "auth")]);
        let adapted = receipt[0]["adapted"].as_array().unwrap();
        assert!(
            adapted.iter().any(|one| one["how"].as_str().unwrap().contains("wordmark")),
            "{adapted:?}"
        );
        let mails = server.mails();
        assert!(!mails[0]["HtmlBody"].contains("<img"), "{}", mails[0]["HtmlBody"]);
    });
}

#[test]
fn directmail_is_left_out_where_a_mail_has_attachments() {
    with_directmail("[main, api]", |place, server| {
        place.write("notes.txt", "first\n");
        let args = NOTICE.into_iter().chain(["--to", "ada@example.com", "--attach", "notes.txt"]);
        let receipt = place.run(args).exits(3).json();
        assert_eq!(receipt[0]["error"]["code"], "send_auth");
        assert!(server.requests().is_empty());
    });
    with_directmail("[api]", |place, server| {
        place.write("notes.txt", "first\n");
        let args =
            with(["--to", "ada@example.com"], ["--to", "bob@example.com", "--attach", "notes.txt"]);
        let ran = place.run(NOTICE.into_iter().chain(args)).exits(1);
        assert!(ran.text().contains("plan_impossible"), "{}", ran.screen());
        assert!(server.requests().is_empty());
    });
}
