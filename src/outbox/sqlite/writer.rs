//! The one thread that writes: what waits is done in one transaction, and answered once that is
//! durable.

use std::thread;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::fault::{Fault, store_error};
use super::images::Images;
use crate::outbox::StoreError;

/// How many pieces of work share a transaction.
const GROUP: usize = 256;
/// How many may wait before callers do.
const WAITING: usize = 1024;
/// How long a caller waits for a place among them.
const PATIENCE: Duration = Duration::from_secs(10);

/// What work is done at.
pub(super) struct Desk<'a> {
    /// In a transaction
    pub conn: &'a Connection,
    /// The images that were seen
    pub images: &'a mut Images,
}

/// Takes work.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Message>,
}

enum Message {
    Work(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// A piece of work: it may be done again when the transaction that it was part of failed.
trait Job: Send {
    fn work(&mut self, desk: &mut Desk<'_>) -> Result<Done, rusqlite::Error>;
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// Whether what was written is kept.
#[derive(PartialEq)]
enum Done {
    Keep,
    Undo,
}

struct Task<T, W> {
    work: W,
    result: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnMut(&mut Desk<'_>) -> Result<T, Fault> + Send,
{
    fn work(&mut self, desk: &mut Desk<'_>) -> Result<Done, rusqlite::Error> {
        let (result, done) = match (self.work)(desk) {
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
    pub fn start(conn: Connection) -> Result<Writer, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let run = move || run(conn, waiting);
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
        let (answer, answered) = oneshot::channel();
        let task = Box::new(Task { work, result: None, answer });
        match self.jobs.send_timeout(Message::Work(task), PATIENCE).await {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(closed())),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                Err(StoreError::Busy { what: "too much waits".to_owned() })
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(closed()),
        }
    }

    /// Ends the thread once all that waits is done.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Message::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }
}

fn run(mut conn: Connection, mut waiting: mpsc::Receiver<Message>) {
    let mut images = Images::default();
    while let Some(first) = waiting.blocking_recv() {
        let mut group = Vec::new();
        let mut next = Some(first);
        let mut closing = None;
        while let Some(message) = next.take() {
            match message {
                Message::Work(job) => group.push(job),
                Message::Close(answer) => closing = Some(answer),
            }
            if group.len() < GROUP && closing.is_none() {
                next = waiting.try_recv().ok();
            }
        }
        together(&mut conn, &mut images, group);
        if let Some(answer) = closing {
            waiting.close();
            drop(conn);
            let _ = answer.send(());
            return;
        }
    }
}

/// Does the work of a group in one transaction, and answers it.
fn together(conn: &mut Connection, images: &mut Images, mut group: Vec<Box<dyn Job>>) {
    let outcome = commit(conn, images, &mut group).map_err(|error| {
        images.forget();
        store_error(&error)
    });
    // One that cannot be done must not cost the others. Where nothing can be written at all, it is
    // said at once.
    let alone = group.len() > 1 && outcome.is_err();
    if alone && !matches!(outcome, Err(StoreError::Busy { .. })) {
        for job in group {
            together(conn, images, vec![job]);
        }
        return;
    }
    for job in group {
        job.answer(outcome.clone());
    }
}

fn commit(
    conn: &mut Connection,
    images: &mut Images,
    group: &mut [Box<dyn Job>],
) -> Result<(), rusqlite::Error> {
    let mut transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in group {
        let part = transaction.savepoint()?;
        let mut desk = Desk { conn: &part, images };
        match job.work(&mut desk)? {
            Done::Keep => part.commit()?,
            Done::Undo => {
                images.forget();
                drop(part);
            }
        }
    }
    transaction.commit()
}
