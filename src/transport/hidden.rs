//! A server's words without what is none of a log's business. A filter quotes the link that it
//! dislikes; when a signature is wrong, DirectMail answers with what it signed: headers and token.

use std::fmt;

use serde_json::Value as Json;
use url::form_urlencoded::byte_serialize;

use super::SendError;
use crate::compose::Rendered;
use crate::diagnostic::Text;

/// The most characters of a message that are kept.
const MAX_WORDS: usize = 400;

/// Where DirectMail begins to repeat the request.
const ECHOES: [&str; 3] = ["server string to sign", "string to sign", "canonicalrequest"];

/// Shorter values are words of any sentence.
const MIN_VALUE: usize = 4;

/// Texts that must not be repeated.
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// Credentials alone.
    pub fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Hidden {
        Hidden(secrets.filter(|secret| !secret.is_empty()).map(str::to_owned).collect())
    }

    /// And what callers put into a mail.
    pub fn and_mail(mut self, rendered: &Rendered) -> Hidden {
        self.0.push(rendered.subject.as_str().to_owned());
        texts(&rendered.vars.to_json(), &mut self.0);
        let encoded = self.0.iter().map(|text| byte_serialize(text.as_bytes()).collect());
        let encoded: Vec<String> = encoded.collect();
        self.0.extend(encoded);
        self.0.retain(|text| text.chars().count() >= MIN_VALUE);
        // The longest first, for one may be a part of another.
        self.0.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self
    }

    /// The words of DirectMail, up to where it repeats the request.
    pub fn remove(&self, words: &str) -> String {
        let lower = words.to_ascii_lowercase();
        let end = ECHOES.iter().filter_map(|echo| lower.find(echo)).min().unwrap_or(words.len());
        self.replace(&words[..end]).trim_end().chars().take(MAX_WORDS).collect()
    }

    /// The words, `***` where one of the texts was.
    pub fn replace(&self, words: &str) -> String {
        self.0.iter().fold(words.to_owned(), |words, text| words.replace(text.as_str(), "***"))
    }

    /// A refusal whose words are shown so. What it means was found by the whole words.
    pub fn in_error(&self, mut error: SendError) -> SendError {
        error.what = Text { en: self.replace(&error.what.en), zh: self.replace(&error.what.zh) };
        if let Some(reply) = &mut error.reply {
            reply.text = self.replace(&reply.text);
        }
        error
    }
}

fn texts(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.clone()),
        Json::Number(number) => found.push(number.to_string()),
        Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        Json::Null | Json::Bool(_) => {}
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;

    #[test]
    fn what_the_provider_repeats_of_a_request_goes() {
        let hidden = Hidden::new(["LTAIkey", "token=="].into_iter());
        let cases = [
            ("no such key: LTAIkey", "no such key: ***"),
            (
                "Specified signature is not matched. server string to sign is:POST token==",
                "Specified signature is not matched.",
            ),
            ("签名 Server CanonicalRequest is:x", "签名 Server"),
        ];
        for (words, kept) in cases {
            assert_eq!(hidden.remove(words), kept);
        }
    }
}
