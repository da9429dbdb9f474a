//! How finished mails leave. A [`Transport`] takes one message at a time and says what became of
//! it; [`SendError`] keeps what a retry needs.
//!
//! The order of a delivery is fixed: prepare, [`HandOver::commit`], hand over, answer. What fails
//! before the commit was surely not sent; after it a copy may be out.

mod file;
mod inbox;
#[cfg(feature = "testing")]
mod recording;

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use async_trait::async_trait;

pub use file::FileTransport;
pub use inbox::InboxTransport;
#[cfg(feature = "testing")]
pub use recording::{Recorded, Recording};

use crate::compose::{Message, Profile, Rendered, Seal};
use crate::diagnostic::Text;
use crate::text;

/// One mail on its way.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// What was rendered
    pub rendered: &'a Rendered,
    /// What identifies it
    pub seal: &'a Seal,
    /// The bytes and the envelope
    pub message: &'a Message,
    /// When to give up
    pub deadline: Instant,
}

/// Carries messages. Implement it for a provider of your own.
#[async_trait]
pub trait Transport: Send + Sync {
    /// A name for receipts and logs.
    fn name(&self) -> &str;

    /// What it imposes on the mails that it carries.
    fn profile(&self) -> &Profile;

    /// Delivers one mail. It awaits `handing_over.commit()` before the first byte after which the
    /// provider may take the mail, and sends nothing if that fails.
    ///
    /// # Errors
    /// See [`SendError`].
    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError>;
}

/// Records that a mail is about to be handed over.
#[async_trait]
pub trait HandOver: Send {
    /// Returns once the record is durable.
    ///
    /// # Errors
    /// The mail must not be handed over.
    async fn commit(&mut self) -> Result<(), NotRecorded>;
}

/// The hand-over could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("the hand-over could not be recorded")]
pub struct NotRecorded;

/// Where no record is kept: sending in process, without an outbox.
#[derive(Debug, Default)]
pub struct Unrecorded;

#[async_trait]
impl HandOver for Unrecorded {
    async fn commit(&mut self) -> Result<(), NotRecorded> {
        Ok(())
    }
}

/// What became of a mail that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The provider has accepted it
    Sent,
    /// It lies in an inbox or a folder of this machine
    Caught,
}

/// What the provider said.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Sent or caught
    pub taken: Taken,
    /// The server's answer
    pub reply: Option<Reply>,
    /// The provider's own id of the mail
    pub provider_id: Option<String>,
    /// Where it lies, if on this machine
    pub path: Option<PathBuf>,
}

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// `250`, or a code such as `InvalidMailAddress.NotFound`
    pub code: String,
    /// Its words
    pub text: String,
}

/// Where a delivery stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Before anything was given away
    Prepare,
    /// After the hand-over was recorded
    HandOver,
}

/// What went wrong, as far as it decides what becomes of the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// This machine cannot write
    Io,
    /// The hand-over could not be recorded
    NotRecorded,
}

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never: the answer will not change
    Never,
    /// Later, by the usual back-off
    Later,
    /// Not before this long
    After(std::time::Duration),
    /// When the provider's day has changed
    NextDay,
}

/// A mail that was not taken, or may have been.
#[derive(Debug, thiserror::Error)]
#[error("{}", hint.en)]
pub struct SendError {
    /// Where it stopped
    pub stage: Stage,
    /// Why
    pub cause: Cause,
    /// When to try again
    pub retry: Retry,
    /// The server's words
    pub reply: Option<Reply>,
    /// What a person can do
    pub hint: Text,
}

impl SendError {
    /// Whether a copy may be out.
    pub fn in_doubt(&self) -> bool {
        self.stage == Stage::HandOver
    }

    /// The mail is there, and may be lost when the power fails: a second one would be a copy.
    fn after_hand_over(error: &std::io::Error, path: &std::path::Path) -> SendError {
        SendError { stage: Stage::HandOver, ..SendError::io(error, path) }
    }

    fn io(error: &std::io::Error, path: &std::path::Path) -> SendError {
        let (path, Text { en, zh }) = (path.display(), Text::of_io(error));
        SendError {
            stage: Stage::Prepare,
            cause: Cause::Io,
            retry: Retry::Later,
            reply: None,
            hint: text!("cannot write `{path}`: {en}", "无法写入 `{path}`：{zh}"),
        }
    }
}

impl From<NotRecorded> for SendError {
    fn from(error: NotRecorded) -> Self {
        let _ = error;
        SendError {
            stage: Stage::Prepare,
            cause: Cause::NotRecorded,
            retry: Retry::Later,
            reply: None,
            hint: text!(
                "the hand-over could not be recorded, so nothing was sent",
                "无法记录移交状态，因此没有发送"
            ),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}
