use crate::place::{Place, keys, reviewed};

#[test]
fn mistakes_on_the_command_line() {
    let place = Place::new();
    let runs = [
        place.run(["send", "verification_code"]).exits(2),
        place.run(["render"]).exits(2),
        place.run(["sned"]).exits(2),
        place.run(["render", "x", "--formt", "text"]).exits(2),
        place.run(["--lang", "fr", "kinds"]).exits(2),
        place.run(["--lang", "zh", "send", "verification_code"]).exits(2),
        place.run(["--lang", "zh", "sned"]).exits(2),
        place.run(["--lang", "zh", "render", "x", "--formt", "text"]).exits(2),
        place.run(["--lang", "zh", "check", "--format", "xml"]).exits(2),
        place.run(["--lang", "zh", "render", "--batch", "x", "--sample", "y"]).exits(2),
        place.run(["--lang", "zh", "send", "x", "--to"]).exits(2),
    ];
    reviewed("usage", &runs.each_ref());
}

#[test]
fn mistakes_as_one_document() {
    let place = Place::new();
    for ran in [
        place.run(["--json"]),
        place.run(["send", "x", "--json"]),
        place.run(["sned", "--json"]),
        place.run(["kinds", "--json", "--bogus"]),
    ] {
        let ran = ran.exits(2);
        assert_eq!(keys(&ran.json()), ["errors", "warnings"]);
        assert_eq!(ran.error_codes(), ["usage"]);
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn every_error_is_one_document() {
    let place = Place::new();
    place.write("broken/hongyan.yaml", "locales: [\n");
    for (code, ran) in [
        (1, place.run(["render", "invoice", "--json"])),
        (1, place.run(["render", "verification_code", "--to", "x", "--json"])),
        (1, place.run(["send", "invoice", "--to", "a@example.com", "--json"])),
        (1, place.run(["--project", "broken", "kinds", "--json"])),
        (1, place.run(["--project", "broken", "snapshot", "--json"])),
        (1, place.run(["schema", "invoice", "--json"])),
        (3, place.run(["--project", "nowhere", "check", "--json"])),
        (3, place.run(["--project", "nowhere", "check", "--format", "json"])),
        (3, place.run(["--env-file", "nofile", "kinds", "--json"])),
        (3, place.run(["new", "kind", "x", "--json"])),
        (74, place.run(["render", "verification_code", "--vars", "nofile", "--json"])),
    ] {
        let ran = ran.exits(code);
        assert_eq!(keys(&ran.json()), ["errors", "warnings"], "{}", ran.screen());
        assert!(!ran.error_codes().is_empty());
        assert_eq!(ran.stderr, "", "{}", ran.screen());
    }
}

#[test]
fn help_and_version_are_answers() {
    let place = Place::new();
    assert!(place.run(["--version"]).exits(0).text().starts_with("hongyan 0."));
    assert!(place.run(["help"]).code == 2);
    let runs = [place.run(["--help"]).exits(0), place.run(["render", "--help"]).exits(0)];
    reviewed("help_english", &runs.each_ref());
}

#[test]
fn completions_name_the_commands() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.run(["completions", shell]).exits(0).text();
        assert!(script.contains("snapshot") && script.contains("env-file"), "{shell}");
    }
    place.run(["completions", "tcsh"]).exits(2);
}
