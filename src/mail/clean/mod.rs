//! How text is made harmless: three functions, each stricter than the one before.
//!
//! | | newlines | isolates U+2066–2069 | zero width, direction marks | links |
//! |---|---|---|---|---|
//! | [`body`] | kept, as LF | kept in balanced pairs | kept | kept |
//! | [`one_line`] | become spaces | dropped | dropped | kept |
//! | [`untrusted`] | kept, as LF | dropped | dropped | broken |
//!
//! Joiners and selectors that belong to an emoji or to a script that needs them are kept by all
//! three; C0 and C1 controls, U+202A–202E and the byte order mark by none.
//!
//! ```
//! use hongyan::mail::clean;
//!
//! assert_eq!(clean::body("a\r\n\u{202e}b"), "a\nb");
//! assert_eq!(clean::one_line(" a\r\nBcc:  b "), "a Bcc: b");
//! assert_eq!(clean::untrusted("see https://evil.test/x"), "see evil\u{2024}test/x");
//! ```

mod invisible;
mod isolates;
mod link;

use std::borrow::Cow;

pub(crate) use invisible::is_invisible;

/// Text for the body of a mail.
pub fn body(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    unless_same(text, isolates::balance(&without_controls(text)))
}

/// Text for a subject, a name or any other single line: spaces collapsed and trimmed.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let spaced: String = text.chars().map(|c| if breaks_line(c) { ' ' } else { c }).collect();
    let visible = invisible::drop(&spaced);
    let words: Vec<&str> = visible.trim().split(' ').filter(|word| !word.is_empty()).collect();
    unless_same(text, words.join(" "))
}

/// Text that a stranger typed: it cannot become a link and hides nothing.
pub fn untrusted(text: &str) -> Cow<'_, str> {
    let cleaned = invisible::drop(&without_controls(text));
    unless_same(text, link::unlink(&cleaned))
}

/// CR, LF and everything that some reader takes for one.
pub(crate) fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn breaks_line(c: char) -> bool {
    c.is_control() || is_line_break(c)
}

/// Line breaks as LF, tabs as spaces, without controls, overrides and byte order marks.
fn without_controls(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' => {
                characters.next_if_eq(&'\n');
                cleaned.push('\n');
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push(' '),
            '\u{202a}'..='\u{202e}' | '\u{feff}' => {}
            _ if c.is_control() => {}
            _ => cleaned.push(c),
        }
    }
    cleaned
}

fn unless_same(text: &str, cleaned: String) -> Cow<'_, str> {
    if cleaned == text { Cow::Borrowed(text) } else { Cow::Owned(cleaned) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Text dense in the characters that matter.
    fn tricky() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            "[a-z0-9.:/@ ]{0,6}",
            "\\PC{0,3}",
            prop::sample::select(vec![
                "\r",
                "\n",
                "\t",
                "\0",
                "\u{85}",
                "\u{2028}",
                "\u{202e}",
                "\u{2066}",
                "\u{2067}",
                "\u{2068}",
                "\u{2069}",
                "\u{200d}",
                "\u{200c}",
                "\u{200b}",
                "\u{fe0f}",
                "\u{feff}",
                "👩",
                "💻",
                "🏽",
                "🏴",
                "\u{e0067}",
                "\u{e007f}",
                "ن",
                "क\u{94d}",
                "http://",
                "HTTPS://",
                "www.",
                "ht",
                "tp://",
                "://",
                "ww",
                "w.",
                ".",
                "evil",
                "比",
                "。",
                "\u{e0100}",
                "\u{fe00}",
                "1",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
    }

    fn has_forbidden(text: &str) -> bool {
        text.contains(|c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
        })
    }

    proptest! {
        #[test]
        fn all_are_idempotent(text in tricky()) {
            for clean in [body, one_line, untrusted] {
                let once = clean(&text).into_owned();
                prop_assert_eq!(clean(&once), once.as_str());
            }
        }

        #[test]
        fn nothing_forbidden_is_left(text in tricky()) {
            prop_assert!(!has_forbidden(&body(&text)));
            prop_assert!(!has_forbidden(&one_line(&text)) && !one_line(&text).contains('\n'));
            let untrusted = untrusted(&text).to_lowercase();
            prop_assert!(!has_forbidden(&untrusted));
            prop_assert!(!untrusted.contains("://") && !untrusted.contains(" www."));
            prop_assert!(!untrusted.contains(isolates::is_isolate));
        }

        #[test]
        fn plain_text_stays_as_it_is(text in "[a-zA-Z0-9\u{4e00}-\u{9fff}，]{0,40}") {
            for clean in [body, one_line, untrusted] {
                prop_assert!(matches!(clean(&text), Cow::Borrowed(_)));
            }
        }
    }

    #[test]
    fn emoji_and_joining_scripts_stay_whole() {
        for text in ["👩‍💻", "👨‍👩‍👧‍👦", "❤️", "1️⃣", "👩🏽‍💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "क्‍ष", "葛󠄀"]
        {
            for clean in [body, one_line, untrusted] {
                assert_eq!(clean(text), text);
            }
        }
        assert_eq!(untrusted("pa\u{200d}ypal\u{200b}"), "paypal");
    }

    #[test]
    fn untrusted_text_is_no_link() {
        let cases = [
            ("http://a.test", "a\u{2024}test"),
            ("hthttp://tp://a.test", "a\u{2024}test"),
            ("ht\u{200b}tps://a.test", "a\u{2024}test"),
            ("WWW.evil.com", "evil\u{2024}com"),
            ("价格 3.14 元。谢谢", "价格 3.14 元。谢谢"),
            ("Mr. Wang", "Mr. Wang"),
            ("点击evil．com", "点击evil\u{2024}com"),
        ];
        for (input, output) in cases {
            assert_eq!(untrusted(input), output);
        }
    }

    #[test]
    fn isolates_stay_in_bodies_when_balanced() {
        assert_eq!(body("\u{2067}العربية\u{2069}"), "\u{2067}العربية\u{2069}");
        assert_eq!(body("\u{2067}a\nb\u{2069}"), "a\nb");
        assert_eq!(body("\u{2069}a\u{2066}\u{2066}b\u{2069}"), "a\u{2066}b\u{2069}");
        assert_eq!(one_line("\u{2066}a\u{2069}"), "a");
    }
}
