//! A transport with what is known of it: its breaker, its pace, its quota.

use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "outbox")]
use super::board::Board;
use super::gate::{Gate, Pass};
use super::meter::Meter;
use super::pacer::Pacer;
#[cfg(feature = "outbox")]
use super::seats::Seats;
use crate::catalog::Category;
use crate::config::{Pace, Quota};
use crate::locale::Date;
#[cfg(feature = "outbox")]
use crate::outbox::Outbox;
use crate::transport::{Cause, HandOver, Outgoing, Receipt, SendError, Stage, Transport};

/// The leave to try a transport, counted in its quota.
pub(super) struct Admission {
    pass: Pass,
    day: Option<Date>,
}

/// One transport of a mailer.
pub(super) struct Carrier {
    pub transport: Arc<dyn Transport>,
    /// Whether mails leave this machine by it
    pub is_real: bool,
    pub pacer: Option<Pacer>,
    pub meter: Option<Meter>,
    #[cfg(feature = "outbox")]
    pub seats: Seats,
    gate: Gate,
}

impl Carrier {
    pub fn new(transport: Arc<dyn Transport>) -> Carrier {
        Carrier {
            transport,
            is_real: false,
            pacer: None,
            meter: None,
            #[cfg(feature = "outbox")]
            seats: Seats::default(),
            gate: Gate::default(),
        }
    }

    /// With what `hongyan.yaml` says of it.
    pub fn limited(self, pace: Option<Pace>, quota: Option<Quota>) -> Carrier {
        Carrier { pacer: pace.and_then(Pacer::new), meter: quota.map(Meter::new), ..self }
    }

    /// The transport's name.
    pub fn name(&self) -> &str {
        self.transport.name()
    }

    /// Delivers a mail when it is its turn, for which it waits no longer than `patience`. The
    /// mail's time begins when the turn comes.
    pub async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
        patience: Duration,
    ) -> Result<Receipt, SendError> {
        let time = mail.deadline.saturating_duration_since(Instant::now());
        self.turn(mail.rendered.category, patience).await?;
        let leave = self.admit(mail.rendered.category).await?;
        let mail = Outgoing { deadline: Instant::now() + time, ..mail };
        self.carry(leave, mail, handing_over).await
    }

    /// Returns when it is a mail's turn, for which it waits no longer than `patience`.
    ///
    /// # Errors
    /// The transport rests, or its pace lets no mail go in this time.
    pub async fn turn(&self, category: Category, patience: Duration) -> Result<(), SendError> {
        self.look()?;
        match &self.pacer {
            Some(pacer) => pacer.turn(category, patience).await,
            None => Ok(()),
        }
    }

    /// Lets a mail in whose turn it is, and counts it.
    ///
    /// # Errors
    /// The transport rests, or its quota is used up: it is not asked.
    pub async fn admit(&self, category: Category) -> Result<Admission, SendError> {
        let pass = self.gate.admit(self.name()).await?;
        let day = match &self.meter {
            Some(meter) => Some(meter.take(self.name(), category).await?),
            None => None,
        };
        Ok(Admission { pass, day })
    }

    /// Delivers a mail that was let in.
    ///
    /// # Errors
    /// What the transport says.
    pub async fn carry(
        &self,
        admission: Admission,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        self.attend(admission, &mail, self.transport.deliver(mail, handing_over)).await
    }

    /// Takes note of how the delivery of a mail ends that was let in.
    ///
    /// # Errors
    /// What the delivery says.
    pub async fn attend(
        &self,
        Admission { pass, day }: Admission,
        mail: &Outgoing<'_>,
        delivery: impl Future<Output = Result<Receipt, SendError>> + Send,
    ) -> Result<Receipt, SendError> {
        let result = delivery.await;
        let error = result.as_ref().err();
        if error.is_none_or(|error| !self.is_of_this_mail(error, mail)) {
            self.gate.ended(self.name(), pass, error).await;
        }
        let unsent = error.is_some_and(|error| !error.in_doubt());
        if let (Some(meter), Some(day), true) = (&self.meter, day, unsent) {
            meter.give_back(self.name(), day).await;
        }
        result
    }

    /// Whether it rests.
    ///
    /// # Errors
    /// Why, and for how long.
    pub fn look(&self) -> Result<(), SendError> {
        self.gate.look(self.name())
    }

    /// Hears what other processes know of it.
    #[cfg(feature = "outbox")]
    pub async fn refresh(&self) {
        self.gate.refresh(self.name()).await;
    }

    /// How many mails it takes now.
    #[cfg(feature = "outbox")]
    pub fn free(&self) -> usize {
        let free = match self.look() {
            Ok(()) => self.seats.free(self.pacer.as_ref()),
            Err(_) => 0,
        };
        // The first mail after a rest tells whether it is over.
        match self.gate.is_half_open(self.name()) {
            true => free.min(1_usize.saturating_sub(self.seats.taken())),
            false => free,
        }
    }

    /// A sender of the mail's own that is refused says nothing of the transport's.
    fn is_of_this_mail(&self, error: &SendError, mail: &Outgoing<'_>) -> bool {
        let own = mail.message.envelope().from != *self.transport.profile().from.address();
        own && error.cause == Cause::Configuration && error.stage >= Stage::Mail
    }

    /// Lets it be tried again after it was stopped.
    pub fn resume(&self) {
        self.gate.resume(self.name());
    }

    /// Its settings were changed.
    #[cfg(feature = "outbox")]
    pub async fn renewed(&self) {
        self.gate.renewed(self.name()).await;
    }

    /// Counts its quota, and tells how it does, where all processes see it.
    #[cfg(feature = "outbox")]
    pub fn keep_in(&mut self, outbox: &Outbox, board: &Arc<Board>) {
        if let Some(meter) = &mut self.meter {
            meter.keep_in(outbox);
        }
        self.gate.join(board);
    }
}
