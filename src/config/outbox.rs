//! Where accepted mails are kept and for how long, and how many mails are taken.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::environment::Variable;
use super::lines::Sources;
use super::manner::Pace;
use super::project_file;
use super::reader::Reader;
use super::suspect::is_unfilled;
use crate::diagnostic::{Diagnostics, Text};
use crate::secret::Secret;
use crate::text;

/// How long mails that are done are remembered, unless said.
const RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// What the environment and `hongyan.yaml` say about the outbox.
#[derive(Clone)]
pub struct OutboxSettings {
    /// The SQLite file, where one is named
    pub file: Option<OutboxFile>,
    /// `HONGYAN_OUTBOX_KEY`: base64 of 32 bytes
    pub key: Option<Secret>,
    /// How long mails that are done are remembered
    pub retention: Duration,
    /// How many mails are taken
    pub limits: LimitSettings,
}

/// A SQLite file, and who named it.
#[derive(Clone, PartialEq, Eq)]
pub enum OutboxFile {
    /// `HONGYAN_OUTBOX`: seen from the working folder
    OfEnvironment(PathBuf),
    /// `outbox.path` of `hongyan.yaml`: seen from the project
    OfProject(PathBuf),
}

/// `limits` of `hongyan.yaml`; what each recipient gets at most is the kinds' to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitSettings {
    /// To the mailboxes of one domain
    pub per_domain: Vec<Pace>,
    /// Of one token of the HTTP service
    pub per_token: Vec<Pace>,
    /// In all
    pub global: Vec<Pace>,
    /// Whether limits also hold where mails are caught in the inbox
    pub inbox: bool,
}

impl OutboxSettings {
    /// Reads and checks everything; the diagnostics hold all that is wrong.
    pub fn read(sources: &Sources<'_>) -> (OutboxSettings, Diagnostics) {
        let mut faults = Diagnostics::new();
        let written = project_file::WrittenOutbox::read(sources, &mut faults);
        let reader = &mut Reader::new(sources.environment);
        let named = read_place(reader).map(OutboxFile::OfEnvironment);
        let settings = OutboxSettings {
            file: named.or(written.path.map(OutboxFile::OfProject)),
            key: read_key(reader),
            retention: written.retention.unwrap_or(RETENTION),
            limits: written.limits,
        };
        faults.extend(std::mem::take(&mut reader.faults));
        (settings, faults)
    }
}

/// The path is not checked here: it is there once it is opened.
fn read_place(reader: &mut Reader<'_>) -> Option<PathBuf> {
    let variable = reader.variable("HONGYAN_OUTBOX")?;
    let path = sqlite_path(variable.value.expose().trim());
    if path.is_none() {
        reader.bad(variable, place_hint(variable));
    }
    path
}

/// `sqlite:PATH`, also with the two slashes of a URL.
fn sqlite_path(text: &str) -> Option<PathBuf> {
    let rest = text.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let plain =
        !path.is_empty() && !path.ends_with('/') && !path.contains('?') && path != ":memory:";
    plain.then(|| path.into())
}

fn place_hint(variable: &Variable) -> Text {
    let value = variable.value.expose().trim();
    match ["postgres:", "postgresql:"].iter().any(|scheme| value.starts_with(scheme)) {
        true => text!(
            "an outbox in Postgres is not in this version: write `sqlite:PATH`, such as `sqlite:/var/lib/hongyan/outbox.db`",
            "此版本尚不支持 Postgres：请写 `sqlite:路径`，如 `sqlite:/var/lib/hongyan/outbox.db`"
        ),
        false => text!(
            "write `sqlite:PATH`, such as `sqlite:/var/lib/hongyan/outbox.db`",
            "请写 `sqlite:路径`，如 `sqlite:/var/lib/hongyan/outbox.db`"
        ),
    }
}

fn read_key(reader: &mut Reader<'_>) -> Option<Secret> {
    let variable = reader.variable("HONGYAN_OUTBOX_KEY")?;
    let text = variable.value.expose().trim();
    if is_unfilled(text) || !is_key(text) {
        reader.bad(variable, key_hint());
        return None;
    }
    Some(Secret::new(text))
}

/// What makes a key.
pub fn key_hint() -> Text {
    text!(
        "it is the base64 of 32 random bytes: `openssl rand -base64 32` makes one; keep it with the other secrets, for without it no mail that waits can be read",
        "它是 32 个随机字节的 base64：用 `openssl rand -base64 32` 生成，并与其他机密一起保管；没有它就读不出待发的邮件"
    )
}

/// Base64 of 32 bytes.
fn is_key(text: &str) -> bool {
    BASE64_STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

impl fmt::Debug for OutboxSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxSettings")
            .field("file", &self.file)
            .field("key", &self.key)
            .field("retention", &self.retention)
            .field("limits", &self.limits)
            .finish()
    }
}

impl fmt::Debug for OutboxFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OutboxFile::OfEnvironment(_) => "OfEnvironment(***)",
            OutboxFile::OfProject(_) => "OfProject(***)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (text, path) in [
            ("sqlite:outbox.db", Some("outbox.db")),
            ("sqlite:/var/lib/outbox.db", Some("/var/lib/outbox.db")),
            ("sqlite:///var/lib/outbox.db", Some("/var/lib/outbox.db")),
            ("sqlite://outbox.db", Some("outbox.db")),
            ("sqlite:", None),
            ("sqlite::memory:", None),
            ("sqlite:outbox.db?mode=ro", None),
            ("sqlite:/var/lib/", None),
            ("outbox.db", None),
            ("postgres://me:secret@db/mail", None),
        ] {
            assert_eq!(sqlite_path(text), path.map(PathBuf::from), "{text}");
        }
    }

    #[test]
    fn keys_are_32_bytes() {
        assert!(is_key("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="));
        for text in ["", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MA==", "0123456789abcdef"] {
            assert!(!is_key(text), "{text}");
        }
    }
}
