//! Connections that are open already.
//!
//! A connection is taken by one mail at a time and comes back when it can carry another. Before it
//! is taken again it is looked at without a round trip; what the look cannot see, the first command
//! shows, and a mail that met a dead connection before its hand-over begins again on a new one.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::commands::{Quit, Rset};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::open::Connection;
use super::wire::Wire;
use crate::transport::Stage;

/// After this long without a mail a connection is not used again: servers and routers drop theirs
/// after minutes.
const IDLE: Duration = Duration::from_secs(30);
/// How many mails a connection carries; providers hang up on those that never leave.
const CARRIES: usize = 100;
/// How long a server may take to forget a transaction.
const RESET: Duration = Duration::from_secs(5);
/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The connections of one transport.
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    slots: Semaphore,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    /// A pool of at most so many connections.
    pub fn new(connections: usize) -> Pool {
        Pool { idle: Mutex::default(), slots: Semaphore::new(connections.max(1)) }
    }

    /// Waits until one more connection may be used; none when that takes too long.
    pub async fn slot(&self, until: Instant) -> Option<SemaphorePermit<'_>> {
        let slot = tokio::time::timeout_at(until.into(), self.slots.acquire()).await;
        slot.ok()?.ok()
    }

    /// The connection that was used last, if it is still good.
    pub fn take(&self, until: Instant) -> Option<Connection> {
        loop {
            let Idle { mut connection, since } = self.lock().pop()?;
            connection.wire.until = until;
            if since.elapsed() < IDLE && connection.wire.check_silence(Stage::Mail).is_ok() {
                return Some(connection);
            }
            say_farewell(connection);
        }
    }

    /// Takes a connection back after a mail.
    pub fn give_back(&self, mut connection: Connection) {
        connection.carried += 1;
        match connection.carried < CARRIES {
            true => self.lock().push(Idle { connection, since: Instant::now() }),
            false => say_farewell(connection),
        }
    }

    /// Takes a connection back after a refusal, once the server has forgotten the transaction. That
    /// may not outlast the mail's deadline, for its refusal waits for it.
    pub async fn give_back_reset(&self, mut connection: Connection) {
        let wire = &mut connection.wire;
        wire.until = wire.until.min(Instant::now() + RESET);
        if let Ok(answer) = wire.ask(&Rset.to_string(), Stage::Mail).await
            && answer.class() == 2
        {
            self.give_back(connection);
        }
    }

    /// Ends all idle connections.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.lock());
        for Idle { connection, .. } in idle {
            quit(connection.wire).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// QUIT in the background: nothing waits for it.
fn say_farewell(connection: Connection) {
    tokio::spawn(quit(connection.wire));
}

/// QUIT, without an interest in the answer.
pub(super) async fn quit(mut wire: Wire) {
    wire.until = Instant::now() + FAREWELL;
    if wire.send(&Quit.to_string(), Stage::Mail).await.is_ok() {
        let _ = wire.read(Stage::Mail, FAREWELL).await;
    }
}
