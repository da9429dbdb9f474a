use sha2::{Digest, Sha256};

use crate::place::{Place, keys, reviewed, with};

const NEW: [&str; 3] = ["token", "new", "backend"];

#[test]
fn the_entry_is_the_hash_of_the_bearer_s_secret() {
    let place = Place::new();
    let ran = place.run(NEW).exits(0);
    let text = ran.text();
    let lines: Vec<&str> = text.lines().collect();
    let [bearer, entry] = lines[..] else { panic!("{text}") };
    let secret = bearer.strip_prefix("backend.").unwrap();
    let hash: String =
        Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(secret.len(), 43);
    assert_eq!(entry, format!("backend:{hash}:send+read"));
    assert_ne!(place.run(NEW).exits(0).text(), text);
}

#[test]
fn scopes_and_kinds() {
    let place = Place::with_project();
    let entry = |more: [&str; 4]| {
        let json = place.run(with(["--json"], NEW).chain(more)).exits(0).json();
        assert_eq!(keys(&json), ["id", "bearer", "entry"]);
        json["entry"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
    };
    let kinds = "verification_code,notification";
    assert_eq!(
        entry(["--kinds", kinds, "--scopes", "send,manage"]),
        "send=verification_code+send=notification+manage"
    );
    assert_eq!(entry(["--scopes", "read", "--lang", "zh"]), "read");
    let lang = ["--lang", "zh"];
    assert_eq!(
        entry(["--kinds", "notification", lang[0], lang[1]]),
        "send=notification",
        "it reads nothing of other kinds"
    );
}

#[test]
fn names_and_kinds_that_are_none() {
    let place = Place::with_project();
    let name = place.run(["token", "new", "my backend"]).exits(2);
    let zh = place.run(["token", "new", "a.b", "--lang", "zh"]).exits(2);
    let kind = place.run(with(NEW, ["--kinds", "verification_cod"])).exits(1);
    let scope = place.run(with(NEW, ["--scopes", "everything"])).exits(2);
    let unsent = ["--kinds", "notification", "--scopes", "read"];
    let unsent = place.run(with(NEW, unsent)).exits(2);
    reviewed("token_wrong", &[&name, &zh, &kind, &scope, &unsent]);
}
