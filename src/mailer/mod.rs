//! The front door: a project, a transport, and mails that leave.
//!
//! ```no_run
//! # async fn send() -> Result<(), hongyan::Error> {
//! use hongyan::{Mailer, vars};
//!
//! let mailer = Mailer::from_env()?;
//! let delivery = mailer
//!     .to("王伟 <wang.wei@example.com>")
//!     .render_and_send("verification_code", "zh-CN", vars! { code: "483920" })
//!     .await?;
//! println!("{}", delivery.message_id);
//! # Ok(())
//! # }
//! ```

mod builder;
mod delivery;
mod sending;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;

pub use builder::{Asked, MailerBuilder, Setup};
pub use delivery::{Copy, Delivery, State};
pub use sending::Sending;

use crate::compose::{Rendered, Seal, compose};
use crate::composer::{Composer, Draft};
use crate::error::Error;
use crate::mail::Mailbox;
use crate::transport::{Outgoing, Receipt, SendError, Transport, Unrecorded};

/// How long one delivery may take.
const DEADLINE: Duration = Duration::from_secs(120);

/// Renders and sends. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    composer: ArcSwap<Composer>,
    transport: Arc<dyn Transport>,
    /// `SOURCE_DATE_EPOCH`, where the transport heeds it
    epoch: Option<i64>,
}

impl Mailer {
    /// A mailer for what the environment and the working folder say, as the binary does it.
    ///
    /// # Errors
    /// Everything that is wrong with the configuration and the project, at once.
    pub fn from_env() -> Result<Mailer, Error> {
        MailerBuilder::from_env()?.build()
    }

    /// A mailer put together by hand.
    pub fn builder() -> MailerBuilder {
        MailerBuilder::default()
    }

    /// Begins a mail to one recipient: `Name <addr>` or `addr`. A bad address is told by the call
    /// that sends.
    pub fn to(&self, recipient: &str) -> Sending<'_> {
        Sending::new(self, recipient)
    }

    /// The project as it is loaded now.
    pub fn composer(&self) -> Arc<Composer> {
        self.shared.composer.load_full()
    }

    /// Puts another project in place; mails under way keep the old one.
    pub fn replace_project(&self, composer: Composer) {
        self.shared.composer.store(Arc::new(composer));
    }

    /// The transport that mails leave by.
    pub fn transport(&self) -> &dyn Transport {
        &*self.shared.transport
    }

    /// Renders, seals, composes and delivers a draft, copies included.
    ///
    /// # Errors
    /// See [`Error::kind`].
    pub async fn send(&self, draft: &Draft) -> Result<Delivery, Error> {
        let mut clock = delivery::Clock::start();
        let rendered = self.composer().render(draft)?;
        clock.step("render");
        let seal = self.seal(&rendered)?;
        let message = compose(&rendered, &seal, self.shared.transport.profile())?;
        clock.step("compose");
        let outgoing = Outgoing {
            rendered: &rendered,
            seal: &seal,
            message: &message,
            deadline: Instant::now() + DEADLINE,
        };
        let receipt = self.deliver(outgoing).await?;
        clock.step("deliver");
        let copies = self.send_copies(&outgoing).await;
        Ok(Delivery::new(&outgoing, self.shared.transport.name(), receipt, copies, clock))
    }

    fn seal(&self, rendered: &Rendered) -> Result<Seal, Error> {
        let from = rendered.recipients.from.as_ref();
        let from = from.unwrap_or(&self.shared.transport.profile().from);
        Ok(match self.shared.epoch {
            Some(epoch) => Seal::reproducible(rendered, epoch, from)?,
            None => fresh_seal(from)?,
        })
    }

    async fn deliver(&self, mail: Outgoing<'_>) -> Result<Receipt, SendError> {
        self.shared.transport.deliver(mail, &mut Unrecorded).await
    }

    /// Copies are transactions of their own; the mail itself has left already.
    async fn send_copies(&self, mail: &Outgoing<'_>) -> Vec<Copy> {
        let recipients = &mail.rendered.recipients;
        let mut copies = Vec::new();
        for mailbox in recipients.cc.iter().chain(&recipients.bcc) {
            copies.push(self.send_copy(mail, mailbox).await);
        }
        copies
    }

    async fn send_copy(&self, mail: &Outgoing<'_>, to: &Mailbox) -> Copy {
        let message = mail.message.for_recipient(to.address());
        let seal = mail.seal.copy(&new_id());
        let copy = Outgoing { message: &message, seal: &seal, ..*mail };
        Copy::new(to.address(), self.deliver(copy).await)
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("transport", &self.transport().name()).finish()
    }
}

/// A seal of this moment.
pub(crate) fn fresh_seal(from: &Mailbox) -> Result<Seal, Error> {
    Ok(Seal::new(&new_id(), now(), from)?)
}

/// A new UUIDv7.
fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
