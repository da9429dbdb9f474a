//! The provider's words without what is none of a log's business. When a signature is wrong, the
//! provider answers with what it signed: headers and token.

use crate::transport::hidden::Hidden;
use crate::transport::replies::masked;

/// The most characters of a message that are kept.
const MAX_WORDS: usize = 400;

/// Where the provider begins to repeat the request.
const ECHOES: [&str; 3] = ["server string to sign", "string to sign", "canonicalrequest"];

/// The words that may be kept.
pub(super) fn kept(words: &str, hidden: &Hidden) -> String {
    let lower = words.to_ascii_lowercase();
    let end = ECHOES.iter().filter_map(|echo| lower.find(echo)).min().unwrap_or(words.len());
    let words = masked(&hidden.remove(&words[..end]));
    words.trim_end().chars().take(MAX_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_repeats_of_a_request_goes() {
        let hidden = Hidden::new(["LTAIkey", "token=="].into_iter());
        let cases = [
            ("no such key: LTAIkey", "no such key: ***"),
            ("ada@x.test is no address", "a***@x.test is no address"),
            (
                "Specified signature is not matched. server string to sign is:POST token==",
                "Specified signature is not matched.",
            ),
            ("签名 Server CanonicalRequest is:x", "签名 Server"),
        ];
        for (words, shown) in cases {
            assert_eq!(kept(words, &hidden), shown);
        }
    }
}
