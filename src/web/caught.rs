//! Caught mails: the files that the inbox transport wrote, newest first.
//!
//! A mail is there once its `.eml` is; its description was put beside it before. Only files that are
//! named by an id of ours are read, listed or removed.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value as Json;

use crate::catalog::Catalog;
use crate::locale::Duration as Span;
use crate::vars::VariableType;

/// How long `wait` waits unless said, and at most.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_PATIENCE: Duration = Duration::from_secs(60);

/// A caught mail, by where it stands among the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caught {
    at: SystemTime,
    /// UUIDv7
    pub id: String,
}

/// What is asked of mails; what is not said fits all.
#[derive(Default)]
pub struct Filter {
    /// The whole address, in any case
    pub to: Option<String>,
    /// Part of the address
    pub to_like: Option<String>,
    /// The kind
    pub kind: Option<String>,
}

/// All mails in the order in which they came. Ids have the time of acceptance in them, but under a
/// fixed clock that is the same for all.
pub fn caught(folder: &Path) -> Vec<Caught> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut mails: Vec<Caught> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.strip_suffix(".eml").filter(|id| is_id(id))?.to_owned();
            Some(Caught { at: entry.metadata().ok()?.modified().ok()?, id })
        })
        .collect();
    mails.sort();
    mails
}

/// The description of a mail.
pub fn about(folder: &Path, id: &str) -> Option<Json> {
    let bytes = fs::read(folder.join(format!("{id}.json"))).ok().filter(|_| is_id(id))?;
    serde_json::from_slice(&bytes).ok().filter(Json::is_object)
}

/// The bytes of a mail.
pub fn bytes(folder: &Path, id: &str) -> Option<Vec<u8>> {
    is_id(id).then(|| fs::read(folder.join(format!("{id}.eml"))).ok())?
}

/// Removes all mails.
///
/// # Errors
/// A file that cannot be removed.
pub fn remove_all(folder: &Path) -> io::Result<usize> {
    let mails = caught(folder);
    for Caught { id, .. } in &mails {
        for extension in ["eml", "json"] {
            match fs::remove_file(folder.join(format!("{id}.{extension}"))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(mails.len())
}

impl Filter {
    /// Whether a mail is asked for.
    pub fn takes(&self, about: &Json) -> bool {
        let text = |name: &str| about[name].as_str().unwrap_or_default();
        let to = text("to").to_lowercase();
        self.to.as_ref().is_none_or(|wanted| to == wanted.to_lowercase())
            && self.to_like.as_ref().is_none_or(|part| to.contains(&part.to_lowercase()))
            && self.kind.as_ref().is_none_or(|kind| text("kind") == kind)
    }
}

/// A description with its codes picked out: the variables that the kind declares as such.
pub fn with_codes(mut about: Json, catalog: Option<&Catalog>) -> Json {
    let kind = about["kind"].as_str().unwrap_or_default();
    let kind = catalog.and_then(|catalog| catalog.kind(kind).ok());
    let codes = kind.map(|kind| kind.variables.variables()).unwrap_or_default().iter();
    let codes: Vec<Json> = codes
        .filter(|variable| matches!(variable.kind, VariableType::Code { .. }))
        .filter_map(|variable| {
            let value = about["vars"].get(&variable.name)?.as_str()?;
            Some(serde_json::json!({"variable": variable.name, "value": value}))
        })
        .collect();
    about["codes"] = codes.into();
    about
}

/// How long a request waits that says `10s`, `1m`, seconds or nothing; none for something else.
pub fn patience(said: Option<&str>) -> Option<Duration> {
    let Some(text) = said else { return Some(PATIENCE) };
    // No `Span` is zero, but whoever does not want to wait may say so in every way.
    let seconds = match text.strip_suffix('s').unwrap_or(text).parse() {
        Ok(seconds) => seconds,
        Err(_) => Span::parse(text).ok()?.seconds(),
    };
    Some(Duration::from_secs(seconds).min(MOST_PATIENCE))
}

/// Of mails in the order in which they came, the one that is waited for: the next behind `after`,
/// or the newest.
pub fn next(
    mails: &[Caught],
    filter: &Filter,
    after: Option<&str>,
    about: impl Fn(&str) -> Option<Json>,
) -> Option<Json> {
    let fits = |id: &str| about(id).filter(|about| filter.takes(about));
    let Some(after) = after else {
        return mails.iter().rev().find_map(|mail| fits(&mail.id));
    };
    let known = mails.iter().position(|mail| mail.id == after);
    let behind = mails.iter().enumerate().filter(|(at, mail)| match known {
        Some(known) => *at > known,
        // It was removed; ids begin with the time.
        None => mail.id.as_str() > after,
    });
    behind.map(|(_, mail)| mail).find_map(|mail| fits(&mail.id))
}

/// A UUID, in the form that we write: no name of another file is one.
fn is_id(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f' | b'-'))
}
