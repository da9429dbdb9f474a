//! A host's name that the system could not resolve: whether DNS knows none, or does not answer.

use super::domain::{Name, ask};
use crate::diagnostic::Text;
use crate::text;
use crate::transport::{Cause, SendError, Stage};

/// Says which it is. `settings` are the variables that the name comes from.
pub(super) async fn unresolved(host: &str, settings: &str) -> SendError {
    let spelling = text!("check the spelling of {settings}", "请检查 {settings} 的拼写");
    let (what, hint): (Text, Text) = match ask(host).await {
        Name::Unknown => {
            (text!("DNS knows no name `{host}`", "DNS 中没有 `{host}` 这个域名"), spelling)
        }
        Name::Known => (
            text!("no address was found for the name `{host}`", "没有找到域名 `{host}` 的地址"),
            spelling,
        ),
        Name::NoAnswer => (
            text!(
                "the name `{host}` could not be resolved: DNS does not answer",
                "无法解析域名 `{host}`：DNS 没有应答"
            ),
            text!(
                "check the network of this machine and its name servers (`/etc/resolv.conf`)",
                "请检查本机网络和 DNS 服务器设置（`/etc/resolv.conf`）"
            ),
        ),
    };
    SendError::new(Stage::Resolve, Cause::Network, what).hint(hint)
}
