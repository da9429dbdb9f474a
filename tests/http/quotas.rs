//! What `hongyan.yaml` says of a transport's day and pace, kept by the worker.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use serde_json::{Value as Json, json};

use crate::place::Place;
use crate::service::{Service, code};
use crate::smtp::{Plan, SmtpServer};

const PASSWORD: (&str, &str) = ("PASSWORD", "throw-away-password");

/// A service whose one transport is used as it is said here, and the server behind it.
fn service(manner: &str) -> (Service, SmtpServer) {
    service_with(manner, &[])
}

fn service_with(manner: &str, args: &[&str]) -> (Service, SmtpServer) {
    let server = SmtpServer::start(Plan::default());
    let place = Place::with_project().env(PASSWORD.0, PASSWORD.1);
    let (port, ca) = (server.port(), server.ca_file().display().to_string());
    let yaml = format!(
        "transports:\n  out: {{ provider: smtp, host: localhost, port: {port}, \
         user: sender@hongyan.test, password: \"${{PASSWORD}}\", ca_file: {ca}, {manner} }}\n\
         routes: [{{ via: [out] }}]\n"
    );
    place.write("hongyan.yaml", yaml);
    (Service::with(place, args, &[PASSWORD, ("EMAIL_PROVIDER", "")]), server)
}

/// Asks for a notice; its id.
fn notice(service: &Service, to: usize) -> String {
    let vars = json!({"title": "Done", "summary": "s", "unsubscribe_url": "https://x.test/u"});
    let to = format!("u{to}@x.test");
    let body = json!({"kind": "notification", "locale": "en", "to": to, "vars": vars});
    let id = service.post("/v1/messages", &body).is(202).json()["id"].clone();
    id.as_str().unwrap().to_owned()
}

fn mail(service: &Service, id: &str) -> Json {
    service.get(&format!("/v1/messages/{id}")).is(200).json()
}

/// Waits until so many mails were sent.
fn sent(service: &Service, count: usize) {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let list = service.get("/v1/messages?state=sent").is(200).json();
        let items = list["items"].as_array().unwrap().len();
        assert!(items <= count, "{items} were sent");
        if items == count {
            return;
        }
        assert!(Instant::now() < end, "{items} of {count}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A zone whose day does not end within the next hours.
fn of_long_days() -> &'static str {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    match since.as_secs() / 3_600 % 24 {
        12..20 => "UTC",
        _ => "Asia/Shanghai",
    }
}

#[test]
fn what_a_day_has_no_room_for_waits_for_the_next() {
    let zone = of_long_days();
    let quota = format!("quota: {{ per_day: 3, reserve_for_security: 1, zone: {zone} }}");
    let (service, server) = service(&quota);
    let ids: Vec<String> = (0..3).map(|to| notice(&service, to)).collect();
    sent(&service, 2);
    // The reserve is for codes, and then the day is over for them too.
    service.post("/v1/messages?wait=20s", &code("ada@x.test")).is(200);
    let spent = service.post("/v1/messages", &code("bob@x.test")).is(503);
    let (told, wait) = (spent.json(), spent.json()["retry_after"].as_u64().unwrap());
    assert_eq!(spent.code(), "send_quota");
    let why = told["detail"].as_str().unwrap();
    assert!(why.contains("`quota` of 3 mails a day is used up"), "{told}");
    assert!((600..=86_400).contains(&wait), "to the end of the day: {wait}");
    std::thread::sleep(Duration::from_millis(300));
    sent(&service, 3);
    let left = ids.iter().find(|id| mail(&service, id)["state"] != "sent").unwrap();
    let told = mail(&service, left);
    assert_eq!((&told["state"], &told["attempt_count"]), (&"queued".into(), &0.into()), "{told}");
    for (language, words) in
        [("en", "it waits: the quota of `out` on 20"), ("zh", "正在等待：`out` 在 20")]
    {
        let shown = service.place.run(["outbox", "show", left, "--lang", language]).exits(0).text();
        assert!(shown.contains(words), "{shown}");
    }
    let page = service.get("/metrics").is(200).text();
    assert!(page.contains("hongyan_transport_quota_left{transport=\"out\"} 0\n"), "{page}");

    // The day turns: what was counted is of another one.
    let outbox = Connection::open(service.place.path(".hongyan/outbox.db")).unwrap();
    outbox.busy_timeout(Duration::from_secs(10)).unwrap();
    outbox.execute("UPDATE quotas SET day = '2001-01-01'", []).unwrap();
    service.post(&format!("/v1/messages/{left}/retry"), &json!({})).is(200);
    sent(&service, 4);
    assert_eq!(server.record().mails.len(), 4);
}

#[test]
fn a_pace_is_kept_however_much_waits() {
    let (service, server) = service("pace: 5/1s");
    (0..11).for_each(|to| drop(notice(&service, to)));
    sent(&service, 11);
    let times: Vec<Instant> = server.record().mails.iter().map(|mail| mail.at).collect();
    assert_eq!(times.len(), 11);
    // Ten fifths of a second, less what the first may have come late.
    let took = times[10] - times[0];
    assert!(took >= Duration::from_millis(1_600), "11 within {took:?}");
}

/// Asks for codes for fifty people at once, of whom nobody had one; the answers.
fn fifty(service: &Service, from: usize) -> Vec<Json> {
    let to = (from..from + 50).map(|to| code(&format!("u{to}@d{to}.test")));
    let body = json!({"messages": to.collect::<Vec<_>>()});
    let answer = service.post("/v1/messages/batch", &body).is(200).json();
    answer["items"].as_array().unwrap().clone()
}

/// Ten leave in a minute, and a code lives for ten: a hundred can wait. While they are counted, one
/// that is just being taken may count twice, so that it is asked again until none is taken.
#[test]
fn codes_are_taken_as_long_as_they_can_leave_in_time() {
    let alone = ["--no-worker"];
    let (service, _server) = service_with("pace: 10/1m", &alone);
    let mut taken = 0;
    for round in 0.. {
        let items = fifty(&service, round * 50);
        let late: Vec<&Json> = items.iter().filter(|item| item["status"] == 503).collect();
        taken += items.iter().filter(|item| item["status"] == 202).count();
        if late.len() == 50 {
            let told = &late[0]["problem"];
            assert_eq!(
                (&told["code"], &told["retry_after"]),
                (&"send_transient".into(), &600.into())
            );
            break;
        }
        std::thread::sleep(Duration::from_millis(600));
    }
    assert_eq!(taken, 100);
    notice(&service, 0);

    // Another process hears of them from the outbox, and tells what it goes by.
    let service = service.again(&alone, &[PASSWORD, ("EMAIL_PROVIDER", "")]);
    service.post("/v1/messages", &code("ada@x.test")).is(503);
    let page = service.get("/metrics").is(200).text();
    let told = "hongyan_transport_expected_wait_seconds{transport=\"out\"} 600";
    assert!(page.contains(told), "{page}");
}
