//! Snapshots: whether a mail is the one that was reviewed, and taking it over.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axum::Json as JsonBody;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};

use super::answer::{Answer, Object, Params, Speaks, not_found, problem, refused, work};
use super::looks::Look;
use super::rendering::current;
use super::state::Build;
use super::{Shared, Studio, frames, parts};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::locale::Locale;
use crate::project::Project;
use crate::snapshot::{Difference, Snapshots, accept, accept_one, diff, take, take_one};
use crate::text;

/// The files of one sample, in the order in which they are looked at.
const FILES: [&str; 4] = ["subject", "txt", "html", "eml"];

type Address = Path<(String, String, String)>;

/// `GET /api/snapshot/{kind}/{locale}/{sample}`
pub async fn compare(
    State(studio): State<Shared>,
    Path(address): Address,
    Speaks(language): Speaks,
) -> Answer {
    let result = work(language, move || {
        let build = current(&studio)?;
        let taken = taken(&studio, &build, &address)?;
        let path = path_of(&address);
        let files: Vec<Json> = FILES
            .iter()
            .map(|file| {
                let path = format!("{path}.{file}");
                let new = taken.get(&path).map(Vec::as_slice).unwrap_or_default();
                let old = std::fs::read(folder(&studio).join(&path)).ok();
                let state = state_of(old.as_deref(), new);
                let diff = old.filter(|_| state == "changed").map(|old| diff(&path, &old, new));
                json!({"file": file, "state": state, "diff": diff.unwrap_or_default()})
            })
            .collect();
        let old_html = folder(&studio).join(format!("{path}.html")).is_file();
        let states = files.iter().filter_map(|file| file["state"].as_str());
        let state = overall(states);
        Ok(json!({"state": state, "files": files, "old_html": old_html}))
    });
    let told = result.await?.map_err(|list: Diagnostics| refused(&list, language))?;
    Ok(JsonBody(told).into_response())
}

/// `GET /snapshot/{kind}/{locale}/{sample}`: the page that was reviewed, with the images of its mail.
pub async fn old(
    State(studio): State<Shared>,
    Path(address): Address,
    Query(query): Params,
    Speaks(language): Speaks,
) -> Answer {
    let known = current(&studio).ok().is_some_and(|build| is_known(&build, &address));
    let file = |extension: &str| {
        let path = folder(&studio).join(format!("{}.{extension}", path_of(&address)));
        std::fs::read(path).ok().filter(|_| known)
    };
    let html = file("html").ok_or_else(|| not_found(language))?;
    let images = file("eml").and_then(|bytes| parts::open(&bytes)).map(|mail| mail.images);
    let look = Look::asked(|name| query.get(name).cloned());
    Ok(frames::frame(look.apply(&String::from_utf8_lossy(&html), &images.unwrap_or_default())))
}

/// `POST /api/snapshot/accept`
pub async fn take_over(
    State(studio): State<Shared>,
    Speaks(language): Speaks,
    object: Object,
) -> Answer {
    if studio.setup.project == Project::Embedded {
        let code = Code::ProjectNotFound;
        return Ok(problem(StatusCode::CONFLICT, code, language));
    }
    if std::env::var_os("CI").is_some_and(|ci| !ci.is_empty()) {
        return Ok(problem(StatusCode::FORBIDDEN, Code::SnapshotDiffers, language));
    }
    let result = work(language, move || {
        let build = current(&studio)?;
        let folder = folder(&studio);
        let written = match asked(&object) {
            Some(address) => accept_one(&folder, &taken(&studio, &build, &address)?),
            None => accept(&folder, &take(build.golden(&studio.setup)?)?),
        };
        written.map_err(|error| unwritable(&error).into())
    });
    let written: Result<BTreeMap<String, Difference>, Diagnostics> = result.await?;
    let written = written.map_err(|list| refused(&list, language))?;
    let written: Vec<String> = written.keys().map(|path| format!("snapshots/{path}")).collect();
    Ok(JsonBody(json!({"written": written})).into_response())
}

/// Whether a sample is as it was reviewed: `same`, `changed` or `missing`.
pub fn state(
    studio: &Studio,
    build: &Build,
    kind: &str,
    locale: &Locale,
    sample: &str,
) -> Option<&'static str> {
    let address = (kind.to_owned(), locale.to_string(), sample.to_owned());
    let taken = taken(studio, build, &address).ok()?;
    let folder = folder(studio);
    let state = |(path, new): (&String, &Vec<u8>)| {
        state_of(std::fs::read(folder.join(path)).ok().as_deref(), new)
    };
    Some(overall(taken.iter().map(state)))
}

fn state_of(old: Option<&[u8]>, new: &[u8]) -> &'static str {
    match old {
        None => "missing",
        Some(old) if old == new => "same",
        Some(_) => "changed",
    }
}

fn overall<'a>(states: impl Iterator<Item = &'a str>) -> &'static str {
    let states: Vec<&str> = states.collect();
    match &states {
        states if states.iter().all(|state| *state == "same") => "same",
        states if states.iter().all(|state| *state == "missing") => "missing",
        _ => "changed",
    }
}

fn taken(
    studio: &Studio,
    build: &Build,
    (kind, locale, sample): &(String, String, String),
) -> Result<Snapshots, Diagnostics> {
    let composer = build.golden(&studio.setup)?;
    let kind = composer.catalog().kind(kind)?;
    let known = composer.catalog().locales().find(|known| known.as_str() == locale);
    let Some(locale) = known else { return Err(no_locale(locale).into()) };
    if !kind.sample_names().iter().any(|(name, _)| name == sample) {
        return Err(kind.unknown_sample(sample).into());
    }
    take_one(composer, kind, locale, sample)
}

/// Names that the project declares can stand in a path.
fn is_known(build: &Build, (kind, locale, sample): &(String, String, String)) -> bool {
    let catalog = build.stage.composer.catalog();
    let kind = catalog.kind(kind).ok();
    catalog.locales().any(|known| known.as_str() == locale)
        && kind.is_some_and(|kind| kind.sample_names().iter().any(|(name, _)| name == sample))
}

fn path_of((kind, locale, sample): &(String, String, String)) -> String {
    format!("{kind}/{locale}/{sample}")
}

fn asked(object: &Object) -> Option<(String, String, String)> {
    let text = |name| object.text(name).map(str::to_owned);
    match (text("kind"), text("locale"), text("sample")) {
        (None, None, None) => None,
        (kind, locale, sample) => {
            Some((kind.unwrap_or_default(), locale.unwrap_or_default(), sample.unwrap_or_default()))
        }
    }
}

fn folder(studio: &Studio) -> PathBuf {
    studio.setup.project.root(&studio.setup.working).join("snapshots")
}

fn no_locale(tag: &str) -> Diagnostic {
    let tag: String = tag.chars().take(40).collect();
    Diagnostic::error(
        Code::LocaleUnavailable,
        text!("the project has no locale `{tag}`", "项目中没有语言 `{tag}`"),
    )
}

fn unwritable(error: &std::io::Error) -> Diagnostic {
    let Text { en, zh } = Text::of_io(error);
    Diagnostic::error(Code::FileUnreadable, text!("cannot be written: {en}", "无法写入：{zh}"))
        .in_file("snapshots/")
}
