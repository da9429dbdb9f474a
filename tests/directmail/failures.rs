//! No answer: what was surely not sent is told apart from what may have been.

use std::time::{Duration, Instant};

use hongyan::transport::{Cause, DirectMailTransport, SendError, Stage, Transport};
use tokio::net::TcpListener;

use crate::server::{ACCOUNT, Fault, KEY_ID, KEY_SECRET, Server, Step, TOKEN};
use crate::{CODE, SOON, deliver, draft, rendered, send, settings, transport};

const BLINK: Duration = Duration::from_millis(300);

#[tokio::test]
async fn an_answer_that_is_lost_leaves_doubt() {
    let faults = [
        Fault::CloseBefore,
        Fault::Reset,
        Fault::CloseMid,
        Fault::Hang,
        Fault::Drip(Duration::from_millis(50)),
    ];
    for fault in faults {
        let server = Server::start().await;
        server.always(Step::fault(fault.clone()).accepted());
        let started = Instant::now();
        let error = deliver(&transport(&server), &rendered(&draft()), BLINK).await.unwrap_err();
        assert!(started.elapsed() < BLINK + Duration::from_secs(1), "{fault:?}");
        assert!(error.in_doubt() && error.stage == Stage::HandOver, "{fault:?}: {error:?}");
        assert_eq!(server.mails().len(), 1, "{fault:?}");
        assert_eq!(server.requests().len(), 1, "{fault:?} was sent again");
    }
}

#[tokio::test]
async fn a_huge_answer_is_not_read() {
    let server = Server::start().await;
    server.always(Step::fault(Fault::Huge(50_000_000)).accepted());
    let error = send(&server).await.unwrap_err();
    assert!(error.in_doubt(), "{error:?}");
    // What the sockets between hold was written too.
    assert!(server.written() < 12_000_000, "{} bytes", server.written());
}

async fn send_to(endpoint: &str, within: Duration) -> SendError {
    let server = Server::start().await;
    let mut variables = server.variables();
    variables.retain(|(name, _)| name != "ALIYUN_ENDPOINT");
    variables.push(("ALIYUN_ENDPOINT".into(), endpoint.into()));
    let from = ACCOUNT.parse().unwrap();
    let transport = DirectMailTransport::new(&settings(variables), from).unwrap();
    deliver(&transport, &rendered(&draft()), within).await.unwrap_err()
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let error = send_to(&format!("http://{closed}"), SOON).await;
    assert_eq!((error.stage, error.cause), (Stage::Connect, Cause::Network), "{error:?}");

    // It takes connections and never speaks TLS.
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = send_to(&format!("https://{}", mute.local_addr().unwrap()), BLINK).await;
    assert_eq!((error.stage, error.cause), (Stage::Connect, Cause::Network), "{error:?}");

    let plain = Server::start().await;
    let error = send_to(&plain.url.replace("http:", "https:"), BLINK).await;
    assert!(matches!(error.stage, Stage::Connect | Stage::Tls) && !error.in_doubt(), "{error:?}");
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let key =
        tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der());
    let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(
        tokio_rustls::rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key.unwrap())
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = acceptor.accept(stream).await;
    });
    let error = send_to(&endpoint, SOON).await;
    assert_eq!((error.stage, error.cause), (Stage::Tls, Cause::Tls), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_used_nonce_and_a_wrong_clock_are_put_right_once() {
    let server = Server::start().await;
    server.plan([Step::code(400, "SignatureNonceUsed")]);
    send(&server).await.unwrap();
    server.skew(3_600);
    send(&server).await.unwrap();
    server.skew(-7_200);
    send(&server).await.unwrap();
    assert_eq!((server.requests().len(), server.mails().len()), (6, 3));

    server.always(Step::code(400, "InvalidTimeStamp.Expired"));
    let error = send(&server).await.unwrap_err();
    assert_eq!(error.cause, Cause::Clock);
    let hint = error.hint.unwrap().en;
    assert!(hint.contains("s ahead of the server's"), "{hint}");
    assert_eq!(server.requests().len(), 8);
}

#[tokio::test]
async fn every_try_has_a_nonce_of_its_own() {
    let server = Server::start().await;
    server.plan([Step::code(400, "Throttling.User"), Step::fault(Fault::CloseBefore)]);
    let (transport, mail) = (transport(&server), rendered(&draft()));
    for _ in 0..5 {
        let _ = deliver(&transport, &mail, SOON).await;
    }
    let requests = server.requests();
    let nonces: std::collections::BTreeSet<_> =
        requests.iter().map(|request| request.nonce()).collect();
    assert_eq!((nonces.len(), server.mails().len()), (5, 3));
}

#[tokio::test]
async fn secrets_and_values_stand_in_no_error() {
    let echo = format!("{KEY_ID} {KEY_SECRET} {TOKEN} {CODE} <b>{CODE}</b>");
    let encoded: String = url::form_urlencoded::byte_serialize(echo.as_bytes()).collect();
    let coded = |words: &str| {
        serde_json::json!({"Code": format!("Invalid.{CODE}"), "Message": words}).to_string()
    };
    let steps = [
        Step::body(400, coded(&echo)),
        Step::body(400, coded(&encoded)),
        Step::body(400, coded("Specified signature is not matched. Server string to sign is:x")),
        Step::body(502, &echo),
        Step::body(404, &echo),
        Step::body(200, &echo),
        Step::fault(Fault::Reset),
        Step::fault(Fault::Hang),
    ];
    for step in steps {
        let server = Server::start().await;
        server.want_token();
        server.always(step);
        let transport = transport(&server);
        let error = deliver(&transport, &rendered(&draft()), BLINK).await.unwrap_err();
        let shown = format!(
            "{error} {error:?} {:?} {transport:?} {:?}",
            error.diagnostic(),
            transport.profile()
        );
        for canary in [KEY_ID, KEY_SECRET, TOKEN, CODE, "canary"] {
            assert!(!shown.contains(canary), "{canary}: {shown}");
        }
    }
}
