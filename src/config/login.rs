//! Who logs in to an SMTP server, and with what.

use std::fmt;
use std::path::PathBuf;

use super::presets::{PasswordShape, Preset};
use super::reader::Reader;
use super::suspect::{is_unfilled, suspicion};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::secret::Secret;
use crate::text;

/// An SMTP login.
#[derive(Clone)]
pub struct Login {
    /// The user, most often an address
    pub user: String,
    /// What proves it
    pub proof: Proof,
}

/// What proves a login.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A password or authorization code, ready for AUTH
    Password(Secret),
    /// An OAuth access token (XOAUTH2)
    Token(TokenSource),
}

/// Where an OAuth access token comes from. Tokens live for an hour: file and command are asked
/// anew at each login.
#[derive(Clone)]
pub enum TokenSource {
    /// `SMTP_OAUTH_TOKEN`
    Given(Secret),
    /// `SMTP_OAUTH_TOKEN_FILE`
    File(PathBuf),
    /// `SMTP_OAUTH_TOKEN_COMMAND`: prints the token
    Command(Secret),
}

impl Login {
    /// From `SMTP_USER` and its proof; none when neither is set and the provider asks for none.
    pub(super) fn read(reader: &mut Reader<'_>, preset: &'static Preset) -> Option<Login> {
        let user = reader.credential("SMTP_USER").map(|user| user.value.expose().trim().to_owned());
        let proof = Proof::read(reader, preset);
        let wanted = preset.needs_login || user.is_some() || proof.is_some();
        if wanted && user.is_none() && reader.environment.get("SMTP_USER").is_none() {
            reader.missing(
                "SMTP_USER",
                text!(
                    "set it to the login, most often the whole mail address",
                    "请设为登录名，通常是完整的邮箱地址"
                ),
            );
        }
        Login::with(reader, preset, user?, proof)
    }

    /// A user that is known already, with the proof that the environment has.
    pub(super) fn with(
        reader: &mut Reader<'_>,
        preset: &'static Preset,
        user: String,
        proof: Option<Proof>,
    ) -> Option<Login> {
        if proof.is_none() && reader.environment.get("SMTP_PASSWORD").is_none() {
            reader.missing("SMTP_PASSWORD", credential_hint(preset));
        }
        Some(Login { user, proof: proof? })
    }
}

impl Login {
    /// Whether the user or the password looks like what somebody forgot to fill in.
    pub fn looks_unfilled(&self) -> bool {
        let password = match &self.proof {
            Proof::Password(secret) => is_unfilled(secret.expose()),
            Proof::Token(_) => false,
        };
        password || is_unfilled(&self.user)
    }
}

impl Proof {
    pub(super) fn read(reader: &mut Reader<'_>, preset: &'static Preset) -> Option<Proof> {
        let password = reader.secret("SMTP_PASSWORD").map(|secret| fitted(reader, preset, secret));
        let tokens = [
            reader.secret("SMTP_OAUTH_TOKEN").map(TokenSource::Given),
            reader.text("SMTP_OAUTH_TOKEN_FILE").map(|path| TokenSource::File(path.into())),
            reader
                .text("SMTP_OAUTH_TOKEN_COMMAND")
                .map(|line| TokenSource::Command(Secret::new(line))),
        ];
        let tokens = tokens.into_iter().flatten().map(Proof::Token);
        let mut proofs: Vec<_> = password.map(Proof::Password).into_iter().chain(tokens).collect();
        if proofs.len() > 1 {
            let fault = several_proofs(reader);
            reader.faults.push(fault);
        }
        proofs.pop()
    }
}

/// The password as AUTH wants it, with a warning when its shape is not the provider's.
fn fitted(reader: &mut Reader<'_>, preset: &'static Preset, password: Secret) -> Secret {
    let password = match preset.password {
        PasswordShape::SixteenLettersInGroups => {
            Secret::new(password.expose().split_whitespace().collect::<String>())
        }
        PasswordShape::Any | PasswordShape::SixteenLetters => password,
    };
    let value = password.expose();
    let fits = preset.password == PasswordShape::Any
        || (value.len() == 16 && value.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let told = reader.environment.get("SMTP_PASSWORD").and_then(suspicion);
    if !fits && told.is_none() {
        reader.faults.extend(wrong_shape(reader, preset));
    }
    password
}

fn wrong_shape(reader: &Reader<'_>, preset: &'static Preset) -> Option<Diagnostic> {
    let variable = reader.environment.get("SMTP_PASSWORD")?;
    let (id, name) = (preset.id, &variable.name);
    let title = text!(
        "`{name}` is not 16 letters, as those of `{id}` are",
        "`{name}` 不是 16 个字母，与 `{id}` 的格式不符"
    );
    let Text { en, zh } = credential_hint(preset);
    let hint = text!("likely the account's own password: {en}", "很可能是账户自身的密码：{zh}");
    Some(Diagnostic::warning(Code::ConfigSuspect, title).hint(hint).set_by(&variable.origin))
}

fn credential_hint(preset: &Preset) -> Text {
    let Text { en, zh } = preset.credential();
    text!("set it to {en}", "请设为{zh}")
}

/// What can prove a login, by the names of the environment.
const PROOFS: [&str; 4] =
    ["SMTP_PASSWORD", "SMTP_OAUTH_TOKEN", "SMTP_OAUTH_TOKEN_FILE", "SMTP_OAUTH_TOKEN_COMMAND"];

fn several_proofs(reader: &Reader<'_>) -> Diagnostic {
    let set: Vec<&str> =
        PROOFS.into_iter().filter(|name| reader.environment.get(name).is_some()).collect();
    let names: Vec<String> = set.iter().map(|name| format!("`{}`", reader.name(name))).collect();
    let (en, zh) = (names.join(" and "), names.join(" 和 "));
    let title =
        text!("{en} are set, and a login has one proof", "{zh} 同时存在，登录只能用其中一个");
    let hint = text!("keep one of them", "请只保留一个");
    let fault = Diagnostic::error(Code::EnvConflict, title).hint(hint);
    reader.at_variable(fault, set.last().copied().unwrap_or_default())
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("proof", &self.proof).finish_non_exhaustive()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TokenSource::Given(_) => "Given(***)",
            TokenSource::File(_) => "File(***)",
            TokenSource::Command(_) => "Command(***)",
        })
    }
}
