//! The steps towards DirectMail: one signed question shows connection, clock, key and account.

use std::time::Instant;

use super::DEADLINE;
use super::report::{Status, StepName, StepReport};
use crate::config::DirectMailSettings;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;
use crate::transport::{
    AccountStatus, AccountSummary, Cause, DirectMailTransport, SendError, Stage,
};

/// From how many seconds on a clock is told of; 900 are refused.
const SKEW: i64 = 60;

pub(super) async fn examine(
    transport: &DirectMailTransport,
    settings: &DirectMailSettings,
) -> Vec<StepReport> {
    let began = Instant::now();
    let asked = transport.describe_account(began + DEADLINE).await;
    let took = began.elapsed();
    let host = settings.endpoint.host_str().unwrap_or_default();
    let encrypted = settings.endpoint.scheme() == "https";
    let reached = |step| match step {
        StepName::Tls if !encrypted => StepReport::ok(step, text!("not encrypted", "未加密")),
        StepName::Ehlo => StepReport::ok(step, text!("a request was answered", "请求得到应答")),
        step => StepReport::ok(step, text!("{host}", "{host}")),
    };
    match asked {
        Ok(account) => {
            let answered = text!("a signed request was answered", "签名请求得到应答");
            let mut steps: Vec<StepReport> =
                [StepName::Dns, StepName::Tcp, StepName::Tls].map(reached).to_vec();
            steps.push(with_clock(StepReport::ok(StepName::Ehlo, answered), account.clock_behind));
            steps.push(of_account(&account));
            steps.last_mut().into_iter().for_each(|step| step.took = Some(took));
            if steps.iter().all(|step| step.status == Status::Ok) {
                steps.push(sender());
            }
            steps
        }
        Err(error) => failed(&error, reached),
    }
}

/// The steps before the failure are fine, those behind it were not tried.
fn failed(error: &SendError, reached: impl Fn(StepName) -> StepReport) -> Vec<StepReport> {
    let at = match error.stage {
        Stage::HandOver if matches!(error.cause, Cause::Auth | Cause::Configuration) => {
            StepName::Login
        }
        Stage::HandOver => StepName::Ehlo,
        stage => StepName::of(stage),
    };
    let before = StepName::ALL[1..].iter().filter(|step| **step < at);
    before.map(|step| reached(*step)).chain([StepReport::failed(at, error)]).collect()
}

/// The question that would tell needs more rights than sending does.
fn sender() -> StepReport {
    let detail = text!("only a test mail shows it", "只有发送测试邮件才能确认");
    StepReport { detail: Some(detail), ..StepReport::not_tried(StepName::From) }
}

fn with_clock(step: StepReport, behind: Option<i64>) -> StepReport {
    let Some(behind) = behind.filter(|behind| behind.abs() >= SKEW) else { return step };
    let seconds = behind.abs();
    let hint = match behind > 0 {
        true => {
            text!("the clock of this machine is {seconds} s behind", "本机时钟慢了 {seconds} 秒")
        }
        false => {
            text!("the clock of this machine is {seconds} s ahead", "本机时钟快了 {seconds} 秒")
        }
    };
    StepReport { hint: Some(hint), ..step }
}

fn of_account(account: &AccountSummary) -> StepReport {
    let shown = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |n| n.to_string());
    let (day, month) = (shown(account.daily_quota), shown(account.month_quota));
    let (title, hint) = match account.status {
        AccountStatus::Frozen => frozen(),
        AccountStatus::Overdue => overdue(),
        AccountStatus::Deleted => deleted(),
        status => {
            let step = StepReport::ok(
                StepName::Login,
                text!("{day} mails a day, {month} a month", "每天 {day} 封，每月 {month} 封"),
            );
            let limited = status == AccountStatus::Limited;
            let hint = limited.then(|| {
                text!(
                    "the provider limits this account: see 邮件推送 in the console",
                    "该账户的外发受限：请查看控制台的邮件推送"
                )
            });
            return StepReport { hint, ..step };
        }
    };
    StepReport::wrong(
        StepName::Login,
        &Diagnostic::error(Code::SendConfiguration, title).hint(hint),
    )
}

fn frozen() -> (Text, Text) {
    (
        text!("the account is frozen", "账户已被冻结"),
        text!(
            "look at 邮件推送 in the Aliyun console for the reason",
            "请在阿里云控制台的邮件推送中查看原因"
        ),
    )
}

fn overdue() -> (Text, Text) {
    (
        text!("the account's bill is not paid", "账户已欠费"),
        text!("pay it in the Aliyun console (费用)", "请在阿里云控制台的“费用”中充值"),
    )
}

fn deleted() -> (Text, Text) {
    (
        text!("the account is gone", "账户已被删除"),
        text!("open 邮件推送 again in the Aliyun console", "请在阿里云控制台重新开通邮件推送"),
    )
}
