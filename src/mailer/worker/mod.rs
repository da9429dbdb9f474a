//! The worker: takes mails out of the outbox and delivers them.

use super::Mailer;
use super::sending::needs_outbox;
use crate::error::Error;

impl Mailer {
    /// Delivers what is in the outbox until `until` comes true; what is under way is finished
    /// then, and the rest given back. It is safe to drop: what was leased is delivered later, by
    /// this worker or another.
    ///
    /// # Errors
    /// There is no outbox, or it cannot be used.
    pub async fn run_worker(&self, until: impl Future<Output = ()> + Send) -> Result<(), Error> {
        until.await;
        Err(needs_outbox("run_worker").into())
    }
}
