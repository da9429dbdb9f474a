//! The worker: takes mails out of the outbox and delivers them.
//!
//! One loop claims as many mails as there are free places at transports that take any; each mail is
//! a task of its own, so that what goes wrong with one costs that one. A mail is claimed under a
//! lease that outlasts its delivery. Whoever has lost the lease writes nothing more.

mod attempt;
mod desk;
mod handing_over;
mod job;
mod record;
mod rounds;
mod settings;
mod watch;

pub use settings::WorkerSettings;

use std::sync::atomic::Ordering;

use super::Mailer;
use super::sending::needs_outbox;
use crate::error::Error;
use desk::Desk;

impl Mailer {
    /// Delivers what is in the outbox until `until` comes true; what is under way is finished
    /// then, and the rest given back. It may be dropped at any time: what was leased is delivered
    /// when the lease has run out, by this worker or another. A new mailer may have other settings:
    /// its first worker [resumes](Mailer::resume_mails) what waited for them.
    ///
    /// # Errors
    /// There is no outbox, or it cannot be used; a lease that is no longer than a delivery.
    pub async fn run_worker(&self, until: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let outbox = self.outbox().ok_or_else(|| needs_outbox("run_worker"))?;
        let settings = self.shared.worker;
        settings.check()?;
        if !self.shared.begun.swap(true, Ordering::Relaxed) {
            self.hurry().await;
        }
        Desk::new(self.clone(), outbox.clone(), settings).run(until).await
    }

    /// Settings were put right: [transports are tried again](Mailer::transports_renewed), and mails
    /// of the outbox that were put off for what was wrong are due at once. How many it were.
    ///
    /// # Errors
    /// There is no outbox, or it cannot be used.
    pub async fn resume_mails(&self) -> Result<u64, Error> {
        let outbox = self.outbox().ok_or_else(|| needs_outbox("resume_mails"))?;
        self.transports_renewed().await;
        let hurried = outbox.store().hurry(outbox.clock().now()).await?;
        if hurried > 0 {
            tracing::info!(hurried, "mails that waited for other settings are due at once");
            outbox.ring();
        }
        Ok(hurried)
    }

    /// The same for workers, which go on where it fails.
    pub(crate) async fn hurry(&self) {
        if let Err(error) = self.resume_mails().await {
            tracing::warn!("mails that were put off wait on: {error}");
        }
    }
}
