//! `hongyan token new`

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::{NewToken, TokenScope};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::composer::Composer;
use crate::config::{ApiToken, Scope, is_id};
use crate::diagnostic::{Code, Diagnostic};
use crate::mailer::Setup;
use crate::text;

/// The secret is printed once, and its hash is all that the service is told.
pub fn new(
    wanted: &NewToken,
    setup: impl Fn() -> Result<Setup, Failure>,
    voice: &Voice,
) -> Result<Exit, Failure> {
    let id = &wanted.name;
    if !is_id(id) {
        return Err(Failure::usage(bad_name()));
    }
    if !wanted.kinds.is_empty() {
        if !wanted.scopes.is_empty() && !wanted.scopes.contains(&TokenScope::Send) {
            return Err(Failure::usage(kinds_without_send()));
        }
        known_kinds(&wanted.kinds, &setup()?)?;
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| no_random())?;
    let secret = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let token = ApiToken {
        id: id.clone(),
        sha256: Sha256::digest(secret.as_bytes()).into(),
        scopes: scopes(wanted),
    };
    let (bearer, entry) = (format!("{id}.{secret}"), token.entry());
    match voice.json {
        true => voice.document(&json!({"id": id, "bearer": bearer, "entry": entry})),
        false => {
            voice.note(&text!(
                "the first line is for the client: `Authorization: Bearer …`; it is shown this once",
                "第一行交给客户端：`Authorization: Bearer …`；只显示这一次"
            ));
            voice.note(&text!(
                "the second goes into `HONGYAN_API_TOKENS`, with a comma behind the others",
                "第二行写入 `HONGYAN_API_TOKENS`，与其他各项用逗号分隔"
            ));
            voice.line(&bearer);
            voice.line(&entry);
        }
    }
    Ok(Exit::Done)
}

fn scopes(wanted: &NewToken) -> Vec<Scope> {
    let usual: &[TokenScope] = match wanted.kinds.is_empty() {
        true => &[TokenScope::Send, TokenScope::Read],
        // Reading is not restricted to kinds.
        false => &[TokenScope::Send],
    };
    let wished = if wanted.scopes.is_empty() { usual } else { &wanted.scopes };
    let mut scopes = Vec::new();
    for scope in wished {
        match scope {
            TokenScope::Send if wanted.kinds.is_empty() => scopes.push(Scope::Send),
            TokenScope::Send => scopes.extend(wanted.kinds.iter().cloned().map(Scope::SendKind)),
            TokenScope::Read => scopes.push(Scope::Read),
            TokenScope::Manage => scopes.push(Scope::Manage),
        }
    }
    scopes
}

fn known_kinds(kinds: &[String], setup: &Setup) -> Result<(), Failure> {
    let composer = Composer::load(&setup.open_project()?)?;
    for kind in kinds {
        composer.catalog().kind(kind)?;
    }
    Ok(())
}

fn kinds_without_send() -> Diagnostic {
    let title = text!(
        "`--kinds` says what may be sent, and `--scopes` has no `send`",
        "`--kinds` 限定能发送的类型，而 `--scopes` 中没有 `send`"
    );
    Diagnostic::error(Code::Usage, title).hint(text!(
        "add `send`, or leave `--kinds` out: `read` and `manage` are for all kinds",
        "请加上 `send`，或去掉 `--kinds`：`read` 和 `manage` 不区分类型"
    ))
}

fn bad_name() -> Diagnostic {
    let title = text!("a token cannot have this name", "令牌不能用这个名称");
    Diagnostic::error(Code::Usage, title).hint(text!(
        "use up to 64 letters, digits, `-` and `_`: the name of the backend that uses it",
        "请用不超过 64 个英文字母、数字、`-` 和 `_`，例如使用它的后端的名称"
    ))
}

fn no_random() -> Failure {
    let title = text!("the system gives no random bytes", "系统无法提供随机数");
    Failure { exit: Exit::Io, faults: Diagnostic::error(Code::FileUnreadable, title).into() }
}
