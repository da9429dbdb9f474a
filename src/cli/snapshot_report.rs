//! `hongyan snapshot report`

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::args::Snapshot;
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::composer::Composer;
use crate::diagnostic::{Code, Diagnostic};
use crate::mailer::Setup;
use crate::review::Review;
use crate::review::past::{PastError, at};
use crate::snapshot::{Difference, read, take};
use crate::text;

pub fn run(snapshot: &Snapshot, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    let file = snapshot.output.as_deref().unwrap_or(Path::new("-"));
    let to_stdout = file == Path::new("-");
    if to_stdout && voice.json {
        return Err(Failure::usage(two_documents()));
    }
    let composer = Composer::load(&setup.project.open()?)?;
    let new = take(&composer)?;
    let root = setup.project.root(&setup.working);
    let (old, revision) = match &snapshot.since {
        Some(since) => {
            let past = at(root, since)?;
            (past.snapshots, Some(named(since, &past.commit)))
        }
        None => {
            let folder = root.join("snapshots");
            (read(&folder).map_err(|error| Failure::io(&folder, &error))?, None)
        }
    };
    let review = Review::new(composer.catalog(), old, new);
    let page = review.page(revision.as_deref(), voice.language());
    if to_stdout {
        voice.raw(page.as_bytes());
        return Ok(Exit::Done);
    }
    put(file, page.as_bytes()).map_err(|error| Failure::io(file, &error))?;
    tell(file, &review, voice);
    Ok(Exit::Done)
}

fn tell(file: &Path, review: &Review<'_>, voice: &Voice) {
    let paths = |wanted: Difference| -> Vec<String> {
        let found = review.differences().iter().filter(|(_, found)| **found == wanted);
        found.map(|(path, _)| format!("snapshots/{path}")).collect()
    };
    let [changed, missing, extra] =
        [Difference::Changed, Difference::Missing, Difference::Extra].map(paths);
    let file = file.display().to_string();
    if voice.json {
        let lists: [Json; 3] = [changed.into(), missing.into(), extra.into()];
        let [changed, missing, extra] = lists;
        let document = json!({
            "file": file, "changed": changed, "missing": missing, "extra": extra,
        });
        return voice.document(&document);
    }
    let [changed, missing, extra] = [changed.len(), missing.len(), extra.len()];
    voice.say(&text!(
        "{file}: {changed} changed, {missing} missing, {extra} extra",
        "{file}：变化 {changed}，缺少 {missing}，多余 {extra}"
    ));
}

/// `v1.2 (0123456789ab)`; a commit need not be said twice.
fn named(since: &str, commit: &str) -> String {
    match commit.starts_with(since) || since.starts_with(commit) {
        true => commit.to_owned(),
        false => format!("{since} ({commit})"),
    }
}

/// Puts the page in its place in one step: nobody ever opens half of it.
fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    // What is no plain file, such as a pipe, cannot be replaced.
    if fs::metadata(&file).is_ok_and(|about| !about.is_file()) {
        return fs::write(&file, bytes);
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, &file));
    written.inspect_err(|_| drop(fs::remove_file(&draft)))
}

impl From<PastError> for Failure {
    fn from(error: PastError) -> Self {
        let (exit, fault) = match error {
            PastError::NoGit(fault) => (Exit::Io, fault),
            PastError::Unknown(fault) => (Exit::Wrong, fault),
        };
        Failure { exit, faults: fault.into() }
    }
}

fn two_documents() -> Diagnostic {
    Diagnostic::error(
        Code::Usage,
        text!(
            "`--json` and the page cannot both go to stdout",
            "`--json` 和报告不能同时写到标准输出"
        ),
    )
    .hint(text!("name a file with `-o`", "请用 `-o` 指定文件"))
}
