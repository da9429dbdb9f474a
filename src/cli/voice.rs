//! How a command speaks: language, colour, JSON or words, and which stream.

use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use serde_json::json;

use super::exit::{Exit, Failure};
use crate::diagnostic::{Diagnostics, Language, Text};

/// Speaks to the person or script that runs the command.
pub struct Voice {
    language: Language,
    /// Whether stdout is exactly one JSON document
    pub json: bool,
    color: bool,
    /// Whether faults have been shown: an empty line stands between two
    warned: Cell<bool>,
    /// Why the result could not be written
    unwritten: RefCell<Option<io::Error>>,
}

impl Voice {
    pub fn new(language: Language, json: bool) -> Voice {
        let color = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Voice { language, json, color, warned: Cell::default(), unwritten: RefCell::default() }
    }

    /// Goes on in another language.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// A line of the result, for people.
    pub fn line(&self, line: &str) {
        self.raw(format!("{line}\n").as_bytes());
    }

    /// A sentence of the result, for people.
    pub fn say(&self, sentence: &Text) {
        self.line(sentence.get(self.language));
    }

    /// A JSON document: the result, for scripts.
    pub fn document(&self, document: &serde_json::Value) {
        self.line(&format!("{document:#}"));
    }

    /// Bytes of the result. A reader that has gone away is no fault.
    pub fn raw(&self, bytes: &[u8]) {
        let mut out = Stdout(io::stdout());
        if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
            self.unwritten.borrow_mut().get_or_insert(error);
        }
    }

    /// Where a long result goes, piece by piece.
    pub fn out(&self) -> impl Write + 'static {
        Stdout(io::stdout())
    }

    /// The end of every command: a result that nobody has got is no success.
    pub fn close(&self, exit: Exit) -> Exit {
        match self.unwritten.take() {
            Some(error) => {
                let failure = Failure::io(Path::new("stdout"), &error);
                self.warn(&failure.faults);
                exit.worst(failure.exit)
            }
            None => exit,
        }
    }

    /// A remark beside the result.
    pub fn note(&self, sentence: &Text) {
        let _ = writeln!(io::stderr(), "{}", sentence.get(self.language));
    }

    /// Faults beside the result.
    pub fn warn(&self, faults: &Diagnostics) {
        if !faults.is_empty() {
            let gap = if self.warned.replace(true) { "\n" } else { "" };
            let screens = faults.to_terminal(self.language, self.color);
            let _ = write!(io::stderr(), "{gap}{screens}");
        }
    }

    /// The end of a command that failed.
    pub fn fail(&self, failure: &Failure) -> Exit {
        if self.json {
            let told = failure.faults.to_json(self.language);
            self.document(&json!({"errors": told["errors"], "warnings": told["warnings"]}));
        } else {
            self.warn(&failure.faults);
        }
        failure.exit
    }
}

/// Stdout, where a reader that has gone away (`| head`) is no fault.
struct Stdout(io::Stdout);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            result => result,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}

/// The language for help and mistakes on the command line itself: `--lang`, `HONGYAN_LANG`, the
/// terminal's.
pub fn language_before_parsing(args: impl Iterator<Item = String>) -> Language {
    let args: Vec<String> = args.collect();
    let said = args.iter().enumerate().find_map(|(at, arg)| match arg.strip_prefix("--lang") {
        Some("") => args.get(at + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    });
    let from_environment = || {
        ["HONGYAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    };
    said.or_else(from_environment).map_or(Language::En, |name| Language::from_posix(&name))
}
