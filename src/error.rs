//! The one error of the library's front door. It answers questions instead of being matched on.

#[cfg(feature = "outbox")]
mod queue;

use std::fmt;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::mail::HeaderError;
use crate::mime::WireFault;
#[cfg(feature = "outbox")]
use crate::outbox::{Refusal, StoreError};
use crate::text;
use crate::transport::{Cause, Effect, Retry, SendError, Tried};

/// Why a mail was not sent.
#[derive(Debug)]
pub struct Error(Repr);

#[derive(Debug)]
enum Repr {
    Mail(Diagnostics),
    Configuration(Diagnostics),
    Send(SendError),
    Undelivered(Box<Undelivered>),
    #[cfg(feature = "outbox")]
    Refused(Refusal),
    #[cfg(feature = "outbox")]
    Store(StoreError),
}

/// A mail that was finished and that no transport took.
#[derive(Clone, Debug)]
pub struct Undelivered {
    /// UUIDv7
    pub id: String,
    /// Message-ID, with its angle brackets
    pub message_id: String,
    /// The kind
    pub kind: String,
    /// The locale that was rendered
    pub locale: String,
    /// The recipient, masked
    pub to: String,
    /// The transport that was tried last
    pub transport: String,
    /// What it said
    pub error: SendError,
    /// Those before it, in order
    pub tried: Vec<Tried>,
}

/// What kind of remedy an error asks for.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The mail, its variables or the project are wrong
    Mail,
    /// The configuration or the credentials are wrong
    Configuration,
    /// The transport refused it for good
    Refused,
    /// Not now: try again
    Transient,
    /// Handed over, and the answer was lost: do not repeat blindly
    InDoubt,
    /// This machine cannot write
    Io,
}

impl Error {
    /// The configuration is wrong.
    pub(crate) fn configuration(faults: impl Into<Diagnostics>) -> Error {
        Error(Repr::Configuration(faults.into()))
    }

    /// What kind of remedy it asks for.
    pub fn kind(&self) -> ErrorKind {
        match (&self.0, self.send_error()) {
            (Repr::Configuration(_), _) => ErrorKind::Configuration,
            #[cfg(feature = "outbox")]
            (Repr::Refused(refusal), _) => queue::kind_of_refusal(refusal),
            #[cfg(feature = "outbox")]
            (Repr::Store(error), _) => queue::kind_of_store(error),
            (_, Some(error)) => kind_of(error),
            _ => ErrorKind::Mail,
        }
    }

    /// The faults, each with place and remedy. A refusal of the transport is one fault.
    pub fn diagnostics(&self) -> Diagnostics {
        match &self.0 {
            Repr::Mail(faults) | Repr::Configuration(faults) => faults.clone(),
            Repr::Send(error) => error.diagnostic().into(),
            Repr::Undelivered(mail) => mail.diagnostics(),
            #[cfg(feature = "outbox")]
            Repr::Refused(refusal) => queue::refusal(refusal).into(),
            #[cfg(feature = "outbox")]
            Repr::Store(error) => error.diagnostic().into(),
        }
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), ErrorKind::Transient | ErrorKind::Io)
    }

    /// What the transport said that was asked last.
    pub fn send_error(&self) -> Option<&SendError> {
        match &self.0 {
            Repr::Send(error) => Some(error),
            Repr::Undelivered(mail) => Some(&mail.error),
            _ => None,
        }
    }

    /// The mail, if it was finished and no transport took it.
    pub fn undelivered(&self) -> Option<&Undelivered> {
        match &self.0 {
            Repr::Undelivered(mail) => Some(mail),
            _ => None,
        }
    }
}

#[cfg(feature = "outbox")]
impl Error {
    /// Why the outbox did not take it, where it decided so.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.0 {
            Repr::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// What is wrong with the outbox, or with what it was asked.
    pub fn store(&self) -> Option<&StoreError> {
        match &self.0 {
            Repr::Store(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(feature = "outbox")]
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error(Repr::Refused(refusal))
    }
}

#[cfg(feature = "outbox")]
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error(Repr::Store(error))
    }
}

fn kind_of(error: &SendError) -> ErrorKind {
    match (error.cause, error.retry) {
        (Cause::InDoubt, _) => ErrorKind::InDoubt,
        (Cause::Io, _) => ErrorKind::Io,
        (cause, _) if cause.effect() == Effect::Stop => ErrorKind::Configuration,
        (_, Retry::Never) => ErrorKind::Refused,
        _ => ErrorKind::Transient,
    }
}

impl Undelivered {
    /// The last failure first: it is what became of the mail.
    fn diagnostics(&self) -> Diagnostics {
        let named =
            |name: &str, error: &SendError| error.diagnostic().within(&text!("{name}", "{name}"));
        let before = self.tried.iter().map(|tried| named(&tried.transport, &tried.error));
        std::iter::once(named(&self.transport, &self.error)).chain(before).collect()
    }
}

/// The titles of all faults, in English, on one line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.diagnostics(), f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.send_error().map(|error| error as _)
    }
}

impl From<Undelivered> for Error {
    fn from(mail: Undelivered) -> Self {
        Error(Repr::Undelivered(Box::new(mail)))
    }
}

impl From<Diagnostics> for Error {
    fn from(faults: Diagnostics) -> Self {
        Error(Repr::Mail(faults))
    }
}

impl From<Diagnostic> for Error {
    fn from(fault: Diagnostic) -> Self {
        Error(Repr::Mail(fault.into()))
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        Error(Repr::Send(error))
    }
}

impl From<WireFault> for Error {
    fn from(fault: WireFault) -> Self {
        Error(Repr::Mail(fault.diagnostic().into()))
    }
}

impl From<HeaderError> for Error {
    fn from(error: HeaderError) -> Self {
        Error(Repr::Mail(error.diagnostic().into()))
    }
}
