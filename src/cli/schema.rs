//! `hongyan schema`

use serde_json::Value as Json;

use super::args::{ProjectFile, Schema};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::composer::Composer;
use crate::mailer::Setup;

/// The schemas of the project's files, for editors: name and document.
pub const FILES: [(ProjectFile, &str, &str); 4] = [
    (ProjectFile::Message, "message", include_str!("schemas/message.json")),
    (ProjectFile::Brand, "brand", include_str!("schemas/brand.json")),
    (ProjectFile::Locale, "locale", include_str!("schemas/locale.json")),
    (ProjectFile::Project, "project", include_str!("schemas/project.json")),
];

pub fn run(
    schema: &Schema,
    setup: impl Fn() -> Result<Setup, Failure>,
    voice: &Voice,
) -> Result<Exit, Failure> {
    let text = FILES.iter().find(|(file, ..)| Some(*file) == schema.file).map(|(.., text)| *text);
    match (text, &schema.kind) {
        (Some(text), _) => voice.raw(text.as_bytes()),
        (None, Some(kind)) => voice.document(&kind_schema(kind, &setup()?)?),
        (None, None) => {}
    }
    Ok(Exit::Done)
}

/// `hongyan openapi`
pub fn openapi(setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let composer = Composer::load(&setup.open_project()?)?;
    voice.document(&crate::http::document(composer.catalog()));
    Ok(Exit::Done)
}

fn kind_schema(name: &str, setup: &Setup) -> Result<Json, Failure> {
    let composer = Composer::load(&setup.open_project()?)?;
    let kind = composer.catalog().kind(name)?;
    Ok(kind.schema())
}
