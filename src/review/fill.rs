//! Filling the files of `assets/report/`: `{{name}}` is a value, `{{:name}}` a word.
//!
//! Values are markup that was made here or text that was escaped; a template is read once, so that
//! nothing in a value is taken for a mark.

use super::words::word;
use crate::diagnostic::Language;

/// Text as it may stand in an element or in a quoted attribute.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A template with its values and words; what has neither is left empty.
pub fn fill(template: &str, language: Language, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        filled.push_str(before);
        match name.strip_prefix(':') {
            Some(key) => filled.push_str(&escaped(word(key, language))),
            None => {
                let value = values.iter().find(|(known, _)| *known == name);
                filled.push_str(value.map_or("", |(_, value)| value));
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_read_again() {
        let filled = fill("<{{a}}|{{b}}>", Language::En, &[("a", "{{b}}"), ("b", "x")]);
        assert_eq!(filled, "<{{b}}|x>");
    }
}
