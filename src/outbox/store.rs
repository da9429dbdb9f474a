//! What a store of mails does, whatever it is made of. One suite of tests holds for all of them.
//!
//! Times are milliseconds since 1970 and come from the caller, who goes by the [`Store::clock`] that
//! all who share the store agree on. Ids are UUIDv7 in their usual form. No store sees an address, a
//! variable or a finished mail in clear: what it keeps of them is masked, hashed under a key, or
//! sealed.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::breakers::OpenBreaker;
use super::state::{Lane, Next, State};
use super::stats::Stats;
use super::submission::{Content, Hash, Idempotency, Millis, Submission, Verdict};
use super::times::Times;
use super::{Clock, StoreError};
use crate::catalog::InDoubt;

/// Who may write to a mail: whoever claimed it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The mail
    pub id: String,
    /// Grows with each claim
    pub token: i64,
}

/// A mail that a worker has to itself until the lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Needed for every write
    pub fence: Fence,
    /// The mail that holds the content, where this is a copy
    pub parent: Option<String>,
    /// The copy's address, sealed
    pub address: Option<Vec<u8>>,
    /// The kind
    pub kind: String,
    /// Security mail leaves first
    pub lane: Lane,
    /// Which attempt this is, from 1
    pub attempt: u32,
    /// When it was accepted
    pub accepted_at: Millis,
    /// When it may leave
    pub send_at: Millis,
    /// After this moment it is not sent
    pub expires_at: Millis,
    /// Resend or hold
    pub in_doubt: InDoubt,
    /// The transports that can carry it, in order
    pub route: Vec<String>,
    /// A copy may be out by this transport: it goes by no other
    pub pinned: Option<String>,
    /// Whether an earlier attempt may have sent a copy
    pub maybe_out: bool,
    /// W3C `traceparent`
    pub trace: Option<String>,
    /// What is sent
    pub content: Content,
}

impl Claimed {
    /// The id of the mail that holds the content: it is sealed for that row.
    pub fn holder(&self) -> &str {
        self.parent.as_ref().unwrap_or(&self.fence.id)
    }
}

/// One try to deliver a mail, as `outbox show` tells it.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// From 1
    pub number: u32,
    /// When it began
    pub at: Millis,
    /// Milliseconds
    pub took: u64,
    /// By which transport; none: none could be asked
    pub transport: Option<String>,
    /// Where it stopped ([`Stage::as_str`](crate::transport::Stage::as_str)); none: it was sent
    pub stage: Option<String>,
    /// Why ([`Cause::as_str`](crate::transport::Cause::as_str))
    pub cause: Option<String>,
    /// The server's answer, masked
    pub reply: Option<(String, String)>,
    /// What happened, in English and Chinese
    pub what: Option<(String, String)>,
    /// What to do about it, in English and Chinese
    pub hint: Option<(String, String)>,
    /// What became of the mail: `sent`, [`CAUGHT`](super::CAUGHT), `retry`, `failed`, `expired`, `superseded`, `hold`
    pub action: String,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub struct Record {
    /// When
    pub now: Millis,
    /// For the log, one for each transport that was asked; none where no attempt was made
    pub attempts: Vec<Attempt>,
    /// What becomes of the mail
    pub next: Next,
    /// Where it was sent: the provider's own id, what was changed (JSON)
    pub provider_id: Option<String>,
    /// As JSON
    pub adapted: Option<String>,
    /// What the server said where the recipient's mailbox is gone: it is suppressed
    pub suppress: Option<String>,
}

/// A mail as lists and `show` tell it: nothing of it is secret.
#[derive(Clone, Debug)]
pub struct Mail {
    /// UUIDv7
    pub id: String,
    /// The mail of which it is a copy
    pub parent: Option<String>,
    /// With its angle brackets
    pub message_id: String,
    /// The kind
    pub kind: String,
    /// The locale
    pub locale: String,
    /// Security mail leaves first
    pub lane: Lane,
    /// Masked
    pub to: String,
    /// What became of it
    pub state: State,
    /// When it was accepted
    pub accepted_at: Millis,
    /// When it may leave
    pub send_at: Millis,
    /// When it is tried next, while it is queued; since when a worker has it, while one has
    pub available_at: Millis,
    /// How long that worker has it
    pub lease_until: Option<Millis>,
    /// After this moment it is not sent
    pub expires_at: Millis,
    /// When it was done
    pub done_at: Option<Millis>,
    /// The transports that it may go by
    pub route: Vec<String>,
    /// How often it was tried
    pub attempts: u32,
    /// By which transport it left, or was tried last
    pub transport: Option<String>,
    /// The provider's own id
    pub provider_id: Option<String>,
    /// The last answer
    pub reply: Option<(String, String)>,
    /// Why it is where it is: a [`Cause`](crate::transport::Cause), or `lease_lost`, `quarantined`
    pub cause: Option<String>,
    /// What was changed for the transport, as JSON
    pub adapted: String,
    /// The newer mail that retired it, or does so once its worker has not delivered it
    pub replaced_by: Option<String>,
    /// Whether its content is still there
    pub has_content: bool,
    /// Whether its recipient's mailbox is said to be gone: new mails to it are refused
    pub suppressed: bool,
    /// W3C `traceparent` of the request
    pub trace: Option<String>,
}

/// Which mails a list is about.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In these states; none: in all
    pub states: Vec<State>,
    /// Of this kind
    pub kind: Option<String>,
    /// To this recipient
    pub recipient: Option<Hash>,
    /// Older than this id, which is not in the list
    pub before: Option<String>,
    /// At most so many, newest first
    pub limit: usize,
}

/// An address that refused mail for good.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// Names it where the address is not known
    pub recipient: Hash,
    /// Masked
    pub to: String,
    /// Since when
    pub since: Millis,
    /// What the server said
    pub reason: String,
}

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Leases that ran out: queued again
    pub released: u64,
    /// Hand-overs whose end nobody recorded: queued again for the same transport
    pub resent: u64,
    /// The same: they wait for a person
    pub held: u64,
    /// Their lifetime had passed
    pub expired: u64,
    /// Failed and unknown mails whose content was erased
    pub erased: u64,
    /// Idempotency keys and counts of limits that are needed no more
    pub forgotten: u64,
}

/// Keeps mails until they are done.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// Takes mails. Returns once they are durable.
    async fn accept(&self, submission: Submission) -> Result<Verdict, StoreError>;

    /// Whether mails are taken now.
    ///
    /// # Errors
    /// Why not: no room, a file that cannot be written, a store that is closed.
    async fn takes_mails(&self) -> Result<(), StoreError>;

    /// The answer to a request that was taken before, or that its key was used for another one;
    /// none where the key is new.
    async fn answered(&self, asked: &Idempotency) -> Result<Option<Verdict>, StoreError>;

    /// Leases mails that may leave now, security mail first; expired ones are ended instead. An
    /// attempt is counted with the lease, so that a mail which ends its worker is counted too.
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError>;

    /// Records that a mail is about to be handed over, before its first byte is. One that was
    /// replaced meanwhile is not: [`StoreError::WrongState`].
    async fn hand_over(&self, fence: &Fence, transport: &str) -> Result<(), StoreError>;

    /// Records how an attempt ended; what is done loses its content in the same transaction. What
    /// would be tried again and was replaced meanwhile ends as superseded.
    async fn record(&self, fence: &Fence, record: Record) -> Result<(), StoreError>;

    /// Gives leases back that this worker holds and has not handed over. No attempt is counted.
    async fn release(&self, worker: &str, now: Millis) -> Result<u64, StoreError>;

    /// Ends what nobody will end: leases that ran out, lifetimes that passed, contents kept long
    /// enough. In small steps; called again until nothing is swept.
    async fn sweep(&self, now: Millis) -> Result<Swept, StoreError>;

    /// One mail.
    async fn find(&self, id: &str) -> Result<Option<Mail>, StoreError>;

    /// Its attempts, in order.
    async fn attempts(&self, id: &str) -> Result<Vec<Attempt>, StoreError>;

    /// The copies of a mail, in the order in which they were asked for.
    async fn copies(&self, id: &str) -> Result<Vec<Mail>, StoreError>;

    /// Mails, newest first.
    async fn list(&self, filter: Filter) -> Result<Vec<Mail>, StoreError>;

    /// Counts.
    async fn stats(&self, now: Millis) -> Result<Stats, StoreError>;

    /// How many mails of a lane may leave now and are not void, by the transports that they may go
    /// by.
    async fn due(&self, lane: Lane, now: Millis) -> Result<Vec<(Vec<String>, u64)>, StoreError>;

    /// Ends a mail that was not yet handed over.
    async fn cancel(&self, id: &str, now: Millis) -> Result<Mail, StoreError>;

    /// Queues a failed or unknown mail again, or hurries a queued one.
    async fn retry(&self, id: &str, now: Millis, expires_at: Millis) -> Result<Mail, StoreError>;

    /// Makes mails due that wait because something was wrong with a transport until somebody
    /// changes it ([`Cause::STOPPING`](crate::transport::Cause::STOPPING)), because its quota was
    /// used up, or because it rested.
    /// Those that wait for their time or for another reason go on waiting. How many it were.
    async fn hurry(&self, now: Millis) -> Result<u64, StoreError>;

    /// Addresses that refused mail for good, newest first.
    async fn suppressions(&self, limit: usize) -> Result<Vec<Suppressed>, StoreError>;

    /// Mails to this address are taken again. Whether there was anything to lift.
    async fn lift(&self, recipient: &Hash) -> Result<bool, StoreError>;

    /// Counts one mail of a day (`2026-01-31`) by a transport, unless `most` were sent. Whether
    /// there was room.
    async fn take_quota(&self, transport: &str, day: &str, most: u32) -> Result<bool, StoreError>;

    /// A mail that was counted and surely not sent.
    async fn give_back_quota(&self, transport: &str, day: &str) -> Result<(), StoreError>;

    /// How many were counted.
    async fn quota_used(&self, transport: &str, day: &str) -> Result<u32, StoreError>;

    /// Writes down that a transport takes nothing. What is known of it already is not shortened,
    /// and keeps its beginning as long as it rests or is stopped for the same cause.
    async fn open_breaker(&self, breaker: OpenBreaker) -> Result<(), StoreError>;

    /// Asks to try a transport whose rest has ended: one may, the others wait `until` then. Whether
    /// it may be tried; it may where nothing is written of it.
    async fn try_breaker(
        &self,
        transport: &str,
        now: Millis,
        until: Millis,
    ) -> Result<bool, StoreError>;

    /// A transport takes mails again.
    async fn close_breaker(&self, transport: &str) -> Result<(), StoreError>;

    /// Something was changed: a transport may be tried now, by one mail.
    async fn half_open(&self, transport: &str, now: Millis) -> Result<(), StoreError>;

    /// The transports that take nothing, and those that wait for somebody to try them.
    async fn breakers(&self) -> Result<Vec<OpenBreaker>, StoreError>;

    /// Adds to [`Stats::times`].
    async fn observe(&self, times: Vec<Times>) -> Result<(), StoreError>;

    /// Removes mails that were done before `before`, at most `limit` of them; how many it were.
    async fn prune(&self, before: Millis, limit: usize) -> Result<u64, StoreError>;

    /// The time that its mails go by.
    fn clock(&self) -> Clock;

    /// The version of its tables; it is brought up to date when it is opened.
    fn schema(&self) -> usize;

    /// Ends what is being written. Calls after it fail.
    async fn close(&self);
}

/// What a worker asks for.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name
    pub worker: String,
    /// Now
    pub now: Millis,
    /// How many; none: the worker only says that it is there
    pub most: usize,
    /// For how long
    pub lease: Duration,
    /// Transports that take nothing here, beside those whose breaker is written down: mails that
    /// may go by no other wait
    pub resting: Vec<String>,
}
