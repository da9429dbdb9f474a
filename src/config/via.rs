//! `--via`: one transport, said on the command line.
//!
//! A command line can be read by everyone on the machine, so a password has no place in it; and
//! because one may stand there all the same, no part of what was written is ever repeated.

use std::fmt;
use std::path::PathBuf;

use super::presets::Tls;
use super::smtp::{canonical_host, parse_port, tls_of_port};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::text;

/// What `--via` says.
#[derive(Clone, PartialEq, Eq)]
pub enum Via {
    /// A transport of `hongyan.yaml` or a provider's name
    Name(String),
    /// `file:DIR`
    File(PathBuf),
    /// `inbox:` or `inbox:DIR`
    Inbox(Option<PathBuf>),
    /// `smtp://…` or `smtps://…`
    Smtp(ViaSmtp),
}

/// An SMTP server of `--via`.
#[derive(Clone, PartialEq, Eq)]
pub struct ViaSmtp {
    /// Who logs in, with `SMTP_PASSWORD`
    pub user: Option<String>,
    /// The host
    pub host: String,
    /// The port: 587, or 465 for `smtps`
    pub port: u16,
    /// `smtps` is implicit, `smtp` as its port has it, `?tls=none` is none
    pub tls: Tls,
}

impl Via {
    /// Takes `smtp://[user@]host[:port][?tls=none]`, `smtps://…`, `file:DIR`, `inbox:[DIR]` or a
    /// name. The user may be written with `%40` for its `@`, or with the `@` itself.
    ///
    /// ```
    /// use hongyan::config::{Tls, Via};
    ///
    /// let Ok(Via::Smtp(smtp)) = Via::parse("smtp://127.0.0.1:1025?tls=none") else { panic!() };
    /// assert_eq!((smtp.host.as_str(), smtp.port, smtp.tls), ("127.0.0.1", 1025, Tls::None));
    /// assert!(Via::parse("smtp://me:secret@smtp.example.com").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Via, Diagnostics> {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        match scheme.to_ascii_lowercase().as_str() {
            "smtp" => server(rest, None).map(Via::Smtp),
            "smtps" => server(rest, Some(Tls::Implicit)).map(Via::Smtp),
            "file" if !rest.is_empty() => Ok(Via::File(rest.into())),
            "inbox" => Ok(Via::Inbox((!rest.is_empty()).then(|| rest.into()))),
            "" if is_name(text) => Ok(Via::Name(text.to_owned())),
            _ => Err(invalid()),
        }
    }
}

fn server(rest: &str, scheme_tls: Option<Tls>) -> Result<ViaSmtp, Diagnostics> {
    let rest = rest.strip_prefix("//").ok_or_else(invalid)?;
    // The user goes first: a password may hold `?`, `/` and `#`.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => return Err(password()),
        Some((user, rest)) => (Some(decoded(user).ok_or_else(invalid)?), rest),
        None => (None, rest),
    };
    let (address, query) = rest.split_once('?').map_or((rest, None), |(a, q)| (a, Some(q)));
    let (host, port) = host_and_port(address.strip_suffix('/').unwrap_or(address))?;
    let port = port.unwrap_or(if scheme_tls.is_some() { 465 } else { 587 });
    let tls = match (query, scheme_tls) {
        (None, Some(tls)) => tls,
        (None, None) => tls_of_port(port),
        (Some("tls=none"), None) => Tls::None,
        _ => return Err(invalid()),
    };
    if tls == Tls::None && user.is_some() {
        return Err(login_in_clear());
    }
    Ok(ViaSmtp { user, host, port, tls })
}

fn host_and_port(address: &str) -> Result<(String, Option<u16>), Diagnostics> {
    let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or_else(invalid)?)),
        None => address.split_once(':').map_or((address, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map(|port| parse_port(port).ok_or_else(invalid)).transpose()?;
    Ok((canonical_host(host).ok_or_else(invalid)?, port))
}

/// Percent-decodes a user; none when it is not one line of UTF-8.
fn decoded(user: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(user.len());
    let mut parts = user.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    let user = String::from_utf8(bytes).ok()?;
    (!user.is_empty() && !user.chars().any(char::is_control)).then_some(user)
}

/// What a transport may be called.
pub(super) fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().all(inner)
}

fn invalid() -> Diagnostics {
    Diagnostic::error(Code::ViaInvalid, text!("`--via` cannot be read", "`--via` 无法解析")).hint(text!(
        "`smtp://[user@]host:port[?tls=none]`, `smtps://[user@]host:port`, `file:DIR`, `inbox:[DIR]`, or a transport's name",
        "可写 `smtp://[用户@]主机:端口[?tls=none]`、`smtps://[用户@]主机:端口`、`file:目录`、`inbox:[目录]`，或传输方式的名称"
    ))
.into()
}

fn password() -> Diagnostics {
    let title = text!(
        "`--via` holds a password, which everyone on this machine can read",
        "`--via` 中含有密码，本机所有用户都能看到"
    );
    Diagnostic::error(Code::ViaPassword, title).hint(text!(
        "write `smtp://user@host:port`, set `SMTP_PASSWORD`, and change the password that was shown",
        "请写 `smtp://用户@主机:端口`，密码放在 `SMTP_PASSWORD`，并更换已暴露的密码"
    ))
.into()
}

fn login_in_clear() -> Diagnostics {
    let title = text!(
        "`?tls=none` with a user would send the password unencrypted",
        "`?tls=none` 加上用户名会以明文发送密码"
    );
    Diagnostic::error(Code::ConfigInsecure, title)
        .hint(text!("remove the user or `?tls=none`", "请去掉用户名或 `?tls=none`"))
        .into()
}

impl fmt::Debug for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Via::Name(_) => "Name(***)",
            Via::File(_) => "File(***)",
            Via::Inbox(_) => "Inbox(***)",
            Via::Smtp(_) => "Smtp(***)",
        })
    }
}

impl fmt::Debug for ViaSmtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ViaSmtp { port, tls, .. } = self;
        f.debug_struct("ViaSmtp").field("port", port).field("tls", tls).finish_non_exhaustive()
    }
}
