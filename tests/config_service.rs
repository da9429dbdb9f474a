//! `outbox`, `limits` and the variables of the service: what they mean, and how mistakes read.
#![cfg(feature = "mailer")]

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use hongyan::catalog::Category;
use hongyan::config::{
    EnvFile, Environment, OutboxFile, OutboxSettings, Scope, ServiceSettings, Sources, WhenUnset,
};
use hongyan::diagnostic::{Diagnostics, Language};

const KINDS: [(&str, Category); 1] = [("verification_code", Category::Security)];
const HASH: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn no_file(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let pairs = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Environment::gather(pairs, &[], &no_file).0
}

fn outbox(yaml: &str, pairs: &[(&str, &str)]) -> (OutboxSettings, Diagnostics) {
    OutboxSettings::read(&Sources {
        project_file: Some(("hongyan.yaml", yaml)),
        ..Sources::new(&environment(pairs), WhenUnset::Inbox)
    })
}

fn service(environment: &Environment) -> (ServiceSettings, Diagnostics) {
    let sources = Sources::new(environment, WhenUnset::Inbox);
    ServiceSettings::read(&Sources { kinds: &KINDS, ..sources })
}

fn screens(faults: &Diagnostics) -> String {
    [Language::En, Language::Zh].map(|language| faults.to_terminal(language, false)).join("\n")
}

#[test]
fn a_whole_outbox_reads_right() {
    let yaml = "outbox: { path: data/outbox.db, retention: 7d }\nlimits:\n  per_domain: 100/1m\n  \
                per_token: [\"10/1s\", 600/1h]\n  inbox: true\n";
    let (settings, faults) = outbox(yaml, &[("HONGYAN_OUTBOX_KEY", KEY)]);
    assert!(faults.is_empty(), "{faults}");
    assert!(settings.file == Some(OutboxFile::OfProject("data/outbox.db".into())));
    assert_eq!(settings.retention, Duration::from_secs(7 * 86_400));
    assert_eq!(settings.limits.per_domain[0].mails, 100);
    assert_eq!(settings.limits.per_token[1].per, Duration::from_secs(3_600));
    assert!(settings.limits.inbox && settings.limits.global.is_empty());
    assert_eq!(settings.key.unwrap().expose(), KEY);
    let (settings, _) = outbox(yaml, &[("HONGYAN_OUTBOX", "sqlite:/var/lib/outbox.db")]);
    assert!(settings.file == Some(OutboxFile::OfEnvironment("/var/lib/outbox.db".into())));
}

#[test]
fn nothing_said() {
    let (settings, faults) = outbox("time_zone: Asia/Shanghai\n", &[]);
    assert!(faults.is_empty() && settings.file.is_none() && settings.key.is_none());
    assert_eq!(settings.retention, Duration::from_secs(30 * 86_400));
}

#[test]
fn mistakes_in_the_file() {
    // A bare number may mean days, and what is kept for 30 seconds is gone.
    let (settings, faults) = outbox("outbox: { retention: 30 }\n", &[]);
    assert!(faults.has_errors() && settings.retention == Duration::from_secs(30 * 86_400));
    let yaml = "outbox:\n  path: [outbox.db]\n  retention: forever\n  retain: 30d\nlimits:\n  \
                per_domain: 100\n  per_token: [\"100/1m\", \"0/1h\", {}]\n  globl: 5/1m\n  \
                inbox: sometimes\n";
    let (settings, faults) = outbox(yaml, &[]);
    assert_eq!(settings.limits.per_token.len(), 1);
    insta::assert_snapshot!("file", screens(&faults));
}

#[test]
fn mistakes_in_the_environment() {
    let pairs = [
        ("HONGYAN_OUTBOX", "postgres://mail:canary-word@db/mail"),
        ("HONGYAN_OUTBOX_KEY", "canary-word"),
    ];
    let (settings, faults) = outbox("{}", &pairs);
    let (_, other) = outbox("{}", &[("HONGYAN_OUTBOX", "canary-word.db")]);
    assert!(settings.file.is_none() && settings.key.is_none());
    let screens = screens(&faults) + &screens(&other);
    assert!(!screens.contains("canary"), "{screens}");
    insta::assert_snapshot!("environment", screens);
}

#[test]
fn entries_are_told_by_their_number_and_never_shown() {
    let entries = [
        format!("web:{HASH}:send=verification_code+read"),
        format!("web:{HASH}:manage"),
        format!("app:{HASH}"),
        format!("ci:{}:send", &HASH[2..]),
        format!("ci:{HASH}:sned"),
        format!("c i:{HASH}:send"),
        format!("ci:{HASH}:send=verificaton_code"),
    ];
    let text = format!("HONGYAN_ENV=development\nHONGYAN_API_TOKENS={}\n", entries.join(","));
    let (file, found) = EnvFile::parse(".env", text.as_bytes());
    assert!(found.is_empty(), "{found}");
    let environment = Environment::gather([], &[file], &no_file).0;
    let (settings, faults) = service(&environment);
    let screens = screens(&faults);
    assert!(!screens.contains(&HASH[8..24]), "{screens}");
    assert!(!format!("{settings:?}").contains(&HASH[8..24]));
    insta::assert_snapshot!("tokens", screens);
    let good: Vec<&str> = settings.tokens.iter().map(|token| token.id.as_str()).collect();
    assert_eq!(good, ["web", "ci"]);
    assert!(settings.tokens[0].may_send("verification_code"));
    assert!(settings.tokens[0].may(&Scope::Read) && !settings.tokens[0].may(&Scope::Manage));
}

#[test]
fn one_token_may_have_two_secrets_while_it_is_rotated() {
    let other = HASH.replace('2', "3");
    let text = format!("web:{HASH}:send, web:{other}:send,");
    let environment =
        environment(&[("HONGYAN_API_TOKENS", &text), ("HONGYAN_LISTEN", "0.0.0.0:3026")]);
    let (settings, faults) = service(&environment);
    assert!(faults.is_empty(), "{faults}");
    assert_eq!((settings.tokens.len(), settings.listen.as_deref()), (2, Some("0.0.0.0:3026")));
}

#[test]
fn an_address_without_a_port_is_no_place_to_listen() {
    let (settings, faults) = service(&environment(&[("HONGYAN_LISTEN", "127.0.0.1")]));
    assert!(settings.listen.is_none() && faults.has_errors());
}
