//! `dkim` of a transport: keys that cannot be used. Those that can are `tests/dkim/check`'s, and so
//! are those that only OpenSSL makes.

use crate::place::{Place, Ran, reviewed, with};

const SEND: [&str; 6] =
    ["send", "verification_code", "--to", "ada@example.com", "--sample", "typical"];

/// A project whose mails go nowhere, signed with this file.
fn place(key_file: &str) -> Place {
    let place = Place::with_project();
    let project = place.read("hongyan.yaml");
    let lines = format!(
        "{project}\ntransports:\n  relay:\n    host: 127.0.0.1\n    port: 1\n    tls: none\n    \
         from: no-reply@example.invalid\n    \
         dkim: {{ selector: s1, domain: example.invalid, key_file: {key_file} }}\n"
    );
    place.write("hongyan.yaml", lines);
    place
}

#[test]
fn keys_that_cannot_be_used() {
    let curve = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let certificate = "-----BEGIN CERTIFICATE-----\nbm90IGEga2V5\n-----END CERTIFICATE-----\n";
    let mut screens: Vec<Ran> = Vec::new();
    for (name, key) in [
        ("keys/none.pem", None),
        ("keys/curve.pem", Some(curve.as_str())),
        ("keys/certificate.pem", Some(certificate)),
    ] {
        let place = place(name);
        key.into_iter().for_each(|key| place.write(name, key));
        for language in ["en", "zh"] {
            let ran = place.run(with(SEND, ["--lang", language])).exits(3);
            let json = place.run(with(SEND, ["--lang", language, "--json"])).exits(3);
            let doctor = place.run(["doctor", "--lang", language]).exits(3);
            let said = [ran.screen(), json.screen(), doctor.screen()].concat();
            let lines = key.unwrap_or_default().lines().filter(|line| !line.contains("-----"));
            assert!(!lines.into_iter().any(|line| said.contains(line)), "{said}");
            assert!(doctor.text().contains("openssl genrsa"), "{}", doctor.screen());
            screens.push(ran);
        }
    }
    reviewed("dkim_keys", &screens.iter().collect::<Vec<_>>());
}
