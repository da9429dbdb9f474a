//! The outbox: mails that were accepted and are not done yet, kept so that none is lost and none is
//! sent twice without anybody knowing.
//!
//! [`Outbox`] is what the rest of the crate holds: a [`Store`], the [`Clock`] it goes by, and the
//! [`Key`] under which contents are sealed and addresses hashed. This module does not know how
//! mails are rendered or delivered.

mod breakers;
mod canonical;
mod clock;
mod fault;
mod forgetting;
mod frozen;
mod sealing;
mod shown;
mod sqlite;
mod state;
mod stats;
mod store;
mod submission;
mod times;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};
use tokio::time::{Instant, timeout_at};

use crate::compose::{Rendered, Seal};
use crate::image::Image;
use crate::mail::Address;
pub use breakers::{OpenBreaker, in_the_way};
pub use clock::Clock;
pub use fault::{StoreError, Unusable};
pub use forgetting::Forgetting;
pub use frozen::Thaw;
pub use sealing::{Hashing, Key, NotOurs};
pub use shown::{CAUGHT, adapted, moment, trace_id, whole_seconds};
pub use sqlite::SqliteStore;
pub use state::{Backoff, Lane, Next, Outcome, Refused, Situation, State, next, outcome};
pub use stats::{AttemptTotal, Stats};
pub use store::*;
pub use submission::*;
pub use times::{Series, Times};

/// How often a wait looks by itself: another process may have done it.
const LOOK: Duration = Duration::from_millis(50);
/// How many images are kept decoded.
const IMAGES: usize = 64;

/// Where an outbox is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutboxPlace {
    /// One file on this machine's disk
    Sqlite(PathBuf),
}

/// Mails that are not done yet. Clones share it.
#[derive(Clone)]
pub struct Outbox(Arc<Shared>);

struct Shared {
    store: Arc<dyn Store>,
    clock: Clock,
    key: Key,
    images: Mutex<HashMap<(String, String), Arc<Image>>>,
    bell: Notify,
    done: broadcast::Sender<Arc<str>>,
}

impl Outbox {
    /// Opens an outbox, or makes it where there is none. Looks at the whole file.
    ///
    /// # Errors
    /// A file that is damaged, of a newer version, or sealed under another key; it is left as it
    /// is.
    pub fn open(place: &OutboxPlace, key: Key) -> Result<Outbox, StoreError> {
        let OutboxPlace::Sqlite(path) = place;
        let store = SqliteStore::open(path, &key)?;
        Ok(Outbox::with_store(Arc::new(store), key))
    }

    /// Opens an outbox that is there, for somebody who asks one thing and goes: damage is told
    /// where it is met.
    ///
    /// # Errors
    /// As [`open`](Outbox::open).
    pub fn open_to_ask(place: &OutboxPlace, key: Key) -> Result<Outbox, StoreError> {
        let OutboxPlace::Sqlite(path) = place;
        let store = SqliteStore::open_to_ask(path, &key)?;
        Ok(Outbox::with_store(Arc::new(store), key))
    }

    /// An outbox in a store of another make.
    pub fn with_store(store: Arc<dyn Store>, key: Key) -> Outbox {
        let images = Mutex::default();
        let (done, _) = broadcast::channel(1024);
        let (clock, bell) = (store.clock(), Notify::new());
        Outbox(Arc::new(Shared { store, clock, key, images, bell, done }))
    }

    /// Where its mails are.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// The time it goes by.
    pub fn clock(&self) -> Clock {
        self.0.clock
    }

    /// The key under which it seals.
    pub fn key(&self) -> &Key {
        &self.0.key
    }

    /// What is stored of a mail: sealed for the row that has the seal's id.
    pub fn freeze(&self, rendered: &Rendered, seal: &Seal) -> Content {
        let (frozen, images) = frozen::freeze(rendered, seal);
        Content { sealed: self.0.key.seal(seal.id(), &frozen), images }
    }

    /// The mail back. `id` is the row that holds the content ([`Claimed::holder`]).
    ///
    /// # Errors
    /// What was altered, belongs to another row, or was frozen by a newer version.
    pub fn thaw(&self, id: &str, content: &Content) -> Result<(Rendered, Seal), Thaw> {
        let frozen = self.0.key.open(id, &content.sealed).map_err(|NotOurs| Thaw::NotOurs)?;
        frozen::thaw(&frozen, |sha256, file_name| self.image(sha256, file_name, content))
    }

    /// An image, checked against the hash that was sealed with the mail; decoded once.
    fn image(&self, sha256: &str, file_name: &str, content: &Content) -> Option<Arc<Image>> {
        let name = (sha256.to_owned(), file_name.to_owned());
        let mut images = self.0.images.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(image) = images.get(&name) {
            return Some(Arc::clone(image));
        }
        let is_it = |image: &&StoredImage| image.sha256 == sha256 && image.file_name == file_name;
        let stored = content.images.iter().find(is_it)?;
        let image = Image::new(file_name, &stored.bytes).ok()?;
        let image = Arc::new(Some(image).filter(|image| image.sha256() == sha256)?);
        if images.len() >= IMAGES {
            images.clear();
        }
        images.insert(name, Arc::clone(&image));
        Some(image)
    }

    /// Who a mail is for, to count by: spellings of one mailbox fall together.
    pub fn recipient(&self, address: &Address) -> Hash {
        self.hash("recipient", &[canonical::person(address).as_bytes()])
    }

    /// Who a mail is for, to find and suppress by: the mailbox itself.
    pub fn mailbox(&self, address: &Address) -> Hash {
        self.hash("mailbox", &[canonical::mailbox(address).as_bytes()])
    }

    /// A hash that is useless without the key: see [`Key::hash`].
    pub fn hash(&self, label: &str, parts: &[&[u8]]) -> Hash {
        self.0.key.hash(label, parts)
    }

    /// Seals a text for a row: a copy's address.
    pub fn seal_text(&self, id: &str, text: &str) -> Vec<u8> {
        self.0.key.seal(id, text.as_bytes())
    }

    /// Opens what [`seal_text`](Outbox::seal_text) sealed.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open_text(&self, id: &str, sealed: &[u8]) -> Result<String, NotOurs> {
        String::from_utf8(self.0.key.open(id, sealed)?).map_err(|_| NotOurs)
    }

    /// Mails were accepted in this process: wakes whoever waits in [`rung`](Outbox::rung).
    pub fn ring(&self) {
        self.0.bell.notify_one();
    }

    /// Waits until mails were accepted in this process; at once if that happened since the last
    /// time.
    pub async fn rung(&self) {
        self.0.bell.notified().await;
    }

    /// A mail is done: wakes whoever waits for it in [`wait_for`](Outbox::wait_for).
    pub fn done(&self, id: &str) {
        // Nobody may be waiting.
        let _ = self.0.done.send(id.into());
    }

    /// What keeps a mail that waits: all transports that it may go by take nothing.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub async fn in_the_way_of(&self, mail: &Mail) -> Result<Vec<OpenBreaker>, StoreError> {
        if mail.state != State::Queued {
            return Ok(Vec::new());
        }
        let open = self.store().breakers().await?;
        Ok(in_the_way(&mail.route, &open).into_iter().cloned().collect())
    }

    /// Waits until a mail is done, at most so long; none if it is not, or is unknown.
    pub async fn wait_for(&self, id: &str, timeout: Duration) -> Option<Mail> {
        let end = Instant::now() + timeout;
        let mut done = self.0.done.subscribe();
        loop {
            let mail = self.0.store.find(id).await.ok()??;
            if mail.state.is_done() {
                return Some(mail);
            }
            if Instant::now() >= end {
                return None;
            }
            let look = end.min(Instant::now() + LOOK);
            while let Ok(Ok(other)) = timeout_at(look, done.recv()).await {
                if *other == *id {
                    break;
                }
            }
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("store", &self.0.store).finish_non_exhaustive()
    }
}
