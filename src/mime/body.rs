use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use super::{boundary, wire};
use crate::mail::base64_lines;

/// Where quoted-printable and base64 are of the same size, in percent of bytes beyond ASCII.
const QUOTED_PRINTABLE_UP_TO: usize = 18;
/// The most characters of an encoded line, one of 76 being kept for the `=` of a soft break
/// (RFC 2045 §6.7).
const LAST_COLUMN: usize = 75;

/// A text part in UTF-8, in the encoding that is smallest and that spam filters like best.
pub(super) fn part<'a>(content_type: &'static str, text: &str) -> MimePart<'a> {
    let (encoding, contents) = encode(crlf(text));
    MimePart {
        headers: vec![
            ("Content-Type".into(), Raw::new(format!("{content_type}; charset=utf-8")).into()),
            ("Content-Transfer-Encoding".into(), Raw::new(encoding).into()),
        ],
        contents: BodyPart::Binary(contents.into_bytes().into()),
    }
}

fn crlf(text: &str) -> String {
    if text.contains('\r') {
        return crlf(&text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    text.replace('\n', "\r\n")
}

fn encode(text: String) -> (&'static str, String) {
    let beyond_ascii = text.bytes().filter(|byte| !byte.is_ascii()).count();
    if beyond_ascii == 0 && fits_7bit(&text) {
        ("7bit", text)
    } else if beyond_ascii * 100 <= text.len() * QUOTED_PRINTABLE_UP_TO {
        ("quoted-printable", quoted_printable(&text))
    } else {
        ("base64", base64_lines(text.as_bytes()))
    }
}

fn fits_7bit(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'\r' | b'\n' | b'\t' | b' '..=b'~'))
        && text.split("\r\n").all(|line| line.len() <= wire::MAX_LINE)
        && !text.contains(boundary::LINE_START)
}

/// RFC 2045 §6.7, and no soft break inside a character: some readers decode line by line.
fn quoted_printable(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3 / 2);
    for (number, line) in text.split("\r\n").enumerate() {
        if number > 0 {
            encoded.push_str("\r\n");
        }
        quoted_printable_line(line, &mut encoded);
    }
    encoded
}

fn quoted_printable_line(line: &str, encoded: &mut String) {
    let mut column = 0;
    let mut rest = line;
    loop {
        let mut plain;
        (plain, rest) = rest.split_at(plain_length(rest));
        while !plain.is_empty() {
            soft_break(&mut column, 1, encoded);
            let (fits, behind) = plain.split_at(plain.len().min(LAST_COLUMN - column));
            encoded.push_str(fits);
            column += fits.len();
            plain = behind;
        }
        let Some(c) = rest.chars().next() else { return };
        let (bytes, behind) = rest.split_at(c.len_utf8());
        soft_break(&mut column, 3 * bytes.len(), encoded);
        column += 3 * bytes.len();
        bytes.bytes().for_each(|byte| push_hex(byte, encoded));
        rest = behind;
    }
}

/// How much of the rest of a line stands as it is: a blank does, but not at the end.
fn plain_length(rest: &str) -> usize {
    let is_plain = |byte: &u8| matches!(byte, b'\t' | b' '..=b'<' | b'>'..=b'~');
    let plain = rest.bytes().take_while(is_plain).count();
    let ends_blank = plain == rest.len() && rest.ends_with([' ', '\t']);
    plain - usize::from(ends_blank)
}

fn soft_break(column: &mut usize, width: usize, encoded: &mut String) {
    if *column + width > LAST_COLUMN {
        encoded.push_str("=\r\n");
        *column = 0;
    }
}

fn push_hex(byte: u8, encoded: &mut String) {
    let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
    encoded.extend(['=', digit(byte >> 4), digit(byte & 15)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_follows_the_text() {
        let long = "a".repeat(999);
        let cases = [
            ("plain\r\n", "7bit"),
            (long.as_str(), "quoted-printable"),
            ("--=_alt_0", "quoted-printable"),
            ("a few words and one 字 among many letters\r\n", "quoted-printable"),
            ("中文为主 mostly", "base64"),
        ];
        for (text, encoding) in cases {
            assert_eq!(encode(text.to_owned()).0, encoding, "{text}");
        }
    }

    #[test]
    fn quoted_printable_keeps_spaces_and_characters_whole() {
        assert_eq!(quoted_printable("a=b \r\n.\r\né\t"), "a=3Db=20\r\n.\r\n=C3=A9=09");
        let encoded = quoted_printable(&format!("{}字{}", "x".repeat(70), "y".repeat(80)));
        assert_eq!(encoded.split("=\r\n").nth(1).unwrap().get(..9).unwrap(), "=E5=AD=97");
        assert!(encoded.split("\r\n").all(|line| line.len() <= 76));
    }

    #[test]
    fn every_line_end_becomes_crlf() {
        assert_eq!(crlf("a\rb\nc\r\nd\n\r"), "a\r\nb\r\nc\r\nd\r\n\r\n");
    }
}
