//! What becomes of a mail: pure functions of state, outcome, time and chance.

use std::fmt;

use super::Millis;

/// Where a mail is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It waits
    Queued,
    /// A worker has it
    Leased,
    /// It is being handed over: a crash now leaves it open whether it went out
    HandingOver,
    /// The provider has accepted it
    Sent,
    /// It was refused for good
    Failed,
    /// Its lifetime passed before it could leave
    Expired,
    /// A newer mail took its place
    Superseded,
    /// Somebody stopped it
    Cancelled,
    /// It was handed over, and nobody knows what became of it
    Unknown,
}

impl State {
    /// All of them, with their names in JSON and lists.
    pub const NAMES: [(&str, State); 9] = [
        ("queued", State::Queued),
        ("leased", State::Leased),
        ("handing_over", State::HandingOver),
        ("sent", State::Sent),
        ("failed", State::Failed),
        ("expired", State::Expired),
        ("superseded", State::Superseded),
        ("cancelled", State::Cancelled),
        ("unknown", State::Unknown),
    ];

    /// The name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<State> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which mail leaves first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Security mail
    Security,
    /// What the reader asked for
    Transactional,
    /// What the reader can opt out of
    Notification,
}

/// What becomes of a mail after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The provider has accepted it
    Sent,
    /// It is tried again
    Retry {
        /// When
        at: Millis,
        /// It goes by this transport only: a copy may be out
        pinned: Option<String>,
    },
    /// It goes back as it was: no attempt was made
    Release {
        /// When it may be claimed again
        at: Millis,
    },
    /// It was refused for good; why, as [`Cause::as_str`](crate::transport::Cause::as_str)
    Failed,
    /// Its lifetime has passed
    Expired,
    /// A person has to say whether it is sent again
    Unknown,
}
