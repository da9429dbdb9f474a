use crate::place::{Place, keys, reviewed};

/// One fault of each sort: an undeclared variable, an unknown key, a string that a locale lacks.
fn faulty() -> Place {
    let place = Place::with_project();
    place.edit(
        "templates/verification_code/body.html.j2",
        "{% endblock %}",
        "<p>{{ expire_mins }}</p>\n{% endblock %}",
    );
    place.edit("templates/notification/message.yaml", "category:", "categroy:");
    place
}

/// A subject that phones cut off.
fn long_subject() -> Place {
    let place = Place::with_project();
    let subject = "这个主题很长".repeat(8);
    let line = format!("subject: {subject}");
    place.write(
        "templates/long/message.yaml",
        format!(
            "description: Long\ncategory: transactional\n{line}\npreheader: x\nvariables: {{}}\n\
             samples: {{ typical: {{}} }}\n"
        ),
    );
    place.write("templates/long/body.html.j2", "<p>x</p>");
    place
}

#[test]
fn a_sound_project() {
    let place = Place::with_project();
    let ran = place.run(["check"]).exits(0);
    let zh = place.run(["check", "--lang", "zh"]).exits(0);
    let json = place.run(["check", "--json", "--strict"]).exits(0);
    reviewed("check_sound", &[&ran, &zh, &json]);
    assert_eq!(keys(&json.json()), ["ok", "errors", "warnings"]);
}

#[test]
fn faults_for_people() {
    let place = faulty();
    let english = place.run(["check"]).exits(1);
    let chinese = place.run(["--lang", "zh", "check"]).exits(1);
    reviewed("check_faults", &[&english, &chinese]);
}

#[test]
fn faults_for_machines() {
    let place = faulty();
    let json = place.run(["check", "--json"]).exits(1);
    let wanted = "code severity title file line column end_line end_column pointer kind locale \
                  hint suggestion";
    assert_eq!(keys(&json.json()["errors"][0]).join(" "), wanted);
    assert_eq!(place.run(["check", "--format", "json"]).exits(1).stdout, json.stdout);
    let sarif = place.run(["check", "--format", "sarif"]).exits(1);
    assert_eq!(sarif.json()["version"], "2.1.0");
    let github = place.run(["check", "--format", "github"]).exits(1);
    reviewed("check_machines", &[&json, &sarif, &github]);
    for line in github.text().lines() {
        assert!(line.starts_with("::error file=templates/"), "{line}");
    }
}

#[test]
fn warnings_count_only_when_strict() {
    let place = long_subject();
    let ran = place.run(["check"]).exits(0);
    reviewed("check_warning", &[&ran]);
    place.run(["check", "--strict"]).exits(1);
    place.run(["check", "--strict", "verification_code"]).exits(0);
    assert_eq!(place.run(["check", "--json"]).exits(0).json()["ok"], true);
}

#[test]
fn kinds_may_be_named() {
    let place = Place::with_project();
    place.run(["check", "verification_code", "notification"]).exits(0);
    let unknown = place.run(["check", "verification_cod", "--json"]).exits(1);
    assert_eq!(unknown.error_codes(), ["kind_unknown"]);
    assert_eq!(unknown.json()["errors"][0]["suggestion"], "verification_code");
}

#[test]
fn codes_are_listed() {
    let place = Place::new();
    let text = place.run(["check", "--codes"]).exits(0).text();
    let json = place.run(["check", "--codes", "--json"]).exits(0).json();
    let codes = json.as_array().unwrap();
    assert_eq!(text.lines().count(), codes.len());
    for code in codes {
        assert_eq!(keys(code), ["code", "meaning"]);
        let name = code["code"].as_str().unwrap();
        assert!(text.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}");
    }
    let chinese = place.run(["check", "--codes", "--lang", "zh"]).exits(0).text();
    assert!(chinese.contains("文件不是 UTF-8 文本"), "{chinese}");
}
