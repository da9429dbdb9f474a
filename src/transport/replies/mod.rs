//! What a provider's answer means: a data table, `replies.yaml`, and how it is read.
//!
//! The table knows providers, stages, codes and words. It does not know connections: what an answer
//! must look like, and what a missing one means, is told by those who listen.

mod table;
mod words;

use super::{Cause, Reply, Retry, Stage};
use crate::diagnostic::Text;
use table::Table;
pub(super) use words::{masked, readable};

/// An answer that was no consent.
pub(super) struct Heard<'a> {
    /// The provider's id, as in `EMAIL_PROVIDER`
    pub provider: &'a str,
    /// Where it was said
    pub stage: Stage,
    /// What was said
    pub reply: &'a Reply,
}

/// What it means.
pub(super) struct Meaning {
    pub cause: Cause,
    pub retry: Retry,
    /// What a person can do
    pub hint: Text,
    /// The provider's own page about it
    pub help: Option<String>,
    /// Whether the mailbox does not exist or is closed for good
    pub mailbox_gone: bool,
}

/// Looks an answer up; its first digit is the last resort.
pub(super) fn look_up(heard: &Heard<'_>) -> Meaning {
    Table::shipped().meaning(heard)
}
