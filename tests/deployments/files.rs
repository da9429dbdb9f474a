//! Every file works: `doctor` says so, a test mail leaves, and every kind in both languages.

use mail_parser::MessageParser;

use crate::deployment::{
    Deployed, GOOGLE, MAIL_163, MICROSOFT, QQ_MAIL, doctor, reviewed, run, steps,
};
use crate::namespace::deployed;
use crate::place::{Place, with};
use crate::smtp::SmtpServer;

const KINDS: [&str; 4] =
    ["notification", "reset_password", "verification_code", "verification_link"];

#[test]
fn qq() {
    deployed(|| {
        let (place, server) = works(&QQ_MAIL, Some("焊接工艺管理系统"));
        let ok = run(&place, ["doctor"]).exits(0);
        let sent = run(&place, ["doctor", "--send-to", "ada@example.com", "--lang", "zh"]);
        reviewed("doctor_qq", &[&ok, &sent.exits(0)]);
        server.record().assert_private();
    });
}

#[test]
fn netease() {
    deployed(|| drop(works(&MAIL_163, None)));
}

#[test]
fn gmail() {
    deployed(|| drop(works(&GOOGLE, None)));
}

#[test]
fn office365() {
    deployed(|| drop(works(&MICROSOFT, None)));
}

/// Google shows an app password as four groups of four; it is none with the spaces.
#[test]
fn gmail_with_the_spaces_of_an_app_password() {
    deployed(|| {
        let mut plan = GOOGLE.plan();
        plan.password = "abcdefghijklmnop".into();
        let (place, server) = GOOGLE.with_server(plan);
        place.edit("backend/.env.production", GOOGLE.password, "abcd efgh ijkl mnop");
        doctor(&place).exits(0);
        send(&place, "verification_code", "en");
        assert_eq!(server.record().mails.len(), 1);
    });
}

/// Port 465 where the file has 587, and the other way round.
#[test]
fn the_other_port_works_too() {
    deployed(|| {
        let (place, _server) = QQ_MAIL.with_server(QQ_MAIL.plan());
        place.edit("backend/.env.production", "587", "465");
        doctor(&place).exits(0);
        let (place, _server) = MAIL_163.with_server(MAIL_163.plan());
        place.edit("backend/.env.production", "465", "587");
        doctor(&place).exits(0);
    });
}

fn works(deployed: &Deployed, name: Option<&str>) -> (Place, SmtpServer) {
    let (place, server) = deployed.with_server(deployed.plan());
    let document = doctor(&place).exits(0).json();
    let reached = "config ok|dns ok|tcp ok|tls ok|ehlo ok|login ok|from ok";
    assert_eq!(steps(&document).join("|"), reached);
    assert_eq!((&document["ok"], &document["production"]), (&true.into(), &true.into()));
    assert_eq!(document["transports"][0]["provider"], deployed.id);
    let sent = run(&place, ["doctor", "--json", "--send-to", "ada@example.com"]).exits(0).json();
    assert_eq!(steps(&sent).join("|"), format!("{reached}|send ok"));
    for kind in KINDS {
        for locale in ["zh-CN", "en"] {
            let subject = send(&place, kind, locale);
            let record = server.record();
            let mail = record.mails.last().unwrap();
            let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
            let from = parsed.from().unwrap().first().unwrap();
            assert_eq!((from.address(), from.name()), (Some(deployed.user), name));
            assert_eq!(parsed.subject(), Some(subject.as_str()));
            assert_eq!(
                (mail.from.as_str(), mail.to.join(" ")),
                (deployed.user, "ada@example.com".into())
            );
            assert_eq!(mail.login.as_deref(), Some(deployed.user));
        }
    }
    assert_eq!(server.record().mails.len(), 1 + 2 * KINDS.len());
    (place, server)
}

/// Sends a kind; the subject that it should have.
fn send(place: &Place, kind: &str, locale: &str) -> String {
    let mail = [kind, "--locale", locale, "--sample", "typical"];
    let args = with(["send"], mail).chain(["--to", "ada@example.com", "--json"]);
    let receipt = run(place, args).exits(0).json();
    assert_eq!((&receipt[0]["state"], &receipt[0]["locale"]), (&"sent".into(), &locale.into()));
    let args = with(["render"], mail).chain(["--format", "subject"]);
    run(place, args).exits(0).text().trim_end().to_owned()
}
