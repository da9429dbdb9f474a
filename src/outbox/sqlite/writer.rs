//! The one thread that writes: what waits is done in one transaction, and answered once that is
//! durable.

use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::desk::Desk;
use super::fault::Fault;
use super::group::Group;
use crate::outbox::StoreError;

/// How many pieces of work share a transaction.
const GROUP: usize = 256;
/// How many may wait before callers do.
const WAITING: usize = 1024;
/// How long a caller waits for a place among them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes work. Clones share the thread.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Message>,
}

enum Message {
    Work(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A piece of work: it may be done again when the transaction that it was part of failed.
pub(super) trait Job: Send {
    /// Whether it takes new mails: not when the disk is full.
    fn admits(&self) -> bool;
    /// Does it, in a transaction.
    fn work(&mut self, desk: &mut Desk<'_>) -> Result<Done, rusqlite::Error>;
    /// Says how it ended, once the transaction has.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// Whether what was written is kept.
#[derive(PartialEq)]
pub(super) enum Done {
    /// It is
    Keep,
    /// It was not to be done
    Undo,
}

struct Task<T, W> {
    admits: bool,
    work: W,
    result: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send,
{
    fn admits(&self) -> bool {
        self.admits
    }

    fn work(&mut self, desk: &mut Desk<'_>) -> Result<Done, rusqlite::Error> {
        let (result, done) = match (self.work)(desk) {
            Ok(value) if desk.undo => (Ok(value), Done::Undo),
            Ok(value) => (Ok(value), Done::Keep),
            Err(Fault::Answer(error)) => (Err(error), Done::Undo),
            Err(Fault::Sqlite(error)) => return Err(error),
        };
        self.result = Some(result);
        Ok(done)
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let Task { result, answer, .. } = *self;
        let done = outcome.and_then(|()| result.unwrap_or_else(|| Err(closed())));
        // Whoever asked may have gone.
        let _ = answer.send(done);
    }
}

/// What is said once the store is closed.
pub(super) fn closed() -> StoreError {
    StoreError::Busy { what: "closed".to_owned() }
}

impl Writer {
    /// Starts the thread.
    pub fn start(group: Group) -> Result<Writer, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let run = move || run(group, waiting);
        thread::Builder::new()
            .name("outbox-write".to_owned())
            .spawn(run)
            .map_err(|error| StoreError::Broken { what: error.to_string() })?;
        Ok(Writer { jobs })
    }

    /// Has work done, and returns once it is durable.
    pub async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.put(false, work).await
    }

    /// The same for work that takes new mails: it is refused when the disk is full.
    pub async fn admit<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.put(true, work).await
    }

    async fn put<T, W>(&self, admits: bool, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Box::new(Task { admits, work, result: None, answer });
        match self.jobs.send_timeout(Message::Work(task), PATIENCE).await {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(closed())),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                Err(StoreError::Busy { what: "too much waits".to_owned() })
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(closed()),
        }
    }

    /// Returns once the file of its name is the one that is written to. Asked by threads.
    pub fn look(&self) -> Result<(), StoreError> {
        let (answer, answered) = oneshot::channel();
        let work = |_: &mut Desk<'_>| Ok(());
        let task = Box::new(Task { admits: false, work, result: None, answer });
        self.jobs.blocking_send(Message::Work(task)).map_err(|_| closed())?;
        answered.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }

    /// Ends the thread once all that waits is done.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Message::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }
}

fn run(mut group: Group, mut waiting: mpsc::Receiver<Message>) {
    let mut closing = None;
    while closing.is_none() {
        let Some(first) = waiting.blocking_recv() else { break };
        let mut jobs = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::Work(job) => jobs.push(job),
                Message::Close(answer) => closing = Some(answer),
            }
            if jobs.len() < GROUP && closing.is_none() {
                next = waiting.try_recv().ok();
            }
        }
        group.run(jobs);
    }
    waiting.close();
    group.close();
    if let Some(answer) = closing {
        let _ = answer.send(());
    }
}
