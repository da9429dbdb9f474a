//! Variables: what a kind declares, and the checked values of one mail.
//!
//! A [`Declaration`] is read from `message.yaml`. [`Declaration::check`] turns a caller's JSON into
//! [`Vars`], or reports everything that is wrong with it by JSON pointer, never by value. This
//! module knows the types of `locale` and `mail`, and nothing of templates.

mod check;
mod declare;
mod derive;
mod json;
mod problem;
pub(crate) mod schema;
mod url;
mod value;

use regex::Regex;

pub use json::{parse_object, typed_by_declaration};
pub use value::{Show, Value, Vars};

use crate::diagnostic::Span;

/// The longest text a `text` variable takes unless `max_length` says otherwise, in characters.
pub const TEXT_LENGTH: usize = 500;
/// The longest text any variable may be declared to take, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// The longest URL, in bytes of its ASCII form.
pub const URL_LENGTH: usize = 2_048;
/// The most items a `list` takes unless `max_items` says otherwise.
pub const LIST_ITEMS: usize = 20;
/// How deep lists and objects may be declared within each other.
pub const MAX_DEPTH: usize = 8;

/// The variables of one kind, in the order declared.
#[derive(Clone, Debug, Default)]
pub struct Declaration {
    variables: Vec<Variable>,
}

impl Declaration {
    /// The variables, in the order declared.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// One variable by name.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// Shortens what a url variable takes: a URL in a header stands on one line.
    pub(crate) fn limit_url(&mut self, name: &str, length: usize) {
        for variable in self.variables.iter_mut().filter(|variable| variable.name == name) {
            if let VariableType::Url { max_length, .. } = &mut variable.kind {
                *max_length = length.min(*max_length);
            }
        }
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|variable| variable.name.as_str())
    }
}

/// One declared variable, or one field of an object.
#[derive(Clone, Debug)]
pub struct Variable {
    /// `[a-z][a-z0-9_]*`
    pub name: String,
    /// What it takes
    pub kind: VariableType,
    /// May be missing without a default
    pub optional: bool,
    /// Taken when missing
    pub default: Option<Value>,
    /// Appears in no log, error, trace or listing
    pub secret: bool,
    /// Written by strangers: cannot become a link
    pub untrusted: bool,
    /// For people and generated clients
    pub description: Option<String>,
    /// Where it is declared
    pub span: Span,
}

impl Variable {
    /// Whether a caller must give it.
    pub fn required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// What a variable takes. Each type has a check, a JSON Schema and a way of being shown.
#[derive(Clone, Debug)]
pub enum VariableType {
    /// Text, at most `max_length` characters
    Text {
        /// in characters
        max_length: usize,
        /// the whole value must match
        pattern: Option<Pattern>,
    },
    /// A whole number of 64 bits
    Integer {
        /// smallest
        min: Option<i64>,
        /// largest
        max: Option<i64>,
    },
    /// A decimal number, kept as written
    Decimal {
        /// smallest
        min: Option<f64>,
        /// largest
        max: Option<f64>,
    },
    /// `true` or `false`
    Boolean,
    /// One of the values
    Enum {
        /// the values
        values: Vec<String>,
    },
    /// A one-time code; always text, so that leading zeros stay
    Code {
        /// the whole value must match
        pattern: Pattern,
    },
    /// An https URL
    Url {
        /// the hosts it may lead to; empty: any
        hosts: Vec<String>,
        /// in bytes of the ASCII form
        max_length: usize,
    },
    /// A mail address
    Email,
    /// A day: `2026-11-21`
    Date,
    /// An instant with its offset: `2026-11-21T20:55:00+08:00`
    DateTime,
    /// Seconds, `10m`, `PT10M`
    Duration {
        /// shortest, in seconds
        min: Option<u64>,
        /// longest, in seconds
        max: Option<u64>,
    },
    /// `{amount, currency}`
    Money {
        /// the currencies it may have (ISO 4217); empty: any
        currencies: Vec<String>,
    },
    /// Several values of one type
    List {
        /// the type of each
        items: Box<Variable>,
        /// how many at most
        max_items: usize,
    },
    /// Named fields
    Object {
        /// the fields
        fields: Declaration,
    },
}

impl VariableType {
    /// The name that `message.yaml` uses.
    pub fn name(&self) -> &'static str {
        match self {
            VariableType::Text { .. } => "text",
            VariableType::Integer { .. } => "integer",
            VariableType::Decimal { .. } => "decimal",
            VariableType::Boolean => "boolean",
            VariableType::Enum { .. } => "enum",
            VariableType::Code { .. } => "code",
            VariableType::Url { .. } => "url",
            VariableType::Email => "email",
            VariableType::Date => "date",
            VariableType::DateTime => "datetime",
            VariableType::Duration { .. } => "duration",
            VariableType::Money { .. } => "money",
            VariableType::List { .. } => "list",
            VariableType::Object { .. } => "object",
        }
    }
}

/// All type names, for messages.
pub const TYPE_NAMES: [&str; 14] = [
    "text", "integer", "decimal", "boolean", "enum", "code", "url", "email", "date", "datetime",
    "duration", "money", "list", "object",
];

/// A regular expression that a whole value must match.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles it, anchored at both ends and bounded in size.
    ///
    /// # Errors
    /// The engine's reason, for the writer of the pattern.
    pub fn new(source: &str) -> Result<Self, String> {
        regex::RegexBuilder::new(&format!(r"\A(?:{source})\z"))
            .size_limit(256 * 1024)
            .build()
            .map(|regex| Pattern { source: source.to_owned(), regex })
            .map_err(|error| error.to_string().lines().last().unwrap_or_default().to_owned())
    }

    /// Whether the whole value matches.
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}
