//! The loop of a worker: claims, starts deliveries, and takes note of how they end.

use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use super::handing_over::Begun;
use super::job::Job;
use super::record::{self, Panicked};
use super::rounds;
use super::settings::WorkerSettings;
use crate::error::Error;
use crate::mailer::seats::Seat;
use crate::mailer::{Mailer, new_id};
use crate::outbox::{Claim, Claimed, Millis, Outbox, StoreError};

/// How often mails are asked for where nothing tells of any: other processes accept them too.
const LOOK: Duration = Duration::from_secs(1);
/// How often a worker that can take nothing says that it is there.
const SIGN: Duration = Duration::from_secs(5);
/// How long a store is left alone that could not answer.
const REST: Duration = Duration::from_millis(250);

/// One run of a worker.
pub(super) struct Desk {
    mailer: Mailer,
    outbox: Outbox,
    settings: WorkerSettings,
    name: String,
    /// Deliveries; each tells when its mail is due again
    tasks: JoinSet<Option<Millis>>,
    /// What each of them has
    at_work: HashMap<Id, (Arc<Claimed>, Arc<Begun>)>,
    /// When mails are due that were put off
    due: BTreeSet<Millis>,
    moved: Arc<Notify>,
    ending: watch::Sender<bool>,
    /// Whether there may be mails that were not asked for
    more: bool,
    /// When mails were asked for last
    asked: Option<Instant>,
    troubled: bool,
}

impl Desk {
    pub fn new(mailer: Mailer, outbox: Outbox, settings: WorkerSettings) -> Desk {
        Desk {
            mailer,
            outbox,
            settings,
            name: format!("{}-{}", std::process::id(), new_id()),
            tasks: JoinSet::new(),
            at_work: HashMap::new(),
            due: BTreeSet::new(),
            moved: Arc::default(),
            ending: watch::Sender::new(false),
            more: true,
            asked: None,
            troubled: false,
        }
    }

    /// Works until `until` comes true, then finishes what has begun.
    pub async fn run(mut self, until: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let mut until = pin!(until);
        let (mailer, outbox) = (self.mailer.clone(), self.outbox.clone());
        let rounds = rounds::go(mailer, outbox, self.settings.sweep, self.ending.subscribe());
        // A drop of this future ends all of them.
        let mut beside = JoinSet::new();
        beside.spawn(rounds);
        let ended = self.work(until.as_mut()).await;
        self.ending.send_replace(true);
        self.drain().await;
        beside.shutdown().await;
        self.mailer.write_times().await;
        Ok(ended?)
    }

    async fn work(
        &mut self,
        mut until: std::pin::Pin<&mut (impl Future<Output = ()> + Send)>,
    ) -> Result<(), StoreError> {
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let moved = self.moved.clone();
        let outbox = self.outbox.clone();
        let mut hungry = true;
        loop {
            if hungry {
                hungry = self.claim().await?;
            }
            let due = self.next_due();
            tokio::select! {
                biased;
                () = &mut until => return Ok(()),
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.note(ended);
                    hungry |= self.more;
                }
                () = moved.notified() => hungry |= self.more,
                () = outbox.rung() => hungry = true,
                () = tokio::time::sleep(due) => hungry = true,
                _ = tick.tick() => hungry = true,
            }
            while let Some(ended) = self.tasks.try_join_next_with_id() {
                self.note(ended);
                hungry |= self.more;
            }
        }
    }

    /// Takes as many mails as can go now. One that can take none asks for none, so that it is not
    /// taken for dead. Whether to ask again at once.
    async fn claim(&mut self) -> Result<bool, StoreError> {
        for carrier in self.mailer.shared.routes.carriers() {
            carrier.refresh().await;
        }
        let (most, resting) = self.room();
        self.more = true;
        if most == 0 && self.asked.is_some_and(|asked| asked.elapsed() < SIGN) {
            return Ok(false);
        }
        let asked = Instant::now();
        self.asked = Some(asked);
        let full = resting.len();
        let claim = Claim {
            worker: self.name.clone(),
            now: self.outbox.clock().now(),
            most,
            lease: self.settings.lease,
            resting,
        };
        match self.outbox.store().claim(claim).await {
            Ok(claimed) => {
                self.troubled = false;
                let again = most > 0 && claimed.len() >= most;
                self.more = again || most == 0 || full > 0;
                if !claimed.is_empty() {
                    crate::crash::here("after_lease");
                }
                for mail in claimed {
                    self.begin(mail, asked + self.settings.lease);
                }
                Ok(again)
            }
            Err(error @ StoreError::Broken { .. }) => Err(error),
            Err(error) => {
                if !std::mem::replace(&mut self.troubled, true) {
                    tracing::warn!("no mails can be taken out of the outbox now: {error}");
                }
                tokio::time::sleep(REST).await;
                Ok(false)
            }
        }
    }

    /// How many mails can go now, and which transports take none.
    fn room(&self) -> (usize, Vec<String>) {
        let carriers = self.mailer.shared.routes.carriers();
        let mut places = 0;
        let mut resting = Vec::new();
        for carrier in carriers {
            match carrier.free() {
                0 => resting.push(carrier.name().to_owned()),
                free => places += free,
            }
        }
        (places.min(self.settings.at_once.saturating_sub(self.tasks.len())), resting)
    }

    fn begin(&mut self, claimed: Claimed, lease_until: Instant) {
        let claimed = Arc::new(claimed);
        let Some(seat) = self.seat(&claimed) else {
            // Its transports are gone from the configuration: it waits for them, or its end.
            let outbox = self.outbox.clone();
            self.tasks.spawn(record::put_off(outbox, claimed));
            return;
        };
        let begun = Arc::<Begun>::default();
        let job = Job {
            mailer: self.mailer.clone(),
            outbox: self.outbox.clone(),
            claimed: claimed.clone(),
            settings: self.settings,
            lease_until,
            begun: begun.clone(),
            ending: self.ending.subscribe(),
            seat,
        };
        let task = self.tasks.spawn(job.run());
        self.at_work.insert(task.id(), (claimed, begun));
    }

    /// A place at the first of its transports that has one; else it waits at the first.
    fn seat(&self, claimed: &Claimed) -> Option<Seat> {
        let names = claimed.pinned.as_ref().map_or(&claimed.route[..], std::slice::from_ref);
        let routes = &self.mailer.shared.routes;
        let mut carriers = names.iter().filter_map(|name| routes.carrier(name));
        let first = carriers.clone().next();
        let carrier = carriers.find(|carrier| carrier.free() > 0).or(first)?;
        Some(Seat::at(carrier, &self.moved))
    }

    /// Takes note of a task that has ended. One that panicked costs its mail an attempt.
    fn note(&mut self, ended: Result<(Id, Option<Millis>), JoinError>) {
        match ended {
            Ok((id, due)) => {
                self.at_work.remove(&id);
                self.due.extend(due);
            }
            Err(error) => {
                let Some((claimed, begun)) = self.at_work.remove(&error.id()) else { return };
                let panicked = Panicked { outbox: self.outbox.clone(), claimed, begun };
                self.tasks.spawn(panicked.record());
            }
        }
    }

    fn next_due(&mut self) -> Duration {
        let now = self.outbox.clock().now();
        let later = self.due.split_off(&(now + 1));
        let passed = !std::mem::replace(&mut self.due, later).is_empty();
        let next = self.due.first().map_or(LOOK, |next| millis(next - now));
        if passed { Duration::ZERO } else { next }
    }

    /// No new leases: what has begun ends, what waits is given back.
    async fn drain(&mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.note(ended);
        }
        match self.outbox.store().release(&self.name, self.outbox.clock().now()).await {
            Ok(0) => {}
            Ok(released) => tracing::debug!(released, "leases were given back"),
            Err(error) => tracing::warn!("leases could not be given back: {error}"),
        }
    }
}

fn millis(millis: Millis) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
