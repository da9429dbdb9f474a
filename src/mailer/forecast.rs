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

/// How long a quota that is used up lasts at least; the day's end is not far wrong.
const USED_UP: Duration = Duration::from_secs(6 * 3_600);

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
    rests: &[(&Carrier, Option<Duration>)],
    ahead: &Ahead<'_>,
    lifetime: Duration,
) -> Result<(), SendError> {
    let wait =
        |&(carrier, rest): &(_, Option<Duration>)| Some((rest?.max(ahead.at(carrier)), carrier));
    match rests.iter().filter_map(wait).min_by_key(|(wait, _)| *wait) {
        Some((wait, _)) if wait < lifetime => Ok(()),
        Some((wait, carrier)) => Err(too_late(wait, carrier.look().err())),
        None => Err(stopped(rests.iter().map(|(carrier, _)| *carrier))),
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
    each.map(|(carrier, rest)| Some(rest?.max(ahead.at(carrier)))).collect()
}

/// For how long a transport takes no code; none if it is stopped until somebody changes something.
async fn rest(carrier: &Carrier) -> Option<Duration> {
    carrier.refresh().await;
    let rest = match carrier.look() {
        Ok(()) => Duration::ZERO,
        Err(SendError { retry: Retry::After(rest), .. }) => rest,
        Err(_) => return None,
    };
    let left = match &carrier.meter {
        Some(meter) => meter.left(carrier.name(), Category::Security).await.unwrap_or(1),
        None => 1,
    };
    Some(if left == 0 { rest.max(USED_UP) } else { rest })
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
fn too_late(wait: Duration, rests: Option<SendError>) -> SendError {
    let what = text!(
        "no transport would let the mail leave before it is void, so it was not taken",
        "没有通道能在邮件失效前将其发出，因此没有接收"
    );
    let (cause, hint) = rests.map_or((Cause::Transient, None), |rests| (rests.cause, rests.hint));
    SendError { hint, ..SendError::new(Stage::Prepare, cause, what).retry(Retry::After(wait)) }
}

/// Time does not help: every transport waits until somebody changes something.
fn stopped<'a>(mut route: impl Iterator<Item = &'a Carrier>) -> SendError {
    let first = route.find_map(|carrier| Some((carrier.name(), carrier.look().err()?)));
    let Some((name, SendError { cause, hint, .. })) = first else {
        return too_late(USED_UP, None);
    };
    let Text { en, zh } = cause.describe();
    let what = text!(
        "the transport `{name}` is stopped until its operator acts, because of this: {en}; the mail would be void by then, so it was not taken",
        "通道 `{name}` 已停用，需由运维人员处理，原因：{zh}；届时邮件已失效，因此没有接收"
    );
    SendError::new(Stage::Prepare, cause, what).hint(for_operators(hint))
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
