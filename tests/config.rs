//! The environment of deployed systems, read as it is; every rule of the contract; and the proof
//! that no fault shows a value.
#![cfg(feature = "mailer")]

use std::ffi::OsString;
use std::io;
use std::path::Path;

use hongyan::config::{
    ChosenBy, EnvFile, Environment, MailSettings, ProjectSetting, Proof, SmtpSettings, Tls,
    TransportSetting, Via, WhenUnset,
};
use hongyan::diagnostic::{Diagnostics, Language};

fn no_file(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

fn process(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

fn gathered(pairs: &[(&str, &str)]) -> (Environment, Diagnostics) {
    Environment::gather(process(pairs), &[], &no_file)
}

fn checked_as(pairs: &[(&str, &str)], when_unset: WhenUnset) -> (MailSettings, Diagnostics) {
    let (environment, mut faults) = gathered(pairs);
    let (settings, found) = MailSettings::from_environment(&environment, when_unset);
    faults.extend(found);
    (settings, faults)
}

fn checked(pairs: &[(&str, &str)]) -> (MailSettings, Diagnostics) {
    checked_as(pairs, WhenUnset::Inbox)
}

/// `code: title`, one a line.
fn told(faults: &Diagnostics) -> Vec<String> {
    let line = |f: &hongyan::diagnostic::Diagnostic| {
        assert!(f.remedy().is_some() || f.severity().as_str() == "info", "no remedy: {f:?}");
        format!("{} {}: {}", f.severity().as_str(), f.code().as_str(), f.title().en)
    };
    faults.iter().map(line).collect()
}

fn smtp(settings: &MailSettings) -> &SmtpSettings {
    match &settings.transports[..] {
        [TransportSetting::Smtp(smtp)] => smtp,
        other => panic!("not one SMTP server: {other:?}"),
    }
}

fn password(smtp: &SmtpSettings) -> &str {
    match &smtp.login.as_ref().unwrap().proof {
        Proof::Password(secret) => secret.expose(),
        other => panic!("no password: {other:?}"),
    }
}

fn deployed(name: &str) -> (MailSettings, Diagnostics) {
    let bytes = std::fs::read(Path::new("tests/data/env").join(name)).unwrap();
    let (file, mut faults) = EnvFile::parse(name, &bytes);
    let (environment, found) = Environment::gather([], &[file], &no_file);
    faults.extend(found);
    let (settings, found) = MailSettings::from_environment(&environment, WhenUnset::Inbox);
    faults.extend(found);
    (settings, faults)
}

#[test]
fn the_deployed_qq_file_reads_right() {
    let (settings, faults) = deployed("qq.env");
    assert_eq!(told(&faults), Vec::<String>::new());
    let smtp = smtp(&settings);
    assert_eq!((smtp.preset.id, smtp.host.as_str(), smtp.port), ("qq", "smtp.qq.com", 587));
    assert_eq!((smtp.tls, password(smtp)), (Tls::StartTls, "abcdefghijklmnop"));
    assert_eq!(smtp.login.as_ref().unwrap().user, "10001234@qq.com");
    assert_eq!(settings.from.address.as_deref(), Some("10001234@qq.com"));
    assert_eq!(settings.from.name.as_deref(), Some("焊接工艺管理系统"));
    assert_eq!((settings.chosen_by, settings.production), (ChosenBy::Server, false));
}

#[test]
fn the_deployed_163_file_reads_right() {
    let (settings, faults) = deployed("163.env");
    let smtp = smtp(&settings);
    assert_eq!((smtp.preset.id, smtp.port, smtp.tls), ("163", 465, Tls::Implicit));
    assert_eq!(settings.from.address.as_deref(), Some("your-email@163.com"));
    assert_eq!(
        told(&faults),
        [
            "warning env_placeholder: `SMTP_USER` is still a placeholder",
            "warning env_placeholder: `SMTP_PASSWORD` is still a placeholder",
        ]
    );
    assert_eq!(faults.iter().map(|f| f.line()).collect::<Vec<_>>(), [Some(4), Some(5)]);
}

#[test]
fn the_deployed_gmail_file_reads_right() {
    let (settings, faults) = deployed("gmail.env");
    let smtp = smtp(&settings);
    assert_eq!((smtp.preset.id, smtp.port, smtp.tls), ("gmail", 587, Tls::StartTls));
    assert_eq!(password(smtp), "your-app-password");
    assert!(!faults.has_errors());
}

#[test]
fn the_deployed_aliyun_file_lacks_a_sender_and_is_told_so() {
    let (settings, faults) = deployed("aliyun.env");
    assert!(settings.transports.is_empty());
    assert_eq!(
        told(&faults).last().unwrap(),
        "error config_missing: `ALIYUN_ACCOUNT_NAME` is not set"
    );

    let pairs = [
        ("EMAIL_PROVIDER", "aliyun"),
        ("ALIYUN_ACCESS_KEY_ID", "LTAI5tabc"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "def"),
        ("EMAILS_FROM_EMAIL", "no-reply@mail.example.com"),
    ];
    let (settings, faults) = checked(&pairs);
    assert_eq!(told(&faults), Vec::<String>::new());
    let TransportSetting::DirectMail(account) = &settings.transports[0] else { panic!() };
    assert_eq!(account.account_name, "no-reply@mail.example.com");
    assert_eq!(account.endpoint.as_str(), "https://dm.aliyuncs.com/");
    assert_eq!(account.access_key_secret.expose(), "def");
}

#[test]
fn the_deployed_office365_file_reads_right() {
    let (settings, faults) = deployed("office365.env");
    assert_eq!(told(&faults), Vec::<String>::new());
    let smtp = smtp(&settings);
    assert_eq!((smtp.preset.id, smtp.port, smtp.tls), ("office365", 587, Tls::StartTls));
}

/// The value of `X` in a file of that text.
fn value(text: &str) -> String {
    let (file, faults) = EnvFile::parse("x.env", text.as_bytes());
    assert_eq!(told(&faults), Vec::<String>::new(), "{text}");
    let (environment, _) = Environment::gather([], &[file], &no_file);
    environment.get("X").map(|v| v.value.expose().to_owned()).unwrap_or_default()
}

#[test]
fn env_lines_are_literal() {
    let cases = [
        ("X=a", "a"),
        ("\u{feff}X=a\r\nY=b\r\n", "a"),
        ("export X=a", "a"),
        ("export\tX = a ", "a"),
        ("  X=\t a b  c \t", "a b  c"),
        ("X=abc#def", "abc#def"),
        ("X=#abc", "#abc"),
        ("X= # nothing", ""),
        ("X=abc #def", "abc"),
        ("X=abcdefghijklmnop  # 替换为你的授权码", "abcdefghijklmnop"),
        ("X=abcd efgh ijkl mnop", "abcd efgh ijkl mnop"),
        ("X='a # b' # c", "a # b"),
        ("X=\" a # b \"", " a # b "),
        ("X=$HOME ${Y} $(id) \\n", "$HOME ${Y} $(id) \\n"),
        ("X=\"$HOME \\n 'q'\"", "$HOME \\n 'q'"),
        ("X='it\"s'", "it\"s"),
        ("X=it's", "it's"),
        ("X=a=b==", "a=b=="),
        ("X=''", ""),
        ("# X=a\n\n  # X=b", ""),
        ("X=焊接工艺管理系统", "焊接工艺管理系统"),
        ("spring.mail-host=y\nX=a", "a"),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn env_faults_name_file_and_line() {
    let text = b"A=1\nB='open\nno assignment\nA=2\nC='x' y\nbad name=1\nD=\xd6\xd0\nE=\xd6\n";
    let (_, faults) = EnvFile::parse("conf/.env", text);
    let lines: Vec<_> = faults
        .iter()
        .map(|f| (f.line().unwrap(), f.code().as_str(), f.severity().as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (2, "env_syntax", "error"),
            (3, "env_syntax", "error"),
            (4, "env_duplicate", "warning"),
            (5, "env_syntax", "error"),
            (6, "env_syntax", "error"),
            (7, "file_not_utf8", "error"),
        ]
    );
    let first = faults.iter().next().unwrap();
    let screen = first.to_terminal(Language::En, false);
    assert!(screen.starts_with("error: conf/.env:2: the quote of `B` is not closed"), "{screen}");
    let json = first.to_json(Language::Zh);
    assert_eq!((json["file"].as_str(), json["line"].as_u64()), (Some("conf/.env"), Some(2)));
    assert!(json["column"].is_null());
}

#[test]
fn the_process_wins_and_empty_is_unset() {
    let (file, _) = EnvFile::parse(".env", b"SMTP_PORT=1\nSMTP_USER=file@example.com\nSMTP_TLS=\n");
    let pairs = process(&[("SMTP_PORT", "2"), ("SMTP_USER", ""), ("EMPTY", "")]);
    let (environment, _) = Environment::gather(pairs, &[file], &no_file);
    assert_eq!(environment.get("SMTP_PORT").unwrap().value.expose(), "2");
    assert_eq!(environment.get("SMTP_USER").unwrap().value.expose(), "file@example.com");
    assert!(environment.get("SMTP_TLS").is_none() && environment.get("EMPTY").is_none());
}

#[test]
fn a_secret_may_come_from_a_file() {
    let read = |path: &Path| match path.to_str().unwrap() {
        "/run/secrets/smtp" => Ok(b"abc def \r\n".to_vec()),
        "/run/secrets/empty" => Ok(b"\n".to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let gather = |pairs: &[(&str, &str)]| Environment::gather(process(pairs), &[], &read);
    let (environment, faults) = gather(&[("SMTP_PASSWORD_FILE", "/run/secrets/smtp")]);
    assert!(faults.is_empty());
    assert_eq!(environment.get("SMTP_PASSWORD").unwrap().value.expose(), "abc def ");

    let (_, faults) =
        gather(&[("SMTP_PASSWORD_FILE", "/run/secrets/smtp"), ("SMTP_PASSWORD", "x")]);
    assert_eq!(
        told(&faults),
        ["error env_conflict: both `SMTP_PASSWORD` and `SMTP_PASSWORD_FILE` are set"]
    );
    let (_, faults) = gather(&[("SMTP_PASSWORD_FILE", "/run/secrets/empty")]);
    assert_eq!(
        told(&faults),
        ["error file_unreadable: the file that `SMTP_PASSWORD_FILE` names: it is empty"]
    );
    let (_, faults) = gather(&[("ALIBABA_CLOUD_ACCESS_KEY_SECRET_FILE", "none")]);
    assert!(told(&faults)[0].ends_with("there is no such file"));
}

type Pairs = &'static [(&'static str, &'static str)];

const LOGIN: [(&str, &str); 2] = [("SMTP_USER", "a@example.com"), ("SMTP_PASSWORD", "abcdefgh")];

fn with_login(pairs: &[(&'static str, &'static str)]) -> (MailSettings, Diagnostics) {
    checked(&[&LOGIN, pairs].concat())
}

#[test]
fn port_and_encryption_follow_the_contract() {
    use Tls::{Implicit, StartTls};
    let host = ("SMTP_HOST", "mail.example.com");
    let cases: [(Pairs, u16, Tls); 10] = [
        (&[], 587, StartTls),
        (&[("SMTP_PORT", "465")], 465, Implicit),
        (&[("SMTP_PORT", "994")], 994, Implicit),
        (&[("SMTP_PORT", "25")], 25, StartTls),
        (&[("SMTP_PORT", "2525"), ("SMTP_SSL", "True")], 2525, Implicit),
        (&[("SMTP_PORT", "465"), ("SMTP_TLS", "True"), ("SMTP_SSL", "False")], 465, Implicit),
        (&[("SMTP_PORT", "587"), ("SMTP_TLS", "yes"), ("SMTP_SSL", "0")], 587, StartTls),
        (&[("SMTP_PORT", "465"), ("SMTP_TLS", "false"), ("SMTP_SSL", "true")], 465, Implicit),
        (&[("SMTP_SSL", "1")], 465, Implicit),
        (&[("SMTP_SSL", "no")], 587, StartTls),
    ];
    for (pairs, port, tls) in cases {
        let (settings, faults) = with_login(&[&[host], pairs].concat());
        assert!(!faults.has_errors(), "{pairs:?}: {:?}", told(&faults));
        assert_eq!((smtp(&settings).port, smtp(&settings).tls), (port, tls), "{pairs:?}");
    }
}

#[test]
fn plain_is_for_servers_without_a_login() {
    let plain = [("SMTP_SERVER", "127.0.0.1"), ("SMTP_TLS", "false"), ("SMTP_PORT", "1025")];
    let (settings, faults) =
        checked(&[&plain[..], &[("EMAILS_FROM_EMAIL", "a@example.com")]].concat());
    assert_eq!(told(&faults), Vec::<String>::new());
    assert_eq!((smtp(&settings).tls, smtp(&settings).login.is_none()), (Tls::None, true));
    let (_, faults) = with_login(&plain);
    assert_eq!(
        told(&faults),
        ["error config_insecure: `SMTP_TLS=false` would send the password unencrypted"]
    );
}

#[test]
fn presets_know_ports_and_passwords() {
    for (id, host, port) in [
        ("qq", "smtp.qq.com", 465),
        ("exmail", "smtp.exmail.qq.com", 465),
        ("163", "smtp.163.com", 465),
        ("126", "smtp.126.com", 465),
        ("yeah", "smtp.yeah.net", 465),
        ("gmail", "smtp.gmail.com", 465),
        ("office365", "smtp.office365.com", 587),
        ("aliyun-smtp", "smtpdm.aliyun.com", 465),
    ] {
        let (by_id, _) = checked(&[&LOGIN[..], &[("EMAIL_PROVIDER", id)]].concat());
        let (by_host, _) = checked(&[&LOGIN[..], &[("SMTP_SERVER", host)]].concat());
        for settings in [by_id, by_host] {
            let smtp = smtp(&settings);
            assert_eq!((smtp.preset.id, smtp.host.as_str(), smtp.port), (id, host, port));
        }
    }
}

#[test]
fn a_gmail_password_loses_its_spaces_and_a_wrong_shape_is_told() {
    let gmail = [("SMTP_SERVER", "smtp.gmail.com"), ("SMTP_USER", "a@gmail.com")];
    let (settings, faults) =
        checked(&[&gmail[..], &[("SMTP_PASSWORD", "abcd efgh ijkl mnop")]].concat());
    assert!(faults.is_empty());
    assert_eq!(password(smtp(&settings)), "abcdefghijklmnop");
    let qq =
        [("SMTP_SERVER", "smtp.qq.com"), ("SMTP_USER", "1@qq.com"), ("SMTP_PASSWORD", "hunter22")];
    let (_, faults) = checked(&qq);
    assert_eq!(
        told(&faults),
        ["warning config_suspect: `SMTP_PASSWORD` is not 16 letters, as those of `qq` are"]
    );
    let remedy = faults.iter().next().unwrap().remedy().unwrap();
    assert!(remedy.zh.contains("POP3/IMAP/SMTP服务") && remedy.zh.contains("生成授权码"));
}

#[test]
fn placeholders_and_comments_are_told() {
    let tell = |word| {
        let (_, faults) = checked(&[
            ("SMTP_SERVER", "smtp.163.com"),
            ("SMTP_USER", "someone@163.com"),
            ("SMTP_PASSWORD", word),
        ]);
        told(&faults).join("\n")
    };
    for word in
        ["your-163-auth-code", "your-app-password", "changeme", "xxxxxxxxxxxxxxxx", "<password>"]
    {
        assert!(tell(word).starts_with("warning env_placeholder"), "{word}");
    }
    assert!(tell("你的16位授权码").starts_with("error env_placeholder"));
    assert!(tell("abcdefghijklmnop  # mine").starts_with("warning env_comment"));
    assert!(tell("abcdefghijklmnop  # 替换为你的授权码").starts_with("error env_comment"));
    assert_eq!(tell("GoodPass"), "");

    let (settings, faults) = with_login(&[
        ("SMTP_SERVER", "mail.example.com"),
        ("EMAILS_FROM_NAME", "密码邮箱 #1"),
        ("EMAILS_FROM_EMAIL", "notice@邮箱.example"),
    ]);
    assert_eq!(told(&faults), ["warning env_comment: `EMAILS_FROM_NAME` still holds a comment"]);
    assert_eq!(settings.from.name.as_deref(), Some("密码邮箱 #1"));
}

#[test]
fn all_faults_are_told_at_once() {
    let (_, faults) = checked(&[
        ("SMTP_SERVER", "smtp://smtp.qq.com:465"),
        ("SMTP_HOST", "smtp.163.com"),
        ("SMTP_PORT", "70000"),
        ("SMTP_TLS", "true"),
        ("SMTP_SSL", "true"),
        ("SMTP_USER", "a@example.com"),
        ("SMTP_PASS", "abc"),
        ("EMAILS_FROM_EMAIL", "Team <a@example.com>"),
        ("SOURCE_DATE_EPOCH", "yesterday"),
    ]);
    assert_eq!(
        told(&faults),
        [
            "error env_conflict: `SMTP_SERVER` and `SMTP_HOST` name different servers",
            "error config_bad_value: the value of `SMTP_SERVER` cannot be used",
            "error config_bad_value: the value of `SMTP_PORT` cannot be used",
            "error env_conflict: `SMTP_TLS` and `SMTP_SSL` are both true",
            "error config_missing: `SMTP_PASSWORD` is not set",
            "error config_bad_value: the value of `EMAILS_FROM_EMAIL` cannot be used",
            "error config_bad_value: the value of `SOURCE_DATE_EPOCH` cannot be used",
        ]
    );
    let missing = faults.iter().find(|f| f.code().as_str() == "config_missing").unwrap();
    assert_eq!(
        missing.remedy().unwrap().en,
        "`SMTP_PASS` is set; the name here is `SMTP_PASSWORD`"
    );
}

#[test]
fn the_inbox_is_for_when_nothing_is_set() {
    let inbox = |settings: &MailSettings| {
        matches!(settings.transports[..], [TransportSetting::Inbox(None)])
    };
    let (settings, faults) = checked(&[("HOME", "/root"), ("ALIBABA_CLOUD_ACCESS_KEY_ID", "x")]);
    assert!(inbox(&settings) && faults.is_empty());
    assert_eq!(settings.chosen_by, ChosenBy::Nothing);

    let (settings, faults) = checked(&[("EMAIL_PROVIDER", "inbox")]);
    assert!(inbox(&settings) && faults.is_empty() && settings.chosen_by == ChosenBy::Provider);
    let (settings, faults) = checked(&[("EMAIL_PROVIDER", "file"), ("HONGYAN_ENV", "production")]);
    assert!(matches!(settings.transports[..], [TransportSetting::File(None)]) && faults.is_empty());
    assert!(settings.production);

    let missing = "error config_missing: `SMTP_SERVER` is not set";
    for pairs in
        [[("ENVIRONMENT", "Production")], [("EMAILS_FROM_NAME", "Team")], [("SMTP_PORT", "25")]]
    {
        let (settings, faults) = checked(&pairs);
        assert!(settings.transports.is_empty(), "{pairs:?}");
        assert_eq!(told(&faults), [missing]);
    }
    let (_, faults) = checked_as(&[], WhenUnset::Fault);
    assert_eq!(told(&faults), [missing]);
    let (_, faults) = checked(&[("ALIYUN_ACCOUNT_NAME", "a@example.com")]);
    assert_eq!(told(&faults)[0], "error config_missing: `EMAIL_PROVIDER` is not set");
}

const DIRECTMAIL: [(&str, &str); 3] = [
    ("EMAIL_PROVIDER", "aliyun"),
    ("ALIYUN_ACCESS_KEY_ID", "LTAI5tabc"),
    ("ALIYUN_ACCESS_KEY_SECRET", "def"),
];

#[test]
fn directmail_sends_from_an_own_domain_only() {
    for (name, address, domain) in [
        ("EMAILS_FROM_EMAIL", "10001234@qq.com", "qq.com"),
        ("ALIYUN_ACCOUNT_NAME", "a@vip.163.com", "vip.163.com"),
        ("EMAILS_FROM_EMAIL", "a@Gmail.com", "gmail.com"),
    ] {
        let (settings, faults) = checked(&[&DIRECTMAIL[..], &[(name, address)]].concat());
        assert!(settings.transports.is_empty());
        assert_eq!(
            told(&faults),
            [format!(
                "error config_bad_value: `{name}` is a mailbox of `{domain}`, and DirectMail sends \
                 from your own verified domain only"
            )]
        );
        assert!(faults.iter().next().unwrap().remedy().unwrap().zh.contains("控制台"));
    }
    // The account is the sender, whatever a fall-back by SMTP is sent from.
    let pairs = [("ALIYUN_ACCOUNT_NAME", "a@mail.example.com"), ("EMAILS_FROM_EMAIL", "1@qq.com")];
    assert!(told(&checked(&[&DIRECTMAIL[..], &pairs].concat()).1).is_empty());
    let smtp = [("SMTP_SERVER", "smtpdm.aliyun.com"), ("SMTP_USER", "1@qq.com")];
    let (_, faults) = checked(&[&smtp[..], &[("SMTP_PASSWORD", "GoodPass1")]].concat());
    assert!(told(&faults)[0].starts_with("error config_bad_value: `SMTP_USER` is a mailbox of"));
}

#[test]
fn what_is_not_used_is_told() {
    let from = [("EMAILS_FROM_EMAIL", "a@mail.example.com")];
    let smtp = [("SMTP_SERVER", "smtp.qq.com"), ("SMTP_PASSWORD", "abcdefghijklmnop")];
    let (settings, faults) = checked(&[&DIRECTMAIL[..], &from, &smtp].concat());
    assert!(matches!(settings.transports[..], [TransportSetting::DirectMail(_)]));
    assert_eq!(
        told(&faults),
        [
            "info config_note: `SMTP_SERVER`, `SMTP_PASSWORD`: not used, since `EMAIL_PROVIDER` is `aliyun`"
        ]
    );
    let inbox = [("EMAIL_PROVIDER", "inbox")];
    assert!(checked(&[&inbox[..], &smtp].concat()).1.is_empty());
}

#[test]
fn slips_of_the_finger_are_told() {
    let slips = ["HONGYAN_OUTBX", "HONGYAN_LISTN", "HONGYAN_API_TOKNES", "HONGYAN_OTHER", "SMTP_X"];
    let (_, faults) = checked(&slips.map(|name| (name, "canary")));
    let read =
        |name: &str| format!("warning config_foreign_name: `{name}` is no variable that is read");
    assert_eq!(told(&faults), ["HONGYAN_API_TOKNES", "HONGYAN_LISTN", "HONGYAN_OUTBX"].map(read));
    let (_, faults) = checked(&[("SMTP_SEVER", "smtp.qq.com")]);
    let fault = faults.iter().next().unwrap();
    assert_eq!(fault.severity().as_str(), "error");
    assert_eq!(fault.remedy().unwrap().en, "did you mean `SMTP_SERVER`?");
}

#[test]
fn encryption_that_does_not_fit_the_port_is_explained() {
    let known = |pairs: Pairs| {
        let login = [("SMTP_USER", "1@qq.com"), ("SMTP_PASSWORD", "abcdefghijklmnop")];
        told(&checked(&[&[("SMTP_SERVER", "smtp.qq.com")][..], &login, pairs].concat()).1)
    };
    let wrong = "env_conflict: `SMTP_SSL=true` on port 587, which begins in clear and goes over to TLS by STARTTLS";
    assert_eq!(known(&[("SMTP_PORT", "587"), ("SMTP_SSL", "true")]), [format!("error {wrong}")]);
    assert_eq!(
        known(&[("SMTP_PORT", "465"), ("SMTP_TLS", "true")]),
        ["info config_note: `SMTP_TLS=true` on port 465: TLS from the first byte, no STARTTLS"]
    );
    assert!(known(&[("SMTP_SSL", "true")]).is_empty());
    let server = [("SMTP_SERVER", "mail.example.com"), ("SMTP_PORT", "587"), ("SMTP_SSL", "true")];
    assert_eq!(told(&with_login(&server).1), [format!("warning {wrong}")]);
}

#[test]
fn other_frameworks_names_are_told() {
    let (settings, faults) = checked(&[("MAIL_SERVER", "a"), ("EMAIL_HOST_PASSWORD", "b")]);
    assert_eq!(settings.chosen_by, ChosenBy::Nothing);
    assert_eq!(
        told(&faults),
        ["warning config_foreign_name: `MAIL_SERVER`, `EMAIL_HOST_PASSWORD`: set, but not read"]
    );
}

#[test]
fn the_provider_list_is_checked() {
    let keys = [("ALIYUN_ACCESS_KEY_ID", "k"), ("ALIYUN_ACCESS_KEY_SECRET", "s")];
    let from = [("EMAILS_FROM_EMAIL", "a@example.com")];
    let list = |value| with_login(&[&keys[..], &from, &[("EMAIL_PROVIDER", value)]].concat());
    let (settings, faults) = list("Aliyun，exmail");
    assert!(!faults.has_errors() && settings.transports.len() == 2);
    assert!(
        told(&list("qq,163").1)[0].starts_with("error env_conflict: `EMAIL_PROVIDER` names more")
    );
    assert!(told(&list("aliyun,aliyun").1)[0].contains("`aliyun` twice"));
    let (_, faults) = list("aliyun,gmial");
    assert!(told(&faults)[0].contains("name 2 in `EMAIL_PROVIDER`"));
    assert_eq!(faults.iter().next().unwrap().remedy().unwrap().en, "did you mean `gmail`?");
    let (_, faults) = with_login(&[("EMAIL_PROVIDER", "qq"), ("SMTP_SERVER", "smtp.163.com")]);
    assert!(told(&faults)[0].contains("`SMTP_SERVER` is a host of `163`"));
    let (settings, faults) = with_login(&[("EMAIL_PROVIDER", "163"), ("SMTP_SERVER", "127.0.0.1")]);
    assert!(faults.is_empty() && smtp(&settings).host == "127.0.0.1");
}

#[test]
fn further_variables_are_typed() {
    let (settings, faults) = checked(&[
        ("SOURCE_DATE_EPOCH", "1767225600"),
        ("HONGYAN_LANG", "zh_CN.UTF-8"),
        ("HONGYAN_PROJECT", "embedded"),
    ]);
    assert!(faults.is_empty());
    assert_eq!((settings.epoch, settings.language), (Some(1_767_225_600), Some(Language::Zh)));
    assert_eq!(settings.project, Some(ProjectSetting::Embedded));
}

#[test]
fn via_takes_its_forms_only() {
    let server = |text| match Via::parse(text) {
        Ok(Via::Smtp(smtp)) => (smtp.user, smtp.host, smtp.port, smtp.tls),
        other => panic!("{other:?}"),
    };
    assert_eq!(server("smtp://h.example:2525"), (None, "h.example".into(), 2525, Tls::StartTls));
    assert_eq!(server("smtps://h").2, 465);
    assert_eq!(server("smtp://h:465").3, Tls::Implicit);
    assert_eq!(server("smtp://[::1]:25?tls=none"), (None, "::1".into(), 25, Tls::None));
    assert_eq!(server("smtps://1%40qq.com@smtp.qq.com:465").0.as_deref(), Some("1@qq.com"));
    assert_eq!(server("smtps://1@qq.com@smtp.qq.com:465/").0.as_deref(), Some("1@qq.com"));
    assert!(Via::parse("file:out").unwrap() == Via::File("out".into()));
    assert!(Via::parse("inbox:").unwrap() == Via::Inbox(None));
    assert!(Via::parse("inbox:box").unwrap() == Via::Inbox(Some("box".into())));
    assert!(Via::parse("aliyun").unwrap() == Via::Name("aliyun".into()));
    for wrong in [
        "",
        "file:",
        "smtp:h",
        "smtp://",
        "smtp://h:0",
        "smtp://h?x=1",
        "smtps://h?tls=none",
        "a b",
    ] {
        assert_eq!(
            told(&Via::parse(wrong).unwrap_err())[0],
            "error via_invalid: `--via` cannot be read"
        );
    }
    assert!(
        told(&Via::parse("smtp://u@h?tls=none").unwrap_err())[0]
            .starts_with("error config_insecure")
    );
}

#[test]
fn via_finds_its_password_in_the_environment() {
    let via = Via::parse("smtps://me@gmail.com@smtp.gmail.com").unwrap();
    let (environment, _) =
        gathered(&[("SMTP_PASSWORD", "abcd efgh ijkl mnop"), ("SMTP_USER", "other")]);
    let Ok(TransportSetting::Smtp(smtp)) = MailSettings::via(&environment, &via) else { panic!() };
    assert_eq!((password(&smtp), smtp.preset.id), ("abcdefghijklmnop", "gmail"));
    assert_eq!(smtp.login.unwrap().user, "me@gmail.com");

    let relay = Via::parse("smtp://127.0.0.1:1025?tls=none").unwrap();
    let Ok(TransportSetting::Smtp(smtp)) = MailSettings::via(&environment, &relay) else {
        panic!()
    };
    assert!(smtp.login.is_none());
    let faults = MailSettings::via(&gathered(&[]).0, &via).unwrap_err();
    assert_eq!(told(&faults), ["error config_missing: `SMTP_PASSWORD` is not set"]);
    let faults = MailSettings::via(&environment, &Via::parse("inbx").unwrap()).unwrap_err();
    assert_eq!(faults.iter().next().unwrap().remedy().unwrap().en, "did you mean `inbox`?");
}

#[test]
fn a_host_in_other_letters_or_in_brackets() {
    for (written, read) in [
        ("邮件.test", Some("xn--5nq051n.test")),
        ("[::1]", Some("::1")),
        ("::1", Some("::1")),
        ("mail.example.com", Some("mail.example.com")),
        ("relay", Some("relay")),
        ("[smtp.qq.com]", None),
        ("邮件 .test", None),
    ] {
        let pairs = [("SMTP_SERVER", written), ("EMAILS_FROM_EMAIL", "me@example.com")];
        let (settings, faults) = checked(&pairs);
        assert_eq!(faults.has_errors(), read.is_none(), "{written}: {faults:?}");
        if let Some(read) = read {
            assert_eq!(smtp(&settings).host, read);
        }
    }
}
