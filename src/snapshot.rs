//! Golden files: every kind × locale × sample as `snapshots/<kind>/<locale>/<sample>.<part>`.
//!
//! Clock and recipient are fixed and nothing of the environment is looked at, so that a file
//! changes only when a mail does. [`take`] and [`compare`] are behind the command and behind
//! `cargo test` alike; neither writes.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::catalog::{Kind, is_kind_name};
use crate::compose::{Message, Profile, Rendered, Seal, compose};
use crate::composer::{Composer, Draft};
use crate::diagnostic::Diagnostics;
use crate::inline::ImageMode;
use crate::locale::Locale;
use crate::mail::Mailbox;

/// The clock of all snapshots: 2026-01-01T00:00:00Z.
pub const CLOCK: i64 = 1_767_225_600;
/// The recipient of all snapshots, and of `render` unless said.
pub const RECIPIENT: &str = "recipient@example.com";
/// The sender where nothing says another.
pub const SENDER: &str = "no-reply@example.com";

/// Paths below `snapshots/` and contents.
pub type Snapshots = BTreeMap<String, Vec<u8>>;

/// How a mail differs from its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The contents differ
    Changed,
    /// There is no file yet
    Missing,
    /// There is a file and no mail
    Extra,
}

impl Difference {
    /// The untranslated word.
    pub fn as_str(self) -> &'static str {
        match self {
            Difference::Changed => "changed",
            Difference::Missing => "missing",
            Difference::Extra => "extra",
        }
    }
}

/// Renders everything.
///
/// # Errors
/// Every sample that cannot be rendered.
pub fn take(composer: &Composer) -> Result<Snapshots, Diagnostics> {
    let mut snapshots = Snapshots::new();
    let mut faults = Diagnostics::new();
    for kind in composer.catalog().kinds() {
        for locale in composer.catalog().locales() {
            for (sample, _) in kind.sample_names() {
                match take_one(composer, kind, locale, sample) {
                    Ok(parts) => snapshots.extend(parts),
                    Err(problems) => faults.extend(problems),
                }
            }
        }
    }
    faults.ok(snapshots)
}

/// The parts of one sample.
///
/// # Errors
/// Why it cannot be rendered.
pub fn take_one(
    composer: &Composer,
    kind: &Kind,
    locale: &Locale,
    sample: &str,
) -> Result<Snapshots, Diagnostics> {
    let (rendered, message) = compose_sample(composer, kind, locale, sample)?;
    let html = rendered.html.with_images(&ImageMode::Inside, |_| String::new());
    let parts = [
        ("subject", format!("{}\n", rendered.subject.as_str()).into_bytes()),
        ("txt", rendered.text.into_bytes()),
        ("html", html.into_bytes()),
        ("eml", message.bytes().to_vec()),
    ];
    let path = |part| format!("{}/{locale}/{sample}.{part}", kind.name);
    Ok(parts.into_iter().map(|(part, bytes)| (path(part), bytes)).collect())
}

/// One sample as a finished mail, with the clock and the recipient of snapshots.
pub(crate) fn compose_sample(
    composer: &Composer,
    kind: &Kind,
    locale: &Locale,
    sample: &str,
) -> Result<(Rendered, Message), Diagnostics> {
    let mut draft = Draft::new(&kind.name, locale.as_str(), RECIPIENT)?;
    draft.vars = kind.sample(sample, locale).unwrap_or_default();
    let rendered = composer.render(&draft)?;
    let from = Mailbox::parse(SENDER).map_err(|error| error.diagnostic())?;
    let seal = Seal::reproducible(&rendered, CLOCK, &from).map_err(|error| error.diagnostic())?;
    let profile = Profile::new(from, ImageMode::Inside);
    let message = compose(&rendered, &seal, &profile).map_err(|error| error.diagnostic())?;
    Ok((rendered, message))
}

/// What differs between the files (`golden`) and the mails (`taken`), by path.
pub fn compare(golden: &Snapshots, taken: &Snapshots) -> BTreeMap<String, Difference> {
    let mut differences = BTreeMap::new();
    for (path, bytes) in taken {
        match golden.get(path) {
            None => drop(differences.insert(path.clone(), Difference::Missing)),
            Some(known) if known != bytes => {
                differences.insert(path.clone(), Difference::Changed);
            }
            Some(_) => {}
        }
    }
    let extra = golden.keys().filter(|path| !taken.contains_key(*path));
    differences.extend(extra.map(|path| (path.clone(), Difference::Extra)));
    differences
}

/// A line diff of two texts, without colour.
pub fn diff(path: &str, golden: &[u8], taken: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(golden), String::from_utf8_lossy(taken));
    similar::TextDiff::from_lines(old.as_ref(), new.as_ref())
        .unified_diff()
        .context_radius(2)
        .header(&format!("snapshots/{path}"), &format!("{path} (now)"))
        .to_string()
}

/// Reads the files below a `snapshots/` folder; a folder that is not there has none.
///
/// # Errors
/// Files that cannot be read.
pub fn read(folder: &Path) -> io::Result<Snapshots> {
    let mut golden = Snapshots::new();
    read_below(folder, "", &mut golden)?;
    Ok(golden)
}

fn read_below(folder: &Path, prefix: &str, golden: &mut Snapshots) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &path, golden)?;
        } else if is_ours(&path) {
            golden.insert(path, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Other tools keep snapshots in a folder of this name too: theirs are neither read nor removed.
pub(crate) fn is_ours(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [kind, locale, file] = parts[..] else { return false };
    let extension = file.rsplit('.').next().unwrap_or_default();
    is_kind_name(kind)
        && Locale::parse(locale).is_ok()
        && matches!(extension, "subject" | "txt" | "html" | "eml")
}

/// Makes the files below a `snapshots/` folder be what was taken; returns what was changed.
///
/// # Errors
/// Files that cannot be written.
pub fn accept(folder: &Path, taken: &Snapshots) -> io::Result<BTreeMap<String, Difference>> {
    replace(folder, &read(folder)?, taken)
}

/// The same for one sample: no other file is touched.
///
/// # Errors
/// Files that cannot be read or written.
pub fn accept_one(folder: &Path, parts: &Snapshots) -> io::Result<BTreeMap<String, Difference>> {
    let mut golden = read(folder)?;
    golden.retain(|path, _| parts.contains_key(path));
    replace(folder, &golden, parts)
}

fn replace(
    folder: &Path,
    golden: &Snapshots,
    taken: &Snapshots,
) -> io::Result<BTreeMap<String, Difference>> {
    let differences = compare(golden, taken);
    for (path, difference) in &differences {
        let file = folder.join(path);
        match taken.get(path) {
            Some(bytes) if *difference != Difference::Extra => {
                std::fs::create_dir_all(file.parent().unwrap_or(folder))?;
                std::fs::write(&file, bytes)?;
            }
            _ => std::fs::remove_file(&file)?,
        }
    }
    Ok(differences)
}
