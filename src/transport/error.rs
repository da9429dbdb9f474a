//! Why a delivery did not happen, or may have: what a retry, a breaker and a person need.

use std::time::Duration;

use super::Reply;
use super::replies::{Heard, Meaning, look_up, masked};
use crate::diagnostic::{Code, Text};
use crate::text;

/// Where a delivery stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// Before anybody was asked
    Prepare,
    /// Looking the host's name up
    Resolve,
    /// Opening the connection
    Connect,
    /// The TLS handshake
    Tls,
    /// The server's first words
    Greeting,
    /// EHLO
    Ehlo,
    /// STARTTLS
    StartTls,
    /// AUTH
    Auth,
    /// MAIL
    Mail,
    /// RCPT
    Rcpt,
    /// DATA, up to its 354
    Data,
    /// After the hand-over was recorded: the content, the request, and the answer to it
    HandOver,
}

impl Stage {
    /// What the server was asked when it answered.
    fn asked(self) -> Text {
        let (en, zh) = match self {
            Stage::Prepare | Stage::Resolve | Stage::Connect | Stage::Tls | Stage::Greeting => {
                ("the connection", "连接")
            }
            Stage::Ehlo => ("EHLO", " EHLO "),
            Stage::StartTls => ("STARTTLS", " STARTTLS "),
            Stage::Auth => ("AUTH", " AUTH "),
            Stage::Mail => ("MAIL FROM", " MAIL FROM "),
            Stage::Rcpt => ("RCPT TO", " RCPT TO "),
            Stage::Data => ("DATA", " DATA "),
            Stage::HandOver => ("the mail", "邮件"),
        };
        Text { en: en.to_owned(), zh: zh.to_owned() }
    }

    /// The name in receipts and in the reply dictionary.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Prepare => "prepare",
            Stage::Resolve => "dns",
            Stage::Connect => "tcp",
            Stage::Tls => "tls",
            Stage::Greeting => "greeting",
            Stage::Ehlo => "ehlo",
            Stage::StartTls => "starttls",
            Stage::Auth => "auth",
            Stage::Mail => "mail",
            Stage::Rcpt => "rcpt",
            Stage::Data => "data",
            Stage::HandOver => "hand_over",
        }
    }
}

/// What went wrong, as far as it decides what becomes of the mail and of the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// This machine cannot write
    Io,
    /// The hand-over could not be recorded
    NotRecorded,
    /// No connection, or it broke before the hand-over
    Network,
    /// The certificate or the handshake
    Tls,
    /// The server does not keep to the protocol
    Protocol,
    /// The credentials
    Auth,
    /// Our configuration: sender, permission, account
    Configuration,
    /// The clock of this machine
    Clock,
    /// Too much in a short time
    Rate,
    /// Too much for a day or a month
    Quota,
    /// Something that passes: greylisting, a busy server
    Transient,
    /// The recipient
    Recipient,
    /// The rules of the recipient's server: who sends, from where, how the domain vouches for it
    Policy,
    /// The content
    Content,
    /// The size
    Size,
    /// Handed over, and no answer says what became of it: a copy may be out
    InDoubt,
}

/// What becomes of a transport after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the next mail may go at once
    Keep,
    /// It rests for a while after several in a row
    Count,
    /// It rests for as long as the retry says
    Pause,
    /// It rests until somebody changes something
    Stop,
}

impl Cause {
    const ALL: [Cause; 16] = [
        Cause::Io,
        Cause::NotRecorded,
        Cause::Network,
        Cause::Tls,
        Cause::Protocol,
        Cause::Auth,
        Cause::Configuration,
        Cause::Clock,
        Cause::Rate,
        Cause::Quota,
        Cause::Transient,
        Cause::Recipient,
        Cause::Policy,
        Cause::Content,
        Cause::Size,
        Cause::InDoubt,
    ];

    /// The name in receipts and in the reply dictionary.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Io => "io",
            Cause::NotRecorded => "not_recorded",
            Cause::Network => "network",
            Cause::Tls => "tls",
            Cause::Protocol => "protocol",
            Cause::Auth => "auth",
            Cause::Configuration => "configuration",
            Cause::Clock => "clock",
            Cause::Rate => "rate",
            Cause::Quota => "quota",
            Cause::Transient => "transient",
            Cause::Recipient => "recipient",
            Cause::Policy => "policy",
            Cause::Content => "content",
            Cause::Size => "size",
            Cause::InDoubt => "in_doubt",
        }
    }

    /// What stays wrong until somebody changes something: [`Effect::Stop`].
    pub const STOPPING: [Cause; 3] = [Cause::Auth, Cause::Configuration, Cause::Tls];

    /// What becomes of the transport.
    pub fn effect(self) -> Effect {
        match self {
            cause if Cause::STOPPING.contains(&cause) => Effect::Stop,
            Cause::Rate | Cause::Quota => Effect::Pause,
            Cause::Network | Cause::Protocol | Cause::Clock | Cause::InDoubt => Effect::Count,
            _ => Effect::Keep,
        }
    }

    /// When to try again, where nobody said otherwise. What stops a transport is not the mail's
    /// fault: the mail waits.
    pub fn retry(self) -> Retry {
        match self {
            Cause::Recipient | Cause::Policy | Cause::Content | Cause::Size => Retry::Never,
            Cause::Quota => Retry::NextDay,
            Cause::Rate => Retry::After(Duration::from_secs(15 * 60)),
            _ => Retry::Later,
        }
    }

    /// The cause of this name.
    pub fn named(name: &str) -> Option<Cause> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }

    /// What it means.
    pub fn describe(self) -> Text {
        self.code().describe()
    }

    fn code(self) -> Code {
        match self {
            Cause::Io | Cause::NotRecorded => Code::SendFailed,
            Cause::Network => Code::SendNetwork,
            Cause::Tls => Code::SendTls,
            Cause::Protocol => Code::SendProtocol,
            Cause::Auth => Code::SendAuth,
            Cause::Configuration => Code::SendConfiguration,
            Cause::Clock => Code::SendClock,
            Cause::Rate => Code::SendRate,
            Cause::Quota => Code::SendQuota,
            Cause::Transient => Code::SendTransient,
            Cause::Recipient => Code::SendRecipient,
            Cause::Policy => Code::SendPolicy,
            Cause::Content => Code::SendContent,
            Cause::Size => Code::SendSize,
            Cause::InDoubt => Code::SendInDoubt,
        }
    }
}

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the answer will not change
    Never,
    /// Later, by the usual back-off
    Later,
    /// Not before this long
    After(Duration),
    /// When the provider's day has changed
    NextDay,
}

/// A mail that was not taken, or may have been.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", what.en)]
#[non_exhaustive]
pub struct SendError {
    /// Where it stopped
    pub stage: Stage,
    /// Why
    pub cause: Cause,
    /// When to try again
    pub retry: Retry,
    /// The server's words
    pub reply: Option<Reply>,
    /// What happened
    pub what: Text,
    /// What a person can do
    pub hint: Option<Text>,
    /// The provider's own page about it
    pub help: Option<String>,
    /// Whether the server says that the mailbox does not exist or is closed for good: only then is
    /// the address suppressed
    pub mailbox_gone: bool,
}

impl SendError {
    /// An error with the retry that its cause usually has.
    pub fn new(stage: Stage, cause: Cause, what: Text) -> SendError {
        SendError {
            stage,
            cause,
            retry: cause.retry(),
            reply: None,
            what,
            hint: None,
            help: None,
            mailbox_gone: false,
        }
    }

    /// An answer that was no consent, read by the dictionary of replies. `provider` is a name of
    /// `EMAIL_PROVIDER`; an unknown one gets the general reading. Addresses and logins that the
    /// answer echoes are masked.
    pub fn refused(provider: &str, stage: Stage, reply: Reply) -> SendError {
        let Meaning { cause, retry, hint, help, mailbox_gone } =
            look_up(&Heard { provider, stage, reply: &reply });
        let reply = Reply { text: masked(&reply.text), ..reply };
        let Text { en, zh } = stage.asked();
        let what =
            text!("the server answered {en} with `{reply}`", "服务器对{zh}的答复是 `{reply}`");
        let (reply, hint) = (Some(reply), Some(hint));
        SendError { stage, cause, retry, reply, what, hint, help, mailbox_gone }
    }

    /// Says what a person can do.
    pub fn hint(self, hint: Text) -> SendError {
        SendError { hint: Some(hint), ..self }
    }

    /// Says when to try again.
    pub fn retry(self, retry: Retry) -> SendError {
        SendError { retry, ..self }
    }

    /// Keeps the server's words.
    pub fn reply(self, reply: Reply) -> SendError {
        SendError { reply: Some(reply), ..self }
    }

    /// Says that the mailbox does not exist or is closed for good.
    pub fn mailbox_gone(self) -> SendError {
        SendError { mailbox_gone: true, ..self }
    }

    /// Whether a copy may be out.
    pub fn in_doubt(&self) -> bool {
        self.cause == Cause::InDoubt
    }

    /// The fault as a person reads it.
    pub fn diagnostic(&self) -> crate::diagnostic::Diagnostic {
        let fault = crate::diagnostic::Diagnostic::error(self.cause.code(), self.what.clone());
        let hint = match (&self.hint, &self.help) {
            (Some(Text { en, zh }), Some(help)) => Some(text!("{en} ({help})", "{zh}（{help}）")),
            (Some(hint), None) => Some(hint.clone()),
            (None, Some(help)) => Some(text!("see {help}", "见 {help}")),
            (None, None) => None,
        };
        match hint {
            Some(hint) => fault.hint(hint),
            None => fault,
        }
    }
}

/// A transport that was tried and did not take a mail.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tried {
    /// Its name
    pub transport: String,
    /// What it said
    pub error: SendError,
}

/// As receipts show it.
impl serde::Serialize for Tried {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([
            ("cause", self.error.cause.as_str()),
            ("title", &self.error.what.en),
            ("transport", &self.transport),
        ])
    }
}

impl SendError {
    /// Whether another transport may be tried: no copy can be out, and what was wrong is not the
    /// mail itself.
    pub fn may_go_elsewhere(&self) -> bool {
        !matches!(
            self.cause,
            Cause::InDoubt | Cause::NotRecorded | Cause::Recipient | Cause::Content
        )
    }

    /// The same, with the transport that said it.
    pub fn by(self, transport: &str) -> Tried {
        Tried { transport: transport.to_owned(), error: self }
    }
}
