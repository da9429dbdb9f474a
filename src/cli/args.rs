//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::diagnostic::Language;
use crate::outbox::State;

/// Transactional mail in Chinese and English: declared kinds, Jinja templates, mail that arrives.
#[derive(Parser)]
#[command(name = "hongyan", version, disable_help_subcommand = true)]
pub struct Args {
    /// The mail project: a folder, or `embedded` for the kinds that ship with hongyan
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub project: Option<String>,
    /// Read variables from this file too; may be given several times
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub env_file: Vec<PathBuf>,
    /// Speak `zh` or `en`
    #[arg(
        long,
        global = true,
        value_name = "LANG",
        help_heading = "Global options",
        value_parser = language
    )]
    pub lang: Option<Language>,
    /// Print one JSON document on stdout, errors too
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

impl Args {
    /// Whether stdout is to be one JSON document.
    pub fn says_json(&self) -> bool {
        let by_format = match &self.command {
            Command::Check(check) => check.format == Report::Json,
            Command::Render(render) => render.format == Format::Json,
            _ => false,
        };
        self.json || by_format
    }
}

fn language(name: &str) -> Result<Language, &'static str> {
    Language::parse(name).ok_or("write `zh` or `en`")
}

#[derive(Subcommand)]
pub enum Command {
    /// Write a new mail project: four kinds, layout, strings, editor settings
    Init {
        /// Where to write it
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Add a kind or a locale to the project
    #[command(subcommand)]
    New(New),
    /// List kinds, locales and samples; with --json variables too
    Kinds,
    /// Render a mail without sending it
    #[command(after_help = "Examples:
  hongyan render verification_code --sample typical --format text
  hongyan render verification_code --locale en --var code=483920 -o mail.eml
  hongyan render --batch mails.jsonl -o mails.mbox")]
    Render(Render),
    /// Send a mail now; each --to is a mail of its own
    #[command(after_help = "Examples:
  hongyan send verification_code --locale zh-CN --to you@example.com --sample typical
  hongyan send notification --to 'Ada <ada@example.com>' --vars vars.json --attach report.pdf")]
    Send(Send),
    /// Open the studio: see mails while they are written, send tests, read caught mails
    #[command(after_help = "Examples:
  hongyan preview
  hongyan preview --listen 127.0.0.1:8080 --lang en")]
    Preview(Preview),
    /// Accept mails over HTTP and deliver them
    #[command(after_help = "Examples:
  hongyan serve
  hongyan serve --listen 0.0.0.0:3026 --no-worker")]
    Serve(Serve),
    /// Find everything wrong with the project before anything is sent
    Check(Check),
    /// Compare all mails with the files under snapshots/
    #[command(after_help = "Examples:
  hongyan snapshot
  hongyan snapshot report --since v1.2 -o mails.html")]
    Snapshot(Snapshot),
    /// Look how far it is to the provider: configuration, DNS, TLS, login, sender, and the remedy
    #[command(after_help = "Examples:
  hongyan doctor --env-file .env.production
  hongyan doctor --send-to you@example.com")]
    Doctor(Doctor),
    /// Deliver what is in the outbox, without the HTTP service
    Worker,
    /// Ask the service at HONGYAN_LISTEN whether it can take mails; exit code 0 or 1
    Health {
        /// Another service: `http://host:port`
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Look at accepted mails, retry or stop them
    #[command(
        subcommand,
        after_help = "Examples:
  hongyan outbox list --state failed --state unknown
  hongyan outbox show 01980c4e-5e2a-7cc1-9d1f-3b8a4c6e2f10
  hongyan outbox suppressions --lift ada@example.com"
    )]
    Outbox(Outbox),
    /// Make tokens for the HTTP service
    #[command(subcommand)]
    Token(Token),
    /// Print a JSON Schema: of a kind's variables, or of a project file for editors
    Schema(Schema),
    /// Print the OpenAPI document of the HTTP service, with a path for each kind
    Openapi,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Subcommand)]
pub enum Outbox {
    /// List mails, newest first
    List(List),
    /// Tell what became of a mail, and what to do
    Show {
        /// The mail
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Send a failed or unknown mail again while its lifetime lasts, or a waiting one at once
    Retry {
        /// The mail
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Stop a mail that has not left
    Cancel {
        /// The mail
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Forget mails that were done long ago
    Prune {
        /// How long ago, such as `30d`; as `outbox.retention` says by default
        #[arg(long, value_name = "TIME", value_parser = duration)]
        older_than: Option<std::time::Duration>,
    },
    /// Count mails: what waits and for how long, what became of them, quotas
    Stats,
    /// List addresses that refused mail for good, or take mails to one again
    Suppressions {
        /// Take mails to this address again; also the `recipient` of --json
        #[arg(long, value_name = "ADDRESS")]
        lift: Option<String>,
    },
    /// Bring the outbox to this version, and make it where there is none
    Migrate,
}

#[derive(clap::Args)]
pub struct List {
    /// Only in this state; may be given several times
    #[arg(long, value_name = "STATE", value_parser = state())]
    pub state: Vec<State>,
    /// Only of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only to this address
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Only older than this mail: the next page
    #[arg(long, value_name = "ID", value_parser = mail_id)]
    pub before: Option<String>,
}

#[derive(Subcommand)]
pub enum Token {
    /// Print a new token: the bearer for the client, then the entry for HONGYAN_API_TOKENS
    New(NewToken),
}

#[derive(clap::Args)]
pub struct NewToken {
    /// Whose it is: letters, digits, `-` and `_`
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Mails of these kinds only, with commas between them
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub kinds: Vec<String>,
    /// What it may be used for, with commas between them: `send,read`, with `--kinds` `send`
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    pub scopes: Vec<TokenScope>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum TokenScope {
    /// Send mails
    Send,
    /// See what became of mails
    Read,
    /// Cancel and retry mails, lift suppressions
    Manage,
}

fn state() -> impl clap::builder::TypedValueParser<Value = State> {
    use clap::builder::TypedValueParser;
    let names = State::NAMES.map(|(name, _)| name);
    clap::builder::PossibleValuesParser::new(names)
        .try_map(|name| State::named(&name).ok_or("no such state"))
}

/// A UUID in its usual form.
fn mail_id(text: &str) -> Result<String, &'static str> {
    let shaped = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    match text.len() == 36 && text.bytes().enumerate().all(shaped) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err("write the id of a mail, as `hongyan outbox list` shows it"),
    }
}

fn duration(text: &str) -> Result<std::time::Duration, &'static str> {
    let read = crate::locale::Duration::parse_with_unit(text);
    read.map(Into::into).map_err(|_| "write a length of time such as `30d` or `12h`")
}

#[derive(clap::Args)]
pub struct Doctor {
    /// Send a test mail to this address too
    #[arg(long, value_name = "ADDRESS")]
    pub send_to: Option<String>,
}

#[derive(Subcommand)]
pub enum New {
    /// Add a kind
    Kind {
        /// Its name: a–z, 0–9 and `_`
        name: String,
        /// Copy this kind instead of beginning with a plain notice
        #[arg(long, value_name = "KIND")]
        from: Option<String>,
    },
    /// Add a locale as a draft, its strings copied for translation
    Locale {
        /// Its BCP 47 tag, such as `ja`
        tag: String,
        /// The locale whose strings are copied
        #[arg(long, value_name = "TAG")]
        from: String,
    },
}

/// Where a mail's content comes from: the sample, then --vars, then --var.
#[derive(clap::Args)]
pub struct Content {
    /// The locale: a tag such as `zh-CN`, or a whole Accept-Language; the project's by default
    #[arg(long, value_name = "LOCALE")]
    pub locale: Option<String>,
    /// A sample of the kind: `typical`, `minimal`, `longest`, `hostile` or one of its own
    #[arg(long, value_name = "NAME")]
    pub sample: Option<String>,
    /// Variables as a JSON object in a file, `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub vars: Option<PathBuf>,
    /// One variable, read as its declared type; lists and objects as JSON
    #[arg(long, value_name = "NAME=VALUE")]
    pub var: Vec<String>,
}

#[derive(clap::Args)]
pub struct Render {
    /// The kind
    #[arg(value_name = "KIND", required_unless_present = "batch")]
    pub kind: Option<String>,
    #[command(flatten)]
    pub content: Content,
    /// The recipient: `Name <addr>` or `addr`
    #[arg(long, value_name = "ADDRESS")]
    pub to: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Eml)]
    pub format: Format,
    /// Write here instead of stdout; with --batch a folder, or a file that ends in .mbox
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Render many: a file with one JSON object `{kind, locale, vars, to}` a line, `-` for stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "sample", "vars", "var", "format"])]
    pub batch: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Format {
    /// The finished message
    Eml,
    /// The HTML part, images as `cid:`
    Html,
    /// The text part
    Text,
    /// The subject
    Subject,
    /// All of it
    Json,
}

#[derive(clap::Args)]
pub struct Send {
    /// The kind
    pub kind: String,
    #[command(flatten)]
    pub content: Content,
    /// A recipient: `Name <addr>` or `addr`
    #[arg(long, value_name = "ADDRESS", required = true)]
    pub to: Vec<String>,
    /// The transport: a provider's name, `inbox:[DIR]`, `file:DIR`, `smtp://[user@]host:port`
    #[arg(long, value_name = "NAME|URL")]
    pub via: Option<String>,
    /// Attach a file
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub struct Preview {
    /// Where to listen; off this machine only with HONGYAN_PREVIEW_TOKEN
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3025")]
    pub listen: String,
    /// A name beside this machine's own under which the studio may be opened
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
}

#[derive(clap::Args)]
pub struct Serve {
    /// Where to listen; 127.0.0.1:3026 by default, off this machine only with HONGYAN_API_TOKENS
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Deliver nothing here: `hongyan worker` does
    #[arg(long)]
    pub no_worker: bool,
    /// Load the project again when its files change
    #[arg(long)]
    pub watch: bool,
    /// After SIGTERM, go on for so long with `/readyz` saying no, for balancers to hear of it: `5s`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub drain_delay: Option<std::time::Duration>,
}

#[derive(clap::Args)]
pub struct Check {
    /// Only these kinds
    #[arg(value_name = "KIND")]
    pub kinds: Vec<String>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Report::Human)]
    pub format: Report,
    /// Let warnings count as errors
    #[arg(long)]
    pub strict: bool,
    /// List all codes and what they mean
    #[arg(long)]
    pub codes: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Report {
    /// Excerpts for a terminal
    Human,
    /// `{ok, errors, warnings}`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
}

#[derive(clap::Args)]
pub struct Snapshot {
    /// What to do; `check` by default
    #[arg(value_enum, default_value_t = SnapshotTask::Check)]
    pub task: SnapshotTask,
    /// For `report`: compare with the snapshots of this Git revision instead of those on disk
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// For `report`: write the page here, `-` for stdout
    #[arg(short, long, value_name = "FILE", required_if_eq("task", "report"))]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum SnapshotTask {
    /// List what differs; exit code 1 if anything does
    Check,
    /// Make the files be what the mails are now
    Accept,
    /// Show what differs, line by line
    Diff,
    /// Write one HTML page with old and new mails, for sign-off before a release
    Report,
}

#[derive(clap::Args)]
pub struct Schema {
    /// The kind whose variables are described
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub kind: Option<String>,
    /// The project file that is described
    #[arg(long, value_enum)]
    pub file: Option<ProjectFile>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum ProjectFile {
    /// templates/<kind>/message.yaml
    Message,
    /// templates/brand.yaml
    Brand,
    /// locales/<locale>.yaml
    Locale,
    /// hongyan.yaml
    Project,
}
