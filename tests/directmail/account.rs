//! What the provider says of the account.

use std::time::{Duration, Instant};

use hongyan::transport::{AccountStatus, Cause};
use serde_json::json;

use crate::server::{Fault, Server, Step};
use crate::{SOON, transport};

#[tokio::test]
async fn quota_state_and_clock_are_told() {
    let server = Server::start().await;
    let account = transport(&server).describe_account(Instant::now() + SOON).await.unwrap();
    assert_eq!((account.daily_quota, account.month_quota), (Some(2_000), Some(60_000)));
    assert_eq!((account.quota_level, account.status), (Some(2), AccountStatus::Normal));
    assert!(account.clock_behind.unwrap().abs() <= 2);

    server.skew(600);
    let states = [
        (json!(1), AccountStatus::Frozen),
        (json!("2"), AccountStatus::Overdue),
        (json!(4), AccountStatus::Limited),
        (json!(8), AccountStatus::Deleted),
        (json!(null), AccountStatus::Unknown),
    ];
    for (said, status) in states {
        server.account(json!({"RequestId": "r", "UserStatus": said}));
        let account = transport(&server).describe_account(Instant::now() + SOON).await.unwrap();
        assert_eq!((account.status, account.daily_quota), (status, None));
        assert!((598..=602).contains(&account.clock_behind.unwrap()));
    }
}

#[tokio::test]
async fn a_question_is_never_in_doubt() {
    let steps = [
        Step::fault(Fault::CloseBefore),
        Step::fault(Fault::Hang),
        Step::body(502, "<html>"),
        Step::body(200, ""),
        Step::body(200, "{}"),
    ];
    for step in steps {
        let server = Server::start().await;
        server.always(step);
        let deadline = Instant::now() + Duration::from_millis(300);
        let error = transport(&server).describe_account(deadline).await.unwrap_err();
        assert_eq!(error.cause, Cause::Network, "{error:?}");
    }
    let server = Server::start().await;
    server.always(Step::code(404, "InvalidAccessKeyId.NotFound"));
    let error = transport(&server).describe_account(Instant::now() + SOON).await.unwrap_err();
    assert_eq!(error.reply.unwrap().code, "InvalidAccessKeyId.NotFound");
}
