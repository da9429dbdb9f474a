//! Mails into the outbox: rendered, planned and sealed before they are accepted.

use std::sync::Arc;

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
use crate::mail::Mailbox;
use crate::outbox::{Idempotency, Millis, NewMail, Outbox, Submission, Verdict};
use crate::text;

/// A time that has just passed is now: clocks differ, and requests take time.
const JUST_PASSED: Millis = 60_000;
/// How far ahead a mail may be asked for.
const LATEST: Millis = 30 * 86_400_000;
/// How many mails, and bytes attached to them, are rendered and sealed at once by whoever asks.
const FEW: usize = 8;
const SMALL: usize = 256 * 1024;

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
        self.once(&composer, wishes, render(&composer, drafts)).await
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
        self.once(&self.composer(), wishes, async { Ok(mails) }).await
    }

    /// One mail, as those see it who send.
    pub(super) async fn send_later(
        &self,
        draft: &Draft,
        wishes: &Wishes,
    ) -> Result<Delivery, Error> {
        let composer = self.composer();
        let mut transport = String::new();
        let rendered = async {
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
        composer: &Arc<Composer>,
        wishes: &Wishes,
        mails: impl Future<Output = Result<Vec<Rendered>, Diagnostics>> + Send,
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
        let (mails, send_at) = match (mails.await, send_at) {
            (Ok(mails), Ok(send_at)) => (mails, send_at),
            (mails, send_at) => {
                let mut faults = mails.err().unwrap_or_default();
                faults.extend(send_at.err());
                return Err(faults.into());
            }
        };
        let order = Order { composer, outbox, wishes, now, send_at };
        self.take(&order, idempotency, mails).await
    }

    async fn take(
        &self,
        order: &Order<'_>,
        idempotency: Option<Idempotency>,
        mails: Vec<Rendered>,
    ) -> Result<Enqueued, Error> {
        let Order { outbox, wishes, now, .. } = *order;
        let mut places = Vec::new();
        for rendered in &mails {
            places.extend(self.place(order, rendered).await?);
        }
        let sealed = self.sealed(order, mails).await?;
        let limited = sealed.iter().any(|(_, limited)| *limited);
        let caps = if limited { self.caps(outbox, wishes) } else { Vec::new() };
        let mails = sealed.into_iter().map(|(mail, _)| mail).collect();
        let submission = Submission { now, idempotency, caps, mails };
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
    async fn place(&self, order: &Order<'_>, rendered: &Rendered) -> Result<Option<Place>, Error> {
        let Order { composer, now, send_at, .. } = *order;
        if send_at > now || rendered.category != Category::Security {
            return Ok(None);
        }
        let route = self.shared.routes.plan(rendered)?;
        let lifetime = composer.catalog().kind(&rendered.kind)?.lives(&rendered.vars);
        Ok(forecast::check(&self.shared.routes, &route, lifetime).await?)
    }

    /// All mails as the outbox keeps them, and which count towards limits. What takes long is done
    /// where it holds up nobody else.
    async fn sealed(
        &self,
        order: &Order<'_>,
        mails: Vec<Rendered>,
    ) -> Result<Vec<(NewMail, bool)>, Error> {
        let seal_all = |mailer: &Mailer, order: &Order<'_>, mails: &[Rendered]| {
            mails.iter().map(|rendered| mailer.accept(&order.request(rendered))).collect()
        };
        let attached = mails.iter().flat_map(|mail| &mail.attachments);
        let attached: usize = attached.map(|file| file.bytes().len()).sum();
        if mails.len() <= FEW && attached <= SMALL {
            return seal_all(self, order, &mails);
        }
        let Order { now, send_at, .. } = *order;
        let (mailer, composer) = (self.clone(), Arc::clone(order.composer));
        let (outbox, wishes) = (order.outbox.clone(), order.wishes.clone());
        aside(move || {
            let (composer, outbox, wishes) = (&composer, &outbox, &wishes);
            seal_all(&mailer, &Order { composer, outbox, wishes, now, send_at }, &mails)
        })
        .await
    }

    /// Plans, seals and rehearses one mail, so that what is accepted can be sent; and whether it
    /// counts towards limits.
    fn accept(&self, request: &Request<'_>) -> Result<(NewMail, bool), Error> {
        let Request { composer, rendered, .. } = *request;
        let kind = composer.catalog().kind(&rendered.kind)?;
        let route = self.shared.routes.plan(rendered)?;
        let seal = self.seal(rendered, route[0])?;
        let adapted = rehearse(rendered, &seal, route[0].transport.profile())?;
        let limited = self.shared.limits.hold_for(route[0]);
        let mut mail = new_mail::new(request, kind, &seal, &adapted);
        mail.route = route.iter().map(|carrier| carrier.name().to_owned()).collect();
        if limited {
            let limits = |to: &Mailbox| self.shared.limits.of(kind, request, to.address());
            mail.limits = limits(&rendered.recipients.to);
            for (copy, to) in mail.copies.iter_mut().zip(rendered.recipients.copies()) {
                copy.limits = limits(to);
            }
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
    composer: &'a Arc<Composer>,
    outbox: &'a Outbox,
    wishes: &'a Wishes,
    now: Millis,
    send_at: Millis,
}

impl<'a> Order<'a> {
    fn request(&self, rendered: &'a Rendered) -> Request<'a> {
        let Order { composer, outbox, wishes, send_at, .. } = *self;
        Request { composer, outbox, rendered, wishes, send_at }
    }
}

/// Mails out of drafts; many of them where they hold up nobody else.
async fn render(composer: &Arc<Composer>, drafts: &[Draft]) -> Result<Vec<Rendered>, Diagnostics> {
    let render_all = |composer: &Composer, drafts: &[Draft]| {
        drafts.iter().map(|draft| composer.render(draft)).collect()
    };
    if drafts.len() <= FEW {
        return render_all(composer, drafts);
    }
    let (composer, drafts) = (Arc::clone(composer), drafts.to_vec());
    aside(move || render_all(&composer, &drafts)).await
}

/// Does what takes long beside the threads that everybody shares.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and this with it.
            Err(_) => std::future::pending().await,
        },
    }
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
