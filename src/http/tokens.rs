//! Who asks, and what they may.
//!
//! A bearer is `id.secret`; only the SHA-256 of the secret is known here. Every entry is compared,
//! in a time that depends neither on where two hashes differ nor on which ids exist.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::{Answer, Problem};
use crate::catalog::is_kind_name;
use crate::config::{ApiToken, Scope};
use crate::diagnostic::Code;
use crate::text;
use axum::http::StatusCode;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Somebody on this machine, where there are no tokens
    Local,
    /// Anybody, who asks for what is open to all
    Nobody,
    /// Whoever holds this token
    Token(ApiToken),
}

/// The token that a bearer names.
pub fn find(tokens: &[ApiToken], bearer: &str) -> Option<Caller> {
    let (id, secret) = bearer.split_once('.').unwrap_or((bearer, ""));
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let mut found = None;
    for token in tokens {
        let same = token.sha256.ct_eq(&hash) & token.id.as_bytes().ct_eq(id.as_bytes());
        if bool::from(same) {
            found = Some(Caller::Token(token.clone()));
        }
    }
    found
}

impl Caller {
    /// For logs, limits and idempotency.
    pub fn id(&self) -> &str {
        match self {
            Caller::Local => "local",
            Caller::Nobody => "none",
            Caller::Token(token) => &token.id,
        }
    }

    /// Lets those pass who may do this.
    pub fn must(&self, scope: &Scope) -> Answer<()> {
        match self {
            Caller::Local => Ok(()),
            Caller::Token(token) if token.may(scope) => Ok(()),
            Caller::Token(_) | Caller::Nobody => Err(not_allowed(&format!("`{scope}`"))),
        }
    }

    /// Lets those pass who may send mails of any kind at all.
    pub fn must_send_some(&self) -> Answer<()> {
        match self {
            Caller::Local => Ok(()),
            Caller::Token(token) if token.may_send_some() => Ok(()),
            Caller::Token(_) | Caller::Nobody => Err(not_allowed("`send`")),
        }
    }

    /// Lets those pass who may send mails of a kind.
    pub fn must_send(&self, kind: &str) -> Answer<()> {
        match self {
            Caller::Local => Ok(()),
            Caller::Token(token) if token.may_send(kind) => Ok(()),
            Caller::Token(_) if is_kind_name(kind) => Err(not_allowed(&format!("`send={kind}`"))),
            Caller::Token(_) | Caller::Nobody => Err(not_allowed("`send`")),
        }
    }
}

/// The challenge of RFC 6750 section 3.1, and the scope that is wanted.
fn not_allowed(scope: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, Code::ScopeMissing)
        .detail(text!("this wants the scope {scope}", "此操作需要权限 {scope}"))
        .challenge("Bearer realm=\"hongyan\", error=\"insufficient_scope\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &str, secret: &str) -> ApiToken {
        let hash: String =
            Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        ApiToken::parse(&format!("{id}:{hash}:send")).unwrap()
    }

    #[test]
    fn only_the_whole_bearer_is_taken() {
        let tokens = [token("a", "s1"), token("a", "s2"), token("b", "s.3")];
        for bearer in ["a.s1", "a.s2", "b.s.3"] {
            assert!(find(&tokens, bearer).is_some(), "{bearer}");
        }
        for bearer in ["", ".", "a", "a.", "a.s", "a.s3", "b.s1", ".s1", "a.s1 ", "A.s1", "s1"] {
            assert!(find(&tokens, bearer).is_none(), "{bearer}");
        }
        assert!(find(&[], "a.s1").is_none());
    }
}
