//! What is written in the outbox of transports that take nothing, as this process read it last.
//! One process finds out that a login is refused, and all go by it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::new_id;
use crate::outbox::{Millis, OpenBreaker, Outbox, StoreError};
use crate::transport::{NotRecorded, PROBE, Reply, SendError, Stage, not_tried};

/// How old what was read may be.
const FRESH: Duration = Duration::from_millis(500);

/// The transports that take nothing. Shared by all of a mailer.
pub(super) struct Board {
    outbox: Outbox,
    process: String,
    known: Mutex<Known>,
    /// Reading and writing take turns: what was read before something was written is old.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    read: Option<Instant>,
    open: Vec<OpenBreaker>,
    /// Those that this process has written down
    own: BTreeSet<String>,
    /// Those that may be tried again, of which the others do not know yet
    resumed: BTreeSet<String>,
    troubled: bool,
}

impl Board {
    /// The board of an outbox.
    pub fn new(outbox: &Outbox) -> Board {
        let process = format!("{}-{}", std::process::id(), new_id());
        let (outbox, known, turn) = (outbox.clone(), Mutex::default(), Default::default());
        Board { outbox, process, known, turn }
    }

    /// Whether a transport may be tried, as far as is written.
    ///
    /// # Errors
    /// Why not, and for how long.
    pub fn look(&self, transport: &str) -> Result<(), SendError> {
        let known = self.known();
        let Some(open) = known.of(transport) else { return Ok(()) };
        match open.left(self.now()) {
            Some(Duration::ZERO) => Ok(()),
            left => Err(resting(open, left)),
        }
    }

    /// Whether something is written of a transport.
    pub fn names(&self, transport: &str) -> bool {
        self.known().of(transport).is_some()
    }

    /// Why a transport takes nothing.
    pub fn find(&self, transport: &str) -> Option<OpenBreaker> {
        self.known().of(transport).cloned()
    }

    /// Whether what this process wrote of a transport has been lifted, by another one too.
    pub fn has_lifted(&self, transport: &str) -> bool {
        let own = self.known().own.contains(transport);
        own && self.look(transport).is_ok()
    }

    /// Reads again what is old. A store that cannot be read leaves what was known.
    pub async fn refresh(&self) {
        let read = self.known().read;
        if read.is_some_and(|read| read.elapsed() < FRESH) {
            return;
        }
        let turn = match read {
            Some(_) => self.turn.try_lock().ok(),
            None => Some(self.turn.lock().await),
        };
        if turn.is_some() {
            let told = self.tell_resumed().await;
            let read = self.read().await;
            self.note(told.and(read));
        }
    }

    /// Asks to try a transport. Whether this try is the one that goes first.
    ///
    /// # Errors
    /// Another process tries it.
    pub async fn probe(&self, transport: &str) -> Result<bool, SendError> {
        self.refresh().await;
        self.look(transport)?;
        if !self.names(transport) {
            return Ok(false);
        }
        let _turn = self.turn.lock().await;
        let now = self.now();
        let until = now + Millis::try_from(PROBE.as_millis()).unwrap_or(Millis::MAX / 4);
        let mine = self.outbox.store().try_breaker(transport, now, until).await;
        let read = self.read().await;
        match mine {
            Ok(true) => Ok(self.names(transport)),
            Ok(false) => {
                self.note(read);
                Err(self.look(transport).err().unwrap_or_else(|| NotRecorded.into()))
            }
            Err(error) => {
                self.note(Err(error));
                Err(NotRecorded.into())
            }
        }
    }

    /// Writes down that a transport takes nothing for so long; none: until something is changed.
    pub async fn open(&self, transport: &str, error: &SendError, rest: Option<Duration>) {
        let _turn = self.turn.lock().await;
        let now = self.now();
        let pair = |text: crate::diagnostic::Text| (text.en, text.zh);
        let breaker = OpenBreaker {
            transport: transport.to_owned(),
            since: now,
            until: rest.map(|rest| now + Millis::try_from(rest.as_millis()).unwrap_or(0)),
            cause: error.cause.as_str().to_owned(),
            reply: impersonal(error),
            hint: error.diagnostic().remedy().cloned().map(pair),
            process: self.process.clone(),
        };
        let written = self.outbox.store().open_breaker(breaker).await;
        if written.is_ok() {
            let mut known = self.known();
            known.own.insert(transport.to_owned());
            known.resumed.remove(transport);
        }
        let read = self.read().await;
        self.note(written.and(read));
    }

    /// Writes down that a transport takes mails.
    pub async fn close(&self, transport: &str) {
        let _turn = self.turn.lock().await;
        let written = self.outbox.store().close_breaker(transport).await;
        self.known().own.remove(transport);
        let read = self.read().await;
        self.note(written.and(read));
    }

    /// Lets a transport be tried again; the others hear of it with the next look.
    pub fn resume(&self, transport: &str) {
        let mut known = self.known();
        known.resumed.insert(transport.to_owned());
        known.read = None;
    }

    async fn tell_resumed(&self) -> Result<(), StoreError> {
        let resumed = self.known().resumed.clone();
        for transport in resumed {
            self.outbox.store().half_open(&transport, self.now()).await?;
            self.known().resumed.remove(&transport);
        }
        Ok(())
    }

    async fn read(&self) -> Result<(), StoreError> {
        let read = self.outbox.store().breakers().await;
        let mut known = self.known();
        known.read = Some(Instant::now());
        known.open = read?;
        Ok(())
    }

    fn note(&self, done: Result<(), StoreError>) {
        let troubled = done.is_err();
        if let (Err(error), false) = (done, std::mem::replace(&mut self.known().troubled, troubled))
        {
            tracing::warn!("processes cannot tell each other which transports rest: {error}");
        }
    }

    fn now(&self) -> Millis {
        self.outbox.clock().now()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn of(&self, transport: &str) -> Option<&OpenBreaker> {
        let resumed = self.resumed.contains(transport);
        self.open.iter().find(|open| open.transport == transport && !resumed)
    }
}

fn resting(open: &OpenBreaker, left: Option<Duration>) -> SendError {
    let hint = open.hint.clone().map(|(en, zh)| crate::diagnostic::Text { en, zh });
    not_tried(open.cause(), hint, left)
}

/// What the server said, unless it was said of a mail: others read this.
fn impersonal(error: &SendError) -> Option<(String, String)> {
    let reply = error.reply.clone().filter(|_| error.stage < Stage::Rcpt)?;
    let Reply { code, text } = reply.masked();
    Some((code, text))
}
