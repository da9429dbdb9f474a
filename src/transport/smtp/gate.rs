//! One login at a time, until one has succeeded.
//!
//! Refused logins lock accounts: of thirty mails that find the password wrong, one must ask. Those
//! that waited behind it get its answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::Mutex;

use super::open::{Connection, Server};
use super::transaction::Parcel;
use super::{Step, fault};
use crate::transport::{Cause, SendError, Stage};

/// What is known of the login.
#[derive(Default)]
pub(super) struct Gate {
    /// Whether the last login succeeded: then several may log in at once
    proven: AtomicBool,
    /// The last refusal
    refused: Mutex<Option<(Instant, SendError)>>,
}

impl Gate {
    /// Opens a connection and logs in, alone as long as it is not known that the login is right.
    ///
    /// # Errors
    /// As [`Server::open`]; a refusal that came while this waited.
    pub async fn open(
        &self,
        server: &Server,
        &Parcel { came, deadline: until, .. }: &Parcel<'_>,
        steps: &mut Vec<Step>,
    ) -> Result<Connection, SendError> {
        if server.settings.login.is_none() || self.proven.load(Ordering::Acquire) {
            return self.learn(server.open(until, steps).await);
        }
        let alone = tokio::time::timeout_at(until.into(), self.refused.lock()).await;
        let mut refused = alone.map_err(|_| fault::timeout(Stage::Auth))?;
        if let Some((at, error)) = &*refused
            && *at >= came
        {
            return Err(error.clone());
        }
        let opened = self.learn(server.open(until, steps).await);
        *refused = match &opened {
            Err(error) if is_refusal(error) => Some((Instant::now(), error.clone())),
            _ => None,
        };
        opened
    }

    fn learn(&self, opened: Result<Connection, SendError>) -> Result<Connection, SendError> {
        match &opened {
            Ok(_) => self.proven.store(true, Ordering::Release),
            Err(error) if is_refusal(error) => self.proven.store(false, Ordering::Release),
            Err(_) => {}
        }
        opened
    }
}

/// Whether the account was asked and said no, or hung up.
fn is_refusal(error: &SendError) -> bool {
    error.stage == Stage::Auth && matches!(error.cause, Cause::Auth | Cause::Network)
}
