//! Everything that the variables say about sending mail, checked.

use std::fmt;
use std::path::PathBuf;

use super::choice::Choice;
use super::directmail::DirectMailSettings;
use super::environment::Environment;
use super::lines::{Lines, Sources};
use super::reader::{Reader, address};
use super::smtp::SmtpSettings;
use super::suspect::leftover_comment;
use super::via::Via;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language};
use crate::text;

/// What the environment asks for. With an error among the diagnostics it is incomplete, and good
/// for `doctor` only.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Whether this is production
    pub production: bool,
    /// Who mail comes from, where a transport has no sender of its own
    pub from: FromSetting,
    /// The transports in the order in which they are tried
    pub transports: Vec<TransportSetting>,
    /// What chose the transports
    pub chosen_by: ChosenBy,
    /// `SOURCE_DATE_EPOCH`
    pub epoch: Option<i64>,
    /// `HONGYAN_LANG`
    pub language: Option<Language>,
    /// `HONGYAN_PROJECT`
    pub project: Option<ProjectSetting>,
}

/// `EMAILS_FROM_EMAIL`, else `SMTP_USER` where that is an address; and `EMAILS_FROM_NAME`.
#[derive(Clone, Default)]
pub struct FromSetting {
    /// The address
    pub address: Option<String>,
    /// The name shown beside it
    pub name: Option<String>,
}

/// One transport.
#[derive(Clone)]
pub enum TransportSetting {
    /// Mails are kept with their variables, for development; a folder other than the project's
    Inbox(Option<PathBuf>),
    /// Mails are written to a folder; other than the project's, if given
    File(Option<PathBuf>),
    /// An SMTP server
    Smtp(Box<SmtpSettings>),
    /// Aliyun DirectMail over HTTP
    DirectMail(Box<DirectMailSettings>),
}

/// What chose the transports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChosenBy {
    /// `EMAIL_PROVIDER`
    Provider,
    /// The name of the SMTP server
    Server,
    /// The routes, or the only transport, of `hongyan.yaml`
    Project,
    /// Nothing is set: the inbox, about which the user is told
    Nothing,
}

/// `HONGYAN_PROJECT`.
#[derive(Clone, PartialEq, Eq)]
pub enum ProjectSetting {
    /// The kinds inside the binary
    Embedded,
    /// A folder
    At(PathBuf),
}

/// What it means that no mail variable is set, outside production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenUnset {
    /// Mail goes to the inbox
    Inbox,
    /// It is a fault: `serve` and `worker` never catch mail unasked
    Fault,
}

impl MailSettings {
    /// Reads and checks all variables; the diagnostics hold all that is wrong. Without a project's
    /// file: [`Lines::read`] takes that too.
    pub fn from_environment(
        environment: &Environment,
        when_unset: WhenUnset,
    ) -> (MailSettings, Diagnostics) {
        let (lines, mut faults) = Lines::read(&Sources::new(environment, when_unset));
        let (mut settings, found) = MailSettings::without_transports(environment);
        faults.extend(found);
        settings.transports = lines.in_use().map(|transport| transport.setting.clone()).collect();
        settings.chosen_by = lines.chosen_by();
        (settings, faults)
    }

    /// All but the transports: for those who ask [`Lines`] for them. No transport is chosen, and
    /// none is missed.
    pub fn without_transports(environment: &Environment) -> (MailSettings, Diagnostics) {
        let reader = &mut Reader::new(environment);
        let settings = MailSettings {
            production: environment.is_production(),
            from: FromSetting::read(reader),
            transports: Vec::new(),
            chosen_by: ChosenBy::Nothing,
            epoch: read_epoch(reader),
            language: read_language(reader),
            project: read_project(reader),
        };
        (settings, std::mem::take(&mut reader.faults))
    }

    /// The transport that `--via` asks for, instead of the environment's. A name that is no
    /// provider's is a fault here: look for those of `hongyan.yaml` first.
    pub fn via(environment: &Environment, via: &Via) -> Result<TransportSetting, Diagnostics> {
        MailSettings::via_beside(environment, via, &[])
    }

    /// The same, with the names that a misspelt one may have meant.
    pub(super) fn via_beside(
        environment: &Environment,
        via: &Via,
        declared: &[&str],
    ) -> Result<TransportSetting, Diagnostics> {
        let reader = &mut Reader::new(environment);
        let setting = match via {
            Via::Name(name) => match Choice::named(name) {
                Some(choice) => choice.read(reader),
                None => return Err(unknown_via(name, declared).into()),
            },
            Via::File(folder) => Some(TransportSetting::File(Some(folder.clone()))),
            Via::Inbox(folder) => Some(TransportSetting::Inbox(folder.clone())),
            Via::Smtp(smtp) => SmtpSettings::read_via(reader, smtp)
                .map(|smtp| TransportSetting::Smtp(Box::new(smtp))),
        };
        let faults = std::mem::take(&mut reader.faults);
        match setting {
            Some(setting) => faults.ok(setting),
            None => Err(faults),
        }
    }
}

impl TransportSetting {
    /// Whether mails leave this machine by it.
    pub fn is_real(&self) -> bool {
        matches!(self, TransportSetting::Smtp(_) | TransportSetting::DirectMail(_))
    }

    /// How many connections at once, where nothing else is said.
    pub(super) fn connections(&self) -> usize {
        match self {
            TransportSetting::Smtp(smtp) => smtp.preset.connections,
            TransportSetting::DirectMail(_) => 5,
            TransportSetting::Inbox(_) | TransportSetting::File(_) => 1,
        }
    }

    /// What it is called where the environment alone speaks of it.
    pub(super) fn usual_name(&self) -> &'static str {
        match self {
            TransportSetting::Smtp(smtp) => smtp.preset.id,
            TransportSetting::DirectMail(_) => "aliyun",
            TransportSetting::Inbox(_) => "inbox",
            TransportSetting::File(_) => "file",
        }
    }
}

impl FromSetting {
    fn read(reader: &mut Reader<'_>) -> FromSetting {
        let address = match reader.environment.get("EMAILS_FROM_EMAIL") {
            Some(_) => reader.address("EMAILS_FROM_EMAIL"),
            // A login need not be an address: then there is no sender here.
            None => reader.text("SMTP_USER").and_then(address),
        };
        let name = reader.variable("EMAILS_FROM_NAME");
        reader.faults.extend(name.and_then(leftover_comment));
        let name = name.map(|variable| variable.value.expose().trim().to_owned());
        FromSetting { address, name }
    }
}

fn read_epoch(reader: &mut Reader<'_>) -> Option<i64> {
    // Dates with more than four digits of year do not fit into a mail's Date (RFC 5322, 3.3).
    let parse =
        |text: &str| text.parse().ok().filter(|epoch| (0..=253_402_300_799).contains(epoch));
    let hint = text!(
        "write seconds since 1970, such as 1767225600",
        "请写 1970 年以来的秒数，如 1767225600"
    );
    reader.parsed("SOURCE_DATE_EPOCH", parse, hint)
}

fn read_language(reader: &mut Reader<'_>) -> Option<Language> {
    let hint = text!("write `zh` or `en`", "请写 `zh` 或 `en`");
    reader.parsed("HONGYAN_LANG", Language::parse, hint)
}

fn read_project(reader: &mut Reader<'_>) -> Option<ProjectSetting> {
    reader.text("HONGYAN_PROJECT").map(|text| match text {
        "embedded" => ProjectSetting::Embedded,
        folder => ProjectSetting::At(folder.into()),
    })
}

fn unknown_via(name: &str, declared: &[&str]) -> Diagnostic {
    let title = text!("`--via` names no transport that is known", "`--via` 指定的传输方式不存在");
    Diagnostic::error(Code::ViaInvalid, title)
        .hint(Choice::names_hint())
        .did_you_mean(name, declared.iter().copied().chain(Choice::names()))
}

impl fmt::Debug for FromSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |part: &Option<String>| part.as_ref().map(|_| "***");
        f.debug_struct("FromSetting")
            .field("address", &shown(&self.address))
            .field("name", &shown(&self.name))
            .finish()
    }
}

impl fmt::Debug for TransportSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransportSetting::Inbox(_) => f.write_str("Inbox"),
            TransportSetting::File(_) => f.write_str("File"),
            TransportSetting::Smtp(smtp) => smtp.fmt(f),
            TransportSetting::DirectMail(directmail) => directmail.fmt(f),
        }
    }
}

impl fmt::Debug for ProjectSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProjectSetting::Embedded => "Embedded",
            ProjectSetting::At(_) => "At(***)",
        })
    }
}
