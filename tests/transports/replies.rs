//! Replies of every shape, at every stage.

use std::time::Duration;

use hongyan::config::Tls;
use hongyan::transport::{Cause, Effect, Retry, Stage, Transport, Unrecorded};

use super::bad_inputs::{Case, group};
use super::faults::{LATER, both_ways, protocol};
use super::mails::Mail;
use super::scenario::{Comes, Scenario, run_all, transport, with_canaries};
use super::smtp::{Fault, Handshake, Plan, SmtpServer, Stage as At};

const STAGES: [(&str, At, Stage); 7] = [
    ("banner", At::Banner, Stage::Greeting),
    ("ehlo", At::Ehlo, Stage::Ehlo),
    ("auth", At::Auth, Stage::Auth),
    ("mail", At::Mail, Stage::Mail),
    ("rcpt", At::Rcpt, Stage::Rcpt),
    ("data", At::Data, Stage::Data),
    ("eod", At::Eod, Stage::HandOver),
];

const CODES: [u16; 14] = [421, 450, 451, 452, 454, 500, 501, 503, 530, 535, 550, 552, 553, 554];

/// What a refusal means, the dictionary of replies says; this is what holds of each.
#[tokio::test]
async fn every_refusal_at_every_stage() {
    for (name, at, stage) in STAGES {
        for code in CODES {
            let fault = Fault::at(at).reply(&format!("{code} no"));
            let server = SmtpServer::start(with_canaries(Plan::default().with(fault)));
            let client = transport(&server, Tls::StartTls);
            let sent = client.deliver(Mail::short().in_time(), &mut Unrecorded).await;
            let error = sent.unwrap_err();
            let what = format!("{code} at {name}: {error:?}");
            super::ears::error_hides(&what, &error);
            assert_eq!(error.stage, stage, "{what}");
            let said = error.reply.as_ref().map(|reply| (reply.code.clone(), &*reply.text));
            assert_eq!(said, Some((code.to_string(), "no")), "{what}");
            assert!(!error.in_doubt(), "{what}");
            assert!(code >= 500 || error.retry != Retry::Never, "{what}");
            // What stops a transport is not the mail's fault.
            let stops = matches!(error.cause.effect(), Effect::Stop | Effect::Pause);
            assert!(!stops || error.retry != Retry::Never, "{what}");
            server.record().assert_private();
            assert_eq!(server.record().mails.len(), 0, "{what}");
        }
    }
}

#[tokio::test]
async fn replies_of_bad_shape_or_size() {
    let mut scenarios = Vec::new();
    for case in group("smtp_reply").iter().filter(|case| case.get("sub") == "shape") {
        let (_, at, stage) = stage_of(case.get("stage"));
        let fault = Fault::at(at).raw(&case.bytes());
        scenarios.push(Scenario::fault(case.get("id"), fault, outcome(case, stage)));
    }
    assert!(scenarios.len() >= 13, "{}", scenarios.len());
    let ehlo = || Fault::at(At::Ehlo);
    let noise = |at| Fault::at(at).garbage(64);
    scenarios.extend([
        Scenario::fault("NUL", Fault::at(At::Mail).raw(b"250 o\0k\r\n"), Comes::Sent),
        Scenario::fault("LF alone", Fault::at(At::Mail).raw(b"250 Ok\n"), Comes::Sent),
        Scenario::fault(
            "three lines",
            Fault::at(At::Banner).reply("220 a\n220 b\n220 c"),
            Comes::Sent,
        ),
        Scenario::fault("99 lines", ehlo().lines(80), Comes::Sent),
        Scenario::fault("many mechanisms", many_mechanisms(), protocol(&[Stage::Ehlo])),
        Scenario::fault("noise", noise(At::Banner), protocol(&[Stage::Greeting])),
        Scenario::fault("noise", noise(At::Auth), protocol(&[Stage::Auth])),
        Scenario::fault("noise", noise(At::Mail), protocol(&[Stage::Mail])),
        Scenario::fault(
            "loop",
            Fault::at(At::Auth).reply("334 VXNlcm5hbWU6"),
            protocol(&[Stage::Auth]),
        ),
    ]);
    run_all(both_ways(scenarios)).await;
}

fn many_mechanisms() -> Fault {
    let line = format!("250-AUTH PLAIN{}\r\n250 ok\r\n", " X".repeat(100_000));
    Fault::at(At::Ehlo).raw(line.as_bytes())
}

fn stage_of(name: &str) -> (&'static str, At, &'static [Stage]) {
    let (name, at) = match STAGES.iter().find(|(known, ..)| *known == name) {
        Some((name, at, _)) => (*name, *at),
        None => panic!("no stage {name}"),
    };
    let stages: &[Stage] = match at {
        At::Banner => &[Stage::Greeting],
        At::Ehlo => &[Stage::Ehlo],
        At::Auth => &[Stage::Auth],
        // What is said too much is met by the next command, or the last one of a group.
        At::Mail => &[Stage::Mail, Stage::Rcpt, Stage::Data],
        At::Rcpt => &[Stage::Rcpt],
        At::Data => &[Stage::Data],
        _ => &[Stage::HandOver],
    };
    (name, at, stages)
}

fn outcome(case: &Case, stages: &'static [Stage]) -> Comes {
    match case.get("outcome") {
        "success" => Comes::Sent,
        "unknown_outcome" => Comes::InDoubt,
        "protocol_error_retry" => protocol(stages),
        "permanent" => Comes::Fails(stages, Cause::Recipient, Retry::Never),
        "retry" => Comes::Fails(stages, Cause::Transient, LATER),
        other => panic!("no outcome {other}"),
    }
}

#[tokio::test]
async fn a_connection_that_ends_early() {
    let network = |stages| Comes::Fails(stages, Cause::Network, LATER);
    let lost = Retry::After(Duration::from_secs(300));
    for case in group("smtp_reply").iter().filter(|case| case.get("sub") == "close") {
        let eod = || Fault::at(At::Eod).accepting();
        let (fault, comes) = match case.get("close_at") {
            "connect" => (Fault::at(At::Connect), network(&[Stage::Greeting])),
            "ehlo" => (Fault::at(At::Ehlo), network(&[Stage::Ehlo])),
            "auth" => (Fault::at(At::Auth), Comes::Fails(&[Stage::Auth], Cause::Network, lost)),
            "mail" => (Fault::at(At::Mail), network(&[Stage::Mail])),
            "data" => (Fault::at(At::Data), network(&[Stage::Data])),
            "after_dot" => (eod(), Comes::InDoubt),
            "after_dot_half_reply" => (eod().raw(b"25"), Comes::InDoubt),
            other => panic!("no place {other}"),
        };
        let recorded = usize::from(matches!(comes, Comes::InDoubt));
        let half = case.get("close_at").ends_with("half_reply");
        let fault = if half { fault.close_after() } else { fault.close_before() };
        Scenario::fault(case.get("id"), fault, comes).recorded(recorded).run().await;
    }
}

#[tokio::test]
async fn starttls_that_goes_wrong() {
    let abort = |stages, cause| Comes::Fails(stages, cause, LATER);
    for case in group("smtp_reply").iter().filter(|case| case.get("sub") == "starttls") {
        let plan = Plan::default();
        let (injected, reply) = (case.get("injected"), case.get("reply"));
        let tls = abort(&[Stage::Tls], Cause::Tls);
        let (plan, comes) = match (injected, reply, case.get("cert"), case.get("tls_max")) {
            ("", "", "", "") => {
                (Plan { starttls: false, ..plan }, abort(&[Stage::StartTls], Cause::Tls))
            }
            ("", "", "expired", _) => (Plan { handshake: Handshake::Expired, ..plan }, tls),
            ("", "", "wrong-name", _) => (Plan { handshake: Handshake::WrongName, ..plan }, tls),
            ("", "", "", _) => (Plan { handshake: Handshake::TooOld, ..plan }, tls),
            ("", reply, ..) => (
                plan.with(Fault::at(At::StartTls).reply(reply)),
                abort(&[Stage::StartTls], Cause::Transient),
            ),
            (injected, ..) => (
                plan.with(Fault::at(At::StartTls).inject(injected.as_bytes())),
                protocol(&[Stage::StartTls]),
            ),
        };
        let record = Scenario::new(case.get("id"), plan, comes).run_over(Tls::StartTls).await;
        assert_eq!(record.count("AUTH") + record.count("MAIL"), 0, "{}", case.get("id"));
    }
}

/// What a server may say before it is cut off.
#[tokio::test]
async fn an_endless_reply_is_cut_off() {
    let stages: [(At, &'static [Stage]); 4] = [
        (At::Banner, &[Stage::Greeting]),
        (At::Ehlo, &[Stage::Ehlo]),
        (At::Rcpt, &[Stage::Rcpt]),
        (At::Data, &[Stage::Data]),
    ];
    for (at, stages) in stages {
        for fault in [Fault::at(at).long(50_000_000), Fault::at(at).lines(5_000_000)] {
            for tls in [Tls::StartTls, Tls::Implicit] {
                let name = format!("{fault:?}");
                let scenario = Scenario::fault(&name, fault.clone(), protocol(stages));
                let written = scenario.run_over(tls).await.written;
                assert!(written < 1_000_000, "{written} bytes: {name}");
            }
        }
    }
}
