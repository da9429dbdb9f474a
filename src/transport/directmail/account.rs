//! What the provider says of the account: the question that shows whether credentials work.

use serde_json::Value as Json;

use super::answer::refusal;
use super::exchange::{Answer, Call};
use super::said::Said;
use super::{DirectMailTransport, Instant};
use crate::text;
use crate::transport::{Cause, SendError};

const ACTION: &str = "DescAccountSummary";

/// An account of DirectMail. What the provider did not tell is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountSummary {
    /// How many mails a day
    pub daily_quota: Option<u64>,
    /// How many mails a month
    pub month_quota: Option<u64>,
    /// The level of reputation that the quotas follow from
    pub quota_level: Option<u64>,
    /// Whether it may send
    pub status: AccountStatus,
    /// How far this machine's clock is behind the server's, in seconds; 15 minutes are refused
    pub clock_behind: Option<i64>,
}

/// Whether an account may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountStatus {
    /// It may
    Normal,
    /// Frozen by the provider
    Frozen,
    /// Its bill is not paid
    Overdue,
    /// It may send less than usual
    Limited,
    /// It is gone
    Deleted,
    /// The provider said nothing that is known
    Unknown,
}

impl DirectMailTransport {
    /// Asks for quota and state of the account. Nothing is sent.
    ///
    /// # Errors
    /// As [`deliver`](crate::transport::Transport::deliver), but never in doubt.
    pub async fn describe_account(&self, deadline: Instant) -> Result<AccountSummary, SendError> {
        let hidden = self.hidden();
        let call = Call { action: ACTION, form: "", deadline, behind: 0 };
        let answer = self.ask(call).await.map_err(without_doubt)?;
        let said = Said::read(&answer.body);
        match answer.status {
            200 if said.code.is_none() && !said.fields.is_empty() => Ok(summary(&answer, &said)),
            _ => Err(about_account(without_doubt(refusal(&answer, &said, &hidden)))),
        }
    }
}

fn summary(answer: &Answer, said: &Said) -> AccountSummary {
    AccountSummary {
        daily_quota: number(said, "DailyQuota"),
        month_quota: number(said, "MonthQuota"),
        quota_level: number(said, "QuotaLevel"),
        status: match number(said, "UserStatus") {
            Some(0) => AccountStatus::Normal,
            Some(1) => AccountStatus::Frozen,
            Some(2) => AccountStatus::Overdue,
            Some(4) => AccountStatus::Limited,
            Some(8) => AccountStatus::Deleted,
            _ => AccountStatus::Unknown,
        },
        clock_behind: answer.behind,
    }
}

/// Numbers come as numbers or in quotes.
fn number(said: &Said, name: &str) -> Option<u64> {
    let (_, value) = said.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    match value {
        Json::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    }
}

/// A question that changes nothing may be asked again.
/// Nobody sent a mail.
fn about_account(error: SendError) -> SendError {
    let Some(reply) = &error.reply else { return error };
    let what = text!(
        "the question about the account was answered with `{reply}`",
        "对账户查询的答复是 `{reply}`"
    );
    SendError { what, ..error }
}

fn without_doubt(error: SendError) -> SendError {
    match error.in_doubt() {
        true => SendError {
            cause: Cause::Network,
            what: text!(
                "DirectMail gave no usable answer about the account",
                "邮件推送没有就账号状态给出有效答复"
            ),
            hint: None,
            ..error
        },
        false => error,
    }
}
