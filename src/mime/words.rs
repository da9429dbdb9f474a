//! Encoded words (RFC 2047).

use base64::prelude::{BASE64_STANDARD, Engine};
use unicode_segmentation::UnicodeSegmentation;

/// The most characters of one encoded word (RFC 2047 §2).
pub(super) const MAX_WORD: usize = 75;
/// `=?utf-8?B?` and `?=`
const FRAME: usize = 12;

/// Splits text into encoded words. The first has `room` columns, all others have [`MAX_WORD`];
/// when not even one character fits into `room`, the first word is empty.
///
/// A word ends where a grapheme cluster ends: readers that decode word by word would show half an
/// emoji. Only a cluster larger than a whole word is cut, between its characters.
pub(super) fn encoded(text: &str, room: usize) -> Vec<String> {
    let form = Form::shortest(text);
    let mut words = Vec::new();
    let mut current = String::new();
    let mut room = room.min(MAX_WORD);
    for cluster in clusters(text).flat_map(|cluster| form.pieces(cluster)) {
        if form.width_of(&current, cluster) + FRAME > room {
            words.push(form.word(&current));
            current.clear();
            room = MAX_WORD;
        }
        current.push_str(cluster);
    }
    words.push(form.word(&current));
    words
}

fn clusters(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true)
}

#[derive(Clone, Copy)]
enum Form {
    B,
    Q,
}

impl Form {
    fn shortest(text: &str) -> Self {
        if q_width(text) <= text.len().div_ceil(3) * 4 { Form::Q } else { Form::B }
    }

    fn width_of(self, before: &str, more: &str) -> usize {
        match self {
            Form::B => (before.len() + more.len()).div_ceil(3) * 4,
            Form::Q => q_width(before) + q_width(more),
        }
    }

    fn pieces(self, cluster: &str) -> impl Iterator<Item = &str> {
        let whole = self.width_of("", cluster) + FRAME <= MAX_WORD;
        let step = move |(at, c): (usize, char)| &cluster[at..at + c.len_utf8()];
        let cut = cluster.char_indices().filter(move |_| !whole).map(step);
        whole.then_some(cluster).into_iter().chain(cut)
    }

    fn word(self, text: &str) -> String {
        match self {
            _ if text.is_empty() => String::new(),
            Form::B => format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(text)),
            Form::Q => format!("=?utf-8?Q?{}?=", q(text)),
        }
    }
}

fn q_width(text: &str) -> usize {
    text.bytes().map(|byte| if byte == b' ' || is_q_plain(byte) { 1 } else { 3 }).sum()
}

fn q(text: &str) -> String {
    let one = |byte: u8| match byte {
        b' ' => "_".to_owned(),
        _ if is_q_plain(byte) => char::from(byte).to_string(),
        _ => format!("={byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// What may stand bare in a phrase as well (RFC 2047 §5.3).
fn is_q_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'*' | b'+' | b'-' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_clusters_end() {
        let family = "👨‍👩‍👧‍👦";
        for word in encoded(&family.repeat(60), 67) {
            let inner = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
            let text = String::from_utf8(BASE64_STANDARD.decode(inner).unwrap()).unwrap();
            assert_eq!(text.replace(family, ""), "");
            assert!(word.len() <= MAX_WORD);
        }
    }

    #[test]
    fn a_cluster_larger_than_a_word_is_cut_between_characters() {
        let zalgo = format!("a{}", "\u{301}".repeat(100));
        assert!(encoded(&zalgo, 20).iter().all(|word| word.len() <= MAX_WORD));
    }

    #[test]
    fn the_shorter_form_is_taken() {
        assert_eq!(encoded("a plain café", 75), ["=?utf-8?Q?a_plain_caf=C3=A9?="]);
        assert_eq!(encoded("鸿雁", 75), ["=?utf-8?B?6bi/6ZuB?="]);
    }
}
