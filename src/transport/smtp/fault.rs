//! What goes wrong on the way to a server, in words.

use std::io;

use super::answer::{Answer, Malformed};
use crate::diagnostic::Text;
use crate::text;
use crate::transport::{Cause, SendError, Stage};

/// What a stage is for people.
fn step(stage: Stage) -> Text {
    let (en, zh) = match stage {
        Stage::Resolve => ("the name lookup", "域名解析"),
        Stage::Connect => ("the connection", "建立连接"),
        Stage::Tls => ("the TLS handshake", "TLS 握手"),
        Stage::Greeting => ("the server's greeting", "问候"),
        Stage::Ehlo => ("EHLO", "EHLO"),
        Stage::StartTls => ("STARTTLS", "STARTTLS"),
        Stage::Auth => ("the login", "登录"),
        Stage::Mail => ("MAIL FROM", "MAIL FROM"),
        Stage::Rcpt => ("RCPT TO", "RCPT TO"),
        Stage::Data => ("DATA", "DATA"),
        Stage::HandOver => ("the mail itself", "邮件正文"),
        Stage::Prepare => ("the preparation", "准备"),
    };
    Text { en: en.to_owned(), zh: zh.to_owned() }
}

/// The connection broke.
pub(super) fn network(stage: Stage, error: &io::Error) -> SendError {
    let Text { en: step_en, zh: step_zh } = step(stage);
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => text!(
            "the server closed the connection at {step_en}",
            "服务器在“{step_zh}”这一步关闭了连接"
        ),
        io::ErrorKind::ConnectionRefused => {
            text!("nothing listens on this port of the server", "服务器的这个端口没有服务在监听")
        }
        io::ErrorKind::ConnectionReset if stage == Stage::Connect => {
            text!(
                "the server reset the connection as soon as it was open",
                "连接刚建立就被服务器重置"
            )
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            text!("the connection was reset at {step_en}", "连接在“{step_zh}”这一步被重置")
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            text!("the server cannot be reached from here", "从本机无法到达该服务器")
        }
        _ => {
            let Text { en, zh } = Text::of_io(error);
            text!("{step_en}: {en}", "{step_zh}：{zh}")
        }
    };
    SendError::new(stage, Cause::Network, what).hint(network_hint(stage))
}

/// The name has no address, or nobody could be asked.
pub(super) fn unresolved(host: &str) -> SendError {
    let what = text!("the name `{host}` could not be resolved", "无法解析域名 `{host}`");
    SendError::new(Stage::Resolve, Cause::Network, what).hint(network_hint(Stage::Resolve))
}

/// A step took too long.
pub(super) fn timeout(stage: Stage) -> SendError {
    let Text { en, zh } = step(stage);
    let what = text!("no answer in time at {en}", "“{zh}”这一步超时，未收到应答");
    SendError::new(stage, Cause::Network, what).hint(network_hint(stage))
}

/// No connection became free in time: the server is fine, there is only too much to send.
pub(super) fn busy() -> SendError {
    let what = text!("all connections were busy for too long", "所有连接长时间被占用");
    SendError::new(Stage::Prepare, Cause::Transient, what)
}

fn network_hint(stage: Stage) -> Text {
    match stage {
        Stage::Resolve => text!(
            "check `SMTP_SERVER`, and that this machine can resolve names",
            "请检查 `SMTP_SERVER`，以及本机能否解析域名"
        ),
        Stage::Connect => text!(
            "check `SMTP_SERVER` and `SMTP_PORT`, and that a firewall lets the port out: clouds block 25, use 465",
            "请检查 `SMTP_SERVER`、`SMTP_PORT` 和防火墙的出站规则：云服务器通常封锁 25 端口，请用 465"
        ),
        Stage::Tls | Stage::Greeting => text!(
            "465 speaks TLS from the first byte, 587 begins plain: check `SMTP_PORT` and `SMTP_SSL`",
            "465 端口从一开始就使用 TLS，587 端口先以明文开始：请检查 `SMTP_PORT` 和 `SMTP_SSL`"
        ),
        Stage::Auth => text!(
            "a server that hangs up at the login often means a revoked password or authorization code (授权码): make a new one",
            "服务器在登录时断开，往往是密码或授权码已失效：请重新生成"
        ),
        _ => text!("try again later", "请稍后重试"),
    }
}

/// Something came that is no reply.
pub(super) fn malformed(stage: Stage, malformed: &Malformed) -> SendError {
    let Text { en, zh } = step(stage);
    let what = match malformed {
        Malformed::TooLong => {
            text!("the answer to {en} is endless", "服务器在“{zh}”这一步的应答过长")
        }
        Malformed::NotAReply => {
            text!("the answer to {en} is no SMTP reply", "服务器在“{zh}”这一步的应答不符合 SMTP")
        }
    };
    SendError::new(stage, Cause::Protocol, what).hint(not_smtp_hint())
}

/// The server spoke before it was asked, or said more than was asked.
pub(super) fn unasked(stage: Stage) -> SendError {
    let Text { en, zh } = step(stage);
    let what = text!(
        "the server said more than it was asked before {en}",
        "服务器在“{zh}”之前发来了多余的应答"
    );
    SendError::new(stage, Cause::Protocol, what).hint(not_smtp_hint())
}

/// A well-formed reply that does not belong here, such as 250 where 354 is due.
pub(super) fn unexpected(stage: Stage, answer: &Answer) -> SendError {
    let Text { en, zh } = step(stage);
    let reply = answer.to_reply().masked();
    let what = text!("`{reply}` is no answer to {en}", "`{reply}` 不是“{zh}”这一步的有效应答");
    SendError::new(stage, Cause::Protocol, what).hint(not_smtp_hint()).reply(reply)
}

fn not_smtp_hint() -> Text {
    text!(
        "check that `SMTP_SERVER` and `SMTP_PORT` name a mail server and nothing stands between",
        "请确认 `SMTP_SERVER` 和 `SMTP_PORT` 指向邮件服务器，且中间没有代理设备"
    )
}

/// The mail was handed over, and what came then says nothing.
pub(super) fn in_doubt(because: &SendError) -> SendError {
    let Text { en, zh } = &because.what;
    let what = text!(
        "the mail was handed over, but whether it was taken is not known: {en}",
        "邮件已移交，但不知道对方是否接收：{zh}"
    );
    let error = SendError::new(Stage::HandOver, Cause::InDoubt, what).hint(text!(
        "look for its Message-ID at the provider or in the recipient's mailbox before sending it again",
        "重发之前，请先在服务商或收件人邮箱中查找该邮件的 Message-ID"
    ));
    match &because.reply {
        Some(reply) => error.reply(reply.clone()),
        None => error,
    }
}

/// The login cannot be written as AUTH wants it.
pub(super) fn unusable_login() -> SendError {
    let what = text!("the login cannot be sent as it is", "登录信息无法发送");
    SendError::new(Stage::Auth, Cause::Configuration, what)
}
