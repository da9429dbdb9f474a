//! `hongyan render`

use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::args::{Content, Format, Render};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::catalog::Kind;
use crate::compose::{Message, Rendered};
use crate::composer::{Composer, Draft};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::mailer::{Setup, Stage, finished, finished_html};
use crate::snapshot::RECIPIENT;
use crate::text;
use crate::vars::{parse_object, typed_by_declaration};

pub fn run(render: &Render, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let stage = Stage::open(setup)?;
    let kind = stage.composer.catalog().kind(render.kind.as_deref().unwrap_or_default())?;
    let mut draft = Draft::new(
        &kind.name,
        &locale(&stage.composer, &render.content),
        render.to.as_deref().unwrap_or(RECIPIENT),
    )?;
    // The sample is for looking; a mail to somebody gets the data that it is given.
    let usual = (render.to.is_none() && !setup.settings.production).then_some("typical");
    draft.vars = vars(kind, &draft.locale, &render.content, &stage.composer, usual)?;
    let (rendered, message) = stage.finish(&draft)?;
    let file = render.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = file {
        let bytes = formatted(render.format, &rendered, &message);
        std::fs::write(path, bytes).map_err(|error| Failure::io(path, &error))?;
    }
    match file {
        // The file holds what `--format` says, stdout is the one document of `--json`.
        Some(_) if render.format == Format::Json => {}
        _ if voice.json => voice.document(&finished(&rendered, &message)),
        Some(_) => {}
        None => voice.raw(&formatted(render.format, &rendered, &message)),
    }
    Ok(Exit::Done)
}

fn formatted(format: Format, rendered: &Rendered, message: &Message) -> Vec<u8> {
    match format {
        Format::Eml => message.bytes().to_vec(),
        Format::Html => finished_html(rendered).into_bytes(),
        Format::Text => rendered.text.clone().into_bytes(),
        Format::Subject => format!("{}\n", rendered.subject.as_str()).into_bytes(),
        Format::Json => format!("{:#}\n", finished(rendered, message)).into_bytes(),
    }
}

/// `--locale`, else the project's.
pub fn locale(composer: &Composer, content: &Content) -> String {
    let default = || composer.catalog().settings.default_locale.to_string();
    content.locale.clone().unwrap_or_else(default)
}

/// The sample, then `--vars`, then `--var`; `usual` is the sample where nothing is given.
pub fn vars(
    kind: &Kind,
    locale: &str,
    content: &Content,
    composer: &Composer,
    usual: Option<&str>,
) -> Result<Map<String, Json>, Failure> {
    if content.var.iter().any(|pair| !pair.contains('=')) {
        return Err(Failure::usage(not_a_pair()));
    }
    let nothing = content.vars.is_none() && content.var.is_empty();
    let sample = content.sample.as_deref().or(usual.filter(|_| nothing));
    let mut vars = Map::new();
    if let Some(name) = sample {
        let locale = composer.catalog().negotiate(locale).map_err(|error| error.diagnostic())?;
        vars = kind.sample(name, &locale).ok_or_else(|| kind.unknown_sample(name))?;
    }
    if let Some(path) = &content.vars {
        let place = |fault: Diagnostic| fault.in_file(path.to_string_lossy());
        let given = parse_object(&read(path)?);
        vars.extend(
            given.map_err(|faults| faults.into_iter().map(place).collect::<Diagnostics>())?,
        );
    }
    vars.extend(typed_by_declaration(&content.var, &kind.variables)?);
    Ok(vars)
}

/// A file's bytes, or stdin's for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let result = match path == Path::new("-") {
        true => std::io::stdin().lock().read_to_end(&mut bytes).map(drop),
        false => std::fs::read(path).map(|read| bytes = read),
    };
    result.map(|()| bytes).map_err(|error| Failure::io(path, &error))
}

fn not_a_pair() -> Diagnostic {
    Diagnostic::error(
        Code::Usage,
        text!("`--var` takes `name=value`", "`--var` 的写法是 `名称=值`"),
    )
}
