//! DKIM signatures (RFC 6376) for relays that do not sign.
//!
//! The signature is made when a mail leaves, not when it is composed: it carries the time of the
//! attempt, and a message stays the same bytes for every attempt.

use std::fmt;
use std::path::Path;

use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::{Canonicalization, DkimSigner as Engine, Done};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::{Cause, SendError, Stage};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// What is signed; what is not there is signed as missing. RFC 8058 section 4 wants the
/// List-Unsubscribe fields among them, RFC 6376 section 5.4.1 the rest. Those that stand here twice
/// cannot be added a second time (section 8.15): some readers show the first of two.
const HEADERS: [&str; 19] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Type",
];

/// Signs mails for a domain with RSA (2048 bits or more) or Ed25519.
pub struct DkimSigner {
    domain: String,
    engine: Key,
}

enum Key {
    Rsa(Box<Engine<RsaKey<Sha256>, Done>>),
    Ed25519(Box<Engine<Ed25519Key, Done>>),
}

impl DkimSigner {
    /// As [`DkimSigner::new`], with the key in a file.
    ///
    /// # Errors
    /// A file that cannot be read, and what is wrong with its key.
    pub fn open(selector: &str, domain: &str, path: &Path) -> Result<DkimSigner, Diagnostic> {
        let pem = std::fs::read(path).map_err(|error| unreadable_file(path, &error))?;
        let name = path.display().to_string();
        DkimSigner::new(selector, domain, &pem).map_err(|fault| fault.in_file(name))
    }

    /// A signer for `s=` and `d=` with a private key in PEM (PKCS #8, or PKCS #1 for RSA).
    ///
    /// # Errors
    /// A key that cannot be read, is too short, or of another kind.
    pub fn new(selector: &str, domain: &str, pem: &[u8]) -> Result<DkimSigner, Diagnostic> {
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| no_key())?;
        let engine = match RsaKey::<Sha256>::from_key_der(key.clone_key()) {
            Ok(rsa) => Key::Rsa(Box::new(engine(rsa, selector, domain))),
            Err(_) => {
                // OpenSSL writes Ed25519 keys without the public half.
                let key = Ed25519Key::from_pkcs8_maybe_unchecked_der(key.secret_der());
                let key = key.map_err(|_| unusable_key())?;
                Key::Ed25519(Box::new(engine(key, selector, domain)))
            }
        };
        Ok(DkimSigner { domain: domain.to_owned(), engine })
    }

    /// The header field for a finished message, with its line end.
    ///
    /// # Errors
    /// The key does not sign.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SendError> {
        let signature = match &self.engine {
            Key::Rsa(engine) => engine.sign(message),
            Key::Ed25519(engine) => engine.sign(message),
        };
        let signature = signature.map_err(|_| not_signed())?;
        let mut field = Vec::new();
        signature.write_header(&mut field);
        Ok(field)
    }
}

fn engine<K: SigningKey>(key: K, selector: &str, domain: &str) -> Engine<K, Done> {
    Engine::from_key(key)
        .domain(domain)
        .selector(selector)
        .headers(HEADERS)
        .header_canonicalization(Canonicalization::Relaxed)
        .body_canonicalization(Canonicalization::Relaxed)
}

fn unreadable_file(path: &Path, error: &std::io::Error) -> Diagnostic {
    let (path, Text { en, zh }) = (path.display(), Text::of_io(error));
    let title = text!("the DKIM key `{path}`: {en}", "DKIM 私钥 `{path}`：{zh}");
    Diagnostic::error(Code::FileUnreadable, title).hint(remedy())
}

/// Of a key nothing is repeated, and no library's words either: they might.
fn no_key() -> Diagnostic {
    let title = text!(
        "the file holds no private DKIM key in PEM that can be read",
        "文件中没有可读取的 PEM 格式 DKIM 私钥"
    );
    Diagnostic::error(Code::ConfigBadValue, title).hint(remedy())
}

fn unusable_key() -> Diagnostic {
    let title = text!(
        "the DKIM key is neither RSA of 2048 bits or more nor Ed25519",
        "DKIM 私钥既不是 2048 位以上的 RSA，也不是 Ed25519"
    );
    Diagnostic::error(Code::ConfigBadValue, title).hint(remedy())
}

fn remedy() -> Text {
    text!(
        "`key_file` of `dkim` names a private key without a passphrase: make one with `openssl genrsa -out dkim.pem 2048` or `openssl genpkey -algorithm ed25519 -out dkim.pem`",
        "`dkim` 的 `key_file` 应指向没有口令的私钥：可用 `openssl genrsa -out dkim.pem 2048` 或 `openssl genpkey -algorithm ed25519 -out dkim.pem` 生成"
    )
}

fn not_signed() -> SendError {
    let what = text!("the mail could not be signed", "邮件签名失败");
    SendError::new(Stage::Prepare, Cause::Configuration, what)
}

/// The domain only.
impl fmt::Debug for DkimSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DkimSigner").field("domain", &self.domain).finish_non_exhaustive()
    }
}
