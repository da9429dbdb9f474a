//! What the log says of a transport when it begins to take nothing, and when it takes mails again.

use std::time::Duration;

use super::now;
use crate::locale::Instant as Moment;
use crate::transport::SendError;

/// It takes nothing for so long; none: until somebody has changed something.
pub(super) fn opened(transport: &str, error: &SendError, rest: Option<Duration>) {
    let cause = error.cause.as_str();
    let fault = error.diagnostic();
    let help = fault.remedy().map(|hint| format!("; help: {}", hint.en)).unwrap_or_default();
    match rest {
        None => tracing::error!(
            transport,
            cause,
            "the transport is stopped until its settings are renewed (a restart, or SIGHUP): \
             {error}{help}"
        ),
        Some(rest) => {
            let until = until(rest);
            tracing::warn!(
                transport,
                cause,
                "the transport rests, and is tried again at {until}: {error}{help}"
            );
        }
    }
}

/// It takes mails again.
pub(super) fn closed(transport: &str) {
    tracing::info!(transport, "the transport takes mails again");
}

fn until(rest: Duration) -> Moment {
    let seconds = i64::try_from(rest.as_secs() + 1).unwrap_or(i64::MAX);
    Moment::from_unix_seconds(now().saturating_add(seconds)).unwrap_or(Moment::EPOCH)
}
