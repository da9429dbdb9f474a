//! From DATA to the last answer: what is sent, what is not, and what nobody knows.

use std::time::{Duration, Instant};

use hongyan::config::Tls;
use hongyan::transport::{Cause, Stage, Transport};

use super::faults::{both_ways, protocol};
use super::hands::Hands;
use super::mails::Mail;
use super::scenario::{Comes, Scenario, run_all, transport, with_canaries};
use super::smtp::{Fault, Plan, SmtpServer, Stage as At};

fn eod(name: &str, fault: Fault, comes: Comes) -> Scenario {
    Scenario::fault(name, fault, comes)
}

#[tokio::test]
async fn what_the_last_answer_is_worth() {
    let at = || Fault::at(At::Eod);
    let refused = |code| Comes::Refused(Stage::HandOver, code);
    let doubt = Comes::InDoubt;
    let drip = Duration::from_millis(200);
    run_all(both_ways(vec![
        eod("accepted, closed", at().accepting().close_before(), doubt.clone()).recorded(1),
        eod("accepted, reset", at().accepting().reset(), doubt.clone()).recorded(1),
        eod("accepted, silent", at().accepting().hang(), doubt.clone()).recorded(1).hangs(),
        eod("lost, closed", at().close_before(), doubt.clone()),
        eod("lost, silent", at().hang(), doubt.clone()).hangs(),
        eod("half a reply", at().raw(b"25").close_after().losing(), doubt.clone()),
        eod("dripped", at().drip(drip), doubt.clone()).recorded(1).hangs(),
        eod("354", at().reply("354 go on"), doubt.clone()),
        eod("220", at().reply("220 hello").losing(), doubt.clone()),
        eod("noise", at().garbage(64), doubt.clone()),
        eod("code 999", at().reply("999 what"), doubt.clone()),
        eod("two codes", at().raw(b"250-one\r\n550 two\r\n").losing(), doubt.clone()),
        eod("endless lines", at().lines(200_000).accepting(), doubt.clone()).recorded(1),
        eod("endless line", at().long(50_000_000).accepting(), doubt.clone()).recorded(1),
        eod("451", at().reply("451 4.3.0 later"), refused("451")),
        eod("451, kept", at().reply("451 4.3.0 later").accepting(), refused("451")).recorded(1),
        eod("554", at().reply("554 5.7.1 spam"), refused("554")),
        eod("421", at().reply("421 4.3.2 shutting down").close_after(), refused("421")),
        eod("a liar", at().losing(), Comes::Sent).recorded(0),
        eod("late", at().delay(Duration::from_millis(300)), Comes::Sent),
        eod("code alone", at().raw(b"250\r\n"), Comes::Sent),
        eod("escapes", at().reply("250 \x1b[31mred"), Comes::Sent),
    ]))
    .await;
}

#[tokio::test]
async fn what_stands_in_place_of_the_go_ahead() {
    let at = || Fault::at(At::Data);
    let data = &[Stage::Data];
    run_all(both_ways(vec![
        eod("250", at().reply("250 2.0.0 wrong"), protocol(data)),
        eod("more than 354", at().raw(b"354 go\r\n250 done\r\n"), protocol(data)),
        eod("354 and half a reply", at().raw(b"354 go\r\n2"), protocol(data)),
        eod("451", at().reply("451 4.3.0 local error"), Comes::Refused(Stage::Data, "451")),
        eod("554", at().reply("554 5.5.1 none"), Comes::Refused(Stage::Data, "554")),
    ]))
    .await;
}

/// Of a large mail no server has the end while its beginning is on the way.
#[tokio::test]
async fn a_large_mail_that_breaks_off_was_not_sent() {
    let mail = Mail::with_file(6 * 1024 * 1024);
    let body = || Fault::at(At::Body).after_bytes(1024 * 1024);
    let said = body().reply("552 5.3.4 too large").reset_after();
    for (name, fault, seconds) in
        [("reset", body().reset(), 20), ("said", said, 20), ("stall", body().hang(), 3)]
    {
        let server = SmtpServer::start(with_canaries(Plan::default().with(fault)));
        for tls in [Tls::StartTls, Tls::Implicit] {
            let client = transport(&server, tls);
            let mut hands = Hands::default();
            let (began, time) = (Instant::now(), Duration::from_secs(seconds));
            let error = client.deliver(mail.within(time), &mut hands).await.unwrap_err();
            assert_eq!((error.stage, hands.asked()), (Stage::HandOver, 1), "{name}: {error:?}");
            assert!(!error.in_doubt(), "{name}: {error:?}");
            assert!(began.elapsed() < time + Duration::from_secs(1), "{name}");
        }
        assert_eq!(server.record().mails.len(), 0, "{name}");
    }
}

#[tokio::test]
async fn a_large_mail_is_in_doubt_once_its_end_is_out() {
    let mail = Mail::with_file(6 * 1024 * 1024);
    let fault = Fault::at(At::Eod).accepting().reset();
    let server = SmtpServer::start(with_canaries(Plan::default().with(fault)));
    let client = transport(&server, Tls::Implicit);
    let error = client.deliver(mail.in_time(), &mut Hands::default()).await.unwrap_err();
    assert!(error.in_doubt(), "{error:?}");
    assert!(server.record().mails[0].bytes == mail.message.bytes()[..]);
}

/// A record may take long; what comes too late then is not sent, and surely not.
#[tokio::test]
async fn a_deadline_that_passes_in_the_record_sends_nothing() {
    let server = SmtpServer::start(with_canaries(Plan::default()));
    let client = transport(&server, Tls::StartTls);
    let mail = Mail::short();
    let mut hands = Hands::slow(Duration::from_millis(1500));
    let error = client.deliver(mail.within(Duration::from_secs(1)), &mut hands).await.unwrap_err();
    assert_eq!((hands.asked(), error.in_doubt()), (1, false), "{error:?}");
    server.until(|record| record.ended == 1).await;
    assert_eq!(server.record().mails.len(), 0);
}

/// What goes wrong while the mail is being recorded is seen before it is sent.
#[tokio::test]
async fn a_server_that_leaves_during_the_record_was_sent_nothing() {
    let soon = || Fault::at(At::Body).delay(Duration::from_millis(100));
    let reason = soon().reply("421 4.3.2 shutting down").close_after();
    for (fault, cause) in [(soon().close_before(), Cause::Network), (reason, Cause::Transient)] {
        let server = SmtpServer::start(with_canaries(Plan::default().with(fault)));
        let client = transport(&server, Tls::StartTls);
        let mut hands = Hands::slow(Duration::from_millis(400));
        let error = client.deliver(Mail::short().in_time(), &mut hands).await.unwrap_err();
        assert_eq!((hands.asked(), error.cause), (1, cause), "{error:?}");
    }
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_not_begun() {
    let plan = with_canaries(Plan { size: Some(2048), ..Plan::default() });
    let server = SmtpServer::start(plan);
    let client = transport(&server, Tls::StartTls);
    let mail = Mail::short();
    let error = client.deliver(mail.in_time(), &mut Hands::default()).await.unwrap_err();
    assert_eq!((error.stage, error.cause), (Stage::Mail, Cause::Size));
    assert_eq!(server.record().count("MAIL"), 0);
}
