//! The outbox as the mailer holds it.

use std::sync::Arc;

use super::{Clock, Store};

/// Mails that were accepted and are not done yet. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Arc<dyn Store>,
    clock: Clock,
}

impl Outbox {
    /// Where the mails are.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The time it goes by.
    pub fn clock(&self) -> Clock {
        self.clock
    }
}
