//! One claimed mail: its transports in turn, as long as no copy can be out.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout_at;

use super::handing_over::{Begun, Handing, Held};
use super::settings::{FOR_THE_RECORD, WorkerSettings};
use crate::catalog::Category;
use crate::compose::{Message, Rendered, Seal, compose};
use crate::mail::Address;
use crate::mailer::carrier::Carrier;
use crate::mailer::seats::Seat;
use crate::mailer::{HURRY, Mailer};
use crate::outbox::{Claimed, Millis, Outbox, Outcome, Refused, Series, outcome};
use crate::text;
use crate::transport::{Cause, Outgoing, Receipt, SendError, Stage};

/// The least time in which it makes sense to begin a delivery.
const LEAST: Duration = Duration::from_millis(200);
/// How long a mail is left alone whose transports are gone.
const GONE: Duration = Duration::from_secs(30);
/// And one whose hand-over could not be written down.
const STORE_RESTS: Duration = Duration::from_secs(2);

/// One claimed mail on its way.
pub(super) struct Job {
    pub mailer: Mailer,
    pub outbox: Outbox,
    pub claimed: Arc<Claimed>,
    pub settings: WorkerSettings,
    /// When the lease runs out
    pub lease_until: Instant,
    /// By which transport a copy may be out
    pub begun: Arc<Begun>,
    /// Whether the worker ends: what has not begun is given back
    pub ending: watch::Receiver<bool>,
    pub seat: Seat,
}

/// What a mail is, once it is opened.
pub(super) struct Opened {
    pub rendered: Rendered,
    pub seal: Seal,
    /// A copy's recipient
    pub copy_to: Option<Address>,
}

/// How it ended.
pub(super) enum Ended {
    /// A transport took it
    Taken {
        transport: String,
        receipt: Receipt,
        adapted: String,
        /// When its last byte had gone, as far as the transport tells
        dot: Instant,
    },
    /// None took it
    Refused {
        outcome: Outcome,
        /// Whose word that is, of [`Tale::tries`]
        by: usize,
    },
    /// It was given back: nobody was asked
    GivenBack { after: Duration },
    /// It was void
    Expired,
    /// A newer mail took its place
    Superseded,
    /// Somebody else has it: nothing more is written
    Lost,
}

/// What is known of an attempt while it is made.
#[derive(Default)]
struct Way {
    tries: Vec<Try>,
    /// How long the transports want to be left alone that were not asked
    waits: Vec<Duration>,
}

/// One transport that was asked.
pub(super) struct Try {
    pub transport: String,
    pub at: Millis,
    pub took: Duration,
    pub error: Option<SendError>,
}

/// All that is known of an attempt when it has ended.
pub(super) struct Tale {
    pub ended: Ended,
    pub tries: Vec<Try>,
}

impl Tale {
    /// The try whose word decides, where none took it.
    pub fn decisive(&self) -> Option<(&Try, &SendError)> {
        let Ended::Refused { by, .. } = self.ended else { return None };
        let tried = self.tries.get(by)?;
        Some((tried, tried.error.as_ref()?))
    }
}

impl Way {
    /// No transport took it.
    fn end(&self) -> Ended {
        let said = self.tries.iter().filter_map(|tried| tried.error.as_ref());
        let said: Vec<Refused> =
            said.map(|error| Refused { cause: error.cause, retry: error.retry }).collect();
        match outcome(&said, &self.waits) {
            (Outcome::NotTried(after), _) => Ended::GivenBack { after },
            (outcome, by) => Ended::Refused { outcome, by: by.unwrap_or_default() },
        }
    }

    /// It was stopped right before its first byte.
    fn held(&mut self, held: Held) -> Ended {
        match held {
            Held::Expired => Ended::Expired,
            Held::Superseded => Ended::Superseded,
            Held::LeaseLost => Ended::Lost,
            Held::NotWritten => {
                self.waits.push(STORE_RESTS);
                self.end()
            }
        }
    }
}

impl Job {
    /// Tries the transports of the route in turn.
    pub async fn deliver(&mut self, opened: &Opened) -> Tale {
        let mailer = self.mailer.clone();
        let carriers = self.carriers(&mailer);
        if carriers.is_empty() {
            return Tale { ended: Ended::GivenBack { after: GONE }, tries: Vec::new() };
        }
        let mut way = Way::default();
        for (place, carrier) in carriers.iter().enumerate() {
            if place > 0 && self.time_left() < LEAST {
                way.waits.push(LEAST);
                break;
            }
            let last = place + 1 == carriers.len();
            if let ControlFlow::Break(ended) = self.ask(carrier, opened, last, &mut way).await {
                return Tale { ended, tries: way.tries };
            }
        }
        Tale { ended: way.end(), tries: way.tries }
    }

    /// Asks one transport when it is the mail's turn. How it ended, unless the next may be asked.
    async fn ask(
        &mut self,
        carrier: &Carrier,
        opened: &Opened,
        last: bool,
        way: &mut Way,
    ) -> ControlFlow<Ended> {
        self.seat.change(carrier);
        match self.turn(carrier, opened.rendered.category, last).await {
            Turn::Now if self.is_void() => return ControlFlow::Break(Ended::Expired),
            Turn::Now => {}
            Turn::Later(wait) => {
                way.waits.push(wait);
                return ControlFlow::Continue(());
            }
            Turn::Ending => {
                return ControlFlow::Break(Ended::GivenBack { after: Duration::ZERO });
            }
        }
        let (at, began) = (self.outbox.clock().now(), Instant::now());
        let transport = carrier.name().to_owned();
        let tried = |error| Try { transport, at, took: began.elapsed(), error };
        match self.carry(carrier, opened).await {
            Ok((receipt, adapted)) => {
                let dot = dot(&receipt);
                way.tries.push(tried(None));
                let transport = carrier.name().to_owned();
                ControlFlow::Break(Ended::Taken { transport, receipt, adapted, dot })
            }
            Err(Stopped::Held(held)) => ControlFlow::Break(way.held(held)),
            // The breaker or the quota stood in front: nobody was asked.
            Err(Stopped::NotTried(wait)) => {
                way.waits.push(wait);
                ControlFlow::Continue(())
            }
            Err(Stopped::Error(error)) => {
                let goes_on = error.may_go_elsewhere();
                way.tries.push(tried(Some(error)));
                if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(way.end()) }
            }
        }
    }

    /// The transports that it may go by and that are still there.
    fn carriers<'a>(&self, mailer: &'a Mailer) -> Vec<&'a Carrier> {
        let names = match &self.claimed.pinned {
            Some(pinned) => std::slice::from_ref(pinned),
            None => &self.claimed.route[..],
        };
        names.iter().filter_map(|name| mailer.shared.routes.carrier(name)).collect()
    }

    /// Waits for its turn; a code not long where another transport could take it.
    async fn turn(&mut self, carrier: &Carrier, category: Category, last: bool) -> Turn {
        let hurried = category == Category::Security && !last;
        let patience = self.settings.patience().min(self.patience_left());
        let patience = if hurried { patience.min(HURRY) } else { patience };
        let mut ending = self.ending.clone();
        let turn = tokio::select! {
            biased;
            _ = ending.wait_for(|ending| *ending) => return Turn::Ending,
            turn = carrier.turn(category, patience) => turn,
        };
        self.seat.called();
        match turn {
            Ok(()) => Turn::Now,
            Err(error) => Turn::Later(wait(&error)),
        }
    }

    async fn carry(
        &self,
        carrier: &Carrier,
        opened: &Opened,
    ) -> Result<(Receipt, String), Stopped> {
        let Opened { rendered, seal, copy_to } = opened;
        let composed = compose(rendered, seal, carrier.transport.profile());
        let message = composed.map_err(|_| Stopped::Error(not_composed()))?;
        let message: Message = match copy_to {
            Some(to) => message.for_recipient(to),
            None => message,
        };
        let seal = match self.claimed.parent {
            Some(_) => seal.copy(&self.claimed.fence.id),
            None => seal.clone(),
        };
        let category = rendered.category;
        let admitted = carrier.admit(category).await;
        let admission = admitted.map_err(|error| Stopped::NotTried(wait(&error)))?;
        let mut handing = Handing {
            outbox: &self.outbox,
            fence: &self.claimed.fence,
            transport: carrier.name(),
            expires_at: self.claimed.expires_at,
            lease_until: self.lease_until,
            begun: &self.begun,
            held: None,
            committed: None,
        };
        let deadline = Instant::now() + self.settings.deadline.min(self.time_left());
        let mail = Outgoing { rendered, seal: &seal, message: &message, deadline };
        let delivery = self.in_time(carrier, mail, &mut handing);
        let result = carrier.attend(admission, &mail, delivery).await;
        crate::crash::here("after_reply");
        if let Some(at) = handing.committed {
            self.time_hand_over(at);
        }
        match (result, handing.held) {
            (Ok(receipt), _) => Ok((receipt, super::super::new_mail::told(message.adapted()))),
            (Err(_), Some(held)) => Err(Stopped::Held(held)),
            (Err(error), None) => Err(Stopped::Error(error)),
        }
    }

    /// A transport that does not keep to its deadline is left before the lease ends: nobody else
    /// has the mail until then, and its place is free again.
    async fn in_time(
        &self,
        carrier: &Carrier,
        mail: Outgoing<'_>,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, SendError> {
        let end = Instant::now() + self.time_left();
        match timeout_at(end.into(), carrier.transport.deliver(mail, handing)).await {
            Ok(result) => result,
            Err(_) => Err(overdue(handing.committed)),
        }
    }

    /// Until it was to leave, a mail that is asked for at a time has not waited.
    fn time_hand_over(&self, at: Millis) {
        let waited = at - self.claimed.accepted_at.max(self.claimed.send_at);
        let waited = Duration::from_millis(u64::try_from(waited).unwrap_or(0));
        self.mailer.shared.figures.add(Series::HandOver(self.claimed.lane), waited);
    }

    fn is_void(&self) -> bool {
        self.outbox.clock().now() >= self.claimed.expires_at
    }

    /// Until the end must be recorded.
    fn time_left(&self) -> Duration {
        let end = self.lease_until.checked_sub(FOR_THE_RECORD).unwrap_or(self.lease_until);
        end.saturating_duration_since(Instant::now())
    }

    fn patience_left(&self) -> Duration {
        self.time_left().saturating_sub(self.settings.deadline)
    }
}

/// Whether a mail may go now.
enum Turn {
    Now,
    /// Not before this long
    Later(Duration),
    /// The worker ends
    Ending,
}

/// Why a transport did not take it.
enum Stopped {
    Held(Held),
    NotTried(Duration),
    Error(SendError),
}

/// How long to wait where nobody was asked.
fn wait(error: &SendError) -> Duration {
    use crate::transport::Retry;
    match error.retry {
        Retry::After(wait) => wait,
        Retry::NextDay => Duration::from_secs(15 * 60),
        Retry::Later | Retry::Never => Duration::from_secs(5),
    }
}

/// When the last byte of a mail that was taken just now had gone.
fn dot(receipt: &Receipt) -> Instant {
    let answered = receipt.steps.last().filter(|(stage, _)| *stage == Stage::HandOver);
    let now = Instant::now();
    answered.and_then(|(_, took)| now.checked_sub(*took)).unwrap_or(now)
}

/// A transport that was left. Nobody knows what became of a mail that was handed over.
fn overdue(handed_over: Option<Millis>) -> SendError {
    let (stage, cause) = match handed_over {
        Some(_) => (Stage::HandOver, Cause::InDoubt),
        None => (Stage::Connect, Cause::Network),
    };
    let what = text!(
        "the transport did not return in time, and was left",
        "通道未在时限内返回，已停止等待"
    );
    SendError::new(stage, cause, what).hint(text!(
        "a transport of your own must return by `Outgoing::deadline`",
        "自行实现的通道须在 `Outgoing::deadline` 之前返回"
    ))
}

fn not_composed() -> SendError {
    let what = text!("the mail cannot be written for this transport", "无法为该通道生成邮件");
    SendError::new(Stage::Prepare, Cause::Content, what)
}
