//! `hongyan schema`

use serde_json::{Value as Json, json};

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

fn kind_schema(name: &str, setup: &Setup) -> Result<Json, Failure> {
    let composer = Composer::load(&setup.open_project()?)?;
    let kind = composer.catalog().kind(name)?;
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.name,
        "description": kind.description,
    });
    if let (Some(fields), Json::Object(vars)) = (schema.as_object_mut(), kind.variables.schema()) {
        fields.extend(vars);
    }
    Ok(schema)
}
