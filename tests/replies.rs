//! What providers answer is taken for what it means: `tests/data/replies.txt` says so line by
//! line, `tests/data/bad-inputs.json` for answers made to mislead.
#![cfg(feature = "mailer")]

mod bad_inputs;

use std::fmt::Write as _;
use std::time::Duration;

use bad_inputs::group;
use hongyan::transport::{Cause, Effect, Reply, Retry, SendError, Stage};
use serde_json::Value;

const STAGES: [Stage; 8] = [
    Stage::Greeting,
    Stage::Ehlo,
    Stage::StartTls,
    Stage::Auth,
    Stage::Mail,
    Stage::Rcpt,
    Stage::Data,
    Stage::HandOver,
];

fn stage(name: &str) -> Stage {
    STAGES.into_iter().find(|stage| stage.as_str() == name).expect(name)
}

fn refused(provider: &str, at: &str, said: &[u8]) -> SendError {
    let end = said.iter().position(|byte| *byte == b' ').unwrap_or(said.len());
    let code = std::str::from_utf8(&said[..end]).unwrap();
    SendError::refused(provider, stage(at), Reply::heard(code, &said[end..]))
}

fn shown(retry: Retry) -> String {
    match retry {
        Retry::Never => "never".into(),
        Retry::Later => "later".into(),
        Retry::NextDay => "next_day".into(),
        Retry::After(wait) => format!("after {}", wait.as_secs()),
    }
}

#[test]
fn every_known_answer_means_what_it_should() {
    let mut wrong = String::new();
    let lines = include_str!("data/replies.txt").lines();
    let mut count = 0;
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (line, retry) = line.rsplit_once(" | ").unwrap();
        let (line, cause) = line.rsplit_once(" | ").unwrap();
        let [provider, at, said] = line.splitn(3, " | ").collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let error = refused(provider, at, said.as_bytes());
        let found = (error.cause.as_str(), shown(error.retry));
        if found != (cause, retry.to_owned()) {
            writeln!(wrong, "{line}\n  is {found:?}, not {:?}", (cause, retry)).unwrap();
        }
        assert!(error.hint.is_some(), "{line}");
        count += 1;
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count > 200, "{count}");
}

/// Only what says that the mailbox is gone suppresses an address.
#[test]
fn a_mailbox_is_gone_where_the_answer_says_so() {
    let gone = [
        "550 5.1.1 unknown",
        "551 5.1.6 moved",
        "553 5.1.3 bad syntax",
        "556 5.1.10 the domain takes no mail",
        "550 5.2.1 mailbox disabled",
        "550 User unknown in local recipient table",
        "550 No such user here",
        "550 Mailbox not found. https://service.mail.qq.com/detail/122/169",
        "550 Invalid User",
        "550 收件人不存在",
        "559 Invalid rcptto",
    ];
    for at in ["rcpt", "hand_over"] {
        for said in gone {
            let error = refused("smtp", at, said.as_bytes());
            assert!(
                error.mailbox_gone && error.cause == Cause::Recipient,
                "{at} {said}: {error:?}"
            );
        }
    }
    assert!(refused("aliyun", "hand_over", b"InvalidToAddress.Spam no").mailbox_gone);
    let kept = [
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 5.7.1 Relaying denied",
        "550 5.7.23 SPF check failed",
        "550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy",
        "550 5.7.1 message rejected as spam",
        "550 5.7.1 you are no such user as may send here",
        "550 5.1.8 sender's domain not found",
        "550 5.1.2 no such domain",
        "552 5.2.2 mailbox full",
        "450 5.1.1 no such user",
        "450 4.2.1 later",
        "550 nope",
        "550 User suspended",
        "524 DNS resolve error",
    ];
    for at in ["mail", "rcpt", "data", "hand_over"] {
        for said in kept {
            let error = refused("aliyun-smtp", at, said.as_bytes());
            assert!(!error.mailbox_gone, "{at} {said}: {error:?}");
        }
    }
}

/// A quota's remedy names a provider only where it is the one that answered.
#[test]
fn only_google_is_named_for_its_quota() {
    let said = b"550 5.4.5 Daily user sending limit exceeded.";
    for (provider, names) in [("gmail", true), ("smtp", false), ("qq", false)] {
        let hint = refused(provider, "mail", said).hint.unwrap();
        assert_eq!(hint.en.contains("Google"), names, "{provider}: {}", hint.en);
        assert_eq!(hint.zh.contains("Google"), names, "{provider}: {}", hint.zh);
    }
}

/// Whether a failure is what an `outcome` of the hostile inputs describes.
fn is(error: &SendError, outcome: &str) -> bool {
    let again = error.retry != Retry::Never;
    let effect = error.cause.effect();
    match outcome {
        "retry" => again && effect == Effect::Keep && !error.in_doubt(),
        "permanent" => !again && effect == Effect::Keep,
        "protocol_error_retry" => again && error.cause == Cause::Protocol,
        "unknown_outcome" => error.in_doubt(),
        "transport_stop" => error.cause == Cause::Auth && effect == Effect::Stop,
        "transport_pause" => again && effect == Effect::Pause,
        "config_error" => error.cause == Cause::Configuration && effect == Effect::Stop,
        "retry_new_nonce" => error.retry == Retry::After(Duration::from_secs(1)),
        "clock_error" => again && error.cause == Cause::Clock,
        other => panic!("unknown outcome {other}"),
    }
}

/// The one answer in `bytes`, if it is one: a code of three digits and its words on one line.
fn single_answer(bytes: &[u8]) -> Option<&[u8]> {
    let line = bytes.strip_suffix(b"\r\n")?;
    let (code, words) = line.split_at_checked(3)?;
    let is_code = code.iter().all(u8::is_ascii_digit) && matches!(words.first(), None | Some(b' '));
    (is_code && !line.contains(&b'\n')).then_some(line)
}

#[test]
fn misleading_answers_by_smtp_are_not_believed_too_far() {
    let mut count = 0;
    for case in group("smtp_reply") {
        let bytes = match case.get("b64") {
            "" => case.get("raw").as_bytes().to_vec(),
            _ => case.bytes(),
        };
        let Some(said) = single_answer(&bytes).filter(|_| case.get("outcome") != "success") else {
            continue;
        };
        let at = match case.get("stage") {
            "banner" => "greeting",
            "eod" => "hand_over",
            other => other,
        };
        let error = refused("smtp", at, said);
        assert!(is(&error, case.get("outcome")), "{}: {error:?}", case.get("id"));
        count += 1;
    }
    assert_eq!(count, 17, "sr-001 to 015, 021, 026");
}

#[test]
fn codes_of_directmail_are_told_apart() {
    let mut count = 0;
    for case in group("aliyun_reply") {
        if case.get("code").is_empty() {
            continue;
        }
        let error = refused("aliyun", "hand_over", case.get("code").as_bytes());
        // Flow control is of the whole account: the retry comes after a pause.
        let outcome = match case.get("id") {
            "al-001" => "transport_pause",
            _ => case.get("outcome"),
        };
        assert!(is(&error, outcome), "{}: {error:?}", case.get("id"));
        count += 1;
    }
    assert_eq!(count, 10);
}

/// QQ has sent GBK.
#[test]
fn words_in_gbk_can_be_read() {
    let said = b"535 Error: \xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc";
    let error = refused("qq", "auth", said);
    assert_eq!(error.cause, Cause::Auth);
    assert_eq!(error.reply.unwrap().text, "Error: 请使用授权码登录");
    assert!(error.what.zh.contains("请使用授权码登录"));
    assert!(error.hint.unwrap().zh.contains("授权码"));
}

/// What the answer echoes of the mail or the login is in no part of the error.
#[test]
fn echoes_are_masked() {
    for said in [
        "550 5.1.1 <ada.lovelace@example.com>: no such user",
        "535 cannot decode AGFkYS5sb3ZlbGFjZUBleGFtcGxlLmNvbQBzZWNyZXQ=",
    ] {
        let error = refused("smtp", "auth", said.as_bytes());
        let whole = format!("{error} {error:?} {:?}", error.diagnostic());
        assert!(!whole.contains("lovelace") && !whole.contains("AGFk"), "{whole}");
    }
}

fn hints() -> serde_json::Map<String, Value> {
    let table: Value =
        serde_yaml::from_str(include_str!("../src/transport/replies/replies.yaml")).unwrap();
    table["hints"].as_object().unwrap().clone()
}

#[test]
fn hints_name_variables_that_are_read() {
    for (name, hint) in hints() {
        let [en, zh] = ["en", "zh"].map(|language| {
            let text = hint[language].as_str().unwrap();
            let mut quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
            quoted.sort();
            quoted.dedup();
            quoted
        });
        assert_eq!(en, zh, "{name}");
        let is_variable = |word: &&&str| word.contains('_');
        for variable in en.iter().filter(is_variable) {
            assert!(hongyan::config::is_known(variable), "{name}: {variable}");
        }
    }
}

/// Each hint once, so that people can read them one after another.
#[test]
fn hints_are_as_reviewed() {
    let mut read = String::new();
    for (name, hint) in hints() {
        let [en, zh] = ["en", "zh"].map(|language| hint[language].as_str().unwrap());
        for text in [en, zh] {
            assert!(!text.ends_with(['.', '。']) && !text.trim().is_empty(), "{name}");
        }
        assert!(zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{name}");
        write!(read, "{name}\n  {en}\n  {zh}\n\n").unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("replies_hints", read));
}
