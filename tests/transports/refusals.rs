//! Logins, and what servers refuse for good reasons.

use std::time::Duration;

use hongyan::config::Tls;
use hongyan::mailer::State;
use hongyan::transport::{
    Cause, Effect, Retry, SendError, SmtpTransport, Stage, Transport, Unrecorded,
};
use hongyan::{Mailer, vars};

use super::mails::{Mail, profile};
use super::scenario::{settings, transport, with_canaries, with_token};
use super::smtp::{Fault, GMAIL, NETEASE, PLAIN, Plan, QQ, SmtpServer, Stage as At};

async fn deliver(client: &SmtpTransport) -> Result<(), SendError> {
    client.deliver(Mail::short().in_time(), &mut Unrecorded).await.map(drop)
}

#[tokio::test]
async fn every_provider_takes_a_mail() {
    for profile in [&PLAIN, &QQ, &NETEASE, &GMAIL] {
        let plan = Plan { mail_must_match_login: true, ..Plan::of(profile) };
        let server = SmtpServer::start(with_canaries(plan));
        for tls in [Tls::StartTls, Tls::Implicit] {
            deliver(&transport(&server, tls)).await.unwrap();
        }
        let record = server.record();
        record.assert_private();
        assert_eq!((record.mails.len(), record.logins), (2, 2), "{}", profile.name);
    }
}

#[tokio::test]
async fn every_mechanism_logs_in_or_is_refused() {
    for (mechanism, tokens) in [("PLAIN", false), ("LOGIN", false), ("XOAUTH2", true)] {
        let good = with_canaries(Plan { mechanisms: vec![mechanism], ..Plan::default() });
        let bad = Plan { password: "another".into(), token: "another".into(), ..good.clone() };
        for (plan, fits) in [(good, true), (bad, false)] {
            let server = SmtpServer::start(plan);
            let settings = settings(&server, Tls::StartTls);
            let settings = if tokens { with_token(settings) } else { settings };
            let client = SmtpTransport::new("smtp", &settings, profile()).unwrap();
            let result = deliver(&client).await;
            server.record().assert_private();
            assert_eq!(server.record().mails.len(), usize::from(fits), "{mechanism}");
            let Err(error) = result else { continue };
            super::ears::error_hides(mechanism, &error);
            assert_eq!(error.stage, Stage::Auth);
            assert_eq!(error.reply.unwrap().code, "535", "{mechanism}");
        }
    }
}

#[tokio::test]
async fn a_login_that_does_not_fit_is_not_tried() {
    for mechanisms in [vec!["XOAUTH2"], vec!["CRAM-MD5", "NTLM"], vec![]] {
        let server = SmtpServer::start(Plan { mechanisms, ..Plan::default() });
        let error = deliver(&transport(&server, Tls::Implicit)).await.unwrap_err();
        assert_eq!((error.stage, error.cause), (Stage::Auth, Cause::Configuration));
        assert_eq!(error.cause.effect(), Effect::Stop);
        assert_eq!(server.record().count("AUTH"), 0);
    }
}

/// Even where a server would let it happen.
#[tokio::test]
async fn no_login_in_clear() {
    let plan = Plan { login_in_clear: true, ..Plan::default() };
    let server = SmtpServer::start(with_canaries(plan));
    let error = deliver(&transport(&server, Tls::None)).await.unwrap_err();
    assert_eq!((error.stage, error.cause), (Stage::Auth, Cause::Configuration));
    server.record().assert_private();
    assert_eq!(server.record().count("AUTH"), 0);
}

#[tokio::test]
async fn a_relay_without_logins_needs_none() {
    let server = SmtpServer::start(Plan { mechanisms: Vec::new(), ..Plan::default() });
    let settings = settings(&server, Tls::None);
    let settings = hongyan::config::SmtpSettings { login: None, ..settings };
    deliver(&SmtpTransport::new("relay", &settings, profile()).unwrap()).await.unwrap();
    let record = server.record();
    assert_eq!((record.mails.len(), record.handshakes, record.count("AUTH")), (1, 0, 0));
}

#[tokio::test]
async fn greylisting_passes_with_the_same_bytes() {
    let wait = Duration::from_millis(300);
    let plan = Plan { greylist: Some(wait), ..Plan::default() };
    let server = SmtpServer::start(with_canaries(plan));
    let client = transport(&server, Tls::StartTls);
    let mail = Mail::short();
    let error = client.deliver(mail.in_time(), &mut Unrecorded).await.unwrap_err();
    assert_eq!((error.stage, error.cause), (Stage::Rcpt, Cause::Transient));
    assert_ne!(error.retry, Retry::Never);
    tokio::time::sleep(wait).await;
    client.deliver(mail.in_time(), &mut Unrecorded).await.unwrap();
    let record = server.record();
    assert_eq!((record.mails.len(), record.connections), (1, 1));
    assert!(record.mails[0].bytes == mail.message.bytes()[..]);
}

#[tokio::test]
async fn a_rate_is_no_permanent_failure() {
    let rate = Some((2, Duration::from_secs(60)));
    let server = SmtpServer::start(with_canaries(Plan { rate, ..Plan::default() }));
    let client = transport(&server, Tls::StartTls);
    deliver(&client).await.unwrap();
    deliver(&client).await.unwrap();
    let error = deliver(&client).await.unwrap_err();
    assert_eq!(error.stage, Stage::Mail);
    assert_ne!(error.retry, Retry::Never);
    assert_eq!(server.record().mails.len(), 2);
}

#[tokio::test]
async fn a_copy_that_is_refused_leaves_the_mail_sent_once() {
    let refusal = Fault::at(At::Rcpt).containing("<bad@").reply("550 5.1.1 nobody");
    let server = SmtpServer::start(with_canaries(Plan::default().with(refusal)));
    let client = transport(&server, Tls::Implicit);
    let mailer = Mailer::builder().transport(client).build().unwrap();
    let draft = mailer.to("good@example.test").cc("bad@example.test").bcc("other@example.test");
    let leave = "https://example.test/leave";
    let vars = vars! { title: "News", summary: "It happened.", unsubscribe_url: leave };
    let delivery = draft.render_and_send("notification", "en", vars).await.unwrap();
    assert_eq!(delivery.state, State::Sent);
    let states: Vec<State> = delivery.copies.iter().map(|copy| copy.state).collect();
    assert_eq!(states, [State::Failed, State::Sent]);
    let record = server.record();
    let to: Vec<&str> = record.mails.iter().flat_map(|mail| &mail.to).map(|to| &**to).collect();
    assert_eq!(to, ["good@example.test", "other@example.test"]);
    assert_eq!((record.connections, record.logins), (1, 1));
}
