//! What becomes of a mail: pure functions of state, outcome, time and chance.

use std::fmt;
use std::time::Duration;

use super::Millis;
use crate::catalog::InDoubt;
use crate::transport::{Cause, Retry};

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

    /// Whether nothing more happens to the mail by itself.
    pub fn is_done(self) -> bool {
        !matches!(self, State::Queued | State::Leased | State::HandingOver)
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
    /// A newer mail took its place
    Superseded,
    /// A person has to say whether it is sent again
    Unknown,
}

/// A mail that has less time left is not tried again before it is due.
const LEAST: Millis = 5_000;

/// How long a mail waits before it is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// Before the second attempt, at most; twice that before each further one
    pub base: Duration,
    /// At least
    pub floor: Duration,
    /// At most
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff {
            base: Duration::from_secs(2),
            floor: Duration::from_secs(1),
            cap: Duration::from_secs(3600),
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has accepted it
    Sent,
    /// No attempt was made: it may be claimed again after so long
    NotTried(Duration),
    /// It was not taken, or may have been
    Failed {
        /// Why
        cause: Cause,
        /// What the transport says about another attempt
        retry: Retry,
    },
}

/// What a transport said that was asked and did not take a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why
    pub cause: Cause,
    /// Another attempt by it
    pub retry: Retry,
}

/// How an attempt ended in which no transport took the mail: `tries` said no, in this order, and
/// the others may be asked after `waits`. With it the place of the try that decides, if any was made.
///
/// What may be out, and a mailbox or a content that is refused for good, decide for every way. All
/// else is said of one way: the most hopeful decides, and nothing is final while one may be tried.
pub fn outcome(tries: &[Refused], waits: &[Duration]) -> (Outcome, Option<usize>) {
    let wait = waits.iter().min().copied();
    // Of equal words the last one.
    let decisive = (0..tries.len()).rev().min_by_key(|at| tries[*at].word());
    let Some(at) = decisive else {
        return (Outcome::NotTried(wait.unwrap_or_default()), None);
    };
    let Refused { cause, retry } = tries[at];
    let retry = match wait {
        Some(wait) if Word::After(wait) < tries[at].word() => Retry::After(wait),
        _ => retry,
    };
    (Outcome::Failed { cause, retry }, Some(at))
}

/// What is said of a mail: the first of these decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    /// A copy may be out
    InDoubt,
    /// Refused for good, by whatever way
    Final,
    /// It may go after so long
    After(Duration),
    NextDay,
    /// It never goes this way
    Never,
}

impl Refused {
    fn word(&self) -> Word {
        match (self.cause, self.retry) {
            (Cause::InDoubt, _) => Word::InDoubt,
            (Cause::Recipient | Cause::Content, Retry::Never) => Word::Final,
            (_, Retry::Later) => Word::After(Duration::ZERO),
            (_, Retry::After(wait)) => Word::After(wait),
            (_, Retry::NextDay) => Word::NextDay,
            (_, Retry::Never) => Word::Never,
        }
    }
}

/// All that decides what becomes of a mail after an attempt.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Which attempt it was, from 1
    pub attempt: u32,
    /// How it ended
    pub outcome: Outcome,
    /// By which transport
    pub transport: &'a str,
    /// The only transport that it may go by
    pub pinned: Option<&'a str>,
    /// Whether an earlier attempt may have sent a copy
    pub maybe_out: bool,
    /// Resend or hold
    pub in_doubt: InDoubt,
    /// Now
    pub now: Millis,
    /// The first moment of the provider's next day
    pub next_day: Millis,
    /// After this moment it is not sent
    pub expires_at: Millis,
    /// Chance, from 0 to 1
    pub jitter: f64,
    /// How long it waits
    pub backoff: Backoff,
}

/// What becomes of a mail.
pub fn next(situation: &Situation<'_>) -> Next {
    let Situation { outcome, now, pinned, maybe_out, .. } = *situation;
    match outcome {
        Outcome::Sent => Next::Sent,
        Outcome::NotTried(wait) => Next::Release { at: now + millis(wait) },
        Outcome::Failed { cause: Cause::InDoubt, retry } => in_doubt(situation, retry),
        // What an earlier attempt may have sent is not known to have failed or expired.
        Outcome::Failed { retry: Retry::Never, .. } if maybe_out => Next::Unknown,
        Outcome::Failed { retry: Retry::Never, .. } => Next::Failed,
        Outcome::Failed { retry, .. } => match again(situation, retry, pinned) {
            Next::Expired if maybe_out => Next::Unknown,
            next => next,
        },
    }
}

/// A copy may be out: a second one goes by the same transport, or a person is asked. One that can
/// no longer be sent again stays in doubt: nobody knows that it has expired.
fn in_doubt(situation: &Situation<'_>, retry: Retry) -> Next {
    match situation.in_doubt {
        InDoubt::Hold => Next::Unknown,
        InDoubt::Resend => match again(situation, retry, Some(situation.transport)) {
            Next::Expired => Next::Unknown,
            next => next,
        },
    }
}

fn again(situation: &Situation<'_>, retry: Retry, pinned: Option<&str>) -> Next {
    let Situation { now, expires_at, .. } = *situation;
    let wait = waited(situation);
    let at = match retry {
        Retry::Never | Retry::Later => now + wait,
        Retry::After(after) => now + millis(after) + wait,
        Retry::NextDay => situation.next_day.max(now) + wait,
    };
    let at = match retry {
        _ if at < expires_at => at,
        Retry::NextDay => return Next::Expired,
        // Longer than the mail lives: it is tried while it does, at half of the time that is left.
        _ if expires_at - now >= LEAST => now + (expires_at - now) / 2,
        _ => return Next::Expired,
    };
    Next::Retry { at, pinned: pinned.map(str::to_owned) }
}

/// Full jitter: anything up to the bound, so that mails which failed together do not come back
/// together.
fn waited(situation: &Situation<'_>) -> Millis {
    let Situation { attempt, jitter, backoff, .. } = *situation;
    let doubled = 2_f64.powi(i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX).min(40));
    let bound = (millis(backoff.base) as f64 * doubled).min(millis(backoff.cap) as f64);
    ((bound * jitter.clamp(0.0, 1.0)) as Millis).max(millis(backoff.floor))
}

fn millis(duration: Duration) -> Millis {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}
