//! Bytes out, replies in, each within its time.

use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answer::{self, Answer};
use super::fault;
use super::stream::{Silence, Stream};
use crate::transport::{SendError, Stage};

/// How long a command may take to be answered.
pub(super) const REPLY: Duration = Duration::from_secs(30);
/// How long the answer to the final dot may take. RFC 5321 section 4.5.3.2.6 says ten minutes;
/// giving up earlier leaves the mail in doubt, waiting longer holds a worker.
pub(super) const FINAL_REPLY: Duration = Duration::from_secs(60);

/// What one read takes at most.
const CHUNK: usize = 4 * 1024;

/// An open connection with what was read from it and not yet understood.
pub(super) struct Wire {
    pub stream: Stream,
    unread: Vec<u8>,
    /// When all that happens on it must be over
    pub until: Instant,
}

impl Wire {
    pub fn new(stream: Stream, until: Instant) -> Wire {
        Wire { stream, unread: Vec::new(), until }
    }

    /// Sends a command, or several at once (RFC 2920). Nothing may lie unread by then: it would be
    /// taken for the answer.
    pub async fn send(&mut self, commands: &str, stage: Stage) -> Result<(), SendError> {
        self.check_silence(stage)?;
        self.write(commands.as_bytes(), stage).await
    }

    /// Writes and flushes.
    pub async fn write(&mut self, bytes: &[u8], stage: Stage) -> Result<(), SendError> {
        let stream = &mut self.stream;
        let write = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        within(REPLY, self.until, stage, write).await
    }

    /// Waits for a reply.
    pub async fn read(&mut self, stage: Stage, limit: Duration) -> Result<Answer, SendError> {
        let Wire { stream, unread, until } = self;
        let read = async {
            loop {
                match answer::take(unread) {
                    Ok(Some(answer)) => return Ok(Ok(answer)),
                    Ok(None) => {}
                    Err(malformed) => return Ok(Err(malformed)),
                }
                unread.reserve(CHUNK);
                if stream.read_buf(unread).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        };
        let read = within(limit, *until, stage, read).await?;
        read.map_err(|malformed| fault::malformed(stage, &malformed))
    }

    /// One command and its answer.
    pub async fn ask(&mut self, command: &str, stage: Stage) -> Result<Answer, SendError> {
        self.send(command, stage).await?;
        self.read(stage, REPLY).await
    }

    /// Whether there is time left.
    pub fn check_time(&self, stage: Stage) -> Result<(), SendError> {
        if Instant::now() < self.until { Ok(()) } else { Err(fault::timeout(stage)) }
    }

    /// Whether the server has said what nobody asked for, or has gone.
    pub fn check_silence(&mut self, stage: Stage) -> Result<(), SendError> {
        if !self.unread.is_empty() {
            return Err(fault::unasked(stage));
        }
        match self.stream.silence(&mut self.unread) {
            Silence::Quiet => Ok(()),
            Silence::Broken => Err(fault::unasked(stage)),
            Silence::Closed => Err(fault::network(stage, &io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

/// Runs one step, which ends at its own limit or at that of the whole.
pub(super) async fn within<T>(
    limit: Duration,
    until: Instant,
    stage: Stage,
    step: impl Future<Output = io::Result<T>>,
) -> Result<T, SendError> {
    let end = until.min(Instant::now() + limit);
    match tokio::time::timeout_at(end.into(), step).await {
        Ok(result) => result.map_err(|error| fault::network(stage, &error)),
        Err(_) => Err(fault::timeout(stage)),
    }
}
