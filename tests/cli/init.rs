use crate::place::{Place, reviewed, with};

#[test]
fn a_new_project_is_whole() {
    let place = Place::new();
    let english = place.run(["init", "mail"]).exits(0);
    let chinese = place.run(["--lang", "zh", "init", "post"]).exits(0);
    let again = place.run(["init", "mail"]).exits(1);
    reviewed("init", &[&english, &chinese, &again]);
    for file in ["hongyan.yaml", "templates/brand.yaml", "assets/logo.png", "locales/en.yaml"] {
        let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        assert_eq!(
            std::fs::read(place.path("mail").join(file)).unwrap(),
            std::fs::read(own).unwrap()
        );
    }
    let ignored = place.read("mail/.gitignore");
    assert!(ignored.contains(".env*") && ignored.contains(".hongyan/"), "{ignored}");
    assert!(place.read("mail/.gitattributes").contains("-text"));
    let editor: serde_json::Value =
        serde_json::from_str(&place.read("mail/.vscode/settings.json")).unwrap();
    for schema in editor["yaml.schemas"].as_object().unwrap().keys() {
        assert!(place.path("mail").join(schema).is_file(), "{schema}");
    }
    // Found from above as `./mail`, and sound.
    place.run(["check", "--strict"]).exits(0);
    assert!(place.run(["kinds", "--json"]).exits(0).text().contains("/mail\""));
}

#[test]
fn without_a_folder_it_is_written_here() {
    let place = Place::new().within("here");
    let ran = place.run(["init", "--json"]).exits(0);
    assert_eq!(ran.json()["folder"], ".");
    assert!(place.path("here/hongyan.yaml").is_file());
    place.run(["init"]).exits(1);
}

#[test]
fn a_new_kind_can_be_sent_at_once() {
    let place = Place::with_project();
    place.run(["new", "kind", "order_paid"]).exits(0);
    place.run(["new", "kind", "goodbye", "--from", "reset_password"]).exits(0);
    place.run(["check"]).exits(0);
    for (kind, locale) in [("order_paid", "en"), ("order_paid", "zh-CN"), ("goodbye", "en")] {
        let args = ["send", kind, "--to", "a@example.com", "--locale", locale];
        place.run(with(args, ["--sample", "typical"])).exits(0);
    }
    let fresh = place.run(["render", "goodbye", "--locale", "en", "--format", "text"]).exits(0);
    let old =
        place.run(["render", "reset_password", "--locale", "en", "--format", "text"]).exits(0);
    assert_eq!(fresh.text(), old.text());
}

#[test]
fn what_new_kind_says() {
    let place = Place::with_project();
    let made = place.run(["new", "kind", "order_paid"]).exits(0);
    let twice = place.run(["new", "kind", "order_paid"]).exits(1);
    let name = place.run(["new", "kind", "Order-Paid"]).exits(1);
    let from = place.run(["new", "kind", "x", "--from", "invoice"]).exits(1);
    reviewed("new_kind", &[&made, &twice, &name, &from]);
    let nowhere = Place::new().run(["new", "kind", "x", "--json"]).exits(3);
    assert_eq!(nowhere.error_codes(), ["project_not_found"]);
}

#[test]
fn a_new_locale_is_a_draft_that_falls_back() {
    let place = Place::with_project();
    let made = place.run(["new", "locale", "ja", "--from", "en"]).exits(0);
    let twice = place.run(["new", "locale", "ja", "--from", "en"]).exits(1);
    let from = place.run(["new", "locale", "de", "--from", "fr"]).exits(1);
    let tag = place.run(["new", "locale", "x_", "--from", "en"]).exits(1);
    reviewed("new_locale", &[&made, &twice, &from, &tag]);
    assert!(place.read("hongyan.yaml").contains("ja: { fallback: en, draft: true }"));
    assert!(place.read("hongyan.yaml").starts_with("# The mail project."), "comments stay");
    place.run(["check"]).exits(0);
    let kinds = place.run(["kinds", "--json"]).exits(0).json();
    let ja = kinds["locales"].as_array().unwrap().iter().find(|one| one["tag"] == "ja").cloned();
    assert_eq!(ja, Some(serde_json::json!({"tag": "ja", "draft": true})));
}
