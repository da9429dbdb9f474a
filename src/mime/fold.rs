//! Header lines: tokens, and breaks only between them.

use super::words;

/// Lines with encoded words may have 76 characters (RFC 2047 §2), others 78: 76 serves both.
const MAX_COLUMN: usize = 76;

/// Writes an unstructured header: as it is where that can be read back, else in encoded words.
pub(super) fn text(out: &mut Vec<u8>, name: &str, value: &str) {
    let mut line = Line::begin(out, name);
    if is_plain(value) && value.split(' ').all(|word| word.len() <= line.room()) {
        value.split(' ').for_each(|word| line.token(word));
    } else {
        line.encoded(value);
    }
    line.end();
}

/// Writes a header whose value has a syntax of its own: folded, never encoded while it is ASCII.
pub(super) fn plain(out: &mut Vec<u8>, name: &str, value: &str) {
    let mut line = Line::begin(out, name);
    if value.is_ascii() {
        value.split(' ').for_each(|word| line.token(word));
    } else {
        line.encoded(value);
    }
    line.end();
}

/// Whether a reader shows the text as typed when it is not encoded.
pub(super) fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !value.contains("=?")
}

/// One header while it is written.
pub(super) struct Line<'a> {
    out: &'a mut Vec<u8>,
    column: usize,
    at_start: bool,
}

impl<'a> Line<'a> {
    pub(super) fn begin(out: &'a mut Vec<u8>, name: &str) -> Self {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        Line { out, column: name.len() + 1, at_start: true }
    }

    /// A token that stays whole, on a line of its own where it must. The first one stays beside the
    /// header's name: a line of nothing but a name and a colon upsets old readers.
    pub(super) fn token(&mut self, token: &str) {
        if !self.at_start && token.len() > self.room() {
            self.out.extend_from_slice(b"\r\n");
            self.column = 0;
        }
        self.out.push(b' ');
        self.out.extend_from_slice(token.as_bytes());
        self.column += 1 + token.len();
        self.at_start = false;
    }

    /// Text as encoded words.
    pub(super) fn encoded(&mut self, text: &str) {
        let words = words::encoded(text, self.room());
        words.iter().filter(|word| !word.is_empty()).for_each(|word| self.token(word));
    }

    /// How long a token may be that still fits on this line.
    pub(super) fn room(&self) -> usize {
        MAX_COLUMN.saturating_sub(self.column + 1)
    }

    pub(super) fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }
}
