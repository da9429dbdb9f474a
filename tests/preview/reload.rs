use std::fs;
use std::time::{Duration, Instant};

use crate::studio::Studio;

const BODY: &str = "templates/verification_code/body.html.j2";
const LAYOUT: &str = "templates/_layout/base.html.j2";
const FRAME: &str = "/mail/verification_code/en";

#[test]
fn a_save_is_seen_and_a_broken_one_is_told_over_the_last_good_mail() {
    let studio = Studio::open();
    let mut events = studio.events();
    assert_eq!(events.wait("build", |_| true)["version"], 1);
    let good = studio.place.read(BODY);
    let began = Instant::now();
    studio
        .place
        .write(BODY, good.replacen("{% block content %}", "{% block content %}<p>MARK</p>", 1));
    let build = events.wait("build", |build| build["version"] != 1);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(build["ok"], true);
    assert!(studio.get(FRAME).is(200).text().contains("MARK"));
    studio.place.write(BODY, "{% block content %}{{ expire_mins }}{% endblock");
    let broken = events.wait("build", |build| build["ok"] == false);
    assert_eq!(broken["version"], build["version"]);
    let fault = &broken["faults"][0];
    assert_eq!(fault["file"], BODY);
    assert!(fault["line"].is_number() && fault["excerpt"].as_str().unwrap().contains(BODY));
    assert!(studio.get(FRAME).is(200).text().contains("MARK"));
    let project = studio.get("/api/project").json();
    assert_eq!((&project["ok"], project["kinds"].as_array().unwrap().len()), (&false.into(), 4));
    studio.place.write(BODY, &good);
    events.wait("build", |build| build["ok"] == true);
    assert!(!studio.get(FRAME).is(200).text().contains("MARK"));
    events.wait("checked", |_| true);
}

#[test]
fn every_way_of_saving_is_noticed() {
    let studio = Studio::open();
    let mut events = studio.events();
    events.wait("build", |_| true);
    let (path, good) = (studio.place.path(BODY), studio.place.read(BODY));
    let marked = |mark: &str| {
        good.replacen("{% block content %}", &format!("{{% block content %}}<p>{mark}</p>"), 1)
    };
    let shows = |mark: &str| studio.get(FRAME).is(200).text().contains(mark);
    // An atomic rename, with a swap file beside it.
    studio.place.write("templates/verification_code/.body.html.j2.swp", "x");
    studio.place.write("templates/verification_code/body.html.j2~", "x");
    studio.place.write("elsewhere", marked("RENAMED"));
    fs::rename(studio.place.path("elsewhere"), &path).unwrap();
    events.wait("build", |_| shows("RENAMED"));
    // The whole folder goes, and comes back.
    let folder = studio.place.path("templates");
    fs::rename(&folder, studio.place.path("gone")).unwrap();
    events.wait("build", |build| build["ok"] == false);
    assert!(shows("RENAMED"));
    fs::rename(studio.place.path("gone"), &folder).unwrap();
    events.wait("build", |build| build["ok"] == true);
    studio.place.write(BODY, marked("RETURNED"));
    events.wait("build", |_| shows("RETURNED"));
    // Swap files, snapshots and what git writes are nobody's concern.
    let version = studio.get("/api/project").json()["version"].clone();
    studio.place.write("templates/verification_code/.x.swp", "x");
    studio.place.write("snapshots/a/en/b.txt", "x");
    studio.place.write(".git/index", "x");
    while events.next(Duration::from_millis(600)).is_some() {}
    assert_eq!(studio.get("/api/project").json()["version"], version);
}

#[test]
fn a_project_that_cannot_be_loaded_is_shown_once_it_can() {
    let place = crate::place::Place::with_project();
    let good = place.read(BODY);
    place.write(BODY, "{% if %}");
    let studio = Studio::with(place, &[], &[]);
    let mut events = studio.events();
    let build = events.wait("build", |_| true);
    assert_eq!((&build["ok"], &build["version"]), (&false.into(), &0.into()));
    let project = studio.get("/api/project").is(200).json();
    assert_eq!(project["kinds"], serde_json::json!([]));
    assert_eq!(studio.get(FRAME).status, 422);
    studio.get("/").is(200);
    studio.place.write(BODY, good);
    events.wait("build", |build| build["ok"] == true);
    studio.get(FRAME).is(200);
}

/// What a mail shows behind a mark, up to the next full stop.
fn shown(studio: &Studio, mark: &str) -> String {
    let text = studio.get(FRAME).is(200).text();
    let rest = text.split(mark).nth(1).unwrap_or_default();
    rest.split('.').next().unwrap_or_default().to_owned()
}

fn marked(text: &str, mark: &str, number: usize) -> String {
    let place = "{% block content %}";
    text.replacen(place, &format!("<p>{mark}{number}.</p>{place}"), 1)
}

/// A thousand saves as fast as the disk takes them; ends when the last is shown.
fn storm(studio: &Studio, base: &str, round: usize) {
    let began = Instant::now();
    for number in 1..=1000 {
        studio.place.write(LAYOUT, marked(base, "LAYOUT-", round * 1000 + number));
        if number % 100 == 0 {
            studio.get(FRAME).is(200);
        }
    }
    let took = began.elapsed();
    let settled = Instant::now() + Duration::from_secs(10);
    let last = (round * 1000 + 1000).to_string();
    while shown(studio, "LAYOUT-") != last {
        assert!(Instant::now() < settled, "the last save is not shown, after {took:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What is loaded first stays: programs, tables, threads, and what the allocator keeps for the
/// moment in which old and new projects stand beside each other. After two storms all of it is
/// there, and storms to come add nothing.
#[test]
fn storms_of_saves_end_with_the_last_one_and_leave_nothing() {
    let studio = Studio::open();
    let base = studio.place.read(LAYOUT);
    let mut events = studio.events();
    let memory: Vec<u64> = (0..7)
        .filter_map(|round| {
            storm(&studio, &base, round);
            // The mails of the last build are checked, by a thread of its own.
            while events.next(Duration::from_millis(400)).is_some() {}
            studio.memory()
        })
        .collect();
    println!("KiB after each storm: {memory:?}");
    if let [_, warm, .., last] = memory[..] {
        assert!(last < warm + 8 * 1024, "KiB after each storm: {memory:?}");
    }
}

/// The layout and the page are replaced together, by a rename of their folder. A mail that shows
/// numbers of two states was made of two reads.
#[test]
fn files_that_belong_together_are_never_mixed() {
    let studio = Studio::open();
    let (base, page) = (studio.place.read(LAYOUT), studio.place.read(BODY));
    let folder = studio.place.path("templates");
    for number in 1..=100 {
        crate::place::copy(&folder, &studio.place.path("next"));
        studio.place.write("next/_layout/base.html.j2", marked(&base, "LAYOUT-", number));
        let page = page.replacen(
            "{% block content %}",
            &format!("{{% block content %}}<p>PAGE-{number}.</p>"),
            1,
        );
        studio.place.write("next/verification_code/body.html.j2", page);
        fs::rename(&folder, studio.place.path("old")).unwrap();
        fs::rename(studio.place.path("next"), &folder).unwrap();
        fs::remove_dir_all(studio.place.path("old")).unwrap();
        let text = studio.get(FRAME).is(200).text();
        let after = |mark: &str| {
            text.split(mark).nth(1).map(|rest| rest.split('.').next().unwrap().to_owned())
        };
        assert_eq!(after("PAGE-"), after("LAYOUT-"));
    }
    let settled = Instant::now() + Duration::from_secs(10);
    while shown(&studio, "PAGE-") != "100" {
        assert!(Instant::now() < settled, "the last state is not shown");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn half_written_files_never_end_it() {
    let studio = Studio::open();
    let files = [
        BODY,
        "templates/_layout/mail.css",
        "locales/en.yaml",
        "hongyan.yaml",
        "templates/notification/message.yaml",
    ];
    let whole: Vec<Vec<u8>> =
        files.iter().map(|file| fs::read(studio.place.path(file)).unwrap()).collect();
    let mut random: u64 = 42;
    for round in 0..100 {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (random >> 33) as usize;
        let (file, bytes) = (files[at % files.len()], &whole[at % files.len()]);
        studio.place.write(file, &bytes[..(at / 7) % bytes.len()]);
        std::thread::sleep(Duration::from_millis(8));
        if round % 3 == 0 {
            studio.place.write(file, bytes);
        }
        if round % 10 == 0 {
            studio.get(FRAME).is(200);
            studio.get("/api/project").is(200);
        }
    }
    files.iter().zip(&whole).for_each(|(file, bytes)| studio.place.write(file, bytes));
    let mut events = studio.events();
    events.wait("build", |build| build["ok"] == true);
    let deadline = Instant::now() + Duration::from_secs(10);
    while studio.get("/api/project").json()["ok"] != true {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(50));
    }
}
