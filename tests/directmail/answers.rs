//! Every answer ends in its class.

use std::time::Duration;

use hongyan::transport::{Cause, Effect, Retry, SendError, Stage};
use serde_json::Value as Json;

use crate::bad_inputs::{Case, group};
use crate::server::{Fault, Server, Step};
use crate::{SOON, deliver, draft, rendered, send, transport};

#[tokio::test]
async fn the_listed_answers_end_in_their_class() {
    let cases = group("aliyun_reply");
    assert!(cases.len() >= 18);
    for case in cases {
        let server = Server::start().await;
        server.always(step(&case));
        let waits = matches!(case.field("timeout"), Json::Bool(true));
        let within = if waits { Duration::from_millis(300) } else { SOON };
        let error = deliver(&transport(&server), &rendered(&draft()), within).await.unwrap_err();
        assert_class(&case, &error);
        let requests = server.requests();
        assert_eq!(requests.len(), if repeats(&case) { 2 } else { 1 }, "{}", case.get("id"));
        if let [first, second] = &requests[..] {
            assert_ne!(first.nonce(), second.nonce());
        }
    }
}

fn step(case: &Case) -> Step {
    let status = u16::try_from(case.field("status").as_u64().unwrap_or(0)).unwrap();
    let headers = case.field("headers").as_object().cloned().unwrap_or_default();
    let headers =
        headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().into()));
    Step::fault(match case.field("expand").as_array() {
        _ if case.field("timeout") == &Json::Bool(true) => Fault::Hang,
        _ if status == 100 => Fault::ContinueOnly,
        _ if !case.get("code").is_empty() => Fault::Code(status, case.get("code").into()),
        Some(_) => Fault::Huge(case.input().unwrap().len()),
        None => Fault::Raw(status, headers.collect(), case.get("body").into()),
    })
}

/// Only what surely was not taken, and has a remedy in the request itself, is asked again.
fn repeats(case: &Case) -> bool {
    matches!(case.get("code"), "SignatureNonceUsed" | "InvalidTimeStamp.Expired")
}

fn assert_class(case: &Case, error: &SendError) {
    let id = case.get("id");
    let right = match case.get("outcome") {
        "retry" | "retry_new_nonce" => {
            error.retry != Retry::Never && !error.in_doubt() && error.cause.effect() != Effect::Stop
        }
        "clock_error" => error.cause == Cause::Clock && error.retry != Retry::Never,
        "transport_stop" | "config_error" => error.cause.effect() == Effect::Stop,
        "permanent" => {
            error.retry == Retry::Never && matches!(error.cause, Cause::Recipient | Cause::Content)
        }
        "unknown_outcome" => error.in_doubt() && error.stage == Stage::HandOver,
        other => panic!("{id}: {other}"),
    };
    assert!(right, "{id}: {error:?}");
    if case.get("why") == "not before 30 s" {
        assert_eq!(error.retry, Retry::After(Duration::from_secs(30)), "{id}");
    }
}

#[tokio::test]
async fn shapes_of_errors_and_of_success() {
    let xml = "<?xml version='1.0'?><Error><RequestId>R</RequestId><Code>Throttling.User</Code><Message>too fast</Message></Error>";
    let cases = [
        (
            Step::body(400, r#"{"code":"Throttling.User","message":"too fast"}"#),
            "Throttling.User too fast",
        ),
        (Step::body(400, xml), "Throttling.User too fast"),
        (Step::body(503, xml), "Throttling.User too fast"),
        (
            Step::body(200, r#"{"Code":"Throttling.User","Message":"too fast"}"#),
            "Throttling.User too fast",
        ),
    ];
    for (step, words) in cases {
        let server = Server::start().await;
        server.always(step);
        let error = send(&server).await.unwrap_err();
        assert!(!error.in_doubt(), "{error:?}");
        assert_eq!(error.reply.unwrap().to_string(), words);
    }
    let server = Server::start().await;
    server.always(Step::body(200, r#"{"envId":"7","requestId":"r"}"#));
    assert_eq!(send(&server).await.unwrap().provider_id.as_deref(), Some("7"));
}

#[tokio::test]
async fn what_does_not_say_that_it_was_refused_is_in_doubt() {
    let doubtful = [
        Step::code(500, "InternalError"),
        Step::code(500, "SomethingNew"),
        Step::body(500, r#"{"EnvId":"1"}"#),
        Step::body(200, [0xff; 300]),
        Step::body(200, r#"{"EnvId":[1],"RequestId":{"a":null}}"#),
        Step::body(200, r#"{"EnvId":""}"#),
        Step::body(200, "null"),
        Step::body(200, "[".repeat(5_000)),
        Step::body(202, r#"{"EnvId":"1"}"#),
        Step::body(303, ""),
        Step::body(503, "<html><h1>503</h1></html>"),
        Step::fault(Fault::CloseMid).accepted(),
    ];
    for step in doubtful {
        let server = Server::start().await;
        server.always(step.clone());
        let error = send(&server).await.unwrap_err();
        assert!(error.in_doubt() && error.stage == Stage::HandOver, "{step:?}: {error:?}");
        assert_eq!(server.requests().len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn gateways_and_proxies_answer_without_a_code() {
    let cases = [
        (407, Cause::Configuration),
        (404, Cause::Protocol),
        (408, Cause::Transient),
        (413, Cause::Size),
        (301, Cause::Configuration),
        (302, Cause::Configuration),
        (308, Cause::Configuration),
    ];
    for (status, cause) in cases {
        let (server, elsewhere) = (Server::start().await, Server::start().await);
        let location = vec![("Location".to_owned(), elsewhere.url.clone())];
        server.always(Step::fault(Fault::Raw(status, location, b"<html>".to_vec())));
        let error = send(&server).await.unwrap_err();
        assert_eq!((error.stage, error.cause), (Stage::HandOver, cause), "{status}");
        assert!(error.reply.unwrap().code == status.to_string());
        assert!(elsewhere.requests().is_empty(), "{status} was followed");
    }
}

#[tokio::test]
async fn waits_are_believed_up_to_a_limit() {
    let cases = [
        ("Retry-After", "2", 2),
        ("Retry-After", "999999", 3_600),
        ("x-acs-retry-after", "5", 5),
        ("x-acs-retry-after", "90000", 60),
        ("Retry-After", "soon", 30),
        ("Retry-After", "-5", 30),
    ];
    for (name, value, seconds) in cases {
        let server = Server::start().await;
        let headers = vec![(name.to_owned(), value.to_owned())];
        server.always(Step::fault(Fault::Raw(429, headers, b"slow down".to_vec())));
        let error = send(&server).await.unwrap_err();
        assert_eq!(error.cause, Cause::Rate);
        assert_eq!(error.retry, Retry::After(Duration::from_secs(seconds)), "{name}: {value}");
    }
}
