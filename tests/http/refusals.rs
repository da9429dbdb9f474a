//! What the outbox or a provider refuses, and how it is got over.

use std::time::{Duration, Instant};

use hongyan::outbox::Claim;
use serde_json::{Value as Json, json};

use crate::disk::Disk;
use crate::place::Place;
use crate::renewal::{sending, until};
use crate::seeded::{self, KEY, id};
use crate::service::{JSON, Service, code};
use crate::smtp::{Fault, Plan, SmtpServer, Stage};

#[test]
fn a_full_disk_is_not_now_and_the_same_key_works_later() {
    let Some(disk) = Disk::new(24) else { return };
    let outbox = format!("sqlite:{}", disk.path().join("outbox.db").display());
    let place = Place::with_project();
    let variables = [("HONGYAN_OUTBOX", outbox.as_str()), ("HONGYAN_OUTBOX_KEY", KEY)];
    let service = Service::with(place, &["--no-worker"], &variables);
    let ask = |at: usize| {
        let key = at.to_string();
        let headers = [JSON, ("Idempotency-Key", key.as_str())];
        let body = code(&format!("u{at}@x.test")).to_string();
        service.ask("POST", "/v1/messages", &headers, &body)
    };
    ask(0).is(202);
    disk.fill();
    let (at, refused) = (1..5_000)
        .map(|at| (at, ask(at)))
        .find(|(_, answer)| answer.status != 202)
        .expect("it fills");
    let refused = refused.is(503);
    assert_eq!((refused.code(), refused.header("retry-after")), ("outbox_full".into(), "30"));
    assert_eq!(refused.json()["retry_after"], 30);
    // What was accepted is there, and can be looked at.
    assert_eq!(
        service.get("/v1/messages?to=u0@x.test").is(200).json()["items"][0]["state"],
        "queued"
    );
    assert_eq!(service.get("/readyz").is(503).code(), "outbox_full");
    disk.clear();
    // The room that is kept for a full disk is made anew.
    let deadline = Instant::now() + Duration::from_secs(20);
    while service.get("/readyz").status != 200 {
        assert!(Instant::now() < deadline, "{}", service.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    let taken = ask(at).is(202);
    assert_eq!(taken.header("idempotent-replayed"), "");
    assert_eq!(ask(at).is(202).json()["id"], taken.json()["id"]);
}

#[test]
fn a_service_whose_outbox_is_gone_is_not_ready() {
    let service = Service::without_worker();
    service.get("/readyz").is(200);
    std::fs::remove_file(service.place.path(".hongyan/outbox.db")).unwrap();
    let refused = service.post("/v1/messages", &code("a@x.test")).is(503).code();
    assert_eq!(service.get("/readyz").is(503).code(), refused);
    service.get("/healthz").is(200);
}

#[test]
fn an_address_that_refused_for_good_is_told_and_lifted() {
    let plan = Plan::default();
    let password = plan.password.clone();
    // The next connection is that of another plan.
    let gone = Fault::at(Stage::Rcpt).reply("550 5.1.1 no such user").close_after();
    let server = SmtpServer::start(plan.clone().with(gone));
    let service = sending(&server, Place::with_project(), &password, &[]);
    let vars = json!({"title": "T", "summary": "S", "unsubscribe_url": "https://example.com/u"});
    let body = json!({"kind": "notification", "to": "a@x.test", "vars": vars});
    let post = || service.post("/v1/messages", &body);
    for by in ["address", "recipient"] {
        let failed = post().is(202).json()["id"].clone();
        until(&service, &failed, |mail| mail["state"] == "failed" && mail["cause"] == "recipient");
        let refused = post().is(422);
        assert_eq!(refused.code(), "recipient_suppressed");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/to");
        let list = service.get("/v1/suppressions").is(200).json();
        let [item] = &list["items"].as_array().unwrap()[..] else { panic!("{list}") };
        assert_eq!(item["to"], "a***@x.test");
        assert!(item["reason"].as_str().unwrap().contains("no such user"), "{item}");
        let who = if by == "address" { "A@X.test" } else { item["recipient"].as_str().unwrap() };
        service.delete(&format!("/v1/suppressions/{who}")).is(204);
        service.delete(&format!("/v1/suppressions/{who}")).is(404);
        assert_eq!(service.get("/v1/suppressions").is(200).json(), json!({"items": []}));
    }
    server.change(plan);
    let sent = post().is(202).json()["id"].clone();
    until(&service, &sent, |mail| mail["state"] == "sent");
}

#[test]
fn a_code_that_waits_for_the_operators_is_not_taken_and_says_so() {
    let server = SmtpServer::start(Plan::default());
    let service = sending(&server, Place::with_project(), "wrong", &[]);
    let id = service.post("/v1/messages", &code("a@x.test")).is(202).json()["id"].clone();
    until(&service, &id, |mail| mail["waits_for"][0]["state"] == "stopped");
    let refused = service.post("/v1/messages", &code("b@x.test")).is(503);
    assert_eq!((refused.code(), refused.header("retry-after")), ("send_auth".into(), "300"));
    let problem = refused.json();
    let said = |problem: &Json, words: &[&str]| {
        let [fault] = &problem["errors"].as_array().unwrap()[..] else { panic!("{problem}") };
        let told = format!("{} {}", problem["detail"], fault["hint"]);
        assert!(words.iter().all(|word| told.contains(word)), "{problem}");
    };
    said(&problem, &["is stopped until its operator acts", "refused the login", "SIGHUP"]);
    assert_eq!(problem["retry_after"], 300);
    let headers = [JSON, ("Accept-Language", "zh-CN")];
    let body = code("b@x.test").to_string();
    let refused = service.ask("POST", "/v1/messages", &headers, &body).is(503);
    said(&refused.json(), &["已停用", "服务商拒绝了登录", "请服务的运维人员处理", "SIGHUP"]);
}

/// An outbox that a worker has left while it handed a mail over.
fn left_behind() -> Place {
    let place = seeded::place();
    seeded::with(&place, async |outbox| {
        let now = outbox.clock().now();
        seeded::accept(outbox, seeded::code(outbox, 1, "ada@x.test", now), now).await;
        let lease = Duration::from_millis(1);
        let claim = Claim { worker: "w".into(), now, most: 1, lease, resting: Vec::new() };
        let claimed = outbox.store().claim(claim).await.unwrap().remove(0);
        outbox.store().hand_over(&claimed.fence, "qq").await.unwrap();
    });
    place
}

#[test]
fn what_a_crash_left_open_is_told() {
    let place = left_behind();
    let variables = [("HONGYAN_OUTBOX", "sqlite:outbox.db"), ("HONGYAN_OUTBOX_KEY", KEY)];
    let service = Service::with(place, &[], &variables);
    let mail = until(&service, &Json::from(id(1)), |mail| mail["state"] == "unknown");
    assert_eq!((&mail["cause"], &mail["has_content"]), (&json!("lease_lost"), &json!(true)));
    let [attempt] = &mail["attempts"].as_array().unwrap()[..] else { panic!("{mail}") };
    let told = |name: &str| attempt[name].as_str().unwrap_or_default();
    assert_eq!(
        (told("transport"), told("stage"), told("cause"), told("action")),
        ("qq", "hand_over", "lease_lost", "hold")
    );
    assert!(told("what").contains("a copy may be out"), "{attempt}");
    assert!(told("hint").contains("Message-ID"), "{attempt}");
    let chinese = [("Accept-Language", "zh-CN")];
    let path = format!("/v1/messages/{}", id(1));
    let mail = service.ask("GET", &path, &chinese, "").is(200).json();
    assert!(mail["attempts"][0]["what"].as_str().unwrap().contains("可能已经发出"), "{mail}");
}
