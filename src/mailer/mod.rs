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

#[cfg(feature = "outbox")]
mod board;
mod builder;
mod carrier;
#[cfg(feature = "outbox")]
mod codes;
mod delivery;
#[cfg(feature = "outbox")]
mod enqueue;
#[cfg(feature = "outbox")]
mod figures;
#[cfg(feature = "outbox")]
mod forecast;
mod gate;
#[cfg(feature = "outbox")]
mod keeping;
#[cfg(feature = "outbox")]
mod limits;
mod meter;
#[cfg(feature = "outbox")]
mod new_mail;
#[cfg(feature = "outbox")]
mod news;
mod outfit;
mod pacer;
mod routes;
#[cfg(feature = "outbox")]
mod seats;
mod sending;
mod setup;
#[cfg(feature = "outbox")]
mod spread;
mod stage;
#[cfg(feature = "outbox")]
mod traffic;
#[cfg(feature = "outbox")]
mod wishes;
#[cfg(feature = "outbox")]
mod worker;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;

pub use builder::MailerBuilder;
pub use delivery::{Copy, Delivery, State, failed_receipt};
#[cfg(feature = "outbox")]
pub use keeping::Need;
pub use outfit::Outfit;
pub use sending::Sending;
pub use setup::{Asked, Setup};
pub use stage::{Stage, finished, finished_html};
#[cfg(feature = "outbox")]
pub use traffic::{Rest, Traffic};
#[cfg(feature = "outbox")]
pub use wishes::{Enqueued, IdempotencyKey, Wishes};
#[cfg(feature = "outbox")]
pub use worker::WorkerSettings;

use crate::catalog::Category;
use crate::compose::{Rendered, Seal, compose};
use crate::composer::{Composer, Draft};
use crate::error::Error;
use crate::locale::{Date, Instant as Moment, TimeZone};
use crate::mail::Mailbox;
#[cfg(feature = "outbox")]
use crate::outbox::Outbox;
use crate::transport::{Outgoing, Transport, Unrecorded};
use carrier::Carrier;
use delivery::{Clock, log_failure, undelivered};
use routes::Routes;

/// How long one delivery may take once its turn has come.
const DEADLINE: Duration = Duration::from_secs(120);

/// How long a mail waits for its turn.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long security mail waits for its turn while another transport could take it.
const HURRY: Duration = Duration::from_secs(20);

/// Renders and sends. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    composer: ArcSwap<Composer>,
    routes: Routes,
    /// `SOURCE_DATE_EPOCH`, where the transports heed it
    epoch: Option<i64>,
    #[cfg(feature = "outbox")]
    outbox: Option<Outbox>,
    #[cfg(feature = "outbox")]
    limits: limits::Limits,
    #[cfg(feature = "outbox")]
    worker: WorkerSettings,
    #[cfg(feature = "outbox")]
    figures: figures::Figures,
    /// Whether a worker of it has begun: its settings are those that hold
    #[cfg(feature = "outbox")]
    begun: std::sync::atomic::AtomicBool,
    /// When it was last looked whether anybody delivers
    #[cfg(feature = "outbox")]
    looked: std::sync::atomic::AtomicI64,
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

    /// The transports that mails leave by.
    pub fn transports(&self) -> impl Iterator<Item = &dyn Transport> {
        self.shared.routes.carriers().iter().map(|carrier| &*carrier.transport)
    }

    /// Lets transports be tried again that a refused login or sender has stopped.
    pub fn resume(&self) {
        self.shared.routes.carriers().iter().for_each(Carrier::resume);
    }

    /// Settings were renewed: transports that a refused login or sender has stopped are tried
    /// again, by one mail first, in all processes that share the outbox. Mails that were put off
    /// keep their time, other than with [`Mailer::resume_mails`].
    #[cfg(feature = "outbox")]
    pub async fn transports_renewed(&self) {
        for carrier in self.shared.routes.carriers() {
            carrier.renewed().await;
        }
    }

    /// Ends warm connections. The mailer may be used again afterwards.
    pub async fn close(&self) {
        for transport in self.transports() {
            transport.close().await;
        }
    }

    /// Renders, seals, composes and delivers a draft, copies included. Transports of the route are
    /// tried in their order, as long as no copy can be out. With an outbox it returns once the mail
    /// is durable.
    ///
    /// # Errors
    /// See [`Error::kind`].
    pub async fn send(&self, draft: &Draft) -> Result<Delivery, Error> {
        #[cfg(feature = "outbox")]
        if self.shared.outbox.is_some() {
            return self.send_later(draft, &Wishes::default()).await;
        }
        self.send_now(draft).await
    }

    /// Delivers a draft at once and returns with the transport's answer, past the outbox.
    ///
    /// # Errors
    /// See [`Error::kind`].
    pub async fn send_now(&self, draft: &Draft) -> Result<Delivery, Error> {
        let mut clock = Clock::start();
        let rendered = self.composer().render(draft)?;
        clock.step("render");
        let route = self.shared.routes.plan(&rendered)?;
        let seal = self.seal_now(&rendered, route[0])?;
        let delivery = deliver(&rendered, &seal, &route, clock).await;
        match &delivery {
            Ok(delivery) => delivery.log(),
            Err(error) => log_failure(error),
        }
        delivery
    }

    fn seal_now(&self, rendered: &Rendered, first: &Carrier) -> Result<Seal, Error> {
        let from = rendered.recipients.from.as_ref();
        let from = from.unwrap_or(&first.transport.profile().from);
        Ok(match self.shared.epoch {
            Some(epoch) => Seal::reproducible(rendered, epoch, from)?,
            None => fresh_seal(from)?,
        })
    }
}

/// Tries the transports of a plan in turn.
async fn deliver(
    rendered: &Rendered,
    seal: &Seal,
    route: &[&Carrier],
    mut clock: Clock,
) -> Result<Delivery, Error> {
    let mut tried = Vec::new();
    for (place, carrier) in route.iter().enumerate() {
        let name = carrier.transport.name();
        let message = compose(rendered, seal, carrier.transport.profile())?;
        clock.step("compose");
        let deadline = Instant::now() + DEADLINE;
        let mail = Outgoing { rendered, seal, message: &message, deadline };
        let last = place + 1 == route.len();
        let hurried = rendered.category == Category::Security && !last;
        let patience = if hurried { HURRY } else { PATIENCE };
        match carrier.deliver(mail, &mut Unrecorded, patience).await {
            Ok(receipt) => {
                clock.delivered(&receipt.steps);
                let copies = send_copies(carrier, &mail).await;
                return Ok(Delivery::new(&mail, name, receipt, clock, tried, copies));
            }
            Err(error) => {
                let goes_on = error.may_go_elsewhere();
                tried.push(error.by(name));
                if !goes_on {
                    break;
                }
            }
        }
    }
    Err(undelivered(rendered, seal, tried).into())
}

/// Copies are transactions of their own; the mail itself has left already.
async fn send_copies(carrier: &Carrier, mail: &Outgoing<'_>) -> Vec<Copy> {
    let mut copies = Vec::new();
    for mailbox in mail.rendered.recipients.copies() {
        let message = mail.message.for_recipient(mailbox.address());
        let seal = mail.seal.copy(&new_id());
        let deadline = Instant::now() + DEADLINE;
        let copy = Outgoing { message: &message, seal: &seal, deadline, ..*mail };
        let result = carrier.deliver(copy, &mut Unrecorded, PATIENCE).await;
        copies.push(Copy::new(mailbox.address(), result));
    }
    copies
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.transports().map(Transport::name).collect();
        f.debug_struct("Mailer").field("transports", &names).finish()
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

/// Today, where the clock of `zone` is looked at.
fn today(zone: &TimeZone) -> Date {
    let now = Moment::from_unix_seconds(now()).unwrap_or(Moment::EPOCH);
    now.date_in(zone)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
