//! How busy the transports are, for those who watch.

use std::time::Duration;

use super::{Mailer, forecast};
use crate::catalog::Category;
use crate::transport::{Retry, SendError};

/// What goes on at one transport of a mailer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Traffic {
    /// Its name
    pub transport: String,
    /// Whether it takes nothing now
    pub rests: Option<Rest>,
    /// How many mails of the outbox this process delivers by it
    pub under_way: usize,
    /// How many of them wait for its pace
    pub waiting: usize,
    /// How many of its quota are left today, the reserve for security mail included
    pub quota_left: Option<u32>,
    /// How long a code that came now would wait for it, behind those of the outbox that go before;
    /// none if it is stopped
    pub expected_wait: Option<Duration>,
}

/// For how long a transport takes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// So long
    For(Duration),
    /// Until somebody changes something and calls [`Mailer::resume`]
    UntilResumed,
}

impl Mailer {
    /// What goes on at each transport: whether it rests, what is left of its quota and how long a
    /// code would wait, as all processes know it; what is under way, as this one does.
    pub async fn traffic(&self) -> Vec<Traffic> {
        let mut all = Vec::new();
        let waits = forecast::waits(&self.shared.routes).await;
        for (carrier, expected_wait) in self.shared.routes.carriers().iter().zip(waits) {
            carrier.refresh().await;
            let rests = match carrier.look() {
                Ok(()) => None,
                Err(SendError { retry: Retry::After(rest), .. }) => Some(Rest::For(rest)),
                Err(_) => Some(Rest::UntilResumed),
            };
            let quota_left = match &carrier.meter {
                Some(meter) => meter.left(carrier.name(), Category::Security).await.ok(),
                None => None,
            };
            all.push(Traffic {
                transport: carrier.name().to_owned(),
                rests,
                under_way: carrier.seats.taken(),
                waiting: carrier.pacer.as_ref().map_or(0, |pacer| pacer.waiting()),
                quota_left,
                expected_wait,
            });
        }
        all
    }
}
