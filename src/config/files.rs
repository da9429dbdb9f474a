//! Which env files are read, which are skipped, and why. The only part that touches the disk.
//!
//! Files given with `--env-file` are always read. `.env` (working folder, else project) is read
//! outside production. `.env.production` is never read unasked: a test run on a production machine
//! must not send mail. It is noticed, so that the user can be told.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::env_file::EnvFile;
use super::environment::means_production;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::text;

/// Where to look.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The working folder
    pub working: &'a Path,
    /// The mail project, if there is one
    pub project: Option<&'a Path>,
    /// The files of `--env-file`, relative to the working folder; a later one wins
    pub asked: &'a [PathBuf],
    /// `HONGYAN_ENV`, else `ENVIRONMENT`, of the process
    pub said: Option<&'a str>,
}

/// The files that were found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Those that were read, for [`Environment::gather`](super::Environment::gather)
    pub files: Vec<EnvFile>,
    /// All that were looked at, for `doctor`
    pub listed: Vec<Listed>,
    unread_production: Option<String>,
}

/// A file that was looked at.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Relative to the working folder where it lies in it, with `/`
    pub path: String,
    /// What was done
    pub status: Status,
    /// The reason
    pub why: Text,
}

/// Whether a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was read
    Read,
    /// It was left alone
    Skipped,
}

impl Status {
    /// The untranslated name that scripts read.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Read => "read",
            Status::Skipped => "skipped",
        }
    }
}

/// Looks for env files and reads those that may be read.
pub fn find(look: &Look<'_>) -> (Found, Diagnostics) {
    let mut found = Found::default();
    let mut faults = Diagnostics::new();
    for path in look.asked {
        let why = text!("given by `--env-file`", "由 `--env-file` 指定");
        found.read(look, &look.working.join(path), why, &mut faults);
    }
    if found.means_production(look.said) {
        found.skip_default(look);
    } else {
        found.read_default(look, &mut faults);
    }
    found.notice_production(look);
    (found, faults)
}

impl Found {
    /// What to tell a user for whom nothing is configured, if `.env.production` is there.
    pub fn production_hint(&self) -> Option<Diagnostic> {
        let path = self.unread_production.as_ref()?;
        let title = text!(
            "`{path}` is there, but is read only when asked for",
            "`{path}` 存在，但只有指定时才会读取"
        );
        let hint =
            text!("to send with it: `--env-file {path}`", "要用它发信请加：`--env-file {path}`");
        Some(Diagnostic::info(Code::EnvFileUnread, title).hint(hint))
    }

    fn means_production(&self, said: Option<&str>) -> bool {
        let in_file = |name| self.files.iter().rev().find_map(|file| file.get(name));
        let said = said.filter(|said| !said.trim().is_empty());
        let said = said.or_else(|| in_file("HONGYAN_ENV")).or_else(|| in_file("ENVIRONMENT"));
        said.is_some_and(means_production) || self.files.iter().any(EnvFile::means_production)
    }

    /// `.env` goes under the files that were asked for.
    fn read_default(&mut self, look: &Look<'_>, faults: &mut Diagnostics) {
        let Some(path) = default_file(look) else {
            let why = text!("there is no such file", "文件不存在");
            return self.skip(look, &look.working.join(".env"), why);
        };
        if self.has(look, &path) {
            return;
        }
        let asked = std::mem::take(&mut self.files);
        self.read(look, &path, text!("read outside production", "非生产环境下读取"), faults);
        self.files.extend(asked);
    }

    fn skip_default(&mut self, look: &Look<'_>) {
        if let Some(path) = default_file(look).filter(|path| !self.has(look, path)) {
            self.skip(look, &path, text!("not read in production", "生产环境下不读取"));
        }
    }

    fn notice_production(&mut self, look: &Look<'_>) {
        for path in folders(look).map(|folder| folder.join(".env.production")) {
            if path.is_file() && !self.has(look, &path) {
                let shown = shown(look, &path);
                let why = text!(
                    "read only by `--env-file {shown}`",
                    "只有用 `--env-file {shown}` 才会读取"
                );
                self.skip(look, &path, why);
                self.unread_production.get_or_insert(shown);
            }
        }
    }

    fn read(&mut self, look: &Look<'_>, path: &Path, why: Text, faults: &mut Diagnostics) {
        let name = shown(look, path);
        match read_bounded(path) {
            Ok(bytes) => {
                let (file, found) = EnvFile::parse(&name, &bytes);
                self.files.push(file);
                faults.extend(found);
                self.listed.push(Listed { path: name, status: Status::Read, why });
            }
            Err(error) => {
                let fault = unreadable(&error).in_file(name);
                self.skip(look, path, fault.title().clone());
                faults.push(fault);
            }
        }
    }

    fn skip(&mut self, look: &Look<'_>, path: &Path, why: Text) {
        let path = shown(look, path);
        self.listed.push(Listed { path, status: Status::Skipped, why });
    }

    fn has(&self, look: &Look<'_>, path: &Path) -> bool {
        self.listed.iter().any(|listed| listed.path == shown(look, path))
    }
}

fn folders<'a>(look: &Look<'a>) -> impl Iterator<Item = &'a Path> {
    [Some(look.working), look.project].into_iter().flatten()
}

/// A folder called `.env` is a Python environment.
fn default_file(look: &Look<'_>) -> Option<PathBuf> {
    folders(look).map(|folder| folder.join(".env")).find(|path| path.exists() && !path.is_dir())
}

fn shown(look: &Look<'_>, path: &Path) -> String {
    let path = path.strip_prefix(look.working).unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

const LIMIT: u64 = 1024 * 1024;

/// Bounded by what is read, not by what the file says of itself: it may be a pipe.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn unreadable(error: &io::Error) -> Diagnostic {
    let (code, title) = match error.kind() {
        io::ErrorKind::NotFound => {
            (Code::FileUnreadable, text!("there is no such file", "文件不存在"))
        }
        io::ErrorKind::PermissionDenied => {
            (Code::FileUnreadable, text!("permission denied", "没有读取权限"))
        }
        io::ErrorKind::FileTooLarge => {
            (Code::FileTooLarge, text!("larger than 1 MiB", "超过 1 MiB"))
        }
        _ => (Code::FileUnreadable, text!("it cannot be read", "无法读取")),
    };
    let hint = text!("give the path of an env file", "请给出环境文件的路径");
    Diagnostic::error(code, title).hint(hint)
}
