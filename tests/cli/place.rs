//! A folder to run the binary in, and what came of running it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use serde_json::Value as Json;

/// 2026-01-01T00:00:00Z: fixes ids, dates and boundaries.
pub const EPOCH: (&str, &str) = ("SOURCE_DATE_EPOCH", "1767225600");

pub struct Place {
    folder: tempfile::TempDir,
    working: PathBuf,
    environment: Vec<(String, String)>,
}

impl Place {
    /// An empty folder.
    pub fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let working = folder.path().canonicalize().unwrap();
        Place { folder, working, environment: Vec::new() }
    }

    /// A folder that holds the shipped project.
    pub fn with_project() -> Place {
        let place = Place::new();
        for part in ["templates", "locales", "assets", "hongyan.yaml"] {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(part), &place.path(part));
        }
        place
    }

    /// Sets a variable for the runs to come.
    pub fn env(mut self, name: &str, value: &str) -> Place {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Works in a folder below.
    pub fn within(mut self, folder: &str) -> Place {
        self.working = self.path(folder);
        fs::create_dir_all(&self.working).unwrap();
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text that must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, text.replace(from, to));
    }

    /// The names in a folder, sorted; none if it is not there.
    pub fn list(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        self.run_with_input(args, b"")
    }

    /// Begins a command that goes on until it is told to end.
    pub fn spawn(&self, args: &[&str]) -> std::process::Child {
        Command::new(env!("CARGO_BIN_EXE_hongyan"))
            .args(args)
            .current_dir(&self.working)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub fn run_with_input<'a>(&self, args: impl IntoIterator<Item = &'a str>, input: &[u8]) -> Ran {
        let args: Vec<&str> = args.into_iter().collect();
        let mut child = Command::new(env!("CARGO_BIN_EXE_hongyan"))
            .args(&args)
            .current_dir(&self.working)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Ran {
            command: args.join(" "),
            code: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
            folder: self.path("").to_string_lossy().trim_end_matches('/').to_owned(),
        }
    }
}

/// A command with more behind it.
pub fn with<'a, const N: usize, const M: usize>(
    command: [&'a str; N],
    more: [&'a str; M],
) -> impl Iterator<Item = &'a str> {
    command.into_iter().chain(more)
}

/// What came of a command.
pub struct Ran {
    command: String,
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
    folder: String,
}

impl Ran {
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{}", self.screen());
        self
    }

    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// Stdout as exactly one JSON document.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|_| panic!("{}", self.screen()))
    }

    /// The codes of the errors of a JSON document.
    #[track_caller]
    pub fn error_codes(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    /// The screen as it is reviewed: ids, dates, timings and the folder are replaced.
    pub fn screen(&self) -> String {
        let stdout = String::from_utf8_lossy(&self.stdout);
        let screen = format!(
            "$ hongyan {}\nexit code {}\n--- stdout\n{stdout}--- stderr\n{}",
            self.command, self.code, self.stderr
        );
        redacted(&screen.replace(&self.folder, "<folder>"))
    }
}

fn redacted(screen: &str) -> String {
    const RULES: [(&str, &str); 4] = [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<id>"),
        (r#"("(?:render|compose|deliver)": )[0-9.]+"#, "$1<ms>"),
        (r#"("received_at": )"[^"]+""#, "$1<date>"),
        (r"\b[0-9]+ ms\b", "<ms> ms"),
    ];
    RULES.iter().fold(screen.to_owned(), |screen, (pattern, instead)| {
        Regex::new(pattern).unwrap().replace_all(&screen, *instead).into_owned()
    })
}

/// Compares screens with `tests/snapshots/cli__<name>.snap`.
#[track_caller]
pub fn reviewed(name: &str, screens: &[&Ran]) {
    reviewed_as(&format!("cli__{name}"), screens);
}

#[track_caller]
pub fn reviewed_as(name: &str, screens: &[&Ran]) {
    let text: Vec<String> = screens.iter().map(|ran| ran.screen()).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text.join("\n")));
}

/// The keys of an object in their order.
pub fn keys(json: &Json) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

pub fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
