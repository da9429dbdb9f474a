//! The outbox in one SQLite file: one thread that writes, and commits what waits together; a few
//! that read. SQLite is named here only.

mod accept;
mod breakers;
mod claim;
mod desk;
mod due;
mod fault;
mod finish;
mod group;
mod images;
mod limits;
mod lists;
mod manage;
mod meta;
mod open;
mod presence;
mod reader;
mod reserve;
mod rows;
mod sweep;
mod time;
mod totals;
mod writer;

use std::path::Path;

use async_trait::async_trait;
use rusqlite::Connection;

use super::clock::{Clock, Reading};
use super::{
    Attempt, Claim, Claimed, Fence, Filter, Hash, Idempotency, Key, Lane, Mail, Millis,
    OpenBreaker, Record, Stats, Store, StoreError, Submission, Suppressed, Swept, Times, Verdict,
};
use group::Group;
use open::Look;
use presence::Presence;
use reader::Reader;
use writer::Writer;

/// Mails in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    reader: Reader,
    clock: Clock,
}

impl SqliteStore {
    /// Opens the file, or makes it where there is none.
    ///
    /// # Errors
    /// A file that is damaged, of a newer version, of somebody else or under another key: it is
    /// left as it is.
    pub fn open(path: &Path, key: &Key) -> Result<SqliteStore, StoreError> {
        SqliteStore::start(open::writing(path, key)?, path, key)
    }

    /// Opens the file, which must be there, without reading all of it.
    ///
    /// # Errors
    /// As [`open`](SqliteStore::open), but for damage that does not show at once.
    pub fn open_to_ask(path: &Path, key: &Key) -> Result<SqliteStore, StoreError> {
        SqliteStore::start(open::first(path, key, Look::Head)?, path, key)
    }

    fn start(
        (mut conn, mut presence): (Connection, Presence),
        path: &Path,
        key: &Key,
    ) -> Result<SqliteStore, StoreError> {
        let company = || presence.keep_time(&open::log(path));
        let agreed = time::agree(&mut conn, &Reading::take(), company);
        let clock = agreed.map_err(|error| fault::store_error(&error))?;
        let writer = Writer::start(Group::new(conn, presence, path, key))?;
        let reader = Reader::start(path, &writer)?;
        Ok(SqliteStore { writer, reader, clock })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, submission: Submission) -> Result<Verdict, StoreError> {
        let verdict = self.writer.admit(move |desk| accept::accept(desk, &submission)).await;
        crate::crash::here("after_commit");
        verdict
    }

    async fn takes_mails(&self) -> Result<(), StoreError> {
        self.writer.admit(|_| Ok(())).await
    }

    async fn answered(&self, asked: &Idempotency) -> Result<Option<Verdict>, StoreError> {
        let asked = *asked;
        self.reader.read(move |conn| accept::known(conn, &asked)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        loop {
            let claim = claim.clone();
            let step = self.writer.write(move |desk| claim::claim(desk, &claim)).await?;
            if !step.claimed.is_empty() || !step.more {
                return Ok(step.claimed);
            }
        }
    }

    async fn hand_over(&self, fence: &Fence, transport: &str) -> Result<(), StoreError> {
        let (fence, transport) = (fence.clone(), transport.to_owned());
        self.writer.write(move |desk| claim::hand_over(desk.conn, &fence, &transport)).await
    }

    async fn record(&self, fence: &Fence, record: Record) -> Result<(), StoreError> {
        let fence = fence.clone();
        self.writer.write(move |desk| finish::record(desk.conn, &fence, &record)).await
    }

    async fn release(&self, worker: &str, now: Millis) -> Result<u64, StoreError> {
        let worker = worker.to_owned();
        self.writer.write(move |desk| claim::release(desk.conn, &worker, now)).await
    }

    async fn sweep(&self, now: Millis) -> Result<Swept, StoreError> {
        self.writer.write(move |desk| sweep::sweep(desk.conn, now)).await
    }

    async fn find(&self, id: &str) -> Result<Option<Mail>, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |conn| rows::find(conn, &id)).await
    }

    async fn attempts(&self, id: &str) -> Result<Vec<Attempt>, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |conn| rows::attempts(conn, &id)).await
    }

    async fn copies(&self, id: &str) -> Result<Vec<Mail>, StoreError> {
        let id = id.to_owned();
        self.reader.read(move |conn| rows::copies(conn, &id)).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<Mail>, StoreError> {
        self.reader.list(move |conn| lists::list(conn, &filter)).await
    }

    async fn stats(&self, now: Millis) -> Result<Stats, StoreError> {
        self.reader.list(move |conn| reader::stats(conn, now)).await
    }

    async fn due(&self, lane: Lane, now: Millis) -> Result<Vec<(Vec<String>, u64)>, StoreError> {
        self.reader.read(move |conn| due::count(conn, lane, now)).await
    }

    async fn cancel(&self, id: &str, now: Millis) -> Result<Mail, StoreError> {
        let id = id.to_owned();
        self.writer.write(move |desk| manage::cancel(desk.conn, &id, now)).await
    }

    async fn retry(&self, id: &str, now: Millis, expires_at: Millis) -> Result<Mail, StoreError> {
        let id = id.to_owned();
        self.writer.write(move |desk| manage::retry(desk.conn, &id, now, expires_at)).await
    }

    async fn hurry(&self, now: Millis) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            match self.writer.write(move |desk| manage::hurry(desk.conn, now)).await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    async fn suppressions(&self, limit: usize) -> Result<Vec<Suppressed>, StoreError> {
        self.reader.list(move |conn| reader::suppressions(conn, limit)).await
    }

    async fn lift(&self, recipient: &Hash) -> Result<bool, StoreError> {
        let recipient = *recipient;
        let sql = "DELETE FROM suppressions WHERE recipient = ?1";
        self.writer.write(move |desk| Ok(desk.conn.execute(sql, [recipient])? > 0)).await
    }

    async fn take_quota(&self, transport: &str, day: &str, most: u32) -> Result<bool, StoreError> {
        let (transport, day) = (transport.to_owned(), day.to_owned());
        self.writer.write(move |desk| manage::take_quota(desk.conn, &transport, &day, most)).await
    }

    async fn give_back_quota(&self, transport: &str, day: &str) -> Result<(), StoreError> {
        let (transport, day) = (transport.to_owned(), day.to_owned());
        self.writer.write(move |desk| manage::give_back_quota(desk.conn, &transport, &day)).await
    }

    async fn quota_used(&self, transport: &str, day: &str) -> Result<u32, StoreError> {
        let (transport, day) = (transport.to_owned(), day.to_owned());
        self.reader.read(move |conn| manage::quota_used(conn, &transport, &day)).await
    }

    async fn open_breaker(&self, breaker: OpenBreaker) -> Result<(), StoreError> {
        self.writer.write(move |desk| breakers::open(desk.conn, &breaker)).await
    }

    async fn try_breaker(
        &self,
        transport: &str,
        now: Millis,
        until: Millis,
    ) -> Result<bool, StoreError> {
        let transport = transport.to_owned();
        self.writer.write(move |desk| breakers::attempt(desk.conn, &transport, now, until)).await
    }

    async fn close_breaker(&self, transport: &str) -> Result<(), StoreError> {
        let transport = transport.to_owned();
        self.writer.write(move |desk| breakers::close(desk.conn, &transport)).await
    }

    async fn half_open(&self, transport: &str, now: Millis) -> Result<(), StoreError> {
        let transport = transport.to_owned();
        self.writer.write(move |desk| breakers::half_open(desk.conn, &transport, now)).await
    }

    async fn breakers(&self) -> Result<Vec<OpenBreaker>, StoreError> {
        self.reader.read(breakers::all).await
    }

    async fn observe(&self, times: Vec<Times>) -> Result<(), StoreError> {
        self.writer.write(move |desk| totals::observe(desk.conn, &times)).await
    }

    async fn prune(&self, before: Millis, limit: usize) -> Result<u64, StoreError> {
        self.writer.write(move |desk| sweep::prune(desk.conn, before, limit)).await
    }

    fn clock(&self) -> Clock {
        self.clock
    }

    fn schema(&self) -> usize {
        open::SCHEMA
    }

    async fn close(&self) {
        self.reader.close();
        self.writer.close().await;
    }
}
