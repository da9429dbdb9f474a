//! What was looked at, and what was found.

use std::time::Duration;

use super::domain::DomainReport;
use crate::config::files::Listed;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::error::{Error, ErrorKind};
use crate::transport::{SendError, Stage};

/// All that was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Whether this is production
    pub production: bool,
    /// The env files
    pub files: Vec<Listed>,
    /// The transports in use, in their order
    pub transports: Vec<TransportReport>,
    /// What DNS says of the first sender's domain
    pub domain: Option<DomainReport>,
    /// The outbox, where one is named or there
    pub outbox: Option<OutboxReport>,
}

/// The outbox.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OutboxReport {
    /// Its file
    pub path: String,
    /// What was looked at
    pub steps: Vec<OutboxStep>,
}

/// What is looked at of an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutboxName {
    /// The file: sound, of this version, under our key
    File,
    /// The room on its disk
    Room,
    /// The mails in it
    Mails,
}

impl OutboxName {
    /// The name in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            OutboxName::File => "file",
            OutboxName::Room => "room",
            OutboxName::Mails => "mails",
        }
    }
}

/// One look at an outbox.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OutboxStep {
    /// At what
    pub name: OutboxName,
    /// What came of it
    pub status: Status,
    /// The fault's code
    pub code: Option<Code>,
    /// What kind of remedy it asks for
    pub kind: Option<ErrorKind>,
    /// What was seen
    pub detail: Text,
    /// What to do
    pub hint: Option<Text>,
}

impl OutboxStep {
    pub(super) fn ok(name: OutboxName, detail: Text) -> OutboxStep {
        OutboxStep { name, status: Status::Ok, code: None, kind: None, detail, hint: None }
    }

    pub(super) fn wrong(name: OutboxName, fault: &Diagnostic, kind: ErrorKind) -> OutboxStep {
        OutboxStep {
            status: Status::Wrong,
            code: Some(fault.code()),
            kind: Some(kind),
            hint: fault.remedy().cloned(),
            ..OutboxStep::ok(name, fault.title().clone())
        }
    }
}

/// One transport.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TransportReport {
    /// Its name
    pub name: String,
    /// What provider it is
    pub provider: String,
    /// The steps, in order; always all of them
    pub steps: Vec<StepReport>,
}

/// The steps towards a provider, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StepName {
    /// The variables and `hongyan.yaml`
    Config,
    /// Looking the host's name up
    Dns,
    /// Opening a connection
    Tcp,
    /// Encrypting it
    Tls,
    /// Greeting; at DirectMail a signed request is answered
    Ehlo,
    /// Logging in; at DirectMail the account's state
    Login,
    /// Whether the provider takes this sender
    From,
    /// The test mail
    Send,
}

impl StepName {
    /// All steps, in order.
    pub const ALL: [StepName; 8] = [
        StepName::Config,
        StepName::Dns,
        StepName::Tcp,
        StepName::Tls,
        StepName::Ehlo,
        StepName::Login,
        StepName::From,
        StepName::Send,
    ];

    /// The name in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            StepName::Config => "config",
            StepName::Dns => "dns",
            StepName::Tcp => "tcp",
            StepName::Tls => "tls",
            StepName::Ehlo => "ehlo",
            StepName::Login => "login",
            StepName::From => "from",
            StepName::Send => "send",
        }
    }

    /// The step that a stage of a delivery belongs to.
    pub(super) fn of(stage: Stage) -> StepName {
        match stage {
            Stage::Prepare => StepName::Config,
            Stage::Resolve => StepName::Dns,
            Stage::Connect => StepName::Tcp,
            Stage::Tls | Stage::StartTls => StepName::Tls,
            Stage::Greeting | Stage::Ehlo => StepName::Ehlo,
            Stage::Auth => StepName::Login,
            Stage::Mail => StepName::From,
            _ => StepName::Send,
        }
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As it should be
    Ok,
    /// Wrong
    Wrong,
    /// Not tried: a step before it failed, or it was not asked for
    NotTried,
}

impl Status {
    /// The name in `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Wrong => "wrong",
            Status::NotTried => "not_tried",
        }
    }
}

/// One step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StepReport {
    /// Which one
    pub step: StepName,
    /// How it ended
    pub status: Status,
    /// The fault's code
    pub code: Option<Code>,
    /// What kind of remedy a failed delivery asks for; none where nobody was asked
    pub kind: Option<ErrorKind>,
    /// What was seen
    pub detail: Option<Text>,
    /// What to do
    pub hint: Option<Text>,
    /// How long it took
    pub took: Option<Duration>,
}

impl StepReport {
    /// A step that was not tried.
    pub(super) fn not_tried(step: StepName) -> StepReport {
        let status = Status::NotTried;
        StepReport { step, status, code: None, kind: None, detail: None, hint: None, took: None }
    }

    /// A step that is as it should be.
    pub(super) fn ok(step: StepName, detail: Text) -> StepReport {
        StepReport { status: Status::Ok, detail: Some(detail), ..StepReport::not_tried(step) }
    }

    /// A step that is wrong.
    pub(super) fn wrong(step: StepName, fault: &Diagnostic) -> StepReport {
        StepReport {
            status: Status::Wrong,
            code: Some(fault.code()),
            detail: Some(fault.title().clone()),
            hint: fault.remedy().cloned(),
            ..StepReport::not_tried(step)
        }
    }

    /// A step that a transport failed at.
    pub(super) fn failed(step: StepName, error: &SendError) -> StepReport {
        let kind = Some(Error::from(error.clone()).kind());
        StepReport { kind, ..StepReport::wrong(step, &error.diagnostic()) }
    }
}

impl Report {
    /// Whether nothing is wrong. What DNS publishes is advice and does not count.
    pub fn is_ok(&self) -> bool {
        self.faults().next().is_none() && self.outbox_faults().next().is_none()
    }

    /// What is wrong with the outbox.
    pub fn outbox_faults(&self) -> impl Iterator<Item = &OutboxStep> {
        let steps = self.outbox.iter().flat_map(|outbox| &outbox.steps);
        steps.filter(|step| step.status == Status::Wrong)
    }

    /// The steps that are wrong.
    pub fn faults(&self) -> impl Iterator<Item = &StepReport> {
        let steps = self.transports.iter().flat_map(|transport| &transport.steps);
        steps.filter(|step| step.status == Status::Wrong)
    }
}
