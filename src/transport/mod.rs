//! How finished mails leave. A [`Transport`] takes one message at a time and says what became of
//! it; [`SendError`] keeps what a retry needs.
//!
//! The order of a delivery is fixed: prepare, [`HandOver::commit`], hand over, answer. What fails
//! before the commit was surely not sent; after it a copy may be out.

mod breaker;
mod directmail;
#[cfg(feature = "dkim")]
mod dkim;
mod error;
mod file;
mod hidden;
mod inbox;
mod limits;
#[cfg(feature = "testing")]
mod recording;
mod replies;
mod smtp;
mod tls;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_trait::async_trait;

pub use breaker::{Breaker, Leave};
#[cfg(feature = "outbox")]
pub(crate) use breaker::{PROBE, not_tried};
pub use directmail::{AccountStatus, AccountSummary, DirectMailTransport};
#[cfg(feature = "dkim")]
pub use dkim::DkimSigner;
pub use error::{Cause, Effect, Retry, SendError, Stage, Tried};
pub use file::FileTransport;
pub use inbox::InboxTransport;
pub use limits::{Feature, Limits};
pub use smtp::{SmtpTransport, Step};

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

impl Outgoing<'_> {
    /// Whether there is time left: a transport asks before it begins.
    ///
    /// # Errors
    /// The deadline has passed.
    pub fn check_time(&self) -> Result<(), SendError> {
        if Instant::now() < self.deadline {
            return Ok(());
        }
        let what = text!(
            "the time for this delivery was over before it began, so nothing was sent",
            "此次投递在开始之前已超时，因此没有发送"
        );
        Err(SendError::new(Stage::Prepare, Cause::Transient, what))
    }
}

/// Carries messages. Implement it for a provider of your own.
#[async_trait]
pub trait Transport: Send + Sync {
    /// A name for receipts and logs.
    fn name(&self) -> &str;

    /// What it imposes on the mails that it carries.
    fn profile(&self) -> &Profile;

    /// What it cannot carry.
    fn limits(&self) -> &Limits {
        &Limits::NONE
    }

    /// Whether it only catches mails, for development: the outbox does not count them.
    fn is_inbox(&self) -> bool {
        false
    }

    /// The file of a mail that it caught, by the mail's id; none where it keeps no files.
    fn kept_at(&self, _id: &str) -> Option<PathBuf> {
        None
    }

    /// Ends warm connections. It may be used again afterwards.
    async fn close(&self) {}

    /// Delivers one mail. It awaits `handing_over.commit()` before the first byte after which the
    /// provider may take the mail, and sends nothing if that fails, or once the deadline has passed.
    /// A worker drops what has not returned when its lease is about to end, and takes a mail that was
    /// handed over by then for one in doubt. What blocks its thread cannot be dropped.
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
#[non_exhaustive]
pub struct Receipt {
    /// Sent or caught
    pub taken: Taken,
    /// The server's answer
    pub reply: Option<Reply>,
    /// The provider's own id of the mail
    pub provider_id: Option<String>,
    /// Where it lies, if on this machine
    pub path: Option<PathBuf>,
    /// How long the steps of the network took, in order
    pub steps: Vec<(Stage, Duration)>,
}

impl Receipt {
    /// A mail that a provider has accepted.
    pub fn sent(reply: Reply) -> Receipt {
        Receipt { taken: Taken::Sent, reply: Some(reply), ..Receipt::caught(None) }
    }

    /// A mail that lies on this machine.
    pub fn caught(path: Option<PathBuf>) -> Receipt {
        let taken = Taken::Caught;
        Receipt { taken, reply: None, provider_id: None, path, steps: Vec::new() }
    }

    /// With the provider's own id of the mail.
    pub fn known_as(self, provider_id: Option<String>) -> Receipt {
        Receipt { provider_id, ..self }
    }

    /// With the time that its steps took, in order.
    pub fn timed(self, steps: Vec<(Stage, Duration)>) -> Receipt {
        Receipt { steps, ..self }
    }
}

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// `250`, or a code such as `InvalidMailAddress.NotFound`
    pub code: String,
    /// Its words
    pub text: String,
}

impl Reply {
    /// An answer as it came: bytes in UTF-8 or GB18030. Its text is one line without control
    /// characters.
    pub fn heard(code: impl Into<String>, text: &[u8]) -> Reply {
        Reply { code: code.into(), text: replies::readable(text) }
    }

    /// The same without addresses and logins that it repeats: fit for receipts and logs.
    pub fn masked(self) -> Reply {
        Reply { text: replies::masked(&self.text), ..self }
    }
}

impl SendError {
    fn io(error: &std::io::Error, path: &Path) -> SendError {
        SendError::new(Stage::Prepare, Cause::Io, cannot_write(error, path))
    }

    /// The mail is there, and may be lost when the power fails: a second one would be a copy.
    fn after_hand_over(error: &std::io::Error, path: &Path) -> SendError {
        SendError::new(Stage::HandOver, Cause::InDoubt, cannot_write(error, path))
    }
}

fn cannot_write(error: &std::io::Error, path: &Path) -> Text {
    let (path, Text { en, zh }) = (path.display(), Text::of_io(error));
    text!("cannot write `{path}`: {en}", "无法写入 `{path}`：{zh}")
}

impl From<NotRecorded> for SendError {
    fn from(error: NotRecorded) -> Self {
        let _ = error;
        let what = text!(
            "the hand-over could not be recorded, so nothing was sent",
            "无法记录移交状态，因此没有发送"
        );
        SendError::new(Stage::Prepare, Cause::NotRecorded, what)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}
