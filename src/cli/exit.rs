//! Exit codes, and what leads to them.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::error::{Error, ErrorKind};
use crate::preview::StartError;
use crate::text;

/// How the process ends. A script can tell "mend it" from "try again".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done
    Done,
    /// The mail, the project or a check is wrong
    Wrong,
    /// The command line is wrong
    Usage,
    /// The configuration or the credentials are wrong
    Configuration,
    /// Refused, expired or suppressed for good
    Refused,
    /// Handed over, answer lost: do not repeat blindly
    InDoubt,
    /// This machine cannot read or write
    Io,
    /// Not now: try again
    NotNow,
}

impl Exit {
    /// Worst first.
    const ORDER: [Exit; 8] = [
        Exit::InDoubt,
        Exit::Io,
        Exit::Configuration,
        Exit::Refused,
        Exit::Wrong,
        Exit::Usage,
        Exit::NotNow,
        Exit::Done,
    ];

    /// The number that the process ends with (sysexits.h for 74 and 75).
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Wrong => 1,
            Exit::Usage => 2,
            Exit::Configuration => 3,
            Exit::Refused => 4,
            Exit::InDoubt => 5,
            Exit::Io => 74,
            Exit::NotNow => 75,
        }
    }

    /// The worse of two.
    pub fn worst(self, other: Exit) -> Exit {
        let rank = |exit: Exit| Self::ORDER.iter().position(|known| *known == exit);
        if rank(self) <= rank(other) { self } else { other }
    }

    /// The code of an error.
    pub fn of(error: &Error) -> Exit {
        Exit::of_kind(error.kind())
    }

    /// The code of a kind of error.
    pub fn of_kind(kind: ErrorKind) -> Exit {
        match kind {
            ErrorKind::Mail => Exit::Wrong,
            ErrorKind::Configuration => Exit::Configuration,
            ErrorKind::Refused => Exit::Refused,
            ErrorKind::Transient => Exit::NotNow,
            ErrorKind::InDoubt => Exit::InDoubt,
            ErrorKind::Io => Exit::Io,
        }
    }
}

/// Why a command ends early.
#[derive(Debug)]
pub struct Failure {
    /// The code
    pub exit: Exit,
    /// What to say
    pub faults: Diagnostics,
}

impl Failure {
    /// A mistake on the command line.
    pub fn usage(fault: Diagnostic) -> Failure {
        Failure { exit: Exit::Usage, faults: fault.into() }
    }

    /// A file that cannot be read or written.
    pub fn io(path: &Path, error: &std::io::Error) -> Failure {
        let (name, Text { en, zh }) = (path.display(), Text::of_io(error));
        let fault =
            Diagnostic::error(Code::FileUnreadable, text!("`{name}`: {en}", "`{name}`：{zh}"));
        Failure { exit: Exit::Io, faults: fault.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { exit: Exit::of(&error), faults: error.diagnostics() }
    }
}

impl From<Diagnostics> for Failure {
    fn from(faults: Diagnostics) -> Self {
        Failure { exit: Exit::Wrong, faults }
    }
}

impl From<Diagnostic> for Failure {
    fn from(fault: Diagnostic) -> Self {
        Failure { exit: Exit::Wrong, faults: fault.into() }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let (exit, fault) = match error {
            StartError::Listen { fault } => (Exit::Io, fault),
            StartError::Address { fault } => (Exit::Usage, fault),
            StartError::Configuration { fault } => (Exit::Configuration, fault),
            StartError::Mailer { error } => return error.into(),
        };
        Failure { exit, faults: (*fault).into() }
    }
}
