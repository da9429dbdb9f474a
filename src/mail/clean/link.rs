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

fn without_dots(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let in_domain = matches!(c, '.' | '．')
            && kept.ends_with(char::is_alphanumeric)
            && characters.peek().is_some_and(|next| next.is_alphabetic());
        kept.push(if in_domain { ONE_DOT_LEADER } else { c });
    }
    kept
}
