//! One claimed mail: its transports in turn, as long as no copy can be out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::handing_over::{Begun, Handing, Held};
use super::settings::{FOR_THE_RECORD, WorkerSettings};
use crate::catalog::Category;
use crate::compose::{Message, Rendered, Seal, compose};
use crate::mail::Address;
use crate::mailer::carrier::Carrier;
use crate::mailer::seats::Seat;
use crate::mailer::{HURRY, Mailer};
use crate::outbox::{Claimed, Millis, Outbox, Series};
use crate::text;
use crate::transport::{Cause, Outgoing, Receipt, SendError, Stage};

/// The least time in which it makes sense to begin a delivery.
const LEAST: Duration = Duration::from_millis(200);

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
    /// None took it; those that were asked are in [`Tale::tries`]
    Refused(SendError),
    /// It was given back: nobody was asked
    GivenBack { after: Duration },
    /// It was void
    Expired,
    /// Somebody else has it: nothing more is written
    Lost,
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

impl Job {
    /// Tries the transports of the route in turn.
    pub async fn deliver(&mut self, opened: &Opened) -> Tale {
        let mut tries = Vec::new();
        let mut waits = Vec::new();
        let route = self.route();
        if route.is_empty() {
            let after = Duration::from_secs(30);
            return Tale { ended: Ended::GivenBack { after }, tries };
        }
        let mailer = self.mailer.clone();
        let carriers = route.iter().filter_map(|name| mailer.shared.routes.carrier(name));
        let carriers: Vec<&Carrier> = carriers.collect();
        for (place, carrier) in carriers.iter().enumerate() {
            if place > 0 && self.time_left() < LEAST {
                break;
            }
            self.seat.change(carrier);
            let last = place + 1 == carriers.len();
            match self.turn(carrier, opened.rendered.category, last).await {
                Turn::Now => {}
                Turn::Later(wait) => {
                    waits.push(wait);
                    continue;
                }
                Turn::Ending => {
                    return Tale { ended: Ended::GivenBack { after: Duration::ZERO }, tries };
                }
            }
            if self.is_void() {
                return Tale { ended: Ended::Expired, tries };
            }
            let (at, began) = (self.outbox.clock().now(), Instant::now());
            match self.carry(carrier, opened).await {
                Ok((receipt, adapted)) => {
                    let transport = carrier.name().to_owned();
                    tries.push(Try {
                        transport: transport.clone(),
                        at,
                        took: began.elapsed(),
                        error: None,
                    });
                    let dot = dot(&receipt);
                    let ended = Ended::Taken { transport, receipt, adapted, dot };
                    return Tale { ended, tries };
                }
                Err(Stopped::Held(Held::Expired)) => return Tale { ended: Ended::Expired, tries },
                Err(Stopped::Held(Held::LeaseLost)) => return Tale { ended: Ended::Lost, tries },
                Err(Stopped::Held(Held::NotWritten)) => {
                    waits.push(Duration::from_secs(2));
                    break;
                }
                // The breaker or the quota stood in front: nobody was asked.
                Err(Stopped::NotTried(wait)) => waits.push(wait),
                Err(Stopped::Error(error)) => {
                    let goes_on = error.may_go_elsewhere();
                    let transport = carrier.name().to_owned();
                    let took = began.elapsed();
                    tries.push(Try { transport, at, took, error: Some(error) });
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        let last = tries.last().and_then(|tried: &Try| tried.error.clone());
        let ended = match last {
            Some(error) => Ended::Refused(error),
            None => Ended::GivenBack { after: waits.into_iter().min().unwrap_or(LEAST) },
        };
        Tale { ended, tries }
    }

    /// The transports that it may go by and that are still there.
    fn route(&self) -> Vec<String> {
        let names = match &self.claimed.pinned {
            Some(pinned) => std::slice::from_ref(pinned),
            None => &self.claimed.route[..],
        };
        let known = |name: &&String| self.mailer.shared.routes.carrier(name).is_some();
        names.iter().filter(known).cloned().collect()
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
        let result = carrier.carry(admission, mail, &mut handing).await;
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

fn not_composed() -> SendError {
    let what = text!("the mail cannot be written for this transport", "无法为该通道生成邮件");
    SendError::new(Stage::Prepare, Cause::Content, what)
}
