//! When a mail could leave: a code that would be void by then is not taken.

use std::time::Duration;

use super::carrier::Carrier;
use crate::catalog::Category;
use crate::diagnostic::Text;
use crate::locale::Duration as Lifetime;
use crate::text;
use crate::transport::{Cause, Retry, SendError, Stage};

/// How long a quota that is used up lasts at least; the day's end is not far wrong.
const USED_UP: Duration = Duration::from_secs(6 * 3_600);

/// Refuses security mail that no transport of its route would let go in time.
///
/// # Errors
/// When to ask again.
pub(super) async fn check(
    category: Category,
    lifetime: Lifetime,
    route: &[&Carrier],
) -> Result<(), SendError> {
    if category != Category::Security {
        return Ok(());
    }
    let lifetime = Duration::from(lifetime);
    let mut late: Option<(Duration, &Carrier)> = None;
    for carrier in route {
        match wait(carrier, category).await {
            Some(wait) if wait < lifetime => return Ok(()),
            Some(wait) if late.is_none_or(|(known, _)| wait < known) => {
                late = Some((wait, carrier))
            }
            _ => {}
        }
    }
    Err(match late {
        Some((wait, carrier)) => too_late(wait, carrier.look().err()),
        None => stopped(route),
    })
}

/// How long a mail waits for a transport; none if it is stopped until somebody changes something.
pub(super) async fn wait(carrier: &Carrier, category: Category) -> Option<Duration> {
    carrier.refresh().await;
    let rest = match carrier.look() {
        Ok(()) => Duration::ZERO,
        Err(SendError { retry: Retry::After(rest), .. }) => rest,
        Err(_) => return None,
    };
    let left = match &carrier.meter {
        Some(meter) => meter.left(carrier.name(), category).await.unwrap_or(1),
        None => 1,
    };
    let quota = if left == 0 { USED_UP } else { Duration::ZERO };
    let ahead = carrier.pacer.as_ref().map_or(Duration::ZERO, |pacer| pacer.expected(category));
    Some(rest.max(quota).max(ahead))
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
fn stopped(route: &[&Carrier]) -> SendError {
    let first = route.iter().find_map(|carrier| Some((carrier.name(), carrier.look().err()?)));
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
