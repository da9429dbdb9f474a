//! The binary with canaries in its environment and on its command line.

use crate::canaries::{self, CODE, LINK, RECIPIENT};
use crate::place::{Place, Ran};

/// What speaks with a provider. The mail holds all that a mail can.
fn commands() -> [Vec<String>; 3] {
    let [link, code, email] = [("verify_url", LINK), ("code", CODE), ("email", RECIPIENT)]
        .map(|(name, value)| format!("{name}={value}"));
    let send = ["send", "verification_link", "--to", RECIPIENT, "--var", &link, "--var", &code];
    let [send, doctor, test] = [
        &[&send[..], &["--var", &email]].concat()[..],
        &["doctor"],
        &["doctor", "--send-to", RECIPIENT],
    ]
    .map(|words| words.iter().map(|word| (*word).to_owned()).collect());
    [send, doctor, test]
}

/// Sends, in both languages, for people and for scripts, and returns what was said each time.
#[track_caller]
pub fn send_all(what: &str, place: &Place) -> Vec<Ran> {
    run(what, place, &commands()[..1])
}

/// Sends and looks.
#[track_caller]
pub fn run_all(what: &str, place: &Place) -> Vec<Ran> {
    run(what, place, &commands())
}

#[track_caller]
fn run(what: &str, place: &Place, commands: &[Vec<String>]) -> Vec<Ran> {
    let mut runs = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        for (language, form) in [("en", None), ("zh", Some("--json"))] {
            // One of the two languages each time as text, the other as a document.
            let form = if at % 2 == 0 { form } else { form.xor(Some("--json")) };
            let more = ["--lang", language].into_iter().chain(form);
            let ran = place.run(command.iter().map(String::as_str).chain(more));
            let said = said(&ran);
            canaries::hides(&format!("{what}: {}", command[0]), &said);
            assert!(!said.contains("panicked"), "{what}: {said}");
            runs.push(ran);
        }
    }
    runs
}

/// Without the command line, which holds what it was given.
pub fn said(ran: &Ran) -> String {
    ran.screen().split_once('\n').unwrap().1.to_owned()
}

/// A folder with the log at its most talkative.
pub fn place() -> Place {
    Place::new().env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1")
}
