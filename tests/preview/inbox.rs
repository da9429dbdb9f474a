use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::place::Place;
use crate::studio::Studio;

fn studio() -> Studio {
    let place = Place::with_project().env("EMAIL_PROVIDER", "inbox");
    Studio::with(place, &[], &[("EMAIL_PROVIDER", "inbox")])
}

fn send(studio: &Studio, to: &str, code: &str) -> String {
    let var = format!("code={code}");
    let args = ["send", "verification_code", "--locale", "en", "--to", to, "--var", &var, "--json"];
    studio.place.run(args).exits(0).json()[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_test_waits_for_the_next_mail_and_has_its_code() {
    let studio = studio();
    let first = send(&studio, "Ada@example.com", "111111");
    let found =
        studio.get("/v1/inbox/wait?to=ada@example.com&kind=verification_code").is(200).json();
    assert_eq!(found["id"], first.as_str());
    assert_eq!(found["codes"], serde_json::json!([{"variable": "code", "value": "111111"}]));
    assert!(found["vars"].is_object() && found["links"].is_array());
    // The next one, which comes while it waits.
    let address = studio.address.clone();
    let path = format!("/v1/inbox/wait?to=ada@example.com&after={first}&timeout=30s");
    let waits = std::thread::spawn(move || {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        crate::http::exchange(&address, request.as_bytes()).unwrap()
    });
    std::thread::sleep(Duration::from_millis(200));
    send(&studio, "bob@example.com", "222222");
    let third = send(&studio, "ada@example.com", "333333");
    let found = waits.join().unwrap().is(200).json();
    assert_eq!(
        (&found["id"], &found["codes"][0]["value"]),
        (&Json::from(third.as_str()), &"333333".into())
    );
    let began = Instant::now();
    let none = studio.get(&format!("/v1/inbox/wait?after={third}&timeout=1")).is(404);
    assert_eq!(none.code(), "no_mail_yet");
    assert_eq!(none.header("content-type"), "application/problem+json");
    assert!(began.elapsed() >= Duration::from_millis(900));
    studio.get("/v1/inbox/wait?timeout=soon").is(400);
    studio.ask("DELETE", "/v1/inbox", &[], "").is(200);
    studio.get("/v1/inbox/wait?timeout=0").is(404);
}

#[test]
fn caught_mails_are_told_listed_and_shown() {
    let mut studio = studio();
    let mut events = studio.events();
    let ids: Vec<String> = (1..=3)
        .map(|number| {
            let id = send(&studio, &format!("reader{number}@example.com"), "483920");
            events.wait("inbox", |data| data["id"] == id.as_str());
            id
        })
        .collect();
    let list = studio.get("/api/inbox?limit=2").is(200).json();
    let listed: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(listed, [ids[2].as_str(), ids[1].as_str()]);
    assert!(list["items"][0].get("vars").is_none());
    let next = list["next"].as_str().unwrap();
    let rest = studio.get(&format!("/api/inbox?limit=2&after={next}")).json();
    assert_eq!(
        (&rest["items"][0]["id"], &rest["next"]),
        (&Json::from(ids[0].as_str()), &Json::Null)
    );
    assert_eq!(studio.get("/api/inbox?to=READER2").json()["items"].as_array().unwrap().len(), 1);
    let one = studio.get(&format!("/api/inbox/{}", ids[0])).is(200).json();
    assert_eq!(one["codes"][0]["value"], "483920");
    let mail = studio.get(&format!("/inbox/{}/mail", ids[0])).is(200).text();
    assert!(mail.contains("483920") && mail.contains("data:image/png;base64,"));
    let eml = studio.get(&format!("/inbox/{}/eml", ids[0])).is(200).body;
    assert_eq!(
        eml,
        std::fs::read(studio.place.path(&format!(".hongyan/inbox/{}.eml", ids[0]))).unwrap()
    );
    studio.place.write(".hongyan/inbox/notes.txt", "mine");
    assert_eq!(studio.change("DELETE", "/api/inbox", "").is(200).json()["removed"], 3);
    events.wait("inbox", |data| data["id"].is_null());
    assert_eq!(studio.place.list(".hongyan/inbox"), ["notes.txt"]);
}

/// Nothing stands beside what the `file` transport writes: the mail speaks for itself.
#[test]
fn mails_of_the_file_transport_are_there_too() {
    let place = Place::with_project();
    let project = place.read("hongyan.yaml");
    let sending = "transports:\n  out: { provider: file, folder: out, from: post@example.com }\nroutes: [{ via: [out] }]\n";
    place.write("hongyan.yaml", format!("{project}{sending}"));
    let studio = Studio::with(place, &[], &[]);
    let args = ["send", "reset_password", "--locale", "en", "--to", "ada@example.com", "--json"];
    let sent = studio.place.run(args.into_iter().chain(["--sample", "typical"])).exits(0).json();
    let id = sent[0]["id"].as_str().unwrap();
    let found = studio.get("/v1/inbox/wait?to=ada@example.com&timeout=5").is(200).json();
    assert_eq!((&found["id"], &found["kind"]), (&Json::from(id), &Json::Null));
    assert_eq!(found["locale"], "en");
    let listed = studio.get("/api/inbox").is(200).json();
    assert_eq!((&listed["items"][0]["id"], &listed["next"]), (&Json::from(id), &Json::Null));
    let one = studio.get(&format!("/api/inbox/{id}")).is(200).json();
    assert!(one["links"][0]["url"].as_str().unwrap().starts_with("https://"), "{one}");
    assert!(one["subject"].as_str().unwrap().contains("password"), "{one}");
    assert!(studio.get(&format!("/inbox/{id}/mail")).is(200).text().contains("password"));
    // They are for something else to take.
    studio.ask("DELETE", "/v1/inbox", &[], "").is(200);
    studio.get(&format!("/inbox/{id}/eml")).is(200);
}
