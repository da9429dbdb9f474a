//! What the environment says about the HTTP service: where it listens, and who may ask for what.

use std::fmt;

use super::environment::Variable;
use super::lines::Sources;
use super::reader::Reader;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::text;

/// `HONGYAN_LISTEN` and `HONGYAN_API_TOKENS`.
#[derive(Clone, Debug, Default)]
pub struct ServiceSettings {
    /// `HONGYAN_LISTEN`: host and port
    pub listen: Option<String>,
    /// Who may ask for what; without any, everybody on this machine may ask for everything
    pub tokens: Vec<ApiToken>,
}

/// One entry of `HONGYAN_API_TOKENS`: `id:<hex sha256 of the secret>:<scopes>`. The bearer is
/// `id.secret`. An id may stand there twice, with different secrets: one that goes and one that
/// comes.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its name, for logs and limits
    pub id: String,
    /// SHA-256 of the secret: what stands behind the first dot of the bearer
    pub sha256: [u8; 32],
    /// What it may be used for
    pub scopes: Vec<Scope>,
}

/// What a token may be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `send`: mails of every kind
    Send,
    /// `send=KIND`: mails of this kind
    SendKind(String),
    /// `read`: what became of mails
    Read,
    /// `manage`: cancel, retry, lift suppressions
    Manage,
}

impl ServiceSettings {
    /// Reads and checks both variables; the diagnostics hold all that is wrong. No part of an
    /// entry is repeated: which one it is, is told by its number.
    pub fn read(sources: &Sources<'_>) -> (ServiceSettings, Diagnostics) {
        let reader = &mut Reader::new(sources.environment);
        let listen = reader.parsed(
            "HONGYAN_LISTEN",
            |text| is_listen(text).then(|| text.to_owned()),
            text!(
                "write an address and a port, such as `127.0.0.1:3026` or `0.0.0.0:3026`",
                "请写地址和端口，如 `127.0.0.1:3026` 或 `0.0.0.0:3026`"
            ),
        );
        let tokens = read_tokens(reader, sources);
        (ServiceSettings { listen, tokens }, std::mem::take(&mut reader.faults))
    }
}

impl ApiToken {
    /// Reads `id:<hex sha256>:<scopes>`.
    ///
    /// # Errors
    /// What is wrong with it, in words that repeat nothing of it.
    pub fn parse(entry: &str) -> Result<ApiToken, Text> {
        let mut parts = entry.trim().splitn(3, ':');
        let (Some(id), Some(hash), Some(scopes)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(text!(
                "is not `id:<hex sha256>:<scopes>`",
                "不是 `名称:<十六进制 sha256>:<权限>` 的形式"
            ));
        };
        if !is_id(id) {
            return Err(text!(
                "has a name that is not made of 1 to 64 letters, digits, `-` and `_`",
                "的名称不是由 1 到 64 个英文字母、数字、`-` 和 `_` 组成"
            ));
        }
        let sha256 = from_hex(hash).ok_or_else(|| {
            text!("holds no SHA-256 of 64 hexadecimal digits", "不含 64 位十六进制的 SHA-256")
        })?;
        let scopes = scopes.split('+').map(Scope::parse).collect::<Option<Vec<_>>>();
        let scopes = scopes.ok_or_else(|| {
            text!(
                "has a scope that is none of `send`, `send=KIND`, `read`, `manage` (joined by `+`)",
                "的权限不是 `send`、`send=邮件类型`、`read`、`manage`（用 `+` 连接）"
            )
        })?;
        Ok(ApiToken { id: id.to_owned(), sha256, scopes })
    }

    /// As it is written in the variable.
    pub fn entry(&self) -> String {
        let hash: String = self.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let scopes: Vec<String> = self.scopes.iter().map(Scope::to_string).collect();
        format!("{}:{hash}:{}", self.id, scopes.join("+"))
    }

    /// Whether mails of this kind may be sent.
    pub fn may_send(&self, kind: &str) -> bool {
        self.scopes.iter().any(|scope| match scope {
            Scope::Send => true,
            Scope::SendKind(own) => own == kind,
            Scope::Read | Scope::Manage => false,
        })
    }

    /// Whether mails of any kind may be sent.
    pub fn may_send_some(&self) -> bool {
        let sends = |scope: &Scope| matches!(scope, Scope::Send | Scope::SendKind(_));
        self.scopes.iter().any(sends)
    }

    /// Whether it may be used for this.
    pub fn may(&self, scope: &Scope) -> bool {
        self.scopes.contains(scope)
    }
}

impl Scope {
    /// Reads one.
    pub fn parse(text: &str) -> Option<Scope> {
        match text.trim() {
            "send" => Some(Scope::Send),
            "read" => Some(Scope::Read),
            "manage" => Some(Scope::Manage),
            other => {
                let kind = other.strip_prefix("send=").filter(|kind| is_kind(kind))?;
                Some(Scope::SendKind(kind.to_owned()))
            }
        }
    }
}

/// As it is written in the variable.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Send => f.write_str("send"),
            Scope::SendKind(kind) => write!(f, "send={kind}"),
            Scope::Read => f.write_str("read"),
            Scope::Manage => f.write_str("manage"),
        }
    }
}

/// The hash is left out: who has it can look for the secret.
impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToken")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// Whether a token may have this name.
pub fn is_id(id: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=64).contains(&id.len()) && id.chars().all(inner)
}

fn is_kind(kind: &str) -> bool {
    !kind.is_empty()
        && kind.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_listen(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let plain = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c == '/');
    plain && (bracketed || !host.contains(':')) && port.parse::<u16>().is_ok()
}

fn read_tokens(reader: &mut Reader<'_>, sources: &Sources<'_>) -> Vec<ApiToken> {
    let Some(variable) = sources.environment.get("HONGYAN_API_TOKENS") else { return Vec::new() };
    let mut tokens: Vec<ApiToken> = Vec::new();
    let entries = variable.value.expose().split([',', '\n']).map(str::trim).enumerate();
    for (index, entry) in entries.filter(|(_, entry)| !entry.is_empty()) {
        let number = index + 1;
        match ApiToken::parse(entry) {
            Ok(token) if tokens.iter().any(|known| known.same_secret(&token)) => {
                reader.faults.push(wrong(variable, number, &twice()));
            }
            Ok(token) => {
                reader.faults.extend(unknown_kinds(variable, number, &token, sources));
                tokens.push(token);
            }
            Err(what) => reader.faults.push(wrong(variable, number, &what)),
        }
    }
    tokens
}

impl ApiToken {
    fn same_secret(&self, other: &ApiToken) -> bool {
        self.id == other.id && self.sha256 == other.sha256
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(bytes)
}

fn twice() -> Text {
    text!("stands there twice", "出现了两次")
}

fn wrong(variable: &Variable, number: usize, what: &Text) -> Diagnostic {
    let Text { en, zh } = what;
    let title = text!(
        "entry {number} of `HONGYAN_API_TOKENS` {en}",
        "`HONGYAN_API_TOKENS` 的第 {number} 项{zh}"
    );
    let hint = text!(
        "`hongyan token new NAME` prints an entry; several are joined by commas",
        "`hongyan token new 名称` 会打印一项；多项之间用逗号分隔"
    );
    Diagnostic::error(Code::ConfigBadValue, title).hint(hint).set_by(&variable.origin)
}

/// A token for a kind that the project does not have is of no use, and probably misspelt. A project
/// that could not be loaded has no kinds to compare with.
fn unknown_kinds(
    variable: &Variable,
    number: usize,
    token: &ApiToken,
    sources: &Sources<'_>,
) -> Diagnostics {
    let known = |kind: &str| sources.kinds.iter().any(|(name, _)| *name == kind);
    let named = token.scopes.iter().filter_map(|scope| match scope {
        Scope::SendKind(kind) if !sources.kinds.is_empty() && !known(kind) => Some(kind),
        _ => None,
    });
    named
        .map(|kind| {
            let title = text!(
                "entry {number} of `HONGYAN_API_TOKENS` is for the kind `{kind}`, which the project does not have",
                "`HONGYAN_API_TOKENS` 的第 {number} 项用于邮件类型 `{kind}`，而项目中没有它"
            );
            let names = sources.kinds.iter().map(|(name, _)| *name);
            Diagnostic::warning(Code::ConfigSuspect, title)
                .did_you_mean(kind, names)
                .set_by(&variable.origin)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    #[test]
    fn an_entry() {
        let token = ApiToken::parse(&format!("web:{HASH}:send=notification+read")).unwrap();
        assert_eq!((token.id.as_str(), token.sha256[0], token.sha256[31]), ("web", 0x2c, 0x24));
        assert_eq!(token.entry(), format!("web:{HASH}:send=notification+read"));
        assert!(token.may_send("notification") && !token.may_send("verification_code"));
        assert!(token.may(&Scope::Read) && !token.may(&Scope::Manage));
        assert!(!format!("{token:?}").contains("44"), "{token:?}");
    }

    #[test]
    fn entries_that_are_none() {
        for entry in [
            "".to_owned(),
            HASH.to_owned(),
            format!("web:{HASH}"),
            format!("web:{HASH}:"),
            format!("web:{HASH}:sned"),
            format!("web:{HASH}:send="),
            format!("we b:{HASH}:send"),
            format!("web:{}:send", &HASH[1..]),
            format!("web:{HASH}0:send"),
            format!("web:{}:send", HASH.replace('2', "é")),
        ] {
            let said = ApiToken::parse(&entry).unwrap_err();
            assert!(!said.en.contains("2cf2") && !said.zh.contains("2cf2"));
        }
    }

    #[test]
    fn where_to_listen() {
        for text in ["127.0.0.1:3026", "0.0.0.0:3026", "[::]:3026", "localhost:0"] {
            assert!(is_listen(text), "{text}");
        }
        for text in ["3026", ":3026", "127.0.0.1", "::1:3026", "http://127.0.0.1:3026", "a b:1"] {
            assert!(!is_listen(text), "{text}");
        }
    }
}
