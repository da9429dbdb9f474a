//! Mails into the outbox: rendered, planned and sealed before they are accepted.

use super::Mailer;
use super::sending::needs_outbox;
use super::wishes::{Enqueued, Wishes};
use crate::compose::Rendered;
use crate::composer::Draft;
use crate::error::Error;
use crate::outbox::Outbox;

impl Mailer {
    /// The outbox, where there is one.
    pub fn outbox(&self) -> Option<&Outbox> {
        self.shared.outbox.as_ref()
    }

    /// Renders mails and puts them into the outbox: all of them or none. It returns once they are
    /// durable.
    ///
    /// # Errors
    /// What is wrong with a draft; why the outbox refuses them ([`Error::refusal`]) or cannot take
    /// them now ([`Error::store`]); that a mail could not leave within its lifetime.
    pub async fn enqueue(&self, drafts: &[Draft], wishes: &Wishes) -> Result<Enqueued, Error> {
        let composer = self.composer();
        let rendered: Result<Vec<Rendered>, _> =
            drafts.iter().map(|draft| composer.render(draft)).collect();
        self.enqueue_rendered(rendered?, wishes).await
    }

    /// The same for mails that were rendered already.
    ///
    /// # Errors
    /// As [`Mailer::enqueue`].
    pub async fn enqueue_rendered(
        &self,
        mails: Vec<Rendered>,
        wishes: &Wishes,
    ) -> Result<Enqueued, Error> {
        let _ = (mails, wishes);
        Err(needs_outbox("enqueue").into())
    }
}
