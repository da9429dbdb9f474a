//! What a provider's answer means: a data table, not code.

use super::{Cause, Reply, Retry, Stage};
use crate::diagnostic::Text;

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
    pub hint: Option<Text>,
    /// The provider's own page about it
    pub help: Option<String>,
}

/// Looks an answer up; its first digit is the last resort.
pub(super) fn look_up(heard: &Heard<'_>) -> Meaning {
    let Heard { stage, reply, .. } = heard;
    let cause = match (reply.code.as_bytes().first(), stage) {
        (Some(b'4'), _) => Cause::Transient,
        (Some(b'5'), Stage::Rcpt) => Cause::Recipient,
        (Some(b'5'), _) => Cause::Content,
        _ => Cause::Protocol,
    };
    Meaning { cause, retry: cause.retry(), hint: None, help: None }
}

/// The words of an answer as a person can read them: UTF-8, else GB18030, on one line, without
/// control characters.
pub(super) fn readable(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(bytes).0,
    };
    let line = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(line).collect()
}
