//! What an answer says. The `Code` decides, not the status: throttling comes as 400, and the same
//! code is a 400 in one place and a 404 in another.

use std::time::Duration;

use super::exchange::{Answer, Answered};
use super::failure::in_doubt;
use super::said::Said;
use super::words::kept;
use crate::diagnostic::Text;
use crate::text;
use crate::transport::hidden::Hidden;
use crate::transport::{Cause, Receipt, Reply, Retry, SendError, Stage};

/// The provider's id in the dictionary of replies.
const PROVIDER: &str = "aliyun";

/// How long to wait when told that it was too much, and no more.
const TOO_MUCH: Duration = Duration::from_secs(30);

/// Codes that say that the mail was not taken, by their beginnings.
const REFUSALS: [&str; 14] = [
    "Throttling",
    "ServiceUnavailable",
    "IllegalTimestamp",
    "Signature",
    "Incomplete",
    "Invalid",
    "Missing",
    "Forbidden",
    "NoPermission",
    "NoSuch",
    "Unsupported",
    "InsufficientBalance",
    "InDebt",
    "NotFound",
];

/// Codes after which it may have been: the provider failed, and nobody knows how far it had come.
const DOUBTFUL: [&str; 2] = ["InternalError", "InternalServiceError"];

/// The receipt, where the answer says that the mail was taken.
///
/// # Errors
/// It was refused, or the answer does not say.
pub(super) fn receipt(answer: &Answer, hidden: &Hidden) -> Result<Receipt, SendError> {
    let said = Said::read(&answer.body);
    let Some(env_id) = said.env_id.as_ref().filter(|_| answer.status == 200) else {
        return Err(refusal(answer, &said, hidden));
    };
    let words = |words: &str| Reply::heard("200", kept(words, hidden).as_bytes());
    Ok(Receipt::sent(words(&said.request_id)).known_as(Some(words(env_id).text)))
}

/// Why an answer is no consent.
pub(super) fn refusal(answer: &Answer, said: &Said, hidden: &Hidden) -> SendError {
    let Some(code) = &said.code else { return uncoded(answer) };
    let reply = reply(code, said, hidden);
    let begins_with = |codes: &[&str]| codes.iter().any(|code| said.is(code));
    match answer.status {
        _ if begins_with(&DOUBTFUL) => doubtful(reply),
        _ if begins_with(&REFUSALS) => refused(answer, said, reply),
        429 => uncoded(answer),
        400..=499 => refused(answer, said, reply),
        _ => doubtful(reply),
    }
}

fn refused(answer: &Answer, said: &Said, reply: Reply) -> SendError {
    match said.is_about_time() {
        true => wrong_clock(answer.behind).reply(reply),
        false => waiting(SendError::refused(PROVIDER, Stage::HandOver, reply), answer),
    }
}

fn doubtful(reply: Reply) -> SendError {
    let what = text!(
        "DirectMail answered `{reply}`, which does not say whether the mail was taken",
        "邮件推送的答复是 `{reply}`，没有说明邮件是否被接收"
    );
    in_doubt(what).reply(reply)
}

/// A server that names a time knows better than a table.
fn waiting(error: SendError, answer: &Answer) -> SendError {
    match (answer.wait, error.cause) {
        (Some(wait), Cause::Rate | Cause::Transient) => error.retry(Retry::After(wait)),
        _ => error,
    }
}

/// An answer without a code: of a gateway, a proxy, or of something else altogether.
fn uncoded(answer: &Answer) -> SendError {
    let status = answer.status;
    let error = match status {
        429 => too_fast(answer.wait.unwrap_or(TOO_MUCH)),
        408 => stranger(Cause::Transient, status).hint(endpoint()),
        413 => stranger(Cause::Size, status).hint(text!("make the mail smaller", "请减小邮件体积")),
        407 => stranger(Cause::Configuration, status).hint(text!(
            "the proxy wants a login: write it into `HTTPS_PROXY`",
            "代理需要登录：请在 `HTTPS_PROXY` 中写明"
        )),
        // 303 is the answer to a request that was carried out (RFC 9110 section 15.4.4).
        300..=302 | 304..=399 => elsewhere(status),
        400..=499 => stranger(Cause::Protocol, status).hint(endpoint()),
        _ => in_doubt(match answer.body {
            Answered::Cut => text!("DirectMail's answer was cut short", "邮件推送的答复不完整"),
            Answered::TooLarge => text!("DirectMail's answer is too large", "邮件推送的答复过大"),
            Answered::Whole(_) => unclear(status),
        }),
    };
    error.reply(Reply::heard(status.to_string(), answer.reason.as_bytes()))
}

fn too_fast(wait: Duration) -> SendError {
    let seconds = wait.as_secs();
    SendError::new(
        Stage::HandOver,
        Cause::Rate,
        text!("DirectMail got too many requests at once", "发给邮件推送的请求过于频繁"),
    )
    .retry(Retry::After(wait))
    .hint(text!("send again in {seconds} s", "请在 {seconds} 秒后重发"))
}

fn stranger(cause: Cause, status: u16) -> SendError {
    let what = text!(
        "something that is not DirectMail answered with status {status}",
        "答复状态 {status}，但并非来自邮件推送"
    );
    SendError::new(Stage::HandOver, cause, what)
}

/// A redirect is not followed: the request is signed for one host, and it holds the mail.
fn elsewhere(status: u16) -> SendError {
    let what = text!(
        "the endpoint redirects ({status}) instead of taking the mail",
        "接口地址返回了重定向（{status}），没有接收邮件"
    );
    SendError::new(Stage::HandOver, Cause::Configuration, what).hint(endpoint())
}

fn unclear(status: u16) -> Text {
    text!(
        "DirectMail's answer (status {status}) does not say whether the mail was taken",
        "邮件推送的答复（状态 {status}）没有说明邮件是否被接收"
    )
}

fn endpoint() -> Text {
    text!(
        "check `ALIYUN_ENDPOINT` and the proxy of this network",
        "请检查 `ALIYUN_ENDPOINT` 和本机网络的代理"
    )
}

fn reply(code: &str, said: &Said, hidden: &Hidden) -> Reply {
    let code = Reply::heard("", kept(code, hidden).as_bytes()).text;
    Reply::heard(code, kept(&said.message, hidden).as_bytes())
}

fn wrong_clock(behind: Option<i64>) -> SendError {
    let what = text!("DirectMail refuses the time of this machine", "邮件推送拒绝了本机时间");
    let hint = match behind {
        Some(seconds) if seconds != 0 => {
            let side = if seconds > 0 { "behind" } else { "ahead of" };
            let zh = if seconds > 0 { "慢" } else { "快" };
            let seconds = seconds.abs();
            text!(
                "this machine's clock is {seconds} s {side} the server's: set it, best by NTP",
                "本机时钟比服务器{zh} {seconds} 秒：请校准，最好启用 NTP"
            )
        }
        _ => text!("set this machine's clock, best by NTP", "请校准本机时钟，最好启用 NTP"),
    };
    SendError::new(Stage::HandOver, Cause::Clock, what).hint(hint)
}
