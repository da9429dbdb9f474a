//! How the service begins and ends.

use std::time::{Duration, Instant};

use crate::place::Place;
use crate::service::{Service, code};

#[test]
fn a_request_to_end_finishes_what_was_begun() {
    let mut service = Service::open();
    service.post("/v1/messages", &code("a@x.test")).is(202);
    service.signal("TERM");
    let status = service.ends(Duration::from_secs(20));
    assert_eq!(status.code(), Some(0), "{}", service.log());
    assert!(service.log().contains("what was begun is finished"));
    // What did not leave waits for the next process.
    let service = service.again(&[], &[]);
    let mail = service.get("/v1/inbox/wait?to=a@x.test&timeout=10s").is(200).json();
    assert_eq!(mail["to"], "a@x.test");
}

#[test]
fn a_mail_outlives_its_process() {
    let service = Service::without_worker();
    service.post("/v1/messages", &code("a@x.test")).is(202);
    let service = service.again(&[], &[]);
    service.get("/v1/inbox/wait?to=a@x.test&timeout=20s").is(200);
}

#[test]
fn the_project_is_loaded_again_and_the_last_good_one_kept() {
    let service = Service::with(Place::with_project(), &["--watch"], &[]);
    let file = "templates/verification_code/message.yaml";
    service.place.edit(file, "One-time code that", "A code that");
    service.says("the project was loaded again");
    let kind = || service.get("/v1/kinds/verification_code").is(200).json()["description"].clone();
    assert!(kind().as_str().unwrap().starts_with("A code that"));
    service.place.edit(file, "category: security", "category: nonsense");
    service.says("the project was not loaded again");
    assert!(kind().as_str().unwrap().starts_with("A code that"));
    service.get("/readyz").is(200);
}

#[test]
fn a_project_that_check_rejects_does_not_replace_the_last_good_one() {
    let service = Service::with(Place::with_project(), &["--watch"], &[]);
    let file = "templates/verification_code/body.html.j2";
    service.place.write(file, service.place.read(file) + "{{ nope }}\n");
    service.says(&format!("the project was not loaded again: {file}:18:4: "));
    service.signal("HUP");
    service.says(&format!("settings were not renewed: {file}:18:4: "));
    let page = service.get("/metrics").is(200).text();
    assert!(page.contains("\nhongyan_project_reload_failures_total 2\n"), "{page}");
    service.post("/v1/messages", &code("a@x.test")).is(202);
}

/// Files that are copied one by one make a project that nobody wrote as long as some are missing.
#[test]
fn a_project_is_not_read_while_it_is_written() {
    let tried = (0..5).any(|_| is_left_alone_while_it_is_written());
    assert!(tried, "this machine lets files be still for too long between two writes");
}

/// Whether it could be tried: where the machine stalls, the files are still meanwhile, and read.
fn is_left_alone_while_it_is_written() -> bool {
    let (watching, told) =
        (Service::with(Place::with_project(), &["--watch"], &[]), Service::without_worker());
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    told.signal("HUP");
    let file = "templates/verification_code/message.yaml";
    let original = told.place.read(file);
    for number in 0..40 {
        for service in [&watching, &told] {
            let part = original.replace("One-time code", &format!("Code {number}"));
            service.place.write(file, part);
        }
        longest = longest.max(last.elapsed());
        last = Instant::now();
        std::thread::sleep(Duration::from_millis(50));
    }
    let logs = [watching.log(), told.log()];
    if longest.max(last.elapsed()) > Duration::from_millis(450) {
        return false;
    }
    let words = ["the project was loaded again", "settings were read again"];
    for (service, words, log) in [(&watching, words[0], &logs[0]), (&told, words[1], &logs[1])] {
        assert!(!log.contains(words), "{log}");
        service.says(words);
        let kind = service.get("/v1/kinds/verification_code").is(200).json();
        assert!(kind["description"].as_str().unwrap().starts_with("Code 39"), "{kind}");
    }
    true
}

#[test]
fn what_keeps_settings_from_being_renewed_is_told_with_its_place_and_what_to_do() {
    let service = Service::without_worker();
    service.place.write("hongyan.yaml", "limits:\n  global: [\"3/1h\"\n");
    service.signal("HUP");
    service.says("settings were not renewed: hongyan.yaml:");
    let log = service.log();
    let line = log.lines().find(|line| line.contains("not renewed")).unwrap();
    assert!(line.contains("; help: "), "{line}");
}

#[test]
fn a_template_that_fails_over_a_callers_data_is_told_to_who_keeps_the_project() {
    let place = Place::with_project();
    let file = "templates/verification_code/body.html.j2";
    let failing = "{% if code == \"483921\" %}{{ [][0] ~ code }}{% endif %}\n";
    place.write(file, place.read(file) + failing);
    let service = Service::with(place, &["--no-worker"], &[]);
    let mut mail = code("a@x.test");
    service.post("/v1/messages", &mail).is(202);
    mail["vars"]["code"] = "483921".into();
    let told = service.post("/v1/messages", &mail).is(422).code();
    let log = service.log();
    let line = log.lines().find(|line| line.contains("could not be rendered"));
    let line = line.unwrap_or_else(|| panic!("{told}: {log}"));
    assert!(line.contains(&format!("{file}:18:")), "{line}");
    assert!(line.contains("kind=\"verification_code\"") && !line.contains("483921"), "{line}");
}

#[test]
fn a_caught_mail_has_its_line_in_the_log() {
    let service = Service::open();
    let sent = service.post("/v1/messages?wait=20s", &code("ada@x.test")).is(200).json();
    service.says("Email caught for a***@x.test");
    let log = service.log();
    let line = log.lines().find(|line| line.contains("Email caught")).unwrap();
    let id = format!("id={}", sent["id"].as_str().unwrap());
    for word in ["kind=verification_code", "locale=en", "transport=inbox", &id] {
        assert!(line.contains(word), "{word} in {line}");
    }
}
