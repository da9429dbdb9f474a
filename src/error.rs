//! The one error of the library's front door. It answers questions instead of being matched on.

use std::fmt;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::mail::HeaderError;
use crate::mime::WireFault;
use crate::transport::SendError;

/// Why a mail was not sent.
#[derive(Debug)]
pub struct Error(Repr);

#[derive(Debug)]
enum Repr {
    Mail(Diagnostics),
    Configuration(Diagnostics),
    Send(SendError),
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
        use crate::transport::{Cause, Effect, Retry};
        match &self.0 {
            Repr::Mail(_) => ErrorKind::Mail,
            Repr::Configuration(_) => ErrorKind::Configuration,
            Repr::Send(error) if error.in_doubt() => ErrorKind::InDoubt,
            Repr::Send(error) if error.cause == Cause::Io => ErrorKind::Io,
            Repr::Send(error) if error.cause.effect() == Effect::Stop => ErrorKind::Configuration,
            Repr::Send(error) if error.retry == Retry::Never => ErrorKind::Refused,
            Repr::Send(_) => ErrorKind::Transient,
        }
    }

    /// The faults, each with place and remedy. A refusal of the transport is one fault.
    pub fn diagnostics(&self) -> Diagnostics {
        match &self.0 {
            Repr::Mail(faults) | Repr::Configuration(faults) => faults.clone(),
            Repr::Send(error) => error.diagnostic().into(),
        }
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind(), ErrorKind::Transient | ErrorKind::Io)
    }

    /// What the transport said, if it was asked.
    pub fn send_error(&self) -> Option<&SendError> {
        match &self.0 {
            Repr::Send(error) => Some(error),
            _ => None,
        }
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
        match &self.0 {
            Repr::Send(error) => Some(error),
            _ => None,
        }
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
