//! Passwords, tokens and codes stand in no error and in nothing that is logged. Every scenario of
//! `faults`, `hand_over` and `replies` looks for them too; these are the servers that talk.

use hongyan::config::Tls;
use hongyan::transport::{Cause, SmtpTransport, Transport, Unrecorded};

use super::ears;
use super::mails::{CODE, Mail, profile};
use super::scenario::{settings, with_canaries, with_token};
use super::smtp::{Fault, Plan, SmtpServer, Stage as At};

/// Some servers repeat what they did not understand.
#[tokio::test]
async fn a_server_that_repeats_a_login_is_not_quoted() {
    ears::listen();
    let repeated = |reply| Fault::at(At::Auth).reply(reply);
    for (mechanism, tokens) in [("PLAIN", false), ("LOGIN", false), ("XOAUTH2", true)] {
        for fault in [
            repeated("500 5.5.1 Command unrecognized: \"{line}\""),
            repeated("535-5.7.8 no: {line}\n535 5.7.8 {line}"),
            repeated("454 4.7.0 {line} later"),
            repeated("220 {line}"),
            Fault::at(At::Any).containing("AUTH").reply("500 {line}"),
        ] {
            let plan = Plan { mechanisms: vec![mechanism], ..Plan::default().with(fault) };
            let server = SmtpServer::start(with_canaries(plan));
            let settings = settings(&server, Tls::StartTls);
            let settings = if tokens { with_token(settings) } else { settings };
            let client = SmtpTransport::new("smtp", &settings, profile()).unwrap();
            let sent = client.deliver(Mail::short().in_time(), &mut Unrecorded).await;
            let error = sent.unwrap_err();
            ears::error_hides(mechanism, &error);
            assert!(error.reply.is_some_and(|reply| reply.code.len() == 3), "{mechanism}");
            server.record().assert_private();
        }
    }
}

/// With the words of a mail that went well, too.
#[tokio::test]
async fn a_mail_that_goes_well_is_not_heard_of() {
    ears::listen();
    let server = SmtpServer::start(with_canaries(Plan::default()));
    for tls in [Tls::StartTls, Tls::Implicit] {
        let client = super::scenario::transport(&server, tls);
        client.deliver(Mail::short().in_time(), &mut Unrecorded).await.unwrap();
        client.close().await;
    }
    ears::hides("heard", &ears::heard());
}

/// Filters quote the link that they dislike; what they mean by it counts all the same.
#[tokio::test]
async fn a_filter_that_quotes_the_mail_is_not_repeated() {
    ears::listen();
    for (reply, cause) in [
        ("554 5.7.1 blocked: {canary}", Cause::Content),
        ("550 Too many attempts for {canary}", Cause::Content),
        ("250 2.0.0 {canary} queued", Cause::Transient),
    ] {
        let reply = reply.replace("{canary}", CODE);
        let fault = Fault::at(At::Eod).reply(&reply);
        let server = SmtpServer::start(with_canaries(Plan::default().with(fault)));
        let client = super::scenario::transport(&server, Tls::StartTls);
        match client.deliver(Mail::short().in_time(), &mut Unrecorded).await {
            Ok(receipt) => assert!(!format!("{receipt:?}").contains(CODE)),
            Err(error) => {
                ears::error_hides("filter", &error);
                assert_eq!(error.cause, cause, "{error}");
            }
        }
    }
}
