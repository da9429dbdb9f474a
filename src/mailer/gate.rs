//! Whether mails may go to a transport: what this process has seen of it and, where there is an
//! outbox, what any process has.

#[cfg(feature = "outbox")]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(feature = "outbox")]
use super::board::Board;
#[cfg(feature = "outbox")]
use super::news;
use crate::transport::{Breaker, Leave, Retry, SendError};

/// By how much two clocks may differ that are said to agree.
#[cfg(feature = "outbox")]
const SKEW: Duration = Duration::from_secs(1);

/// The gate of one transport.
#[derive(Default)]
pub(super) struct Gate {
    breaker: Mutex<Breaker>,
    #[cfg(feature = "outbox")]
    board: Option<Arc<Board>>,
}

/// The leave to try a transport.
pub(super) struct Pass {
    leave: Leave,
    /// Whether it goes first, and the other processes wait for how it ends
    probes: bool,
}

/// What became of a gate with the end of a delivery.
enum Change {
    None,
    /// It lets nothing in for so long; none: until something is changed
    Opened {
        rest: Option<Duration>,
        /// Whether it let mails in so far, or has been stopped only now
        news: bool,
    },
    Closed,
}

impl Gate {
    /// Whether it lets mails in, as was known last.
    ///
    /// # Errors
    /// Why not, and for how long.
    pub fn look(&self, transport: &str) -> Result<(), SendError> {
        self.look_at_board(transport)?;
        self.breaker().look(Instant::now())
    }

    /// Lets one mail in.
    ///
    /// # Errors
    /// Why not, and for how long.
    pub async fn admit(&self, transport: &str) -> Result<Pass, SendError> {
        self.refresh(transport).await;
        self.look(transport)?;
        let probes = self.probe(transport).await?;
        let leave = self.breaker().check(Instant::now())?;
        Ok(Pass { leave, probes })
    }

    /// Notes how the delivery of a mail that was let in has ended.
    pub async fn ended(&self, transport: &str, pass: Pass, error: Option<&SendError>) {
        match self.change(&pass, error) {
            Change::None => {}
            Change::Opened { rest, news } => self.write_open(transport, error, rest, news).await,
            Change::Closed => self.write_closed(transport).await,
        }
    }

    /// Lets mails in again.
    pub fn resume(&self, transport: &str) {
        self.breaker().resume();
        self.resume_on_board(transport);
    }

    fn change(&self, Pass { leave, probes }: &Pass, error: Option<&SendError>) -> Change {
        let mut breaker = self.breaker();
        let was_open = breaker.is_open();
        let opened = match error {
            None => {
                breaker.succeeded(*leave);
                false
            }
            Some(error) => breaker.failed(*leave, error, Instant::now()),
        };
        let answered = error.is_none_or(|error| error.reply.is_some());
        match opened {
            true => {
                let rest = match breaker.look(Instant::now()) {
                    Err(SendError { retry: Retry::After(rest), .. }) => Some(rest),
                    _ => None,
                };
                Change::Opened { rest, news: !was_open || rest.is_none() }
            }
            false if answered && !breaker.is_open() && (was_open || *probes) => Change::Closed,
            false => Change::None,
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "outbox")]
impl Gate {
    /// Tells the other processes what happens here, and hears of them.
    pub fn join(&mut self, board: &Arc<Board>) {
        self.board = Some(board.clone());
    }

    /// Whether one mail at a time is to try it.
    pub fn is_half_open(&self, transport: &str) -> bool {
        let told = self.board.as_ref().is_some_and(|board| board.names(transport));
        told || self.breaker().is_open()
    }

    /// Hears what other processes have written. What they have lifted does not hold here either.
    pub async fn refresh(&self, transport: &str) {
        let Some(board) = &self.board else { return };
        board.refresh().await;
        if !board.has_lifted(transport) {
            return;
        }
        let mut breaker = self.breaker();
        let shut = match breaker.look(Instant::now()) {
            Err(SendError { retry: Retry::After(rest), .. }) => rest > SKEW,
            Err(_) => true,
            Ok(()) => false,
        };
        if shut {
            breaker.resume();
        }
    }

    /// Settings were changed: it may be tried, unless the provider has asked for a pause. A rest
    /// whose length is a guess ends.
    pub async fn renewed(&self, transport: &str) {
        let Some(board) = &self.board else { return self.breaker().resume() };
        board.refresh().await;
        let paused = board.find(transport).is_some_and(|open| open.is_pause());
        if !paused {
            self.resume(transport);
            board.refresh().await;
        }
    }

    fn look_at_board(&self, transport: &str) -> Result<(), SendError> {
        self.board.as_ref().map_or(Ok(()), |board| board.look(transport))
    }

    async fn probe(&self, transport: &str) -> Result<bool, SendError> {
        match &self.board {
            Some(board) => board.probe(transport).await,
            None => Ok(false),
        }
    }

    /// Tells the others, and those who read the log. Without an outbox nobody goes on: whoever
    /// sends hears it.
    async fn write_open(
        &self,
        transport: &str,
        error: Option<&SendError>,
        rest: Option<Duration>,
        is_new: bool,
    ) {
        if let (Some(board), Some(error)) = (&self.board, error) {
            if is_new {
                news::opened(transport, error, rest);
            }
            board.open(transport, error, rest).await;
        }
    }

    async fn write_closed(&self, transport: &str) {
        if let Some(board) = &self.board {
            news::closed(transport);
            board.close(transport).await;
        }
    }

    fn resume_on_board(&self, transport: &str) {
        if let Some(board) = &self.board {
            board.resume(transport);
        }
    }
}

/// Without an outbox a process is alone.
#[cfg(not(feature = "outbox"))]
impl Gate {
    async fn refresh(&self, _: &str) {}

    fn look_at_board(&self, _: &str) -> Result<(), SendError> {
        Ok(())
    }

    async fn probe(&self, _: &str) -> Result<bool, SendError> {
        Ok(false)
    }

    async fn write_open(&self, _: &str, _: Option<&SendError>, _: Option<Duration>, _: bool) {}

    async fn write_closed(&self, _: &str) {}

    fn resume_on_board(&self, _: &str) {}
}
