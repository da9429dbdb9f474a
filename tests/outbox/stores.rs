//! An empty store for each test, whatever it is made of. The suite (`copies`, `leases`, `limits`,
//! `people`, `requests`) asks for [`Place::new`] and knows nothing of files; what a file on a disk
//! can go through (`damage`, `erasure`, `room`, `syncs`) asks for [`Place::sqlite`].
//!
//! A store of another make is another [`Home`], which `Place::new` chooses.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use hongyan::outbox::{SqliteStore, Store};
use tempfile::TempDir;

use crate::things::key;

/// Where the mails of one store are: nobody else's.
#[async_trait]
pub trait Home: Send + Sync {
    /// Opens the store; it may be open already, as another process has it.
    async fn open(&self) -> Arc<dyn Store>;
}

/// A store that can be closed and opened again.
pub struct Place<H = Box<dyn Home>> {
    pub home: H,
    store: Arc<dyn Store>,
}

impl Place {
    /// An empty one.
    pub async fn new() -> Place {
        let home: Box<dyn Home> = Box::new(Sqlite::new());
        Place::at(home).await
    }
}

impl Place<Sqlite> {
    /// An empty one in a file.
    pub async fn sqlite() -> Place<Sqlite> {
        Place::at(Sqlite::new()).await
    }
}

impl<H: Home> Place<H> {
    async fn at(home: H) -> Place<H> {
        let store = home.open().await;
        Place { home, store }
    }

    /// Closes it and opens it again.
    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = self.home.open().await;
    }

    /// Another one on the same mails, as another process has it.
    pub async fn another(&self) -> Arc<dyn Store> {
        self.home.open().await
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl<H> std::ops::Deref for Place<H> {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

#[async_trait]
impl Home for Box<dyn Home> {
    async fn open(&self) -> Arc<dyn Store> {
        (**self).open().await
    }
}

/// A folder of its own.
pub struct Sqlite(TempDir);

impl Sqlite {
    fn new() -> Sqlite {
        Sqlite(TempDir::new().unwrap())
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// The file.
    pub fn file(&self) -> PathBuf {
        self.folder().join("outbox.db")
    }
}

#[async_trait]
impl Home for Sqlite {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.file(), &key()).unwrap())
    }
}
