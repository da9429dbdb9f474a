//! Files in which a password may stand.

use crate::diagnostic::{Diagnostic, Diagnostics, SourceText};

/// The faults of a file; without excerpts of it when a secret seems to be written there. Whatever
/// else is wrong, the line that a fault would show may be the secret's.
pub fn veiled(source: &SourceText, faults: Diagnostics) -> Diagnostics {
    match shows_secret(source.text()) {
        true => faults.into_iter().map(Diagnostic::without_excerpt).collect(),
        false => faults,
    }
}

/// Parts of keys whose values are secret, also of misspelt ones and of those of other programs.
const SECRET: [&str; 11] = [
    "pass",
    "pwd",
    "pswd",
    "secret",
    "token",
    "access_key",
    "api_key",
    "apikey",
    "auth",
    "密码",
    "授权码",
];

/// Keys that hold such a word and no secret.
const PLAIN: [&str; 1] = ["access_key_id"];

/// Looks at the text and not at the YAML, which may be broken.
fn shows_secret(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        let colons = line.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '='));
        let mut parts = colons.map(|(at, c)| (&line[..at], &line[at + c.len_utf8()..]));
        if parts.any(|(key, value)| is_secret(key) && is_written_out(value, next)) {
            return true;
        }
    }
    // A login inside a URL.
    text.split("://").skip(1).any(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(rest.len());
        rest[..end].contains('@')
    })
}

fn is_secret(before: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let key = before.trim_end().trim_end_matches(['"', '\'']);
    let start = key
        .rfind(|c| !inner(c))
        .map_or(0, |at| at + key[at..].chars().next().map_or(1, char::len_utf8));
    let key = key[start..].to_lowercase().replace('-', "_");
    !PLAIN.contains(&key.as_str()) && SECRET.iter().any(|word| key.contains(word))
}

/// Whether a value stands behind the key, on its line or on the next, that is no `${NAME}`.
fn is_written_out(value: &str, next: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches(['"', '\'']).to_owned();
    let (value, next) = (bare(value), bare(next));
    match value.as_str() {
        "" => !next.is_empty() && !next.starts_with("${") && !next.contains(':'),
        value => !value.starts_with("${") && !value.starts_with(['}', ',', '#', '{', '[']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_seen_however_it_is_written() {
        for text in [
            "password: hunter2",
            "a: { provider: qq, passwort: 'hunter2', port: 465 }",
            "\"password\": hunter2",
            "  SMTP_PASS: x",
            "access_key_secret:\n  hunter2",
            "password: |\n  hunter2",
            "密码：hunter2",
            "host: smtp://me:hunter2@mail.example.com",
        ] {
            assert!(shows_secret(text), "{text}");
        }
        for text in [
            "password: ${SMTP_PASSWORD}",
            "a: { password: \"${SMTP_PASSWORD}\", access_key_id: LTAI }",
            "password:\nport: 465",
            "hosted: https://cdn.example.com/mail/\nfrom: a@example.com",
            "category: security",
        ] {
            assert!(!shows_secret(text), "{text}");
        }
    }
}
