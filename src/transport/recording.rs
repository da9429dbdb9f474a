//! Keeps mails in memory, for tests.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{HandOver, Outgoing, Receipt, SendError, Transport};
use crate::compose::{Message, Profile, Rendered, Seal};

/// A mail that was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What was rendered
    pub rendered: Rendered,
    /// What identifies it
    pub seal: Seal,
    /// The bytes and the envelope
    pub message: Message,
}

/// A transport that only remembers. Clones share what they remember.
#[derive(Clone, Debug)]
pub struct Recording {
    profile: Profile,
    mails: Arc<Mutex<Vec<Recorded>>>,
}

impl Recording {
    /// Remembers nothing yet.
    pub fn new(profile: Profile) -> Self {
        Recording { profile, mails: Arc::default() }
    }

    /// The mails so far, in order.
    pub fn mails(&self) -> Vec<Recorded> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Transport for Recording {
    fn name(&self) -> &str {
        "recording"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        mail.check_time()?;
        handing_over.commit().await?;
        let recorded = Recorded {
            rendered: mail.rendered.clone(),
            seal: mail.seal.clone(),
            message: mail.message.clone(),
        };
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(recorded);
        Ok(Receipt::caught(None))
    }
}
