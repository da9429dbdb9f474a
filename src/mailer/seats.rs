//! How many mails of the outbox are on their way by a transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::carrier::Carrier;
use super::pacer::Pacer;

/// How many at once where nobody says: as many as an SMTP transport has connections.
const CONNECTIONS: usize = 5;
/// How far ahead mails are taken out of the outbox that wait for a pace. What is taken early cannot
/// be overtaken by a code that is not taken yet.
const AHEAD: Duration = Duration::from_secs(1);

/// The places of one transport.
#[derive(Debug)]
pub(super) struct Seats {
    connections: usize,
    taken: Arc<AtomicUsize>,
}

impl Default for Seats {
    fn default() -> Self {
        Seats { connections: CONNECTIONS, taken: Arc::default() }
    }
}

impl Seats {
    /// As many as there are connections.
    pub fn of(connections: usize) -> Seats {
        Seats { connections: connections.max(1), ..Seats::default() }
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// How many mails may be taken out of the outbox for it now.
    pub fn free(&self, pacer: Option<&Pacer>) -> usize {
        let free = self.connections.saturating_sub(self.taken());
        let Some(pacer) = pacer else { return free };
        let ahead = AHEAD.as_nanos() / pacer.between().as_nanos().max(1);
        let ahead = usize::try_from(ahead).unwrap_or(usize::MAX).max(1);
        free.min(ahead.saturating_sub(pacer.waiting()))
    }
}

/// A place that a mail has.
pub(super) struct Seat {
    taken: Arc<AtomicUsize>,
    moved: Arc<Notify>,
}

impl Seat {
    /// Takes a place by a transport; `moved` is told when it is free again.
    pub fn at(carrier: &Carrier, moved: &Arc<Notify>) -> Seat {
        let taken = carrier.seats.taken.clone();
        taken.fetch_add(1, Ordering::AcqRel);
        Seat { taken, moved: moved.clone() }
    }

    /// The mail goes by another transport, or its turn has come.
    pub fn change(&mut self, carrier: &Carrier) {
        let moved = self.moved.clone();
        *self = Seat::at(carrier, &moved);
    }

    /// Its turn at a pace has come: the next mail may wait for it.
    pub fn called(&self) {
        self.moved.notify_one();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::AcqRel);
        self.moved.notify_one();
    }
}
