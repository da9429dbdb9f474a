//! The keys of a transport in `hongyan.yaml` and the variables that mean the same.
//!
//! A transport of the file is checked by the code that checks the environment: its keys are laid
//! out as variables, and faults name them as they were written.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// A key of a transport that has a variable of the same meaning.
pub(super) struct Key {
    pub key: &'static str,
    pub variable: &'static str,
    /// Never written into the file itself
    pub secret: bool,
    /// How it is written
    pub example: &'static str,
}

const fn plain(key: &'static str, variable: &'static str, example: &'static str) -> Key {
    Key { key, variable, secret: false, example }
}

const fn secret(key: &'static str, variable: &'static str, example: &'static str) -> Key {
    Key { secret: true, ..plain(key, variable, example) }
}

/// Those of an SMTP server.
pub(super) const SMTP: &[Key] = &[
    plain("host", "SMTP_SERVER", "mail.example.com"),
    plain("port", "SMTP_PORT", "465"),
    plain("user", "SMTP_USER", "${SMTP_USER}"),
    secret("password", "SMTP_PASSWORD", "${SMTP_PASSWORD}"),
    secret("oauth_token", "SMTP_OAUTH_TOKEN", "${SMTP_OAUTH_TOKEN}"),
    plain("ca_file", "SMTP_CA_FILE", "ca.pem"),
];

/// Those of DirectMail.
pub(super) const DIRECTMAIL: &[Key] = &[
    plain("access_key_id", "ALIYUN_ACCESS_KEY_ID", "${ALIYUN_ACCESS_KEY_ID}"),
    secret("access_key_secret", "ALIYUN_ACCESS_KEY_SECRET", "${ALIYUN_ACCESS_KEY_SECRET}"),
    secret("security_token", "ALIYUN_SECURITY_TOKEN", "${ALIYUN_SECURITY_TOKEN}"),
    plain("region", "ALIYUN_REGION", "cn-hangzhou"),
    plain("endpoint", "ALIYUN_ENDPOINT", "dm.aliyuncs.com"),
    plain("account_name", "ALIYUN_ACCOUNT_NAME", "no-reply@mail.example.com"),
];

/// Those that are read by themselves.
const OTHERS: &[Key] = &[
    plain("provider", "EMAIL_PROVIDER", "qq"),
    plain("tls", "SMTP_TLS", "starttls"),
    plain("tls", "SMTP_SSL", "implicit"),
    plain("from", "EMAILS_FROM_EMAIL", "no-reply@example.com"),
    secret("oauth_token", "SMTP_OAUTH_TOKEN_FILE", "${SMTP_OAUTH_TOKEN}"),
    secret("oauth_token", "SMTP_OAUTH_TOKEN_COMMAND", "${SMTP_OAUTH_TOKEN}"),
];

/// A transport of the file.
pub(super) struct Scope {
    /// Its name
    pub transport: String,
    /// The file
    pub file: String,
    /// The line of its name
    pub line: usize,
    /// The variables that its keys name and that are not set: told already
    pub unset: Vec<&'static str>,
}

impl Scope {
    /// What the file calls a variable: `transports.main.password`.
    pub fn name(&self, variable: &str) -> String {
        let key = find(variable).map_or(variable, |key| key.key);
        format!("transports.{}.{key}", self.transport)
    }

    /// The fault of a key that is needed and was not written.
    pub fn missing(&self, variable: &str, hint: Text) -> Option<Diagnostic> {
        // Whose user is not known yet may have a sender yet.
        let user = variable == "EMAILS_FROM_EMAIL" && self.unset.contains(&"SMTP_USER");
        if user || self.unset.contains(&variable) {
            return None;
        }
        let name = self.name(variable);
        let title = text!("`{name}` is not set", "未设置 `{name}`");
        let hint = match find(variable) {
            Some(Key { key, example, .. }) => {
                let Text { en, zh } = hint;
                text!("write `{key}: {example}`; {en}", "请写 `{key}: {example}`；{zh}")
            }
            None => hint,
        };
        let fault = Diagnostic::error(Code::ConfigMissing, title).hint(hint);
        Some(fault.at_line(&self.file, self.line))
    }
}

fn find(variable: &str) -> Option<&'static Key> {
    [SMTP, DIRECTMAIL, OTHERS].into_iter().flatten().find(|key| key.variable == variable)
}
