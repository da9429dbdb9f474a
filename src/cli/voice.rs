//! How a command speaks: language, colour, JSON or words, and which stream.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::exit::{Exit, Failure};
use crate::diagnostic::{Diagnostics, Language, Text};

/// Speaks to the person or script that runs the command.
pub struct Voice {
    language: Language,
    /// Whether stdout is exactly one JSON document
    pub json: bool,
    color: bool,
}

impl Voice {
    pub fn new(language: Language, json: bool) -> Voice {
        let color = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Voice { language, json, color }
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
        let mut out = io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    /// A remark beside the result.
    pub fn note(&self, sentence: &Text) {
        let _ = writeln!(io::stderr(), "{}", sentence.get(self.language));
    }

    /// Faults beside the result.
    pub fn warn(&self, faults: &Diagnostics) {
        if !faults.is_empty() {
            let _ = write!(io::stderr(), "{}", faults.to_terminal(self.language, self.color));
        }
    }

    /// The end of a command that failed.
    pub fn fail(&self, failure: &Failure) -> Exit {
        if self.json {
            let mut document = failure.faults.to_json(self.language);
            if let Some(fields) = document.as_object_mut() {
                fields.remove("ok");
            }
            self.document(&document);
        } else {
            self.warn(&failure.faults);
        }
        failure.exit
    }

    /// Writes a result to a file, or to stdout without one.
    pub fn write(&self, file: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
        match file {
            Some(path) if path != Path::new("-") => {
                std::fs::write(path, bytes).map_err(|error| Failure::io(path, &error))
            }
            _ => {
                self.raw(bytes);
                Ok(())
            }
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
