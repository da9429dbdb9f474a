//! Faults of the outbox: what it refuses, and what keeps it from working.

use super::ErrorKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::outbox::{Refusal, StoreError, Unusable, whole_seconds};
use crate::text;

pub(super) fn kind_of_refusal(refusal: &Refusal) -> ErrorKind {
    match refusal {
        Refusal::Limited { .. } => ErrorKind::Transient,
        Refusal::Suppressed { .. } => ErrorKind::Refused,
        Refusal::KeyReused => ErrorKind::Mail,
    }
}

pub(super) fn kind_of_store(error: &StoreError) -> ErrorKind {
    match error {
        StoreError::Busy { .. } | StoreError::LeaseLost { .. } => ErrorKind::Transient,
        StoreError::NotFound { .. }
        | StoreError::WrongState { .. }
        | StoreError::BodyErased { .. } => ErrorKind::Mail,
        StoreError::KeyMalformed
        | StoreError::KeyUnreadable { .. }
        | StoreError::Unusable {
            why: Unusable::OtherKey | Unusable::Newer { .. } | Unusable::NotOurs,
            ..
        } => ErrorKind::Configuration,
        _ => ErrorKind::Io,
    }
}

pub(super) fn refusal(refusal: &Refusal) -> Diagnostic {
    match refusal {
        Refusal::Limited { mail, limit, retry_after } => {
            let seconds = whole_seconds(*retry_after);
            let title = text!("the limit `{limit}` is reached", "已达到限额 `{limit}`");
            let hint = text!("there is room again in {seconds} s", "{seconds} 秒后可以再发");
            at(*mail, Diagnostic::error(Code::LimitReached, title).hint(hint))
        }
        Refusal::Suppressed { mail, to, reason, .. } => {
            let title = text!(
                "the recipient {to} refused mail for good before: {reason}",
                "收件人 {to} 此前已永久拒收：{reason}"
            );
            let hint = text!(
                "once the address works again: `hongyan outbox suppressions --lift ADDRESS`",
                "地址恢复后，请用 `hongyan outbox suppressions --lift 地址` 解除"
            );
            at(*mail, Diagnostic::error(Code::RecipientSuppressed, title).hint(hint))
        }
        Refusal::KeyReused => {
            let title = text!(
                "the idempotency key was used for another request",
                "该幂等键已用于另一个请求"
            );
            let hint = text!("use a new key for a new mail", "新的邮件请使用新的幂等键");
            Diagnostic::error(Code::IdempotencyKeyReused, title).hint(hint)
        }
    }
}

/// Of several mails, which one.
fn at(mail: Option<usize>, fault: Diagnostic) -> Diagnostic {
    match mail {
        Some(mail) if mail > 0 => fault.pointer(format!("/to/{mail}")),
        Some(_) => fault.pointer("/to"),
        None => fault,
    }
}
