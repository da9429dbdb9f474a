//! When a mail could leave: a code that would be void by then is not taken.

use std::time::Duration;

use super::carrier::Carrier;
use super::codes::Place;
use super::routes::Routes;
use super::spread::{Paced, spread};
use crate::catalog::Category;
use crate::diagnostic::Text;
use crate::locale::Duration as Lifetime;
use crate::text;
use crate::transport::{Cause, Retry, SendError, Stage};

/// What a transport does with codes now.
enum Rest {
    /// It takes none for so long, and why, where it is for more than its pace
    For(Duration, Option<SendError>),
    /// It takes none until somebody has changed something
    Stopped(SendError),
}

/// Refuses a code that no transport of its route would let go in time. One that may come has its
/// place among those that wait, where there is a pace to wait for.
///
/// # Errors
/// When to ask again.
pub(super) async fn check(
    routes: &Routes,
    route: &[&Carrier],
    lifetime: Lifetime,
) -> Result<Option<Place>, SendError> {
    let mut rests = Vec::with_capacity(route.len());
    for carrier in route {
        rests.push((*carrier, rest(carrier).await));
    }
    let lifetime = Duration::from(lifetime);
    match routes.codes() {
        Some(codes) if route.iter().any(|carrier| carrier.pacer.is_some()) => {
            codes.refresh().await;
            let names = route.iter().map(|carrier| carrier.name().to_owned()).collect();
            let may = |waiting: &[_]| in_time(&rests, &Ahead::of(routes, waiting), lifetime);
            codes.join(names, may).map(Some)
        }
        _ => in_time(&rests, &Ahead::default(), lifetime).map(|()| None),
    }
}

/// Whether a transport lets a code go in time.
fn in_time(
    rests: &[(&Carrier, Rest)],
    ahead: &Ahead<'_>,
    lifetime: Duration,
) -> Result<(), SendError> {
    let mut soonest: Option<(Duration, Option<&SendError>)> = None;
    let mut stops = None;
    for (carrier, rest) in rests {
        match rest {
            Rest::Stopped(why) => stops = stops.or(Some((*carrier, why))),
            Rest::For(rest, why) => {
                let wait = ahead.at(carrier).max(*rest);
                if soonest.is_none_or(|(known, _)| wait < known) {
                    soonest = Some((wait, why.as_ref()));
                }
            }
        }
    }
    match (soonest, stops) {
        (Some((wait, why)), _) if wait >= lifetime => Err(too_late(wait, why)),
        (None, Some((carrier, why))) => Err(stopped(carrier.name(), why)),
        _ => Ok(()),
    }
}

/// How long a code that comes now would wait for each transport; none for one that is stopped until
/// somebody changes something.
pub(super) async fn waits(routes: &Routes) -> Vec<Option<Duration>> {
    let mut rests = Vec::with_capacity(routes.carriers().len());
    for carrier in routes.carriers() {
        rests.push(rest(carrier).await);
    }
    let mut waiting = Vec::new();
    if let Some(codes) = routes.codes() {
        codes.refresh().await;
        waiting = codes.waiting();
    }
    let ahead = Ahead::of(routes, &waiting);
    let each = routes.carriers().iter().zip(rests);
    let wait = |(carrier, rest): (&Carrier, Rest)| match rest {
        Rest::For(rest, _) => Some(rest.max(ahead.at(carrier))),
        Rest::Stopped(_) => None,
    };
    each.map(wait).collect()
}

async fn rest(carrier: &Carrier) -> Rest {
    carrier.refresh().await;
    let (rest, why) = match carrier.look() {
        Ok(()) => (Duration::ZERO, None),
        Err(error) => match error.retry {
            Retry::After(rest) => (rest, Some(error)),
            _ => return Rest::Stopped(error),
        },
    };
    let spent = match &carrier.meter {
        Some(meter) => meter.used_up(carrier.name(), Category::Security).await,
        None => None,
    };
    match spent {
        Some(SendError { retry: Retry::After(left), .. }) if left > rest => Rest::For(left, spent),
        _ => Rest::For(rest, why),
    }
}

/// How long the codes that wait keep each transport with a pace busy.
#[derive(Default)]
struct Ahead<'a>(Vec<(&'a Carrier, Paced)>);

impl<'a> Ahead<'a> {
    /// With what waits for each route. What has the fewest transports to choose from goes first.
    fn of(routes: &'a Routes, waiting: &[(Vec<String>, u64)]) -> Ahead<'a> {
        let paced = |carrier: &'a Carrier| {
            let pacer = carrier.pacer.as_ref()?;
            let between = pacer.between().as_secs_f64();
            Some((carrier, Paced { between, busy: between * pacer.hurried() as f64 }))
        };
        let mut ahead = Ahead(routes.carriers().iter().filter_map(paced).collect());
        let mut waiting: Vec<_> = waiting.iter().filter(|(_, count)| *count > 0).collect();
        waiting.sort_by_key(|(route, _)| route.len());
        for (route, count) in waiting {
            ahead.add(&open(routes, route), *count);
        }
        ahead
    }

    fn add(&mut self, route: &[&Carrier], count: u64) {
        // One without a pace takes all of them.
        if route.iter().any(|carrier| carrier.pacer.is_none()) {
            return;
        }
        let on = |carrier: &Carrier| route.iter().any(|one| one.name() == carrier.name());
        let (mut its, mut others): (Vec<_>, Vec<_>) =
            self.0.drain(..).partition(|(carrier, _)| on(carrier));
        spread(count, its.iter_mut().map(|(_, paced)| paced));
        others.append(&mut its);
        self.0 = others;
    }

    fn at(&self, carrier: &Carrier) -> Duration {
        let own = self.0.iter().find(|(known, _)| known.name() == carrier.name());
        own.map_or(Duration::ZERO, |(_, paced)| {
            Duration::try_from_secs_f64(paced.busy).unwrap_or(Duration::MAX)
        })
    }
}

/// The transports of a route that take mails; all of them where none does.
fn open<'a>(routes: &'a Routes, route: &[String]) -> Vec<&'a Carrier> {
    let known: Vec<&Carrier> = route.iter().filter_map(|name| routes.carrier(name)).collect();
    let open: Vec<&Carrier> =
        known.iter().copied().filter(|carrier| carrier.look().is_ok()).collect();
    if open.is_empty() { known } else { open }
}

/// Time helps, but not in time. A transport that rests says why.
fn too_late(wait: Duration, why: Option<&SendError>) -> SendError {
    let what = text!(
        "no transport would let the mail leave before it is void, so it was not taken",
        "没有通道能在邮件失效前将其发出，因此没有接收"
    );
    let (cause, hint, what) = match why {
        Some(SendError { cause: Cause::Quota, what: Text { en, zh }, .. }) => {
            let hint = text!(
                "raise `quota` in `hongyan.yaml` if the provider allows more, or add a transport to the route",
                "如服务商允许，请在 `hongyan.yaml` 中调高 `quota`，或在路由中增加通道"
            );
            let until = text!(
                "{en}, and the mail would be void before the next day begins, so it was not taken",
                "{zh}，而邮件在次日之前就会失效，因此没有接收"
            );
            (Cause::Quota, Some(hint), until)
        }
        Some(why) => (why.cause, why.hint.clone(), what),
        None => (Cause::Transient, None, what),
    };
    SendError { hint, ..SendError::new(Stage::Prepare, cause, what).retry(Retry::After(wait)) }
}

/// Time does not help: every transport waits until somebody changes something.
fn stopped(name: &str, why: &SendError) -> SendError {
    let cause = why.cause;
    let Text { en, zh } = cause.describe();
    let what = text!(
        "the transport `{name}` is stopped until its operator acts, because of this: {en}; the mail would be void by then, so it was not taken",
        "通道 `{name}` 已停用，需由运维人员处理，原因：{zh}；届时邮件已失效，因此没有接收"
    );
    SendError::new(Stage::Prepare, cause, what).hint(for_operators(why.hint.clone()))
}

fn for_operators(hint: Option<Text>) -> Text {
    let Text { en, zh } = hint.unwrap_or_else(|| {
        text!("`hongyan outbox stats` says what is wrong", "`hongyan outbox stats` 会说明原因")
    });
    text!(
        "this is for the operators of the service: {en}; then restart `hongyan serve` or `hongyan worker`, or send it SIGHUP",
        "请服务的运维人员处理：{zh}；处理后重启 `hongyan serve` 或 `hongyan worker`，或向其发送 SIGHUP"
    )
}
