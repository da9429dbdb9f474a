//! Lists in a sentence.

use super::Formats;

/// Stands for an item while the engine joins; a noncharacter, so no rule of CLDR looks at it.
const ITEM: &str = "\u{FFFFE}";

impl Formats {
    /// Joins items with the language's commas and its "and": `甲、乙和丙`, `a, b, and c` (in
    /// `en-GB`: `a, b and c`). In Chinese the "and" stands apart from Latin letters and digits:
    /// `iOS 和 Android`.
    pub fn list(&self, items: &[&str]) -> String {
        match self.0.patterns.find(|entry| entry.space_around_latin) {
            Some(true) => self.spaced_list(items),
            _ => self.0.list.format(items.iter()).to_string(),
        }
    }

    fn spaced_list(&self, items: &[&str]) -> String {
        let joined = self.0.list.format(items.iter().map(|_| ITEM)).to_string();
        let mut written = String::new();
        for (at, between) in joined.split(ITEM).enumerate() {
            push_spaced(&mut written, between);
            if let Some(item) = items.get(at) {
                push_spaced(&mut written, item);
            }
        }
        written
    }
}

/// Appends, with a space where a Han and a Latin letter or digit would touch.
fn push_spaced(text: &mut String, next: &str) {
    let touching = text.chars().next_back().zip(next.chars().next());
    if touching.is_some_and(|(l, r)| (is_han(l) && is_latin(r)) || (is_latin(l) && is_han(r))) {
        text.push(' ');
    }
    text.push_str(next);
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn is_han(c: char) -> bool {
    unicode_script::UnicodeScript::script(&c) == unicode_script::Script::Han
}
