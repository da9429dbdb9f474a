//! Logins and senders that a provider refuses.

use crate::deployment::{FILE, GOOGLE, MAIL_163, MICROSOFT, QQ_MAIL, reviewed, run, stops};
use crate::namespace::deployed;
use crate::smtp::{Fault, Stage};

/// As QQ says it, in GBK: `登录失败`.
const REFUSED_IN_GBK: &[u8] = b"535 Error: \xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc\r\n";

const VERIFY: [&str; 6] =
    ["send", "verification_code", "--sample", "typical", "--to", "ada@example.com"];

#[test]
fn a_wrong_authorization_code_at_qq() {
    deployed(|| {
        let plan = QQ_MAIL.plan().with(Fault::at(Stage::Auth).raw(REFUSED_IN_GBK));
        let (place, server) = QQ_MAIL.with_server(plan);
        let login = stops(&place, "login", 3);
        assert_eq!(login["code"], "send_auth");
        assert!(login["detail"].as_str().unwrap().contains("登录失败"), "{login:#}");
        assert!(login["hint"].as_str().unwrap().contains("授权码"), "{login:#}");
        let en = run(&place, ["doctor", "--lang", "en"]).exits(3);
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(3);
        for screen in [en.text(), zh.text()] {
            assert!(screen.contains("授权码") && !screen.contains(QQ_MAIL.password), "{screen}");
        }
        let sent = run(&place, VERIFY).exits(3);
        reviewed("doctor_qq_refused", &[&en, &zh, &sent]);
        assert!(server.record().mails.is_empty());
    });
}

/// The server compares what it is told with another password: the words are QQ's.
#[test]
fn another_password_than_the_account_has() {
    deployed(|| {
        let (place, server) = QQ_MAIL.with_server(QQ_MAIL.plan());
        place.edit(FILE, "abcdefghijklmnop", "ponmlkjihgfedcba");
        assert_eq!(stops(&place, "login", 3)["code"], "send_auth");
        assert_eq!((server.record().logins, server.record().count("AUTH")), (0, 1));
    });
}

#[test]
fn the_sender_is_not_the_login_at_qq() {
    deployed(|| {
        let (place, server) = QQ_MAIL.with_server(QQ_MAIL.plan());
        place.edit(
            FILE,
            "EMAILS_FROM_EMAIL=10001234@qq.com",
            "EMAILS_FROM_EMAIL=notice@example.com",
        );
        let from = stops(&place, "from", 3);
        assert_eq!(from["code"], "send_configuration");
        assert!(from["detail"].as_str().unwrap().contains("501"), "{from:#}");
        assert!(from["hint"].as_str().unwrap().contains("EMAILS_FROM_EMAIL"), "{from:#}");
        run(&place, VERIFY).exits(3);
        assert!(server.record().mails.is_empty());
    });
}

#[test]
fn smtp_is_switched_off_at_netease() {
    deployed(|| {
        let plan = MAIL_163.plan().with(Fault::at(Stage::Auth).reply("550 User has no permission"));
        let (place, _server) = MAIL_163.with_server(plan);
        let login = stops(&place, "login", 3);
        assert_eq!(login["code"], "send_auth");
        assert!(login["hint"].as_str().unwrap().contains("SMTP"), "{login:#}");
    });
}

#[test]
fn gmail_wants_an_app_password() {
    deployed(|| {
        let refusal = "534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor 3f1490d57ef6 - gsmtp";
        let plan = GOOGLE.plan().with(Fault::at(Stage::Auth).reply(refusal));
        let (place, _server) = GOOGLE.with_server(plan);
        let login = stops(&place, "login", 3);
        assert_eq!(login["code"], "send_auth");
        assert!(login["hint"].as_str().unwrap().contains("app password"), "{login:#}");
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(3);
        assert!(zh.text().contains("应用专用密码"), "{}", zh.text());
    });
}

#[test]
fn microsoft_has_switched_logins_by_password_off() {
    deployed(|| {
        let mut plan = MICROSOFT.plan();
        plan.password = "another".into();
        let (place, _server) = MICROSOFT.with_server(plan);
        let login = stops(&place, "login", 3);
        assert_eq!(login["code"], "send_auth");
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(3);
        reviewed("doctor_office365_refused", &[&run(&place, ["doctor", "--lang", "en"]), &zh]);
    });
}
