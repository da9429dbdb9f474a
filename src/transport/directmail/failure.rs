//! No answer: whether anything was sent, and why not.
//!
//! Of the client's errors only their kinds are told, and the words of the operating system and of
//! the TLS library: others may hold the request.

use std::error::Error;
use std::io;

use crate::diagnostic::Text;
use crate::text;
use crate::transport::{Cause, SendError, Stage, tls};

/// The request was not written: nothing was handed over.
pub(super) fn not_sent(error: &reqwest::Error, host: &str) -> SendError {
    let fault = io_error(error);
    if let Some(fault) = fault.and_then(|fault| tls::fault(fault, host)) {
        return fault.hint(way_out());
    }
    let (stage, Text { en, zh }) = match fault {
        _ if has(error, "dns error") => {
            (Stage::Resolve, text!("its name cannot be resolved", "域名无法解析"))
        }
        Some(fault) => (Stage::Connect, Text::of_io(fault)),
        None if error.is_timeout() => (Stage::Connect, nobody()),
        None => (Stage::Connect, same(&deepest(error).to_string())),
    };
    unreached(stage, text!("no connection to `{host}`: {en}", "无法连接 `{host}`：{zh}"))
}

/// The request may have arrived, the answer did not.
pub(super) fn lost(error: &reqwest::Error) -> SendError {
    let Text { en, zh } = match io_error(error) {
        Some(fault) => Text::of_io(fault),
        None => text!("the connection ended", "连接已断开"),
    };
    in_doubt(text!("DirectMail's answer was lost: {en}", "未收到邮件推送的答复：{zh}"))
}

/// The time is over.
pub(super) fn out_of_time(begun: bool, host: &str) -> SendError {
    if begun {
        return in_doubt(text!("DirectMail did not answer in time", "邮件推送未在限定时间内答复"));
    }
    let Text { en, zh } = nobody();
    unreached(Stage::Connect, text!("no connection to `{host}`: {en}", "无法连接 `{host}`：{zh}"))
}

fn unreached(stage: Stage, what: Text) -> SendError {
    SendError::new(stage, Cause::Network, what).hint(way_out())
}

fn way_out() -> Text {
    text!(
        "check `ALIYUN_REGION`, `ALIYUN_ENDPOINT` and the way out of this network (`HTTPS_PROXY`)",
        "请检查 `ALIYUN_REGION`、`ALIYUN_ENDPOINT` 以及本机的外网出口（`HTTPS_PROXY`）"
    )
}

/// Handed over, and nobody knows what became of it.
pub(super) fn in_doubt(what: Text) -> SendError {
    SendError::new(Stage::HandOver, Cause::InDoubt, what).hint(text!(
        "the mail may have been taken: look for it in the console (Data Statistics → Sending Details) before you repeat it",
        "邮件可能已被接收：重发之前请在控制台（数据统计 → 发送详情）中确认"
    ))
}

/// The client cannot be made.
pub(super) fn unusable(error: &reqwest::Error) -> SendError {
    let why = deepest(error);
    let what = text!("no HTTP client can be made: {why}", "无法创建 HTTP 客户端：{why}");
    SendError::new(Stage::Prepare, Cause::Configuration, what)
}

/// The deepest error of the operating system; the TLS layer wraps one into another.
fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let error = causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last();
    let inner =
        |error: &&'a io::Error| -> Option<&'a io::Error> { error.get_ref()?.downcast_ref() };
    std::iter::successors(error, inner).last()
}

fn has(error: &reqwest::Error, words: &str) -> bool {
    causes(error).any(|cause| cause.to_string() == words)
}

fn deepest<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    causes(error).last().unwrap_or(error)
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn nobody() -> Text {
    text!("nobody answered in time", "在限定时间内无人应答")
}

fn same(words: &str) -> Text {
    text!("{words}", "{words}")
}
