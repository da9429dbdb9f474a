//! The mail project of `tests/fixtures/verify`, with files put in place of its own.

use std::path::Path;

use hongyan::compose::{Profile, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::diagnostic::{Code, Diagnostics, Severity};
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::source::Tree;
use serde_json::{Map, Value as Json, json};

pub const DECLARATION: &str = "templates/verify/message.yaml";
pub const BODY: &str = "templates/verify/body.html.j2";

pub fn tree() -> Tree {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/verify");
    Tree::open(&folder).unwrap()
}

/// The text of one of its files.
pub fn text(name: &str) -> String {
    std::str::from_utf8(tree().get(name).unwrap()).unwrap().to_owned()
}

/// The project with one file replaced.
pub fn with(name: &str, content: impl Into<Vec<u8>>) -> Tree {
    let mut tree = tree();
    tree.insert(name, content.into());
    tree
}

/// Variables that `verify` takes.
pub fn vars() -> Map<String, Json> {
    let Json::Object(vars) = json!({
        "code": "483920",
        "name": "Ada",
        "note": "note",
        "link": "https://example.test/verify",
    }) else {
        unreachable!()
    };
    vars
}

pub fn draft(vars: Map<String, Json>) -> Draft {
    Draft::new("verify", "en", "user@example.test").unwrap().vars(vars).unwrap()
}

/// The bytes of the finished mail, or the faults on the way there.
pub fn send(tree: &Tree, vars: Map<String, Json>) -> Result<Vec<u8>, Diagnostics> {
    finish(&Composer::load(tree)?, &draft(vars))
}

pub fn finish(composer: &Composer, draft: &Draft) -> Result<Vec<u8>, Diagnostics> {
    let rendered = composer.render(draft)?;
    let from = Mailbox::parse("sender@example.test").unwrap();
    let seal = Seal::new("01890a5d-ac96-774b-bcce-b302099a8057", 1_767_225_600, &from).unwrap();
    let profile = Profile::new(from, ImageMode::Inside);
    Ok(compose(&rendered, &seal, &profile).unwrap().bytes().to_vec())
}

/// The codes of the errors, each once.
pub fn codes(faults: &Diagnostics) -> Vec<Code> {
    let errors = faults.iter().filter(|fault| fault.severity() == Severity::Error);
    let mut codes: Vec<Code> = errors.map(|fault| fault.code()).collect();
    codes.sort();
    codes.dedup();
    codes
}
