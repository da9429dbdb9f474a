use icu_properties::CodePointSetData;
use icu_properties::props::{BinaryProperty, Emoji, EmojiModifier, ExtendedPictographic};
use unicode_script::{Script, UnicodeScript};

/// Scripts whose letters take a joiner or non-joiner behind them.
const JOINING: [Script; 16] = [
    Script::Arabic,
    Script::Syriac,
    Script::Mongolian,
    Script::Nko,
    Script::Devanagari,
    Script::Bengali,
    Script::Gurmukhi,
    Script::Gujarati,
    Script::Oriya,
    Script::Tamil,
    Script::Telugu,
    Script::Kannada,
    Script::Malayalam,
    Script::Sinhala,
    Script::Khmer,
    Script::Myanmar,
];

/// Drops characters that are not seen, save those that an emoji or a script needs where they stand.
pub(super) fn drop(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if !is_invisible(c) || is_needed(c, &kept, characters.peek().copied()) {
            kept.push(c);
        }
    }
    kept
}

/// Zero width, direction marks and isolates, selectors, fillers and tags.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn is_needed(c: char, before: &str, next: Option<char>) -> bool {
    let Some(last) = before.chars().next_back() else { return false };
    match c {
        '\u{200d}' => joins(last) || (ends_in_picture(before) && next.is_some_and(is_picture)),
        '\u{200c}' => joins(last),
        '\u{fe0e}' | '\u{fe0f}' => has::<Emoji>(last),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => last.script() == Script::Han,
        '\u{180b}'..='\u{180d}' => last.script() == Script::Mongolian,
        // Flags of regions are a black flag and tags behind it.
        '\u{e0020}'..='\u{e007f}' => matches!(last, '🏴' | '\u{e0020}'..='\u{e007e}'),
        _ => false,
    }
}

fn joins(last: char) -> bool {
    JOINING.contains(&last.script())
}

/// Whether the text ends in an emoji, with its colour or presentation behind it.
fn ends_in_picture(before: &str) -> bool {
    let is_attribute = |c: &char| *c == '\u{fe0f}' || has::<EmojiModifier>(*c);
    before.chars().rev().find(|c| !is_attribute(c)).is_some_and(is_picture)
}

fn is_picture(c: char) -> bool {
    has::<ExtendedPictographic>(c)
}

fn has<P: BinaryProperty>(c: char) -> bool {
    CodePointSetData::new::<P>().contains(c)
}
