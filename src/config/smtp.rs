//! The checked settings of an SMTP server.

use std::fmt;
use std::path::PathBuf;

use super::directmail::refuse_public_mailbox;
use super::login::{Login, Proof};
use super::presets::{FromRule, Preset, Tls};
use super::reader::Reader;
use super::via::ViaSmtp;
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::Address;
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
            let fault = login_in_clear(reader);
            reader.faults.push(fault);
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
            let (en, zh) = (
                reader.said("`EMAIL_PROVIDER=", "`provider: "),
                reader.said("设 `EMAIL_PROVIDER=", "写 `provider: "),
            );
            reader.missing("SMTP_SERVER", text!(
                "set it to the provider's host, such as `smtp.qq.com`; or say {en}aliyun`, or {en}inbox` to keep mail in a folder",
                "请设为服务商的主机名，如 `smtp.qq.com`；或{zh}aliyun`；只想把邮件存到文件夹请{zh}inbox`"
            ));
        }
        return preset.hosts.first().map(|host| (*host).to_owned());
    };
    let Some(host) = canonical_host(variable.value.expose().trim()) else {
        reader.bad(
            variable,
            text!(
                "write the host alone, without `smtp://`, port or blanks",
                "请只写主机名，不带 `smtp://`、端口或空格"
            ),
        );
        return None;
    };
    let other = Preset::by_host(&host).id;
    let id = preset.id;
    if other != "smtp" && id != "smtp" && other != id {
        let (provider, server) = (reader.name("EMAIL_PROVIDER"), &variable.name);
        let fault = Diagnostic::error(
            Code::EnvConflict,
            text!(
                "`{provider}` says `{id}`, `{server}` is a host of `{other}`",
                "`{provider}` 是 `{id}`，而 `{server}` 属于 `{other}`"
            ),
        );
        let hint = text!("remove `{provider}` or `{server}`", "请删除 `{provider}` 或 `{server}`");
        reader.faults.push(fault.hint(hint).set_by(&variable.origin));
    }
    Some(host)
}

/// A name or an address of either IP version, as it is given to the resolver: in A-labels, and
/// without the brackets that an IPv6 address wears in a URL.
pub(super) fn canonical_host(text: &str) -> Option<String> {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(inside) = inside {
        return inside.parse::<std::net::Ipv6Addr>().is_ok().then(|| inside.to_owned());
    }
    match text.is_ascii() {
        true => is_host(text).then(|| text.to_owned()),
        // The domain of an address is written the same way.
        false => Some(Address::parse(&format!("x@{text}")).ok()?.domain().to_owned()),
    }
}

fn is_host(text: &str) -> bool {
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
        (_, Some(true)) => {
            reader.faults.extend(told_starttls_port(reader, preset, port));
            Tls::Implicit
        }
        (Some(false), _) => Tls::None,
        (Some(true), _) if by_port == Tls::Implicit => {
            let fault = implicit_note(reader, port);
            reader.faults.push(fault);
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
    if let ("aliyun-smtp", Some(user)) = (preset.id, reader.environment.get("SMTP_USER")) {
        refuse_public_mailbox(reader, user);
    }
    let [from, user] = ["EMAILS_FROM_EMAIL", "SMTP_USER"].map(|name| reader.environment.get(name));
    if let (FromRule::MustBeLogin, Some(from), Some(user)) = (preset.from, from, user)
        && !from.value.expose().trim().eq_ignore_ascii_case(user.value.expose().trim())
    {
        let (id, from_name, user_name) = (preset.id, &from.name, &user.name);
        let fault = Diagnostic::warning(
            Code::ConfigSuspect,
            text!(
                "`{from_name}` is not `{user_name}`: `{id}` refuses other senders",
                "`{from_name}` 与 `{user_name}` 不同：`{id}` 会拒绝其他发件人"
            ),
        );
        let own = reader.name("EMAILS_FROM_EMAIL");
        let hint = match own == *from_name {
            true => text!("set both to the same address", "请把两者设为同一个地址"),
            false => text!(
                "set `{own}` to the same address as `{user_name}`",
                "请把 `{own}` 设为与 `{user_name}` 相同的地址"
            ),
        };
        reader.faults.push(fault.hint(hint).set_by(&from.origin));
    }
}

fn login_in_clear(reader: &Reader<'_>) -> Diagnostic {
    let [none, remove, implicit] = [
        reader.said("SMTP_TLS=false", "tls: none"),
        reader.said("SMTP_TLS", "tls"),
        reader.said("SMTP_SSL=true", "tls: implicit"),
    ];
    let title = text!("`{none}` would send the password unencrypted", "`{none}` 会以明文发送密码");
    let fault = Diagnostic::error(Code::ConfigInsecure, title).hint(text!(
        "remove `{remove}`, or set `{implicit}` for a server that speaks TLS from the first byte",
        "请删除 `{remove}`；若服务器从一开始就使用 TLS，请设 `{implicit}`"
    ));
    reader.at_variable(fault, "SMTP_TLS")
}

fn both_tls() -> Diagnostic {
    let title =
        text!("`SMTP_TLS` and `SMTP_SSL` are both true", "`SMTP_TLS` 和 `SMTP_SSL` 同时为 true");
    Diagnostic::error(Code::EnvConflict, title).hint(text!(
        "`SMTP_SSL=true` for port 465, `SMTP_TLS=true` for 587; or neither, the port decides",
        "465 端口用 `SMTP_SSL=true`，587 端口用 `SMTP_TLS=true`；也可以都不设，由端口决定"
    ))
}

fn implicit_note(reader: &Reader<'_>, port: u16) -> Diagnostic {
    let said = reader.said("SMTP_TLS=true", "tls: starttls");
    let title = text!(
        "`{said}` on port {port}: TLS from the first byte, no STARTTLS",
        "端口 {port} 上的 `{said}`：从一开始就使用 TLS，不用 STARTTLS"
    );
    reader.at_variable(Diagnostic::info(Code::ConfigNote, title), "SMTP_TLS")
}

/// 587, 25 and 80 begin in clear: a client that begins with TLS waits for an answer that never
/// comes. Of the known providers that is certain.
fn told_starttls_port(
    reader: &Reader<'_>,
    preset: &'static Preset,
    port: u16,
) -> Option<Diagnostic> {
    if !matches!(port, 25 | 80 | 587) {
        return None;
    }
    let implicit = reader.said("SMTP_SSL=true", "tls: implicit");
    let starttls = reader.said("SMTP_TLS=true", "tls: starttls");
    let port_key = reader.said("SMTP_PORT=", "port: ");
    let title = text!(
        "`{implicit}` on port {port}, which begins in clear and goes over to TLS by STARTTLS",
        "端口 {port} 先明文、再用 STARTTLS 升级，与 `{implicit}` 不符"
    );
    let hint = text!(
        "write `{port_key}465` to keep `{implicit}`, or `{starttls}` in its place to keep the port",
        "保留 `{implicit}` 请写 `{port_key}465`；保留端口请改用 `{starttls}`"
    );
    let told = if preset.hosts.is_empty() { Diagnostic::warning } else { Diagnostic::error };
    let fault = told(Code::EnvConflict, title).hint(hint);
    Some(reader.at_variable(fault, "SMTP_SSL"))
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
