//! Replies (RFC 5321 section 4.2): from bytes that may be anything to a code and lines.

use std::str::FromStr;

use lettre::transport::smtp::response::Response;

use crate::transport::Reply;
use crate::transport::replies::readable;

/// The most lines of a reply. RFC 5321 sets no limit; EHLO has about 15.
const MAX_LINES: usize = 100;
/// The most bytes of a line; RFC 5321 section 4.5.3.1.5 has 512.
const MAX_LINE: usize = 4 * 1024;
/// The most bytes of a reply.
const MAX_REPLY: usize = 64 * 1024;

/// A well-formed reply.
#[derive(Debug)]
pub(super) struct Answer {
    pub code: u16,
    pub lines: Vec<String>,
}

/// Why bytes are no reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    TooLong,
    NotAReply,
}

impl Answer {
    /// The first digit.
    pub fn class(&self) -> u16 {
        self.code / 100
    }

    /// The words as they came, for people and the dictionary.
    pub fn to_reply(&self) -> Reply {
        Reply::heard(self.code.to_string(), self.lines.join(" ").as_bytes())
    }
}

/// Takes one whole reply from the front of what was read; none while its last line is not there.
pub(super) fn take(buffer: &mut Vec<u8>) -> Result<Option<Answer>, Malformed> {
    let Some(end) = find_end(buffer)? else { return Ok(None) };
    let bytes: Vec<u8> = buffer.drain(..end).collect();
    parse(&bytes).map(Some)
}

/// Where the last line of the first reply ends. A lone LF ends a line too: some servers send it,
/// and waiting for its CR would end in a timeout.
fn find_end(buffer: &[u8]) -> Result<Option<usize>, Malformed> {
    let mut start = 0;
    for number in 1.. {
        let rest = &buffer[start..];
        let length = rest.iter().take(MAX_LINE + 1).position(|byte| *byte == b'\n');
        let Some(length) = length else {
            return if rest.len() > MAX_LINE { Err(Malformed::TooLong) } else { Ok(None) };
        };
        start += length + 1;
        if start > MAX_REPLY || number > MAX_LINES {
            return Err(Malformed::TooLong);
        }
        if rest.get(3) != Some(&b'-') {
            return Ok(Some(start));
        }
    }
    Ok(None)
}

/// lettre's parser decides what a reply is: codes of the right digits, the same in each line. It
/// wants a blank behind every code; RFC 5321 allows a code alone.
fn parse(bytes: &[u8]) -> Result<Answer, Malformed> {
    let mut text = String::with_capacity(bytes.len() + 2);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (code, words) = line.split_at(line.len().min(4));
        text.push_str(std::str::from_utf8(code).map_err(|_| Malformed::NotAReply)?);
        text.push_str(if code.len() == 3 { " " } else { "" });
        text.push_str(&readable(words));
        text.push_str("\r\n");
    }
    let response = Response::from_str(&text).map_err(|_| Malformed::NotAReply)?;
    Ok(Answer {
        code: response.code().into(),
        lines: response.message().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<(u16, Vec<String>)>, Malformed> {
        let mut buffer = bytes.to_vec();
        take(&mut buffer).map(|answer| answer.map(|answer| (answer.code, answer.lines)))
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn well_formed() {
        assert_eq!(read(b"250 ok\r\n"), Ok(Some((250, lines(&["ok"])))));
        assert_eq!(read(b"250\r\n"), Ok(Some((250, lines(&[""])))));
        assert_eq!(read(b"250-a\r\n250-\r\n250 b\r\n"), Ok(Some((250, lines(&["a", "", "b"])))));
        assert_eq!(read(b"250 lf\n"), Ok(Some((250, lines(&["lf"])))));
        assert_eq!(read(b"550 \xd3\xca\xcf\xe4\r\n"), Ok(Some((550, lines(&["邮箱"])))));
    }

    #[test]
    fn not_there_yet() {
        for part in [&b""[..], b"2", b"250 ok", b"250-a\r\n", b"250-a\r\n250"] {
            assert_eq!(read(part), Ok(None), "{part:?}");
        }
    }

    #[test]
    fn malformed() {
        let cases: [&[u8]; 9] = [
            b"99 x\r\n",
            b"abc\r\n",
            b"250ok\r\n",
            b"250-a\r\n550 b\r\n",
            b"4.2.0 450 busy\r\n",
            "２５０ ok\r\n".as_bytes(),
            b"999 what\r\n",
            b"OK fine\r\n",
            b"\r\n",
        ];
        for bytes in cases {
            assert_eq!(read(bytes), Err(Malformed::NotAReply), "{bytes:?}");
        }
    }

    #[test]
    fn limits() {
        let long = [b"250 ".as_slice(), &[b'x'; MAX_LINE]].concat();
        assert_eq!(read(&long), Err(Malformed::TooLong));
        assert_eq!(read(&b"250-a\r\n".repeat(MAX_LINES + 1)), Err(Malformed::TooLong));
    }

    #[test]
    fn what_follows_stays() {
        let mut buffer = b"250 a\r\n354 b\r\n".to_vec();
        assert_eq!(take(&mut buffer).unwrap().unwrap().code, 250);
        assert_eq!(buffer, b"354 b\r\n");
    }
}
