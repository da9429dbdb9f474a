//! The record that stands before the first byte of a mail: what is not recorded is not sent.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;

use crate::outbox::{Fence, Millis, Outbox, StoreError};
use crate::transport::{HandOver, NotRecorded};

/// Why a mail was not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It was void
    Expired,
    /// A newer mail took its place
    Superseded,
    /// Somebody else has it
    LeaseLost,
    /// The store could not write
    NotWritten,
}

/// By which transport a copy of a mail may be out, if by any.
#[derive(Debug, Default)]
pub(super) struct Begun(Mutex<Option<String>>);

impl Begun {
    fn set(&self, transport: Option<&str>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = transport.map(str::to_owned);
    }

    pub fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Records one mail's hand-over in the store.
pub(super) struct Handing<'a> {
    pub outbox: &'a Outbox,
    pub fence: &'a Fence,
    pub transport: &'a str,
    pub expires_at: Millis,
    /// When the lease runs out
    pub lease_until: Instant,
    /// By which transport a copy may be out
    pub begun: &'a Begun,
    pub held: Option<Held>,
    /// When it was recorded that the mail is handed over
    pub committed: Option<Millis>,
}

impl Handing<'_> {
    async fn try_commit(&mut self) -> Result<(), Held> {
        // Right before the first byte: nothing can take longer than the content from here on.
        if self.outbox.clock().now() >= self.expires_at {
            return Err(Held::Expired);
        }
        if Instant::now() >= self.lease_until {
            return Err(Held::LeaseLost);
        }
        self.begun.set(Some(self.transport));
        match self.outbox.store().hand_over(self.fence, self.transport).await {
            Ok(()) => {
                self.committed = Some(self.outbox.clock().now());
                Ok(())
            }
            Err(error) => {
                // It may have been written, but nothing will be sent.
                self.begun.set(None);
                Err(held(&error))
            }
        }
    }
}

fn held(error: &StoreError) -> Held {
    match error {
        StoreError::LeaseLost { .. } => Held::LeaseLost,
        StoreError::WrongState { .. } => Held::Superseded,
        _ => Held::NotWritten,
    }
}

#[async_trait]
impl HandOver for Handing<'_> {
    async fn commit(&mut self) -> Result<(), NotRecorded> {
        let committed = self.try_commit().await;
        crate::crash::here("after_354");
        self.held = committed.err();
        committed.map_err(|_| NotRecorded)
    }
}
