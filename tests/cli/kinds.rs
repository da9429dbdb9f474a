use crate::place::{Place, keys, reviewed};

#[test]
fn the_shape_that_scripts_read() {
    let ran = Place::new().run(["kinds", "--json"]).exits(0);
    let json = ran.json();
    assert_eq!(keys(&json), ["project", "default_locale", "locales", "kinds"]);
    assert_eq!(keys(&json["locales"][0]), ["tag", "draft"]);
    let kinds = json["kinds"].as_array().unwrap();
    let names: Vec<&str> = kinds.iter().map(|kind| kind["name"].as_str().unwrap()).collect();
    let wanted = ["notification", "reset_password", "verification_code", "verification_link"];
    assert_eq!(names, wanted);
    for kind in kinds {
        let wanted = ["name", "description", "category", "locales", "samples", "variables"];
        assert_eq!(keys(kind), wanted);
        let samples = kind["samples"].as_array().unwrap();
        assert!(samples.iter().all(|sample| keys(sample) == ["name", "derived"]));
        assert!(samples.iter().all(|sample| !sample["name"].as_str().unwrap().contains('.')));
        for derived in ["minimal", "longest", "hostile"] {
            assert!(samples.iter().any(|sample| sample["name"] == derived), "{derived}");
        }
        let variables = kind["variables"].as_array().unwrap();
        assert!(variables.iter().all(|one| keys(one) == ["name", "type", "required", "secret"]));
    }
    let code = &kinds[2]["variables"].as_array().unwrap()[0];
    assert_eq!(
        code,
        &serde_json::json!({"name": "code", "type": "code", "required": true, "secret": true})
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_table_for_people() {
    let place = Place::with_project();
    place.run(["new", "locale", "ja", "--from", "en"]).exits(0);
    let english = place.run(["kinds"]).exits(0);
    let chinese = place.run(["--lang", "zh", "kinds"]).exits(0);
    reviewed("kinds", &[&english, &chinese]);
}
