//! The checked settings of an SMTP server.

use std::fmt;
use std::path::PathBuf;

use super::login::{Login, Proof};
use super::presets::{FromRule, Preset, Tls};
use super::reader::Reader;
use super::via::ViaSmtp;
use crate::diagnostic::{Code, Diagnostic};
use crate::text;

/// An SMTP server and how it is spoken to.
#[derive(Clone)]
pub struct SmtpSettings {
    /// What is known of its provider
    pub preset: &'static Preset,
    /// The host, also the name that its certificate must carry
    pub host: String,
    /// The port
    pub port: u16,
    /// How the connection is encrypted
    pub tls: Tls,
    /// Who logs in; nobody at a relay that asks for no login
    pub login: Option<Login>,
    /// A file of further certificate authorities (PEM)
    pub ca_file: Option<PathBuf>,
}

impl SmtpSettings {
    /// From `SMTP_*`. Faults are left in the reader; none is returned where nothing can be built.
    pub(super) fn read(reader: &mut Reader<'_>, preset: &'static Preset) -> Option<SmtpSettings> {
        let host = read_host(reader, preset);
        let (port, tls) = read_port_and_tls(reader, preset);
        let login = Login::read(reader, preset);
        if tls == Tls::None && login.is_some() {
            reader.faults.push(login_in_clear());
        }
        check_from(reader, preset);
        let ca_file = reader.text("SMTP_CA_FILE").map(PathBuf::from);
        Some(SmtpSettings { preset, host: host?, port, tls, login, ca_file })
    }

    /// From `--via`. Only a user given there logs in: the environment's user and password belong
    /// to the environment's server.
    pub(super) fn read_via(reader: &mut Reader<'_>, via: &ViaSmtp) -> Option<SmtpSettings> {
        let preset = Preset::by_host(&via.host);
        let login = match &via.user {
            Some(user) => {
                let proof = Proof::read(reader, preset);
                Some(Login::with(reader, preset, user.clone(), proof)?)
            }
            None => None,
        };
        let ca_file = reader.text("SMTP_CA_FILE").map(PathBuf::from);
        let (host, port, tls) = (via.host.clone(), via.port, via.tls);
        Some(SmtpSettings { preset, host, port, tls, login, ca_file })
    }
}

fn read_host(reader: &mut Reader<'_>, preset: &'static Preset) -> Option<String> {
    let Some(variable) = reader.variable("SMTP_SERVER") else {
        if preset.hosts.is_empty() && reader.environment.get("SMTP_SERVER").is_none() {
            reader.missing("SMTP_SERVER", text!(
                "set it to the provider's host, such as `smtp.qq.com`; or say `EMAIL_PROVIDER=aliyun`, or `EMAIL_PROVIDER=inbox` to keep mail in a folder",
                "请设为服务商的主机名，如 `smtp.qq.com`；或设 `EMAIL_PROVIDER=aliyun`；只想把邮件存到文件夹请设 `EMAIL_PROVIDER=inbox`"
            ));
        }
        return preset.hosts.first().map(|host| (*host).to_owned());
    };
    let host = variable.value.expose().trim();
    if !is_host(host) {
        reader.bad(
            variable,
            text!(
                "write the host alone, without `smtp://`, port or blanks",
                "请只写主机名，不带 `smtp://`、端口或空格"
            ),
        );
        return None;
    }
    let other = Preset::by_host(host).id;
    let id = preset.id;
    if other != "smtp" && id != "smtp" && other != id {
        let fault = Diagnostic::error(
            Code::EnvConflict,
            text!(
                "`EMAIL_PROVIDER` says `{id}`, `SMTP_SERVER` is a host of `{other}`",
                "`EMAIL_PROVIDER` 是 `{id}`，而 `SMTP_SERVER` 属于 `{other}`"
            ),
        );
        let hint = text!(
            "remove `EMAIL_PROVIDER` or `SMTP_SERVER`",
            "请删除 `EMAIL_PROVIDER` 或 `SMTP_SERVER`"
        );
        reader.faults.push(fault.hint(hint).set_by(&variable.origin));
    }
    Some(host.to_owned())
}

/// A name or an address of either IP version, as it is given to the resolver.
pub(super) fn is_host(text: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.parse::<std::net::IpAddr>().is_ok()
        || (!text.is_empty() && text.chars().all(name) && !text.starts_with(['.', '-']))
}

fn read_port_and_tls(reader: &mut Reader<'_>, preset: &'static Preset) -> (u16, Tls) {
    let given = reader.parsed(
        "SMTP_PORT",
        parse_port,
        text!("write a port such as 465 or 587", "请写端口号，如 465 或 587"),
    );
    let (starttls, ssl) = (reader.boolean("SMTP_TLS"), reader.boolean("SMTP_SSL"));
    // 587 never speaks TLS from the first byte: whoever asks for that and names no port means 465.
    let port = given.unwrap_or(if ssl == Some(true) { 465 } else { preset.port });
    let by_port = tls_of_port(port);
    let tls = match (starttls, ssl) {
        (Some(true), Some(true)) => {
            reader.faults.push(both_tls());
            by_port
        }
        (_, Some(true)) => Tls::Implicit,
        (Some(false), _) => Tls::None,
        (Some(true), _) if by_port == Tls::Implicit => {
            reader.faults.push(implicit_note(port));
            by_port
        }
        _ => by_port,
    };
    (port, tls)
}

pub(super) fn parse_port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port != 0)
}

/// 465 and 994 speak TLS from the first byte; everywhere else STARTTLS is required.
pub(super) fn tls_of_port(port: u16) -> Tls {
    if matches!(port, 465 | 994) { Tls::Implicit } else { Tls::StartTls }
}

/// QQ, NetEase and DirectMail refuse a From that is not the login, after the whole dialogue.
fn check_from(reader: &mut Reader<'_>, preset: &'static Preset) {
    let [from, user] = ["EMAILS_FROM_EMAIL", "SMTP_USER"].map(|name| reader.environment.get(name));
    if let (FromRule::MustBeLogin, Some(from), Some(user)) = (preset.from, from, user)
        && !from.value.expose().trim().eq_ignore_ascii_case(user.value.expose().trim())
    {
        let id = preset.id;
        let fault = Diagnostic::warning(
            Code::ConfigSuspect,
            text!(
                "`EMAILS_FROM_EMAIL` is not `SMTP_USER`: `{id}` refuses other senders",
                "`EMAILS_FROM_EMAIL` 与 `SMTP_USER` 不同：`{id}` 会拒绝其他发件人"
            ),
        );
        let hint = text!("set both to the same address", "请把两者设为同一个地址");
        reader.faults.push(fault.hint(hint).set_by(&from.origin));
    }
}

fn login_in_clear() -> Diagnostic {
    let title = text!(
        "`SMTP_TLS=false` would send the password unencrypted",
        "`SMTP_TLS=false` 会以明文发送密码"
    );
    Diagnostic::error(Code::ConfigInsecure, title).hint(text!(
        "remove `SMTP_TLS`, or set `SMTP_SSL=true` for a server that speaks TLS from the first byte",
        "请删除 `SMTP_TLS`；若服务器从一开始就使用 TLS，请设 `SMTP_SSL=true`"
    ))
}

fn both_tls() -> Diagnostic {
    let title =
        text!("`SMTP_TLS` and `SMTP_SSL` are both true", "`SMTP_TLS` 和 `SMTP_SSL` 同时为 true");
    Diagnostic::error(Code::EnvConflict, title).hint(text!(
        "`SMTP_SSL=true` for port 465, `SMTP_TLS=true` for 587; or neither, the port decides",
        "465 端口用 `SMTP_SSL=true`，587 端口用 `SMTP_TLS=true`；也可以都不设，由端口决定"
    ))
}

fn implicit_note(port: u16) -> Diagnostic {
    Diagnostic::info(
        Code::ConfigNote,
        text!(
            "`SMTP_TLS=true` on port {port}: TLS from the first byte, no STARTTLS",
            "端口 {port} 上的 `SMTP_TLS=true`：从一开始就使用 TLS，不用 STARTTLS"
        ),
    )
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("provider", &self.preset.id)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}
