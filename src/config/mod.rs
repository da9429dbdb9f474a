//! What the environment and the project say about sending: variables, env files, providers,
//! transports, routes, `--via`.
//!
//! Three steps, each a value of its own: [`files::find`] reads the env files that may be read (the
//! only step that touches the disk), [`Environment::gather`] lays the process's variables over
//! them, [`Lines::read`] checks them together with the `transports` and `routes` of `hongyan.yaml`
//! and says all that is wrong at once ([`MailSettings::from_environment`] does so without a
//! project). [`OutboxSettings::read`] and [`ServiceSettings::read`] do the same for what keeps mails
//! and for who may ask over HTTP. This module does not know the transports: they take their settings from here.
//!
//! No value of a variable is ever printed, by any of these types: a fault names the variable and
//! the line.
//!
//! ```
//! use hongyan::config::{EnvFile, Environment, MailSettings, TransportSetting, WhenUnset};
//!
//! let text = "SMTP_SERVER=smtp.qq.com\nSMTP_USER=10001234@qq.com\nSMTP_PASSWORD=abcdefghijklmnop";
//! let (file, faults) = EnvFile::parse(".env", text.as_bytes());
//! assert!(faults.is_empty());
//! let (environment, _) = Environment::gather([], &[file], &|path| std::fs::read(path));
//! let (settings, faults) = MailSettings::from_environment(&environment, WhenUnset::Inbox);
//! assert!(faults.is_empty());
//! let TransportSetting::Smtp(smtp) = &settings.transports[0] else { panic!() };
//! assert_eq!((smtp.preset.id, smtp.port), ("qq", 465));
//! ```

mod choice;
mod directmail;
mod env_file;
mod environment;
pub mod files;
mod lines;
mod login;
mod manner;
mod names;
mod outbox;
mod presets;
mod project_file;
mod reader;
mod scope;
mod sender;
mod service;
mod settings;
mod smtp;
mod suspect;
mod via;

pub use directmail::{DirectMailSettings, REGIONS, Region};
pub use env_file::EnvFile;
pub use environment::{Environment, Origin, ReadFile, Variable};
pub use lines::{Lines, Mail, NamedTransport, Route, Sources};
pub use login::{Login, Proof, TokenSource};
pub use manner::{DkimSetting, Pace, Quota};
pub use names::is_known;
pub use outbox::{LimitSettings, OutboxFile, OutboxSettings, key_hint};
pub use presets::{FromRule, PRESETS, PasswordShape, Preset, Tls};
pub use service::{ApiToken, Scope, ServiceSettings, is_id};
pub use settings::{
    ChosenBy, FromSetting, MailSettings, ProjectSetting, TransportSetting, WhenUnset,
};
pub use smtp::SmtpSettings;
pub use via::{Via, ViaSmtp};
