use crate::place::{Place, reviewed};

/// One kind in one locale, so that lists stay short.
fn small() -> Place {
    let place = Place::new();
    place.write("hongyan.yaml", "locales: { default: en }\n");
    place.write(
        "locales/en.yaml",
        "hello:\n  subject: Hello\n  preheader: Hello there\n  text: Good day\n",
    );
    place.write(
        "templates/hello/message.yaml",
        "description: Hello\ncategory: transactional\nvariables:\n  \
         user_name: { type: text, optional: true }\nsamples: { typical: { user_name: Ada } }\n",
    );
    place.write(
        "templates/hello/body.html.j2",
        "<p>{{ t('text') }}{% if user_name %}, {{ user_name }}{% endif %}</p>",
    );
    place
}

#[test]
fn missing_accepted_changed_and_extra() {
    let place = small();
    let missing = place.run(["snapshot"]).exits(1);
    assert_eq!(place.run(["snapshot", "check"]).exits(1).stdout, missing.stdout);
    place.run(["snapshot", "accept"]).exits(0);
    assert_eq!(place.run(["snapshot"]).exits(0).text(), "");
    place.edit("locales/en.yaml", "Good day", "Good evening");
    place.write("snapshots/gone/en/typical.txt", "old");
    let changed = place.run(["snapshot"]).exits(1);
    let json = place.run(["snapshot", "--json"]).exits(1);
    let diff = place.run(["snapshot", "diff"]).exits(1);
    reviewed("snapshot", &[&missing, &changed, &json, &diff]);
    place.run(["snapshot", "accept"]).exits(0);
    assert!(place.list("snapshots/gone/en").is_empty());
    place.run(["snapshot", "diff"]).exits(0);
}

#[test]
fn nothing_is_accepted_under_ci() {
    let place = small().env("CI", "true");
    let ran = place.run(["snapshot", "accept"]).exits(2);
    reviewed("snapshot_ci", &[&ran]);
    assert!(place.list("snapshots").is_empty());
    place.run(["snapshot", "check"]).exits(1);
}

#[test]
fn whatever_the_environment_says() {
    let place = small();
    place.run(["snapshot", "accept"]).exits(0);
    let place = place
        .env("SOURCE_DATE_EPOCH", "1")
        .env("EMAILS_FROM_EMAIL", "other@example.org")
        .env("EMAILS_FROM_NAME", "Other")
        .env("HONGYAN_ENV", "production")
        .env("SMTP_PASSWORD", "x")
        .env("TZ", "America/New_York");
    place.run(["snapshot"]).exits(0);
}

#[test]
fn the_shipped_files_are_the_shipped_mails() {
    let place = Place::with_project();
    let snapshots = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    crate::place::copy(&snapshots, &place.path("snapshots"));
    assert_eq!(place.run(["snapshot"]).exits(0).text(), "");
}
