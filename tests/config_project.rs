//! `transports` and `routes` of `hongyan.yaml`: what they mean, who decides beside the environment,
//! and how every mistake reads.
//!
//! Each `tests/lines/err_*.yaml` is such a file. Comments at its top say what is wrong, and
//! `# env: NAME=value` sets a variable; the screens that follow are a snapshot.
#![cfg(feature = "mailer")]

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use hongyan::catalog::Category;
use hongyan::config::{
    ChosenBy, Environment, Lines, Mail, NamedTransport, Proof, Sources, Tls, TokenSource,
    TransportSetting, Via, WhenUnset,
};
use hongyan::diagnostic::{Diagnostics, Language};

const KINDS: [(&str, Category); 3] = [
    ("verification_code", Category::Security),
    ("receipt", Category::Transactional),
    ("notification", Category::Notification),
];

fn no_file(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let pairs = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Environment::gather(pairs, &[], &no_file).0
}

fn read_as(yaml: &str, pairs: &[(&str, &str)], when_unset: WhenUnset) -> (Lines, Diagnostics) {
    Lines::read(&Sources {
        project_file: Some(("hongyan.yaml", yaml)),
        kinds: &KINDS,
        ..Sources::new(&environment(pairs), when_unset)
    })
}

fn read(yaml: &str, pairs: &[(&str, &str)]) -> (Lines, Diagnostics) {
    read_as(yaml, pairs, WhenUnset::Inbox)
}

fn told(faults: &Diagnostics) -> Vec<String> {
    let line = |f: &hongyan::diagnostic::Diagnostic| {
        let line = f.line().map(|line| format!(":{line}")).unwrap_or_default();
        format!("{} {}{line}: {}", f.severity().as_str(), f.code().as_str(), f.title().en)
    };
    faults.iter().map(line).collect()
}

fn names(lines: &Lines, kind: &str, domain: &str) -> Vec<String> {
    let category = KINDS.iter().find(|(known, _)| *known == kind).unwrap().1;
    let transports = lines.route(&Mail { kind, category, domain });
    transports.into_iter().map(|transport| transport.name.clone()).collect()
}

fn transport<'a>(lines: &'a Lines, name: &str) -> &'a NamedTransport {
    lines.transports().iter().find(|transport| transport.name == name).unwrap()
}

const WHOLE: &str = r#"
transports:
  main: { provider: qq, user: "${SMTP_USER}", password: "${SMTP_PASSWORD}", from: "名称 <10001@qq.com>" }
  relay:
    provider: smtp
    host: mail.example.com
    port: 587
    user: mailer
    password: ${RELAY_PASSWORD}
    from: no-reply@mail.例子.测试
    pace: 30/1m
    connections: 2
    quota: { per_day: 500, zone: Europe/Berlin, reserve_for_security: 50 }
    dkim: { selector: s1, domain: 例子.测试, key_file: keys/dkim.pem }
    images: { hosted: "https://cdn.example.com/mail" }
  directmail:
    provider: aliyun
    region: ap-southeast-1
    access_key_id: ${ALIYUN_ACCESS_KEY_ID}
    access_key_secret: ${ALIYUN_ACCESS_KEY_SECRET}
    from: 团队 <no-reply@mail.example.com>
  box: { provider: inbox, folder: caught }
routes:
  - { category: security, via: [main, directmail] }
  - { kind: notification, domains: [QQ.com, foxmail.com, 例子.测试], via: [relay] }
  - { via: [directmail] }
"#;

const SECRETS: [(&str, &str); 5] = [
    ("SMTP_USER", "10001@qq.com"),
    ("SMTP_PASSWORD", "abcdefghijklmnop"),
    ("RELAY_PASSWORD", "relay-word"),
    ("ALIYUN_ACCESS_KEY_ID", "LTAI5tabc"),
    ("ALIYUN_ACCESS_KEY_SECRET", "def"),
];

#[test]
fn a_whole_file_reads_right() {
    let (lines, faults) = read(WHOLE, &SECRETS);
    assert_eq!(told(&faults), Vec::<String>::new());
    assert_eq!(lines.chosen_by(), ChosenBy::Project);

    let main = transport(&lines, "main");
    let TransportSetting::Smtp(smtp) = &main.setting else { panic!() };
    assert_eq!((smtp.preset.id, smtp.host.as_str(), smtp.port), ("qq", "smtp.qq.com", 465));
    assert_eq!(smtp.tls, Tls::Implicit);
    assert_eq!(main.from.as_ref().unwrap().to_string(), "名称 <10001@qq.com>");
    assert_eq!((main.connections, main.pace), (1, None));
    assert_eq!(smtp.preset.suggested_pace.unwrap().between(), Duration::from_secs(6));

    let relay = transport(&lines, "relay");
    let TransportSetting::Smtp(smtp) = &relay.setting else { panic!() };
    let login = smtp.login.as_ref().unwrap();
    let Proof::Password(password) = &login.proof else { panic!() };
    assert_eq!((login.user.as_str(), password.expose()), ("mailer", "relay-word"));
    assert_eq!((relay.connections, relay.pace.unwrap().between().as_secs()), (2, 2));
    let quota = relay.quota.as_ref().unwrap();
    assert_eq!((quota.per_day, quota.reserve_for_security), (500, 50));
    assert_eq!(quota.zone.name(), "Europe/Berlin");
    let dkim = relay.dkim.as_ref().unwrap();
    assert_eq!((dkim.selector.as_str(), dkim.domain.as_str()), ("s1", "xn--fsqu00a.xn--0zwm56d"));
    assert_eq!(relay.images.as_deref(), Some("https://cdn.example.com/mail/"));

    let TransportSetting::DirectMail(account) = &transport(&lines, "directmail").setting else {
        panic!()
    };
    assert_eq!(account.account_name, "no-reply@mail.example.com");
    assert_eq!(account.endpoint.as_str(), "https://dm.ap-southeast-1.aliyuncs.com/");
    assert!(matches!(&transport(&lines, "box").setting,
        TransportSetting::Inbox(Some(folder)) if folder == Path::new("caught")));
    assert_eq!(lines.in_use().count(), 3);
}

#[test]
fn a_signature_that_dmarc_does_not_count_is_told_where_it_is_used() {
    let yaml = |provider: &str, from: &str| {
        format!(
            "transports:\n  a:\n    {provider}\n    from: {from}\n    dkim: {{ selector: s, domain: example.com.cn, key_file: k }}\n  b: {{ provider: inbox }}\nroutes: [{{ via: [a] }}]\n"
        )
    };
    let smtp = "host: 127.0.0.1";
    let env = [("SENDER", "a@other.com.cn")];
    let warning = "warning config_suspect:5: the signature is of `example.com.cn`, \
                   the sender of another domain: DMARC does not count it";
    for from in ["a@other.com.cn", "${SENDER}"] {
        let (lines, faults) = read(&yaml(smtp, from), &env);
        assert_eq!(told(&faults), [warning], "{from}");
        assert!(lines.via(&environment(&[]), &Via::parse("a").unwrap()).is_ok());
        let unused = yaml(smtp, from).replace("via: [a]", "via: [b]");
        assert_eq!(told(&read(&unused, &env).1), Vec::<String>::new(), "{from}");
    }
    for from in ["a@example.com.cn", "A@Mail.Example.COM.CN"] {
        assert_eq!(told(&read(&yaml(smtp, from), &env).1), Vec::<String>::new(), "{from}");
    }
}

#[test]
fn the_first_route_that_fits_is_taken() {
    let (lines, _) = read(WHOLE, &SECRETS);
    assert_eq!(names(&lines, "verification_code", "qq.com"), ["main", "directmail"]);
    assert_eq!(names(&lines, "notification", "foxmail.com"), ["relay"]);
    assert_eq!(names(&lines, "notification", "xn--fsqu00a.xn--0zwm56d"), ["relay"]);
    assert_eq!(names(&lines, "notification", "vip.qq.com"), ["directmail"]);
    assert_eq!(names(&lines, "receipt", "qq.com"), ["directmail"]);
}

#[test]
fn a_secret_that_nobody_uses_may_be_missing() {
    let (lines, faults) = read(
        "transports:\n  main: { provider: file }\n  relay:\n    provider: qq\n    user: 1@qq.com\n    password: ${RELAY_PASSWORD}\nroutes: [{ via: [main] }]\n",
        &[],
    );
    assert_eq!(told(&faults), Vec::<String>::new());
    assert_eq!(lines.transports().len(), 1);
    let via = |name: &str| lines.via(&environment(&[]), &Via::parse(name).unwrap());
    assert_eq!(via("main").unwrap().name, "main");
    assert_eq!(
        told(&via("relay").unwrap_err()),
        ["error config_missing:6: `RELAY_PASSWORD` is not set, and the transport `relay` needs it"]
    );
    let wrong = via("rely").unwrap_err();
    assert_eq!(wrong.iter().next().unwrap().remedy().unwrap().en, "did you mean `relay`?");
    assert_eq!(via("inbox:").unwrap().name, "inbox");
}

const RELAY: &str = "transports:\n  relay: { provider: smtp, host: mail.example.com, user: me@example.com, password: \"${RELAY_PASSWORD}\" }\n";

#[test]
fn a_secret_may_come_from_a_file_and_a_token_stays_where_it_is() {
    let read_file = |path: &Path| match path.to_str().unwrap() {
        "/run/secrets/relay" => Ok(b"from-file\n".to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let with = |yaml: &str, name: &str, value: &str| {
        let environment = environment(&[(name, value)]);
        let sources = Sources::new(&environment, WhenUnset::Fault);
        Lines::read(&Sources { project_file: Some(("h.yaml", yaml)), read: &read_file, ..sources })
    };
    let proof = |lines: &Lines| match &transport(lines, "relay").setting {
        TransportSetting::Smtp(smtp) => smtp.login.clone().unwrap().proof,
        other => panic!("{other:?}"),
    };
    let (lines, faults) = with(RELAY, "RELAY_PASSWORD_FILE", "/run/secrets/relay");
    assert_eq!(told(&faults), Vec::<String>::new());
    assert!(matches!(proof(&lines), Proof::Password(secret) if secret.expose() == "from-file"));
    let (_, faults) = with(RELAY, "RELAY_PASSWORD_FILE", "/nowhere");
    assert!(told(&faults)[0].starts_with("error file_unreadable"), "{faults}");

    let token = RELAY.replace("password", "oauth_token").replace("RELAY_PASSWORD", "RELAY_TOKEN");
    let (lines, _) = with(&token, "RELAY_TOKEN_COMMAND", "token print");
    assert!(matches!(proof(&lines), Proof::Token(TokenSource::Command(_))));
    let (lines, _) = with(&token, "RELAY_TOKEN_FILE", "/run/token");
    assert!(matches!(proof(&lines), Proof::Token(TokenSource::File(_))));
    let (lines, _) = with(&token, "RELAY_TOKEN", "abc");
    assert!(matches!(proof(&lines), Proof::Token(TokenSource::Given(_))));
}

#[test]
fn the_environment_and_the_file_decide_in_order() {
    let set = [("RELAY_PASSWORD", "word")];
    let with = |yaml: &str, pairs: &[(&str, &str)]| {
        let (lines, faults) = read(yaml, &[&set, pairs].concat());
        let used: Vec<_> = lines.in_use().map(|transport| transport.name.clone()).collect();
        (used, lines.chosen_by(), told(&faults))
    };
    let routed = format!("{RELAY}routes: [{{ via: [relay] }}]\n");
    let server = [
        ("SMTP_SERVER", "smtp.163.com"),
        ("SMTP_USER", "a@163.com"),
        ("SMTP_PASSWORD", "GoodPass"),
    ];
    let none: [String; 0] = [];

    let (used, by, faults) = with(&routed, &[]);
    assert_eq!(
        (used.as_slice(), by, faults.as_slice()),
        (&["relay".to_owned()][..], ChosenBy::Project, &none[..])
    );
    let (used, by, faults) = with(&routed, &server);
    assert_eq!(
        (used.as_slice(), by, faults.as_slice()),
        (&["relay".to_owned()][..], ChosenBy::Project, &none[..])
    );
    let (used, by, faults) = with(&routed, &[("EMAIL_PROVIDER", "inbox")]);
    assert_eq!((used.as_slice(), by), (&["inbox".to_owned()][..], ChosenBy::Provider));
    assert!(faults[0].starts_with("info config_note: `EMAIL_PROVIDER` is set, so the routes"));
    let both = [&server[..], &[("EMAIL_PROVIDER", "163,relay")]].concat();
    let (used, by, faults) = with(&routed, &both);
    assert_eq!(
        (used.as_slice(), by),
        (&["163".to_owned(), "relay".to_owned()][..], ChosenBy::Provider)
    );
    assert!(faults[0].starts_with("warning config_note"));
    let (used, by, _) = with(RELAY, &server);
    assert_eq!((used.as_slice(), by), (&["163".to_owned()][..], ChosenBy::Server));
    let (used, by, faults) = with(RELAY, &[]);
    assert_eq!(
        (used.as_slice(), by, faults.as_slice()),
        (&["relay".to_owned()][..], ChosenBy::Project, &none[..])
    );
    let two = format!("{RELAY}  box: {{ provider: inbox }}\n");
    let (used, _, faults) = with(&two, &[]);
    assert!(used.is_empty());
    assert_eq!(
        faults,
        ["error route_missing: several `transports`, and nothing says which one mail takes"]
    );
    // A provider of the environment beside one of the file.
    let (used, ..) = with(&format!("{RELAY}routes: [{{ via: [relay, 163] }}]\n"), &server);
    assert_eq!(used, ["relay", "163"]);
    // Mails that no route takes go to the environment's server.
    let some = format!("{RELAY}routes: [{{ category: security, via: [relay] }}]\n");
    let (lines, faults) = read(&some, &[&set[..], &server].concat());
    assert_eq!((told(&faults).len(), names(&lines, "receipt", "a.test")), (0, vec!["163".into()]));
    let (_, _, faults) = with(&some, &[]);
    assert_eq!(
        faults,
        ["error route_missing: no route takes all mails of `receipt`, `notification`"]
    );
}

#[test]
fn a_checkout_without_credentials_catches_mail() {
    let routed = format!("{RELAY}routes: [{{ via: [relay] }}]\n");
    let (lines, faults) = read(&routed, &[]);
    assert_eq!(told(&faults), Vec::<String>::new());
    assert_eq!(lines.chosen_by(), ChosenBy::Nothing);
    assert_eq!(names(&lines, "receipt", "a.test"), ["inbox"]);
    let missing =
        "error config_missing:2: `RELAY_PASSWORD` is not set, and the transport `relay` needs it";
    assert_eq!(told(&read(&routed, &[("HONGYAN_ENV", "production")]).1), [missing]);
    assert_eq!(told(&read(&routed, &[("EMAILS_FROM_NAME", "Team")]).1), [missing]);
    assert_eq!(told(&read_as(&routed, &[], WhenUnset::Fault).1), [missing]);
}

#[test]
fn every_mistake_reads_as_it_should() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lines");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in paths {
        let name = format!("lines_{}", path.file_stem().unwrap().to_str().unwrap());
        let yaml = std::fs::read_to_string(&path).unwrap();
        let pairs: Vec<_> =
            yaml.lines().filter_map(|line| line.strip_prefix("# env: ")?.split_once('=')).collect();
        let (_, faults) = read_as(&yaml, &pairs, WhenUnset::Fault);
        assert!(!faults.is_empty(), "{name}");
        for language in [Language::En, Language::Zh] {
            assert!(!faults.to_terminal(language, false).contains("hunter2"), "{name}");
        }
        let [en, zh] =
            [Language::En, Language::Zh].map(|language| faults.to_terminal(language, false));
        settings.bind(|| insta::assert_snapshot!(name, format!("{en}\n{zh}")));
    }
}

#[test]
fn no_secret_of_a_file_is_shown() {
    let canary = "kanarienvogel";
    for yaml in [
        "transports: { a: { provider: qq, user: u, password: CANARY, prot: 1 } }",
        "transports: { a: { provider: qq, user: u, passwort: CANARY, port: x } }",
        "transports:\n  a:\n    provider: qqq\n    secret: CANARY\nroutes: [{ vai: [a] }]",
        "transports: { a: { provider: smtp, host: smtp://u:CANARY@h, quota: 5 } }",
        "transports: { a: { password: CANARY }",
        "transports:\n  a:\n    password: \"CANARY\n    provider: qq",
        "transports:\n  a:\n    password:\n      - CANARY",
        "transports: { a: { provider: aliyun, security_token: CANARY, access_key_secret: CANARY } }",
        "transports: { a: { provider: aliyun, endpoint: https://u:CANARY@h/, region: 5 } }",
        "transports: { a: { provider: file, images: { hosted: https://u:CANARY@h.example/ } } }",
        "tranports: { a: { password: CANARY } }",
    ] {
        let yaml = yaml.replace("CANARY", canary);
        let (lines, faults) = read_as(&yaml, &[], WhenUnset::Fault);
        let mut shown = format!("{lines:?} {faults:?}");
        for language in [Language::En, Language::Zh] {
            shown += &faults.to_terminal(language, false);
            shown += &faults.to_json(language).to_string();
        }
        if let Err(told) = lines.via(&environment(&[]), &Via::parse("a").unwrap()) {
            shown += &told.to_terminal(Language::En, false);
        }
        let mut tree = hongyan::source::Tree::default();
        tree.insert("hongyan.yaml", yaml.clone().into_bytes());
        let mut found = Diagnostics::new();
        hongyan::catalog::Settings::load(&tree, &mut found);
        shown += &format!("{found:?}");
        shown += &found.to_terminal(Language::En, false);
        assert!(!shown.contains(canary), "{yaml}\n{shown}");
    }
}

#[test]
fn a_good_setting_shows_no_value() {
    let (lines, _) = read(WHOLE, &SECRETS);
    let shown = format!("{lines:?}");
    for secret in ["abcdefghijklmnop", "relay-word", "LTAI5tabc"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
