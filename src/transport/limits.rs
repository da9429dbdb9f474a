//! What a transport cannot carry, as data for the plan that is made before anything is sent.

use crate::mail::Address;

/// Something that a mail may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// Files beside the text
    Attachments,
    /// Recipients who are shown as copies
    Cc,
}

/// What a transport cannot carry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// What it lacks altogether
    pub lacks: &'static [Feature],
    /// Whether a header that a caller set gets through, by its name
    pub carries_header: fn(&str) -> bool,
    /// The longest subject, in characters
    pub subject: Option<usize>,
    /// The longest display name of the sender, in characters
    pub name: Option<usize>,
    /// The largest message or request, in bytes
    pub bytes: Option<usize>,
    /// The one address that it takes as a sender
    pub only_sender: Option<Address>,
}

impl Limits {
    /// Everything gets through.
    pub const NONE: Limits = Limits {
        lacks: &[],
        carries_header: |_| true,
        subject: None,
        name: None,
        bytes: None,
        only_sender: None,
    };
}
