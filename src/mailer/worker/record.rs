//! Writes down how an attempt ended. A store that is busy or full is asked again: a mail that has
//! left is not sent once more because that could not be written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempt::{self, PANICKED};
use super::handing_over::Begun;
use super::job::{Ended, Job, Opened, Tale};
use crate::locale::{Instant as Moment, TimeZone};
use crate::mail::Address;
use crate::outbox::{
    Backoff, Claimed, Fence, Millis, Next, NotOurs, Outbox, Outcome, Record, Series, Situation,
    StoreError, Thaw, next,
};
use crate::transport::{Cause, Retry};

/// Between two tries to write, at first.
const PAUSE: Duration = Duration::from_millis(20);
/// And at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long a mail is left alone that cannot be opened, or whose transports are gone.
const PUT_OFF: Millis = 30_000;
const DAY: Millis = 86_400_000;
const AFTER_MIDNIGHT: Millis = 5 * 60_000;
/// A mail that brings its task down so often is tried no more.
const POISON: usize = 3;

impl Job {
    /// Opens, delivers and records. When the mail is due again, if it is.
    pub async fn run(mut self) -> Option<Millis> {
        let opened = match open(&self.outbox, &self.claimed) {
            Ok(opened) => opened,
            Err(error) => {
                let (id, kind) = (&self.claimed.fence.id, &self.claimed.kind);
                tracing::error!(%id, %kind, "a mail of the outbox cannot be opened: {error}");
                return put_off(self.outbox, self.claimed).await;
            }
        };
        let tale = self.deliver(&opened).await;
        let now = self.outbox.clock().now();
        let Some(next) = self.next(&tale, now) else {
            lost(&self.claimed.fence);
            return None;
        };
        let record = Record {
            now,
            attempts: attempt::all(&self.claimed, &tale, &next),
            suppress: suppress(&tale),
            next: next.clone(),
            ..of(&tale, now)
        };
        let until = self.begun.get().is_none().then_some(self.lease_until);
        // Nothing stands between an answer and its record, not even a log that blocks.
        let written = write(&self.outbox, &self.claimed.fence, record, until).await;
        if let (Ended::Taken { dot, .. }, Ok(_)) = (&tale.ended, &written) {
            self.mailer.shared.figures.add(Series::Commit, dot.elapsed());
        }
        attempt::log(&self.claimed, &opened, &tale, &next);
        written.unwrap_or(None)
    }

    fn next(&self, tale: &Tale, now: Millis) -> Option<Next> {
        let transport = tale.decisive().map_or("", |(tried, _)| &tried.transport);
        let outcome = match tale.ended {
            Ended::Taken { .. } => Outcome::Sent,
            Ended::Refused { outcome, .. } => outcome,
            Ended::GivenBack { after } => Outcome::NotTried(after),
            Ended::Expired => return Some(Next::Expired),
            Ended::Superseded => return Some(Next::Superseded),
            Ended::Lost => return None,
        };
        let next_day = self.next_day(transport, now);
        let situation = situation(&self.claimed, transport, outcome, now);
        Some(next(&Situation { next_day, ..situation }))
    }

    /// When the day of a transport's quota begins, and some minutes: clocks differ.
    fn next_day(&self, transport: &str, now: Millis) -> Millis {
        let carrier = self.mailer.shared.routes.carrier(transport);
        let zone = carrier.and_then(|carrier| carrier.meter.as_ref()).map(|meter| meter.zone());
        let usual = TimeZone::asia_shanghai();
        let today = Moment::from_unix_seconds(now.div_euclid(1_000)).unwrap_or(Moment::EPOCH);
        let next = today.next_day_in(zone.unwrap_or(&usual));
        next.map_or(now + DAY, |next| next.unix_seconds() * 1_000) + AFTER_MIDNIGHT
    }
}

/// A mail whose task was brought down.
pub(super) struct Panicked {
    pub outbox: Outbox,
    pub claimed: Arc<Claimed>,
    pub begun: Arc<Begun>,
}

impl Panicked {
    /// It is tried again, until it has done so too often. When it is due again, if it is.
    pub async fn record(self) -> Option<Millis> {
        let Panicked { outbox, claimed, begun } = self;
        let (id, kind) = (&claimed.fence.id, &claimed.kind);
        tracing::error!(%id, %kind, "the program failed over a mail");
        let now = outbox.clock().now();
        let transport = begun.get();
        let error = match &transport {
            Some(_) => (Cause::InDoubt, Retry::Later),
            None if before(&outbox, id).await + 1 >= POISON => (Cause::Content, Retry::Never),
            None => (Cause::Transient, Retry::Later),
        };
        let outcome = Outcome::Failed { cause: error.0, retry: error.1 };
        let by = transport.as_deref().unwrap_or_default();
        let next = next(&situation(&claimed, by, outcome, now));
        let attempt = attempt::of_panic(&claimed, transport, &next);
        let record = Record {
            now,
            attempts: vec![crate::outbox::Attempt { at: now, ..attempt }],
            next,
            provider_id: None,
            adapted: None,
            suppress: None,
        };
        write(&outbox, &claimed.fence, record, None).await.unwrap_or(None)
    }
}

/// Gives a mail back for a while that cannot go now.
pub(super) async fn put_off(outbox: Outbox, claimed: Arc<Claimed>) -> Option<Millis> {
    let now = outbox.clock().now();
    let record = Record {
        now,
        attempts: Vec::new(),
        next: Next::Release { at: now + PUT_OFF },
        provider_id: None,
        adapted: None,
        suppress: None,
    };
    let until = Instant::now() + LONGEST_PAUSE;
    write(&outbox, &claimed.fence, record, Some(until)).await.unwrap_or(None)
}

/// How often this mail has brought its task down.
async fn before(outbox: &Outbox, id: &str) -> usize {
    let attempts = outbox.store().attempts(id).await.unwrap_or_default();
    attempts.iter().filter(|attempt| attempt.cause.as_deref() == Some(PANICKED)).count()
}

fn situation<'a>(
    claimed: &'a Claimed,
    transport: &'a str,
    outcome: Outcome,
    now: Millis,
) -> Situation<'a> {
    Situation {
        attempt: claimed.attempt,
        outcome,
        transport,
        pinned: claimed.pinned.as_deref(),
        maybe_out: claimed.maybe_out,
        in_doubt: claimed.in_doubt,
        now,
        next_day: now + DAY,
        expires_at: claimed.expires_at,
        jitter: chance(),
        backoff: Backoff::default(),
    }
}

/// Somewhere between 0 and 1: the random bits of an id are as good as any.
fn chance() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u128() as u32;
    f64::from(bits) / f64::from(u32::MAX)
}

fn open(outbox: &Outbox, claimed: &Claimed) -> Result<Opened, Closed> {
    let (rendered, seal) = outbox.thaw(claimed.holder(), &claimed.content)?;
    let copy_to = match &claimed.address {
        Some(sealed) => {
            let address = outbox.open_text(&claimed.fence.id, sealed)?;
            Some(Address::parse(&address).map_err(|_| NotOurs)?)
        }
        None => None,
    };
    Ok(Opened { rendered, seal, copy_to })
}

/// Why a mail cannot be opened.
#[derive(Debug, thiserror::Error)]
enum Closed {
    #[error("{0}")]
    Content(#[from] Thaw),
    #[error("{0}")]
    Address(#[from] NotOurs),
}

/// What the provider said of it, beside the attempts.
fn of(tale: &Tale, now: Millis) -> Record {
    let (provider_id, adapted) = match &tale.ended {
        Ended::Taken { receipt, adapted, .. } => {
            (receipt.provider_id.clone(), Some(adapted.clone()))
        }
        _ => (None, None),
    };
    let next = Next::Sent;
    Record { now, attempts: Vec::new(), next, provider_id, adapted, suppress: None }
}

/// A mailbox that is gone gets no more mail until somebody lifts it.
fn suppress(tale: &Tale) -> Option<String> {
    let (_, error) = tale.decisive()?;
    error.mailbox_gone.then(|| match &error.reply {
        Some(reply) => reply.clone().masked().to_string(),
        None => error.what.en.clone(),
    })
}

/// Writes until it is written, somebody else has the mail, or, where nothing can be out, the lease
/// ends. When the mail is due again, if it is.
async fn write(
    outbox: &Outbox,
    fence: &Fence,
    record: Record,
    until: Option<Instant>,
) -> Result<Option<Millis>, NotWritten> {
    let mut pause = PAUSE;
    loop {
        let error = match outbox.store().record(fence, record.clone()).await {
            Ok(()) => break,
            Err(StoreError::LeaseLost { .. } | StoreError::NotFound { .. }) => {
                lost(fence);
                return Err(NotWritten);
            }
            Err(error) => error,
        };
        if until.is_some_and(|until| Instant::now() + pause >= until) {
            tracing::warn!(id = %fence.id, "how a mail ended could not be recorded: {error}");
            return Err(NotWritten);
        }
        if pause == PAUSE {
            tracing::warn!(id = %fence.id, "how a mail ended cannot be recorded yet: {error}");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    crate::crash::here("after_record");
    outbox.done(&fence.id);
    Ok(match record.next {
        Next::Retry { at, .. } | Next::Release { at } => Some(at),
        _ => None,
    })
}

/// How a mail ended stands nowhere.
struct NotWritten;

fn lost(fence: &Fence) {
    tracing::warn!(id = %fence.id, "the lease on a mail was lost; whoever has it now ends it");
}
