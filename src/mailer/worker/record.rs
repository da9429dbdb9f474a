//! Writes down how an attempt ended. A store that is busy or full is asked again: a mail that has
//! left is not sent once more because that could not be written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attempt::{self, PANICKED};
use super::handing_over::Begun;
use super::job::{Ended, Job, Opened, Tale};
use crate::outbox::{
    Claimed, Fence, Millis, Next, Outbox, Outcome, Record, Situation, StoreError, Thaw, next,
};
use crate::text;
use crate::transport::{Cause, Retry, SendError, Stage};

/// Between two tries to write, at first.
const PAUSE: Duration = Duration::from_millis(20);
/// And at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long a mail is left alone that cannot be opened, or whose transports are gone.
const PUT_OFF: Millis = 30_000;
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
        attempt::log(&self.claimed, &opened, &tale, &next);
        let record = Record {
            now,
            attempts: attempt::all(&self.claimed, &tale, &next),
            suppress: suppress(&tale),
            next,
            ..of(&tale, now)
        };
        let until = self.begun.get().is_none().then_some(self.lease_until);
        write(&self.outbox, &self.claimed.fence, record, until).await
    }

    fn next(&self, tale: &Tale, now: Millis) -> Option<Next> {
        let transport = tale.tries.last().map(|tried| tried.transport.as_str());
        let outcome = match &tale.ended {
            Ended::Taken { .. } => Outcome::Sent,
            Ended::Refused(error) => Outcome::Failed(error),
            Ended::GivenBack { after } => {
                let after = Millis::try_from(after.as_millis()).unwrap_or(Millis::MAX);
                return Some(Next::Release { at: now.saturating_add(after) });
            }
            Ended::Expired => return Some(Next::Expired),
            Ended::Lost => return None,
        };
        Some(next(&situation(&self.claimed, transport, outcome, now)))
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
            Some(_) => panicked(Cause::InDoubt),
            None if before(&outbox, id).await + 1 >= POISON => {
                panicked(Cause::Content).retry(Retry::Never)
            }
            None => panicked(Cause::Transient),
        };
        let outcome = Outcome::Failed(&error);
        let next = next(&situation(&claimed, transport.as_deref(), outcome, now));
        let attempt = attempt::of_panic(&claimed, transport, &next);
        let record = Record {
            now,
            attempts: vec![crate::outbox::Attempt { at: now, ..attempt }],
            next,
            provider_id: None,
            adapted: None,
            suppress: None,
        };
        write(&outbox, &claimed.fence, record, None).await
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
    write(&outbox, &claimed.fence, record, Some(until)).await
}

/// How often this mail has brought its task down.
async fn before(outbox: &Outbox, id: &str) -> usize {
    let attempts = outbox.store().attempts(id).await.unwrap_or_default();
    attempts.iter().filter(|attempt| attempt.cause.as_deref() == Some(PANICKED)).count()
}

fn panicked(cause: Cause) -> SendError {
    let what = text!("the program failed over this mail", "程序在处理这封邮件时出错");
    SendError::new(Stage::Prepare, cause, what)
}

fn situation<'a>(
    claimed: &'a Claimed,
    transport: Option<&'a str>,
    outcome: Outcome<'a>,
    now: Millis,
) -> Situation<'a> {
    let chance = chance();
    Situation { claimed, transport, outcome, now, chance }
}

/// Somewhere between 0 and 1: the random bits of an id are as good as any.
fn chance() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u128() as u32;
    f64::from(bits) / f64::from(u32::MAX)
}

fn open(outbox: &Outbox, claimed: &Claimed) -> Result<Opened, Thaw> {
    let (rendered, seal) = outbox.thaw(claimed)?;
    let copy_to = match &claimed.address {
        Some(sealed) => Some(outbox.open_address(&claimed.fence.id, sealed)?),
        None => None,
    };
    Ok(Opened { rendered, seal, copy_to })
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

/// A recipient who is refused for good gets no more mail until somebody lifts it.
fn suppress(tale: &Tale) -> Option<String> {
    let Ended::Refused(error) = &tale.ended else { return None };
    let for_good = error.cause == Cause::Recipient && error.retry == Retry::Never;
    for_good.then(|| match &error.reply {
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
) -> Option<Millis> {
    let mut pause = PAUSE;
    loop {
        let error = match outbox.store().record(fence, record.clone()).await {
            Ok(()) => break,
            Err(StoreError::LeaseLost { .. } | StoreError::NotFound { .. }) => {
                lost(fence);
                return None;
            }
            Err(error) => error,
        };
        if until.is_some_and(|until| Instant::now() + pause >= until) {
            tracing::warn!(id = %fence.id, "how a mail ended could not be recorded: {error}");
            return None;
        }
        if pause == PAUSE {
            tracing::warn!(id = %fence.id, "how a mail ended cannot be recorded yet: {error}");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    crate::crash::here("after_record");
    outbox.finished(&fence.id);
    match record.next {
        Next::Retry { at, .. } | Next::Release { at } => Some(at),
        _ => None,
    }
}

fn lost(fence: &Fence) {
    tracing::warn!(id = %fence.id, "the lease on a mail was lost; whoever has it now ends it");
}
