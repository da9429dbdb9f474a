//! Bytes as they stand in a mail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Octets in one line of 76 characters (RFC 2045 section 6.8).
const OCTETS: usize = 57;

/// Base64 in lines of 76 characters, with CRLF between them and none at the end.
pub fn base64_lines(bytes: &[u8]) -> String {
    let mut lines = String::with_capacity(bytes.len() * 78 / OCTETS + 80);
    for (index, chunk) in bytes.chunks(OCTETS).enumerate() {
        if index > 0 {
            lines.push_str("\r\n");
        }
        STANDARD.encode_string(chunk, &mut lines);
    }
    lines
}
