/// What stands for the dot of a domain: looks like one, and no mail program makes a link of it.
const ONE_DOT_LEADER: char = '\u{2024}';

/// Takes away what makes mail programs turn text into a link: schemes, `www.` and domain dots.
pub(super) fn unlink(text: &str) -> String {
    if !text.contains(['.', '．', ':']) {
        return text.to_owned();
    }
    without_dots(&without_schemes(text))
}

/// Looks again at the end after every character, so that what comes together when something is
/// dropped is seen too, in one pass.
fn without_schemes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        kept.push(c);
        if let Some(length) = link_opening(&kept) {
            kept.truncate(length);
        }
    }
    kept
}

/// The length before a scheme or a `www.` that the text ends in.
fn link_opening(text: &str) -> Option<usize> {
    if let Some(before) = text.strip_suffix("://") {
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        return Some(before.trim_end_matches(is_scheme).len());
    }
    let start = text.len().checked_sub(4)?;
    let is_www = text.get(start..)?.eq_ignore_ascii_case("www.");
    (is_www && !text[..start].ends_with(char::is_alphanumeric)).then_some(start)
}

/// A domain may hold what is no letter (`i❤.ws`), so a dot is taken for a domain's wherever text
/// stands on both sides of it; only the dot of a single decimal number stays.
fn without_dots(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let in_domain = matches!(c, '.' | '．')
            && kept.ends_with(in_label)
            && after.starts_with(in_label)
            && !is_decimal(&kept, after);
        kept.push(if in_domain { ONE_DOT_LEADER } else { c });
    }
    kept
}

fn in_label(c: char) -> bool {
    !c.is_whitespace() && (c == '-' || !c.is_ascii_punctuation())
}

/// Whether the dot between stands in a number such as `12.5`, and not in `1.2.3.4`.
fn is_decimal(before: &str, after: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let (whole, fraction) = (before.trim_end_matches(digit), after.trim_start_matches(digit));
    let further = fraction.strip_prefix('.').is_some_and(|rest| rest.starts_with(in_label));
    whole.len() < before.len()
        && fraction.len() < after.len()
        && !whole.ends_with(['.', ONE_DOT_LEADER])
        && !further
        && !fraction.starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::unlink;

    #[test]
    fn what_could_become_a_link_does_not() {
        let table = [
            ("see evil.com now", "see evil․com now"),
            ("https://evil.com/x", "evil․com/x"),
            ("www.evil.com", "evil․com"),
            ("i❤.ws/login", "i❤․ws/login"),
            ("cafe\u{301}.com", "cafe\u{301}․com"),
            ("1.2.3.4/x", "1․2․3․4/x"),
            ("12.5 and 3.14", "12.5 and 3.14"),
            ("End. Next... go", "End. Next... go"),
            ("Dr. Wang", "Dr. Wang"),
        ];
        for (text, unlinked) in table {
            assert_eq!(unlink(text), unlinked, "{text}");
        }
    }
}
