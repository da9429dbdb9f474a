//! When a mail could leave: a code that would be void by then is not taken.

use std::time::Duration;

use super::carrier::Carrier;
use crate::catalog::Category;
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
    let mut shortest: Option<Duration> = None;
    for carrier in route {
        let wait = wait(carrier, category).await;
        if wait.is_some_and(|wait| wait < lifetime) {
            return Ok(());
        }
        shortest = shortest.into_iter().chain(wait).min();
    }
    Err(too_late(shortest))
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

fn too_late(shortest: Option<Duration>) -> SendError {
    let what = text!(
        "no transport would let the mail leave before it is void, so it was not taken",
        "没有通道能在邮件失效前将其发出，因此没有接收"
    );
    let error = SendError::new(Stage::Prepare, Cause::Transient, what);
    match shortest {
        Some(wait) => error.retry(Retry::After(wait)),
        None => error,
    }
}
