use crate::place::{Place, reviewed};

fn project(place: &Place) -> String {
    place.run(["kinds", "--json"]).exits(0).json()["project"].as_str().unwrap().to_owned()
}

#[test]
fn a_backends_templates_are_no_mail_project() {
    let place = Place::new().within("backend");
    place.write("backend/templates/email/code.html", "<p>{{ code }}</p>");
    place.write("backend/templates/message.yaml", "not one of ours");
    place.write("backend/requirements.txt", "jinja2\n");
    assert_eq!(project(&place), "embedded");
}

#[test]
fn the_nearest_parent_then_mail() {
    let place = Place::new().within("backend/app");
    place.write("backend/templates/email/code.html", "");
    place.run(["init", "mail"]).exits(0);
    assert_eq!(project(&place), place.path("backend/app/mail").to_string_lossy());
    place.write("backend/templates/x/message.yaml", "");
    let near = place.run(["kinds", "--json"]).exits(1);
    let errors = near.json()["errors"].as_array().unwrap().clone();
    let found = errors.iter().any(|error| error["file"] == "templates/x/message.yaml");
    assert!(found, "{}", near.screen());
}

#[test]
fn asked_for_by_flag_or_variable() {
    let place = Place::with_project().within("elsewhere");
    assert_eq!(project(&place), place.path("").to_string_lossy().trim_end_matches('/'));
    let flag = place.run(["--project", "embedded", "kinds", "--json"]).exits(0);
    assert_eq!(flag.json()["project"], "embedded");
    let wrong = place.run(["--project", "nowhere", "kinds"]).exits(3);
    reviewed("project_not_found", &[&wrong]);
    let json = place.run(["--project", "nowhere", "kinds", "--json"]).exits(3);
    assert_eq!(json.error_codes(), ["project_not_found"]);
    let place = place.env("HONGYAN_PROJECT", "embedded");
    assert_eq!(project(&place), "embedded");
    let both = place.run(["--project", "..", "kinds", "--json"]).exits(0);
    assert_ne!(both.json()["project"], "embedded");
}

#[test]
fn production_needs_a_project_or_a_word() {
    let place = Place::new().env("HONGYAN_ENV", "production");
    let ran = place.run(["kinds"]).exits(3);
    reviewed("project_production", &[&ran]);
    let place = place.env("HONGYAN_PROJECT", "embedded");
    assert_eq!(project(&place), "embedded");
    place.run(["check"]).exits(0);
}

#[test]
fn in_production_the_goose_stays_at_home() {
    let html = ["render", "verification_code", "--sample", "typical", "--format", "html"];
    let place = Place::with_project();
    assert!(place.run(html).exits(0).text().contains("cid:"));
    let place = place.env("HONGYAN_ENV", "production");
    let wordmark = place.run(html).exits(0).text();
    assert!(!wordmark.contains("cid:") && wordmark.contains("鸿雁"), "{wordmark}");
    // A logo of their own: another picture of the same name.
    let mut logo = std::fs::read(place.path("assets/logo.png")).unwrap();
    logo.extend(b"\0");
    place.write("assets/logo.png", logo);
    assert!(place.run(html).exits(0).text().contains("cid:"));
}

#[test]
fn what_is_kept_stands_in_the_project() {
    let place = Place::with_project().within("app");
    place.run(["send", "notification", "--to", "a@example.com", "--sample", "typical"]).exits(0);
    assert_eq!(place.list(".hongyan/inbox").len(), 2);
    assert!(place.list("app/.hongyan").is_empty());
}
