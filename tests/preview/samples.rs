use serde_json::json;

use crate::studio::Studio;

const FILE: &str = "templates/verification_code/message.yaml";

#[test]
fn a_sample_is_saved_and_nothing_else_changes() {
    let mut studio = Studio::open();
    let mut events = studio.events();
    let version = events.wait("build", |_| true)["version"].clone();
    let before = studio.place.read(FILE);
    let vars = json!({"code": "0042", "user_name": "王: \"x\" # y"});
    let body = json!({"kind": "verification_code", "name": "odd-name", "vars": vars});
    let saved = studio.post("/api/samples", &body).is(200).json();
    assert_eq!(saved["file"], FILE);
    let after = studio.place.read(FILE);
    let line = after.lines().nth(saved["line"].as_u64().unwrap() as usize - 1).unwrap().to_owned();
    assert!(line.trim_start().starts_with("odd-name:"), "{line}");
    let kept: Vec<&str> = after.lines().filter(|known| *known != line).collect();
    assert_eq!(kept, before.lines().collect::<Vec<_>>());
    events.wait("build", |build| build["version"] != version && build["ok"] == true);
    let sample = studio.get("/api/sample/verification_code/en/odd-name").is(200).json();
    assert_eq!(sample["vars"], vars);
    assert_eq!(studio.post("/api/samples", &body).is(409).code(), "sample_exists");
    let laid_over = json!({"kind": "verification_code", "name": "odd-name", "locale": "en", "vars": {"code": "0043"}});
    assert_eq!(studio.post("/api/samples", &laid_over).is(200).json()["name"], "odd-name.en");
    assert!(
        !studio.place.list("templates/verification_code").iter().any(|name| name.starts_with('.'))
    );
}

#[test]
fn what_is_wrong_is_not_saved() {
    let mut studio = Studio::open();
    let before = studio.place.read(FILE);
    let wrong = json!({"kind": "verification_code", "name": "new", "vars": {"code": "!"}});
    let told = studio.post("/api/samples", &wrong).is(422).json();
    assert_eq!(told["faults"][0]["pointer"], "/vars/code");
    let named = json!({"kind": "verification_code", "name": "a b: c", "vars": {"code": "0042"}});
    studio.post("/api/samples", &named).is(422);
    let unknown = json!({"kind": "../x", "name": "new", "vars": {}});
    studio.post("/api/samples", &unknown).is(404);
    assert_eq!(studio.place.read(FILE), before);
}
