//! What the project declares, as the page's list and forms are made from it.

use axum::Json as JsonBody;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use super::answer::{Answer, Params, Speaks, faults, not_found, refused};
use super::rendering::current;
use super::state::Build;
use super::{Shared, Studio};
use crate::catalog::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics, Language, Severity};
use crate::project::Project;
use crate::vars::{Variable, VariableType};

/// `GET /api/project`
pub async fn project(State(studio): State<Shared>, Speaks(language): Speaks) -> Response {
    let now = studio.state.now();
    let mut told = json!({
        "version": now.version(),
        "ok": now.is_ok(),
        "faults": faults(&now.faults, language),
        "project": name(&studio),
    });
    if let (Some(told), Json::Object(declared)) =
        (told.as_object_mut(), declared(now.build.as_deref(), language))
    {
        told.extend(declared);
    }
    JsonBody(told).into_response()
}

/// `GET /api/sample/{kind}/{locale}/{sample}`
pub async fn sample(
    State(studio): State<Shared>,
    Path((kind, locale, sample)): Path<(String, String, String)>,
    Speaks(language): Speaks,
) -> Answer {
    let vars = || -> Result<_, Diagnostics> {
        let build = current(&studio)?;
        let catalog = build.stage.composer.catalog();
        let kind = catalog.kind(&kind)?;
        let locale = catalog.negotiate(&locale).map_err(|error| error.diagnostic())?;
        Ok(kind.sample(&sample, &locale).ok_or_else(|| kind.unknown_sample(&sample))?)
    };
    let vars = vars().map_err(|list| refused(&list, language))?;
    Ok(JsonBody(json!({"vars": vars})).into_response())
}

/// `GET /source`: a file of the tree that was loaded, and no other.
pub async fn source(
    State(studio): State<Shared>,
    Query(query): Params,
    Speaks(language): Speaks,
) -> Answer {
    let build = current(&studio).map_err(|list| refused(&list, language))?;
    let name = query.get("file").map(String::as_str).unwrap_or_default();
    let text = build.tree.get(name).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| not_found(language))?;
    Ok(JsonBody(json!({"file": name, "text": text})).into_response())
}

fn name(studio: &Studio) -> String {
    match &studio.setup.project {
        Project::Folder(folder) => folder.display().to_string(),
        Project::Embedded => "embedded".into(),
    }
}

fn declared(build: Option<&Build>, language: Language) -> Json {
    let Some(build) = build else {
        return json!({"warnings": [], "checked": false, "default_locale": null, "locales": [], "kinds": []});
    };
    let catalog = build.stage.composer.catalog();
    let warnings = build.checked().unwrap_or(build.stage.composer.warnings());
    let locales = catalog.settings.locales.iter();
    let locales = locales
        .map(|setting| json!({"tag": setting.locale.as_str(), "draft": setting.draft}))
        .collect::<Json>();
    json!({
        "warnings": faults(warnings, language),
        "checked": build.checked().is_some(),
        "default_locale": catalog.settings.default_locale.as_str(),
        "locales": locales,
        "kinds": catalog.kinds().map(|kind| describe(build, kind, warnings)).collect::<Json>(),
    })
}

fn describe(build: &Build, kind: &Kind, found: &Diagnostics) -> Json {
    let locales: Vec<&str> =
        build.stage.composer.catalog().locales().map(|locale| locale.as_str()).collect();
    let samples = kind.sample_names().into_iter();
    let badges = locales.iter().map(|locale| ((*locale).to_owned(), badge(kind, locale, found)));
    json!({
        "name": kind.name,
        "description": kind.description,
        "category": kind.category.as_str(),
        "badges": badges.collect::<Map<_, _>>(),
        "locales": locales,
        "samples": samples.map(|(name, derived)| json!({"name": name, "derived": derived})).collect::<Json>(),
        "variables": kind.variables.variables().iter().map(named).collect::<Json>(),
    })
}

/// How much was found about a kind in a locale; what is said of all locales counts in each.
fn badge(kind: &Kind, locale: &str, found: &Diagnostics) -> Json {
    let folder = format!("templates/{}/", kind.name);
    let about = |fault: &&Diagnostic| {
        let this_kind = match fault.found_in_kind() {
            Some(known) => known == kind.name,
            None => fault.file().is_some_and(|file| file.starts_with(&folder)),
        };
        this_kind && fault.found_in_locale().is_none_or(|known| known == locale)
    };
    let count =
        |severity| found.iter().filter(about).filter(|fault| fault.severity() == severity).count();
    json!({"errors": count(Severity::Error), "warnings": count(Severity::Warning)})
}

fn named(variable: &Variable) -> Json {
    let mut told = shape(variable);
    let mut named = Map::new();
    named.insert("name".into(), variable.name.clone().into());
    if let Some(told) = told.as_object_mut() {
        named.append(told);
    }
    named.into()
}

/// What a form must know of a variable.
fn shape(variable: &Variable) -> Json {
    let mut told = json!({
        "type": variable.kind.name(),
        "required": variable.required(),
        "secret": variable.secret,
        "untrusted": variable.untrusted,
    });
    let mut tell = |name: &str, value: Json| {
        if !value.is_null() {
            told[name] = value;
        }
    };
    tell("description", variable.description.clone().into());
    tell("default", variable.default.as_ref().map(|value| value.to_json()).into());
    match &variable.kind {
        VariableType::Text { max_length, pattern } => {
            tell("max_length", (*max_length).into());
            tell("pattern", pattern.as_ref().map(|pattern| pattern.as_str()).into());
        }
        VariableType::Code { pattern } => tell("pattern", pattern.as_str().into()),
        VariableType::Enum { values } => tell("values", values.clone().into()),
        VariableType::Url { hosts, max_length } => {
            tell("hosts", hosts.clone().into());
            tell("max_length", (*max_length).into());
        }
        VariableType::Integer { min, max } => {
            tell("min", (*min).into());
            tell("max", (*max).into());
        }
        VariableType::Decimal { min, max } => {
            tell("min", (*min).into());
            tell("max", (*max).into());
        }
        VariableType::Duration { min, max } => {
            tell("min", (*min).into());
            tell("max", (*max).into());
        }
        VariableType::Money { currencies } => tell("currencies", currencies.clone().into()),
        VariableType::List { items, max_items } => {
            tell("items", shape(items));
            tell("max_items", (*max_items).into());
        }
        VariableType::Object { fields } => {
            tell("fields", fields.variables().iter().map(named).collect());
        }
        VariableType::Boolean
        | VariableType::Email
        | VariableType::Date
        | VariableType::DateTime => {}
    }
    told
}
