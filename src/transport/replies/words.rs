//! The words of an answer, made fit to be read, kept and logged.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::mail::clean::is_invisible;

/// The most characters of an answer that are kept.
const MAX_CHARACTERS: usize = 500;

/// The least characters of base64 that are taken for an echo: eight octets and their padding.
const MIN_ECHO: usize = 12;

/// The words as a person can read them: UTF-8, else GB18030, on one line, without controls and
/// characters that are not seen, cut where they grow long.
pub(in crate::transport) fn readable(bytes: &[u8]) -> String {
    let text = decoded(bytes);
    let spaced = text.chars().filter(|c| !is_invisible(*c));
    let spaced: String = spaced.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    match encoding_rs::GB18030.decode_without_bom_handling(bytes) {
        (text, false) => text,
        (_, true) => String::from_utf8_lossy(bytes),
    }
}

/// The words without what they echo: an address as `a***@x.test`, and base64 that hides a text,
/// which is how AUTH sends a login, as `***`.
pub(in crate::transport) fn masked(text: &str) -> String {
    without_base64(&without_addresses(text))
}

fn without_addresses(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['@', '＠']) {
        let (before, after) = rest.split_at(at);
        let start = local_start(before);
        masked.push_str(&before[..start]);
        masked.extend(before[start..].trim_start_matches('"').chars().next());
        let behind = after.chars().next().map_or(0, char::len_utf8);
        masked.push_str(if start < at { "***" } else { "" });
        masked.push_str(&after[..behind]);
        rest = &after[behind..];
    }
    masked + rest
}

/// Where the local part begins that ends here: behind the last character that none can have, or
/// at the quote that opens it.
fn local_start(before: &str) -> usize {
    if let Some(quoted) = before.strip_suffix('"') {
        return quoted.rfind('"').unwrap_or(before.len());
    }
    let outside = |c: char| !(c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    before.rfind(outside).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8))
}

fn without_base64(text: &str) -> String {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        masked.push_str(&rest[..start]);
        let run = &rest[start..];
        let letters = run.find(|c| !inside(c)).unwrap_or(run.len());
        let end = run[letters..].find(|c| c != '=').map_or(run.len(), |padding| letters + padding);
        masked.push_str(if hides_text(&run[..end]) { "***" } else { &run[..end] });
        rest = &run[end..];
    }
    masked + rest
}

/// Whether it is a text in base64. A word or an id that merely could be base64 yields no text.
fn hides_text(run: &str) -> bool {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decoded = GeneralPurpose::new(&STANDARD, lenient).decode(run).unwrap_or_default();
    let Ok(text) = String::from_utf8(decoded) else { return false };
    // PLAIN separates with NUL, XOAUTH2 with 0x01.
    let legible = |c: char| !c.is_control() || matches!(c, '\0' | '\u{1}');
    run.len() >= MIN_ECHO && !text.is_empty() && text.chars().all(legible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_utf8_and_gb18030() {
        assert_eq!(readable("用户不存在".as_bytes()), "用户不存在");
        let gbk = encoding_rs::GB18030.encode("Error: 请使用授权码登录").0;
        assert_eq!(readable(&gbk), "Error: 请使用授权码登录");
        assert_eq!(readable(b"caf\xff ok"), "caf\u{fffd} ok");
    }

    #[test]
    fn words_stand_on_one_line_with_nothing_hidden() {
        let said = " \u{1b}[31mred\r\ntwo\t three\u{202e}evil\u{200b}\u{feff}\u{2028}end\0 ";
        assert_eq!(readable(said.as_bytes()), "[31mred two threeevil end");
        let long = readable("字".repeat(600).as_bytes());
        assert_eq!(long.chars().count(), MAX_CHARACTERS + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn addresses_are_masked() {
        for (said, shown) in [
            ("<ada.l+x@x.test>: no such user", "<a***@x.test>: no such user"),
            ("ada@x.test and bob@y.test", "a***@x.test and b***@y.test"),
            ("to:ada@x.test", "to:a***@x.test"),
            ("\"ada b\"@x.test", "a***@x.test"),
            ("<张三@x.test>", "<张***@x.test>"),
            ("ada＠x.test", "a***＠x.test"),
            ("meet @ noon, @x", "meet @ noon, @x"),
            ("\"@x.test", "\"@x.test"),
            ("550 no address", "550 no address"),
        ] {
            assert_eq!(masked(said), shown, "{said}");
        }
    }

    #[test]
    fn echoed_logins_are_masked() {
        for said in ["AGFkYUB4LnRlc3QAc2VjcmV0", "c2VjcmV0LXdvcmQ=", "5a+G56CB5a+G56CB"] {
            assert_eq!(masked(&format!("cannot decode {said}.")), "cannot decode ***.");
            assert_eq!(masked(&format!("said={said}")), "said=***");
        }
        for said in [
            "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled",
            "https://service.mail.qq.com/detail/122/170",
            "d9443c01a7336-1f4e2ad5e9fsm12345678 - gsmtp",
            "queued as freedom ###envid=148316944",
            "DT:SPM 163 smtp2,GtxpCgD3X8vQpzFn2RtWAQ--.4302S2 1731234567",
        ] {
            assert_eq!(masked(said), said);
        }
    }
}
