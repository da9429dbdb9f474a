//! Mails that are brought to a store, and what it answers.

use std::fmt;
use std::time::Duration;

use super::state::{Lane, State};
use crate::catalog::InDoubt;

/// Milliseconds since 1970.
pub type Millis = i64;

/// A keyed hash: equal for equal things, and useless without the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

/// Mails of one request: all of them are taken, or none.
#[derive(Clone, Debug)]
pub struct Submission {
    /// When it was accepted
    pub now: Millis,
    /// So that a request that is repeated is taken once
    pub idempotency: Option<Idempotency>,
    /// Counted beside the limits of each mail and each copy: per token, global
    pub caps: Vec<Limit>,
    /// Its mails
    pub mails: Vec<NewMail>,
}

/// The key of a request, and what it asked for.
#[derive(Clone, Copy, Debug)]
pub struct Idempotency {
    /// Of the key, and of whose key it is
    pub key: Hash,
    /// Of the request's body
    pub body: Hash,
}

/// At most `most` within `within`.
#[derive(Clone, Debug)]
pub struct Limit {
    /// What is counted
    pub subject: Hash,
    /// For people: `recipient 5/1h`, `domain`, `token`, `global`
    pub name: String,
    /// How many
    pub most: u32,
    /// In how long
    pub within: Duration,
}

/// A mail to be kept until it is done.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// UUIDv7
    pub id: String,
    /// With its angle brackets
    pub message_id: String,
    /// The kind
    pub kind: String,
    /// The locale that was rendered
    pub locale: String,
    /// Security mail leaves first
    pub lane: Lane,
    /// The recipient, masked
    pub to: String,
    /// The recipient's canonical address
    pub recipient: Hash,
    /// Who gets a copy: each is a row of its own, with its parent's Message-ID and content
    pub copies: Vec<NewCopy>,
    /// When it may leave
    pub send_at: Millis,
    /// After this moment it is not sent
    pub expires_at: Millis,
    /// Resend or hold after a crash
    pub in_doubt: InDoubt,
    /// Older mails with the same are retired
    pub replaces: Option<Hash>,
    /// Its limits
    pub limits: Vec<Limit>,
    /// The transports that can carry it, in order
    pub route: Vec<String>,
    /// What the first of them changes, as JSON
    pub adapted: String,
    /// W3C `traceparent` of the request
    pub trace: Option<String>,
    /// What is sent
    pub content: Content,
}

/// A copy's recipient.
#[derive(Clone, Debug)]
pub struct NewCopy {
    /// UUIDv7
    pub id: String,
    /// Masked
    pub to: String,
    /// Its canonical address
    pub recipient: Hash,
    /// The address, sealed
    pub address: Vec<u8>,
    /// Its limits
    pub limits: Vec<Limit>,
}

/// What is sent: sealed, but for images, which are the project's own.
#[derive(Clone)]
pub struct Content {
    /// Rendered mail and seal
    pub sealed: Vec<u8>,
    /// The images that it shows; each is stored once
    pub images: Vec<StoredImage>,
}

/// An image by the SHA-256 of its bytes (hexadecimal).
#[derive(Clone)]
pub struct StoredImage {
    /// SHA-256
    pub sha256: String,
    /// `logo.png`
    pub file_name: String,
    /// Its bytes
    pub bytes: std::sync::Arc<[u8]>,
}

/// What became of a submission.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is durable
    Accepted(Vec<Ticket>),
    /// It was accepted before: the first answer again
    Replayed(Vec<Ticket>),
    /// It was not taken, and nothing of it is kept
    Refused(Refusal),
}

/// An accepted mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// UUIDv7
    pub id: String,
    /// With its angle brackets
    pub message_id: String,
    /// `queued` when it was accepted
    pub state: State,
    /// The locale that was rendered
    pub locale: String,
    /// After this moment it is not sent
    pub expires_at: Millis,
    /// The ids of older mails that it retired: they are not sent any more. Not of those that a
    /// worker has, which may be on their way
    pub replaced: Vec<String>,
    /// What the transport changes, as JSON
    pub adapted: String,
}

/// Why a submission was not taken.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Too many
    Limited {
        /// Which mail; none: a copy, or the request
        mail: Option<usize>,
        /// [`Limit::name`]
        limit: String,
        /// When there is room again
        retry_after: Duration,
    },
    /// The recipient refused mail for good before
    Suppressed {
        /// Which mail; none: a copy
        mail: Option<usize>,
        /// The recipient, masked
        to: String,
        /// Since when
        since: Millis,
        /// What the server said
        reason: String,
    },
    /// The key was used for another request
    KeyReused,
}

/// Never the bytes: a listing of hashes helps nobody.
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("#")
    }
}

/// The size only.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("len", &self.sealed.len()).finish_non_exhaustive()
    }
}
