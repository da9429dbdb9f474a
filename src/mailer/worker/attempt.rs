//! An attempt as the log of a mail keeps it, and the line of the process's log.

use super::job::{Ended, Opened, Tale, Try};
use crate::outbox::{Attempt, CAUGHT, Claimed, Next, trace_id};
use crate::transport::{Reply, Taken};

/// Each transport that was asked, in order. What became of the mail stands with the last.
pub(super) fn all(claimed: &Claimed, tale: &Tale, next: &Next) -> Vec<Attempt> {
    let mut attempts: Vec<Attempt> = tale.tries.iter().map(|one| of_try(claimed, one)).collect();
    if let Some(last) = attempts.last_mut() {
        action(next).clone_into(&mut last.action);
        if let Ended::Taken { receipt, .. } = &tale.ended {
            last.reply = receipt.reply.clone().map(pair);
            if receipt.taken == Taken::Caught {
                CAUGHT.clone_into(&mut last.action);
            }
        }
    }
    attempts
}

/// A mail that brought its task down.
pub(super) fn of_panic(claimed: &Claimed, transport: Option<String>, next: &Next) -> Attempt {
    let quarantined = *next == Next::Failed;
    Attempt {
        number: claimed.attempt,
        transport,
        cause: Some(if quarantined { "quarantined" } else { PANICKED }.to_owned()),
        what: Some((
            "the program failed over this mail; the others go on".to_owned(),
            "程序在处理这封邮件时出错，其他邮件不受影响".to_owned(),
        )),
        hint: Some((
            "tell the makers of hongyan, or of your transport".to_owned(),
            "请告知 hongyan 或您的通道的开发者".to_owned(),
        )),
        action: action(next).to_owned(),
        ..Attempt::default()
    }
}

/// The cause of an attempt that brought its task down.
pub(super) const PANICKED: &str = "panicked";

fn of_try(claimed: &Claimed, Try { transport, at, took, error }: &Try) -> Attempt {
    let attempt = Attempt {
        number: claimed.attempt,
        at: *at,
        took: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        transport: Some(transport.clone()),
        action: "next_transport".to_owned(),
        ..Attempt::default()
    };
    let Some(error) = error else { return attempt };
    let two = |text: &crate::diagnostic::Text| (text.en.clone(), text.zh.clone());
    let hint = error.diagnostic().remedy().map(two);
    Attempt {
        stage: Some(error.stage.as_str().to_owned()),
        cause: Some(error.cause.as_str().to_owned()),
        reply: error.reply.clone().map(pair),
        what: Some(two(&error.what)),
        hint,
        ..attempt
    }
}

/// Servers repeat addresses.
fn pair(reply: Reply) -> (String, String) {
    let Reply { code, text } = reply.masked();
    (code, text)
}

fn action(next: &Next) -> &'static str {
    match next {
        Next::Sent => "sent",
        Next::Retry { .. } | Next::Release { .. } => "retry",
        Next::Failed => "failed",
        Next::Expired => "expired",
        Next::Superseded => "superseded",
        Next::Unknown => "hold",
    }
}

/// The lines that operators look for: no address, subject or variable in them.
pub(super) fn log(claimed: &Claimed, opened: &Opened, tale: &Tale, next: &Next) {
    let kind = &claimed.kind;
    let id = &claimed.fence.id;
    let locale = &opened.rendered.locale;
    let trace_id = trace_id(claimed.trace.as_deref()).map(tracing::field::display);
    let to = match &opened.copy_to {
        Some(to) => to.masked(),
        None => opened.rendered.recipients.to.address().masked(),
    };
    match &tale.ended {
        Ended::Taken { transport, receipt, .. } if receipt.taken == Taken::Caught => {
            tracing::info!(%kind, %locale, %transport, %id, trace_id, "Email caught for {to}");
        }
        Ended::Taken { transport, .. } => {
            tracing::info!(%kind, %locale, %transport, %id, trace_id, "Email sent to {to}");
        }
        Ended::Refused { .. } => {
            let Some((Try { transport, .. }, error)) = tale.decisive() else { return };
            let (cause, action) = (error.cause.as_str(), action(next));
            tracing::warn!(
                %kind, %locale, %transport, %id, cause, action, trace_id, "Email not sent to {to}: {error}"
            );
        }
        Ended::Expired => tracing::warn!(%kind, %locale, %id, trace_id, "Email expired for {to}"),
        Ended::Superseded => {
            tracing::info!(%kind, %locale, %id, trace_id, "Email to {to} not sent: a newer one replaces it");
        }
        Ended::GivenBack { .. } => tracing::debug!(%kind, %id, trace_id, "Email waits for {to}"),
        Ended::Lost => {}
    }
}
