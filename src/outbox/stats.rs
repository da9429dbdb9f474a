//! What is counted of the mails of an outbox, by all processes that share it.

use super::state::{Lane, State};
use super::submission::Millis;
use super::times::Times;

/// How full the queue is.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Mails by state
    pub states: Vec<(State, u64)>,
    /// Of each lane: queued mails that may leave now, and when the oldest of them was accepted
    pub lanes: Vec<(Lane, u64, Option<Millis>)>,
    /// Of each lane: queued mails that may not leave before a later time
    pub later: Vec<(Lane, u64)>,
    /// Attempts that were recorded lately, by transport and cause (`sent` where it was)
    pub attempts: Vec<(String, String, u64)>,
    /// Attempts that were recorded at all
    pub totals: Vec<AttemptTotal>,
    /// How long things took
    pub times: Vec<Times>,
    /// When a worker claimed last
    pub claimed_at: Option<Millis>,
}

/// How many attempts had the same end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptTotal {
    /// By which transport; empty: none could be asked
    pub transport: String,
    /// [`Attempt::action`](super::Attempt::action)
    pub action: String,
    /// [`Attempt::cause`](super::Attempt::cause); empty: it was sent
    pub cause: String,
    /// How many
    pub count: u64,
}
