//! Mails into the outbox: rendered, planned and sealed before they are accepted.

use super::carrier::Carrier;
use super::codes::Place;
use super::delivery::Delivery;
use super::wishes::{Enqueued, IdempotencyKey, Wishes};
use super::{Mailer, forecast, new_id, new_mail, sending::needs_outbox};
use crate::catalog::Category;
use crate::compose::{Rendered, Seal, rehearse};
use crate::composer::{Composer, Draft};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::outbox::{Idempotency, Millis, NewMail, Outbox, Submission, Verdict};
use crate::text;

/// A time that has just passed is now: clocks differ, and requests take time.
const JUST_PASSED: Millis = 60_000;
/// How far ahead a mail may be asked for.
const LATEST: Millis = 30 * 86_400_000;

impl Mailer {
    /// The outbox, where there is one.
    pub fn outbox(&self) -> Option<&Outbox> {
        self.shared.outbox.as_ref()
    }

    /// The names of the transports that can carry a mail, in the order in which they are tried.
    ///
    /// # Errors
    /// Why none of them can.
    pub fn plan(&self, rendered: &Rendered) -> Result<Vec<String>, Error> {
        let route = self.shared.routes.plan(rendered)?;
        Ok(route.iter().map(|carrier| carrier.name().to_owned()).collect())
    }

    /// What is wrong with a mail that is asked for, as far as it is known before it is rendered.
    pub fn check(&self, draft: &Draft, send_at: Option<i64>) -> Diagnostics {
        let mut faults = self.composer().faults(draft);
        if let (Some(outbox), Some(wanted)) = (self.outbox(), send_at) {
            faults.extend(when(wanted, outbox.clock().now()).err());
        }
        faults
    }

    /// Renders mails and puts them into the outbox: all of them or none. It returns once they are
    /// durable. A request that was taken before gets its first answer, whatever holds by now.
    ///
    /// # Errors
    /// What is wrong with a draft; why the outbox refuses them ([`Error::refusal`]) or cannot take
    /// them now ([`Error::store`]); that a code could not leave before it is void.
    pub async fn enqueue(&self, drafts: &[Draft], wishes: &Wishes) -> Result<Enqueued, Error> {
        let composer = self.composer();
        self.once(&composer, wishes, || drafts.iter().map(|draft| composer.render(draft)).collect())
            .await
    }

    /// The same for mails that were rendered already.
    ///
    /// # Errors
    /// As [`Mailer::enqueue`].
    pub async fn enqueue_rendered(
        &self,
        mails: Vec<Rendered>,
        wishes: &Wishes,
    ) -> Result<Enqueued, Error> {
        self.once(&self.composer(), wishes, || Ok(mails)).await
    }

    /// One mail, as those see it who send.
    pub(super) async fn send_later(
        &self,
        draft: &Draft,
        wishes: &Wishes,
    ) -> Result<Delivery, Error> {
        let composer = self.composer();
        let mut transport = String::new();
        let rendered = || {
            let rendered = composer.render(draft)?;
            transport = self.shared.routes.plan(&rendered)?[0].name().to_owned();
            Ok(vec![rendered])
        };
        let mut taken = self.once(&composer, wishes, rendered).await?;
        let ticket = taken.tickets.pop().ok_or_else(|| needs_outbox("send"))?;
        Ok(Delivery::queued(ticket, draft.kind.clone(), draft.to.address().masked(), transport))
    }

    /// The answer of before, else that to the mails of now: what is wrong with them, and with the
    /// time at which they are to leave, is told at once.
    async fn once(
        &self,
        composer: &Composer,
        wishes: &Wishes,
        mails: impl FnOnce() -> Result<Vec<Rendered>, Diagnostics>,
    ) -> Result<Enqueued, Error> {
        let outbox = self.outbox().ok_or_else(|| needs_outbox("enqueue"))?;
        let idempotency = wishes.idempotency.as_ref().map(|key| asked(outbox, key));
        if let Some(idempotency) = &idempotency
            && let Some(verdict) = outbox.store().answered(idempotency).await?
        {
            return told(verdict);
        }
        let now = outbox.clock().now();
        let send_at = wishes.send_at.map_or(Ok(now), |wanted| when(wanted, now));
        let (mails, send_at) = match (mails(), send_at) {
            (Ok(mails), Ok(send_at)) => (mails, send_at),
            (mails, send_at) => {
                let mut faults = mails.err().unwrap_or_default();
                faults.extend(send_at.err());
                return Err(faults.into());
            }
        };
        let order = Order { composer, outbox, wishes, now, send_at };
        self.take(&order, idempotency, &mails).await
    }

    async fn take(
        &self,
        order: &Order<'_>,
        idempotency: Option<Idempotency>,
        mails: &[Rendered],
    ) -> Result<Enqueued, Error> {
        let Order { composer, outbox, wishes, now, send_at } = *order;
        let mut limited = false;
        let mut taken = Vec::with_capacity(mails.len());
        let mut places = Vec::new();
        for rendered in mails {
            let request = Request { composer, outbox, rendered, wishes, now, send_at };
            let route = self.shared.routes.plan(rendered)?;
            places.extend(self.place(&request, &route).await?);
            let (mail, counts) = self.accept(&request, &route)?;
            limited |= counts;
            taken.push(mail);
        }
        let caps = if limited { self.caps(outbox, wishes) } else { Vec::new() };
        let submission = Submission { now, idempotency, caps, mails: taken };
        let verdict = outbox.store().accept(submission).await?;
        if matches!(verdict, Verdict::Accepted(_)) {
            places.iter().for_each(Place::keep);
        }
        crate::crash::here("after_accept");
        outbox.ring();
        self.look_for_worker();
        told(verdict)
    }

    /// The place of a code among those that wait; it is refused where its turn would come too late.
    async fn place(
        &self,
        request: &Request<'_>,
        route: &[&Carrier],
    ) -> Result<Option<Place>, Error> {
        let Request { composer, rendered, now, send_at, .. } = *request;
        if send_at > now || rendered.category != Category::Security {
            return Ok(None);
        }
        let lifetime = composer.catalog().kind(&rendered.kind)?.lives(&rendered.vars);
        Ok(forecast::check(&self.shared.routes, route, lifetime).await?)
    }

    /// Seals and rehearses one mail, so that what is accepted can be sent; and whether it counts
    /// towards limits.
    fn accept(&self, request: &Request<'_>, route: &[&Carrier]) -> Result<(NewMail, bool), Error> {
        let Request { composer, rendered, .. } = *request;
        let kind = composer.catalog().kind(&rendered.kind)?;
        let seal = self.seal(rendered, route[0])?;
        let adapted = rehearse(rendered, &seal, route[0].transport.profile())?;
        let limited = self.shared.limits.hold_for(route[0]);
        let mut mail = new_mail::new(request, kind, &seal, &adapted);
        mail.route = route.iter().map(|carrier| carrier.name().to_owned()).collect();
        if limited {
            mail.limits = self.shared.limits.of(kind, request);
        }
        Ok((mail, limited))
    }

    fn caps(&self, outbox: &Outbox, wishes: &Wishes) -> Vec<crate::outbox::Limit> {
        wishes.caps.iter().cloned().chain(self.shared.limits.global(outbox)).collect()
    }

    /// In the outbox ids are never those of a fixed clock: two equal mails are two mails.
    fn seal(&self, rendered: &Rendered, first: &Carrier) -> Result<Seal, Error> {
        let from = rendered.recipients.from.as_ref();
        let from = from.unwrap_or(&first.transport.profile().from);
        let date = self.shared.epoch.unwrap_or_else(super::now);
        Ok(Seal::new(&new_id(), date, from)?)
    }
}

/// What all mails of a request share.
#[derive(Clone, Copy)]
struct Order<'a> {
    composer: &'a Composer,
    outbox: &'a Outbox,
    wishes: &'a Wishes,
    now: Millis,
    send_at: Millis,
}

/// A request as the store knows it again.
fn asked(outbox: &Outbox, key: &IdempotencyKey) -> Idempotency {
    Idempotency {
        key: outbox.hash("request", &[key.scope.as_bytes(), key.key.as_bytes()]),
        body: outbox.hash("body", &[&key.body]),
    }
}

fn told(verdict: Verdict) -> Result<Enqueued, Error> {
    match verdict {
        Verdict::Accepted(tickets) => Ok(Enqueued { tickets, replayed: false }),
        Verdict::Replayed(tickets) => Ok(Enqueued { tickets, replayed: true }),
        Verdict::Refused(refusal) => Err(refusal.into()),
    }
}

/// One mail that is asked for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub composer: &'a Composer,
    pub outbox: &'a Outbox,
    pub rendered: &'a Rendered,
    pub wishes: &'a Wishes,
    pub now: Millis,
    pub send_at: Millis,
}

/// When a mail may leave that is asked for at a time. Its lifetime is counted from then on.
fn when(wanted: i64, now: Millis) -> Result<Millis, Diagnostic> {
    let wanted = wanted.saturating_mul(1_000);
    let refused = |title| Err(Diagnostic::error(Code::SendAtRefused, title).pointer("/send_at"));
    match wanted - now {
        ahead if ahead < -JUST_PASSED => {
            refused(text!("`send_at` has passed", "`send_at` 已经过去"))
        }
        ahead if ahead > LATEST => {
            refused(text!("`send_at` is more than 30 days ahead", "`send_at` 不能晚于 30 天之后"))
        }
        _ => Ok(wanted.max(now)),
    }
}
