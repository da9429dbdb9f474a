//! What goes wrong on the way to a server, and what must be said of it.

use std::time::Duration;

use hongyan::config::Tls;
use hongyan::transport::{Cause, Retry, SendError, SmtpTransport, Stage, Transport, Unrecorded};
use tokio::net::{TcpSocket, TcpStream};

use super::mails::{Mail, profile};
use super::scenario::{Comes, Scenario, run_all, settings, transport};
use super::smtp::{Fault, Handshake, Plan, SmtpServer, Stage as At};

pub const LATER: Retry = Retry::Later;
/// Too many logins lock an account, so the next one has time.
const IN_A_WHILE: Retry = Retry::After(Duration::from_secs(300));

fn network(stages: &'static [Stage]) -> Comes {
    Comes::Fails(stages, Cause::Network, LATER)
}

pub fn protocol(stages: &'static [Stage]) -> Comes {
    Comes::Fails(stages, Cause::Protocol, LATER)
}

fn tls(stages: &'static [Stage]) -> Comes {
    Comes::Fails(stages, Cause::Tls, LATER)
}

/// Where the server is asked, and what the client calls it.
const STAGES: [(At, &[Stage]); 6] = [
    (At::Banner, &[Stage::Greeting, Stage::Connect]),
    (At::Ehlo, &[Stage::Ehlo]),
    (At::StartTls, &[Stage::StartTls]),
    (At::Mail, &[Stage::Mail]),
    (At::Rcpt, &[Stage::Rcpt]),
    (At::Data, &[Stage::Data]),
];

/// In one go and one by one.
pub fn both_ways(scenarios: Vec<Scenario>) -> Vec<Scenario> {
    let one_by_one = |scenario: &Scenario| {
        let name = format!("{} (one by one)", scenario.name);
        let plan = Plan { pipelining: false, ..scenario.plan.clone() };
        Scenario { name, plan, ..scenario.clone() }
    };
    let more: Vec<_> = scenarios.iter().map(one_by_one).collect();
    scenarios.into_iter().chain(more).collect()
}

#[tokio::test]
async fn silence_ends_at_the_deadline_at_every_stage() {
    let mut scenarios = Vec::new();
    for (at, stages) in STAGES {
        let fault = Fault::at(at).hang();
        scenarios.push(Scenario::fault(&format!("hang {at:?}"), fault, network(stages)).hangs());
        let fault = Fault::at(at).drip(Duration::from_millis(200));
        scenarios.push(Scenario::fault(&format!("drip {at:?}"), fault, network(stages)).hangs());
    }
    let lost = Comes::Fails(&[Stage::Auth], Cause::Network, IN_A_WHILE);
    scenarios.push(Scenario::fault("hang auth", Fault::at(At::Auth).hang(), lost).hangs());
    let tls_hang = Fault::at(At::Tls).hang();
    scenarios.push(Scenario::fault("hang tls", tls_hang, network(&[Stage::Tls])).hangs());
    let any = &[Stage::Greeting, Stage::Ehlo, Stage::StartTls];
    let tarpit = Fault::at(At::Any).delay(Duration::from_millis(800));
    scenarios.push(Scenario::fault("tarpit", tarpit, network(any)).hangs());
    let loris = Fault::at(At::Any).drip(Duration::from_millis(100));
    scenarios.push(Scenario::fault("slow loris", loris, network(any)).hangs());
    let stall = Fault::at(At::Body).after_bytes(200).hang();
    scenarios.push(Scenario::fault("body stalls", stall, Comes::InDoubt).hangs());
    run_all(both_ways(scenarios)).await;
}

#[tokio::test]
async fn a_lost_connection_says_where_it_was_lost() {
    let mut scenarios = Vec::new();
    for (at, stages) in STAGES {
        let name = |what: &str| format!("{what} at {at:?}");
        let close = Fault::at(at).close_before();
        scenarios.push(Scenario::fault(&name("close"), close, network(stages)));
        scenarios.push(Scenario::fault(&name("reset"), Fault::at(at).reset(), network(stages)));
        let half = Fault::at(at).raw(b"2").close_after();
        scenarios.push(Scenario::fault(&name("half"), half, network(stages)));
    }
    let lost = Comes::Fails(&[Stage::Auth], Cause::Network, IN_A_WHILE);
    scenarios.push(Scenario::fault("auth", Fault::at(At::Auth).close_before(), lost));
    let reset = Fault::at(At::Connect).reset();
    scenarios.push(Scenario::fault("connect", reset, network(&[Stage::Connect, Stage::Greeting])));
    let close = Fault::at(At::Tls).close_before();
    scenarios.push(Scenario::fault("tls", close, network(&[Stage::Tls, Stage::StartTls])));
    run_all(both_ways(scenarios)).await;
}

#[tokio::test]
async fn nothing_is_said_without_good_tls() {
    let mut scenarios = Vec::new();
    for handshake in [
        Handshake::Expired,
        Handshake::NotYet,
        Handshake::WrongName,
        Handshake::SelfSigned,
        Handshake::Authority,
        Handshake::TooOld,
    ] {
        let plan = Plan { handshake, ..Plan::default() };
        scenarios.push(Scenario::new(&format!("{handshake:?}"), plan, tls(&[Stage::Tls])));
    }
    let plan = Plan { starttls: false, ..Plan::default() };
    scenarios.push(Scenario::new("stripped", plan, tls(&[Stage::StartTls])));
    // Not in one piece with the 220, which would be another fault.
    let later = Fault::at(At::Tls).delay(Duration::from_millis(100));
    let plain = later.raw(b"250 not a handshake\r\n").close_after();
    scenarios.push(Scenario::fault("plain", plain, tls(&[Stage::Tls])));
    for injected in ["250-injected\r\n250 AUTH PLAIN\r\n", "X", "220 again\r\n", ALL_REPLIES] {
        let fault = Fault::at(At::StartTls).inject(injected.as_bytes());
        scenarios.push(Scenario::fault("injected", fault, protocol(&[Stage::StartTls])));
    }
    let refused = Fault::at(At::StartTls).reply("454 4.7.0 TLS not available");
    let comes = Comes::Refused(Stage::StartTls, "454");
    scenarios.push(Scenario::fault("454", refused, comes));
    let wrong = Fault::at(At::StartTls).reply("250 ok");
    scenarios.push(Scenario::fault("250", wrong, protocol(&[Stage::StartTls])));
    for scenario in scenarios {
        let record = scenario.run_over(Tls::StartTls).await;
        assert_eq!(record.count("AUTH") + record.count("MAIL"), 0, "{}", scenario.name);
    }
}

/// What makes a careless client believe that all went well.
const ALL_REPLIES: &str = "250 injected\r\n235 2.7.0 injected\r\n250 injected\r\n250 injected\r\n354 injected\r\n250 2.0.0 injected: queued\r\n";

#[tokio::test]
async fn a_bad_certificate_says_what_is_wrong() {
    let told = [
        (Handshake::Expired, "2020-12-31"),
        (Handshake::NotYet, "2090-01-01"),
        (Handshake::WrongName, "is for wrong.hongyan.test, not for `localhost`"),
        (Handshake::SelfSigned, "comes from no authority"),
        (Handshake::Authority, "signs itself"),
        (Handshake::TooOld, "TLS 1.2"),
    ];
    for (handshake, words) in told {
        let server = SmtpServer::start(Plan { handshake, ..Plan::default() });
        for tls in [Tls::StartTls, Tls::Implicit] {
            let client = transport(&server, tls);
            let error = client.deliver(Mail::short().in_time(), &mut Unrecorded).await.unwrap_err();
            assert!(error.what.en.contains(words), "{handshake:?}: {error}");
            assert_eq!((error.stage, error.cause), (Stage::Tls, Cause::Tls));
        }
        assert_eq!(server.record().count("AUTH"), 0);
    }
}

#[tokio::test]
async fn a_port_where_nothing_listens() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let error = send_to("127.0.0.1", port, Duration::from_secs(20)).await;
    assert_eq!((error.stage, error.cause), (Stage::Connect, Cause::Network), "{error:?}");
}

#[tokio::test]
async fn a_port_where_nobody_answers() {
    let full = TcpSocket::new_v4().unwrap();
    full.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = full.listen(0).unwrap();
    let address = full.local_addr().unwrap();
    // A backlog of nought takes a connection or two; the next waits for ever.
    let mut waiting = Vec::new();
    let short = Duration::from_millis(200);
    while let Ok(tcp) = tokio::time::timeout(short, TcpStream::connect(address)).await {
        waiting.push(tcp.unwrap());
    }
    let began = std::time::Instant::now();
    let error = send_to("127.0.0.1", address.port(), Duration::from_secs(1)).await;
    assert_eq!((error.stage, error.cause), (Stage::Connect, Cause::Network), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(2));
}

/// A label of more than 63 octets cannot be asked for, so no name server is.
#[tokio::test]
async fn a_name_that_is_not_there() {
    let host = format!("{}.test", "a".repeat(64));
    let error = send_to(&host, 465, Duration::from_secs(20)).await;
    assert_eq!((error.stage, error.cause), (Stage::Resolve, Cause::Network), "{error:?}");
    assert!(error.what.en.contains(&host) && error.what.zh.contains(&host), "{error}");
}

async fn send_to(host: &str, port: u16, time: Duration) -> SendError {
    let server = SmtpServer::start(Plan::default());
    let mut settings = settings(&server, Tls::Implicit);
    (settings.host, settings.port) = (host.into(), port);
    let client = SmtpTransport::new("smtp", &settings, profile()).unwrap();
    client.deliver(Mail::short().within(time), &mut Unrecorded).await.unwrap_err()
}
