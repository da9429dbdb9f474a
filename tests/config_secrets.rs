//! No diagnostic and no `Debug` shows a variable's value, whatever is wrong with it.
#![cfg(feature = "mailer")]

use std::ffi::OsString;
use std::io;
use std::path::Path;

use hongyan::config::{EnvFile, Environment, MailSettings, TransportSetting, Via, WhenUnset};
use hongyan::diagnostic::{Diagnostics, Language};

const CANARY: &str = "kanarienvogel";

const NAMES: &[&str] = &[
    "SMTP_SERVER",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "SMTP_PASSWORD_FILE",
    "SMTP_TLS",
    "SMTP_SSL",
    "SMTP_CA_FILE",
    "SMTP_OAUTH_TOKEN",
    "SMTP_OAUTH_TOKEN_FILE",
    "SMTP_OAUTH_TOKEN_COMMAND",
    "EMAILS_FROM_EMAIL",
    "EMAILS_FROM_NAME",
    "EMAIL_PROVIDER",
    "ALIYUN_ACCESS_KEY_ID",
    "ALIYUN_ACCESS_KEY_SECRET",
    "ALIYUN_ACCESS_KEY_SECRET_FILE",
    "ALIYUN_REGION",
    "ALIYUN_ACCOUNT_NAME",
    "ALIYUN_ENDPOINT",
    "ALIYUN_SECURITY_TOKEN",
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "HONGYAN_ENV",
    "HONGYAN_PROJECT",
    "HONGYAN_LANG",
    "HONGYAN_OUTBOX_FILE",
    "HONGYAN_API_TOKENS",
    "SOURCE_DATE_EPOCH",
    "MAIL_PASSWORD",
    "SMTP_PASS",
    "MAILER_DSN",
];

const SHAPES: &[&str] = &[
    "CANARY",
    "CANARY@example.com",
    "你的CANARY授权码",
    "CANARY # note",
    "CANARY\r",
    "https://u:CANARY@h/",
    "http://CANARY.example",
    "1,CANARY",
    "qq,CANARY",
    "-CANARY",
    "<CANARY>",
    "your-CANARY",
];

fn shape(template: &str) -> String {
    template.replace("CANARY", CANARY)
}

fn assert_clean(what: &str, text: &str) {
    assert!(!text.to_lowercase().contains(CANARY), "{what}: {text}");
}

fn assert_told_without(what: &str, faults: &Diagnostics) {
    assert_clean(what, &format!("{faults:?}"));
    for language in [Language::En, Language::Zh] {
        assert_clean(what, &faults.to_terminal(language, false));
        assert_clean(what, &faults.to_json(language).to_string());
    }
}

fn check(what: &str, pairs: Vec<(String, String)>, files: &[EnvFile]) {
    let missing = |_: &Path| Err(io::Error::other(CANARY));
    let pairs = pairs.into_iter().map(|(n, v)| (OsString::from(n), OsString::from(v)));
    let (environment, faults) = Environment::gather(pairs, files, &missing);
    assert_told_without(what, &faults);
    assert_clean(what, &format!("{environment:?}"));
    for when_unset in [WhenUnset::Inbox, WhenUnset::Fault] {
        let (settings, faults) = MailSettings::from_environment(&environment, when_unset);
        assert_told_without(what, &faults);
        assert_clean(what, &format!("{settings:?} {settings:#?}"));
    }
}

#[test]
fn no_variable_is_shown() {
    for template in SHAPES {
        let value = shape(template);
        let all = NAMES.iter().map(|name| (name.to_string(), value.clone())).collect();
        check(template, all, &[]);
        for provider in ["qq", "gmail", "smtp", "aliyun", "aliyun,qq"] {
            let others = NAMES.iter().filter(|n| **n != "EMAIL_PROVIDER" && !n.ends_with("_FILE"));
            let mut pairs: Vec<_> = others.map(|name| (name.to_string(), value.clone())).collect();
            pairs.push(("EMAIL_PROVIDER".into(), provider.into()));
            let lines: String = pairs.iter().map(|(n, v)| format!("{n}={v}\n")).collect();
            check(provider, pairs, &[]);
            let (file, faults) = EnvFile::parse("x.env", lines.as_bytes());
            assert_told_without(provider, &faults);
            check(provider, Vec::new(), &[file]);
        }
        for name in NAMES {
            check(name, vec![(name.to_string(), value.clone())], &[]);
        }
    }
}

#[test]
fn no_good_setting_is_shown() {
    let password = [
        ("SMTP_SERVER", "CANARY.example"),
        ("SMTP_USER", "CANARY@example.com"),
        ("SMTP_PASSWORD", "CANARY"),
    ];
    let pairs = password.map(|(name, value)| (name.to_owned(), shape(value)));
    let os = pairs.clone().map(|(n, v)| (OsString::from(n), OsString::from(v)));
    let (environment, _) = Environment::gather(os, &[], &|path| std::fs::read(path));
    let (settings, faults) = MailSettings::from_environment(&environment, WhenUnset::Fault);
    assert!(faults.is_empty() && matches!(settings.transports[..], [TransportSetting::Smtp(_)]));
    check("good", pairs.into(), &[]);
}

#[test]
fn no_broken_line_is_shown() {
    for line in [
        "CANARY",
        "SMTP_PASSWORD CANARY",
        "SMTP_PASSWORD='CANARY",
        "SMTP_PASSWORD=\"CANARY\" CANARY",
        "CANARY+/x==",
        "SMTP_PASSWORD：CANARY",
        "export CANARY",
        "A=CANARY\nA=CANARY",
        "'CANARY'=x",
        "SMTP_PASSWORD=\"CANARY\"#CANARY",
    ] {
        let (file, faults) = EnvFile::parse("x.env", shape(line).as_bytes());
        assert!(!faults.is_empty(), "{line}");
        assert_told_without(line, &faults);
        assert_clean(line, &format!("{file:?}"));
    }
    let mut bytes = shape("SMTP_PASSWORD=CANARY").into_bytes();
    bytes.push(0xff);
    assert_told_without("not UTF-8", &EnvFile::parse("x.env", &bytes).1);
}

#[test]
fn no_via_is_shown() {
    for text in [
        "smtp://u:CANARY@h:25",
        "smtp://u:p@CANARY@h",
        "smtp://CANARY@h:99999",
        "smtps://h?password=CANARY",
        "CANARY:x",
        "CANARY x",
        "smtp://u:CA/NARY?CANARY@h",
        "http://CANARY",
        "smtp://CANARY@h?tls=none",
    ] {
        let faults = Via::parse(&shape(text)).unwrap_err();
        assert_told_without(text, &faults);
    }
    for text in ["smtp://CANARY@CANARY", "file:CANARY", "inbox:CANARY", "CANARY"] {
        let via = Via::parse(&shape(text)).unwrap();
        assert_clean(text, &format!("{via:?}"));
        let (environment, _) = Environment::gather([], &[], &|path| std::fs::read(path));
        match MailSettings::via(&environment, &via) {
            Ok(setting) => assert_clean(text, &format!("{setting:?}")),
            Err(faults) => assert_told_without(text, &faults),
        }
    }
}
