//! What a mail holds is taken out of a provider's words before they are kept: filters quote links,
//! and some servers repeat what they refuse. Words end in errors, receipts and logs.

use std::fmt;

use url::form_urlencoded::byte_serialize;

use super::{Outgoing, Reply, SendError};
use crate::diagnostic::Text;
use crate::mail::Address;
use crate::vars::Value;

/// Shorter values are words of any sentence.
const MIN_VALUE: usize = 4;

/// The least of a value that is known for a piece of it where the words were cut off.
const MIN_TORN: usize = 8;

/// Texts that must not be repeated, and what stands in their place.
pub(super) struct Hidden(Vec<(String, String)>);

impl Hidden {
    /// Credentials alone.
    pub fn new<'a>(secrets: impl Iterator<Item = &'a str>) -> Hidden {
        let mut hidden = Hidden(Vec::new());
        secrets.filter(|secret| !secret.is_empty()).for_each(|secret| hidden.add(secret));
        hidden
    }

    /// What callers put into a mail, and to whom it goes.
    pub fn and_mail(mut self, mail: &Outgoing<'_>) -> Hidden {
        self.add_text(mail.rendered.subject.as_str());
        mail.rendered.vars.iter().for_each(|(_, value)| self.add_value(value));
        let (recipients, envelope) = (&mail.rendered.recipients, mail.message.envelope());
        let named = recipients.cc.iter().chain(&recipients.reply_to).chain([&recipients.to]);
        let named = named.map(|mailbox| mailbox.address());
        named.chain([&envelope.to, &envelope.from]).for_each(|address| self.add_address(address));
        // The longest first, for one may be a part of another.
        self.0.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        self
    }

    /// The words without them.
    pub fn remove(&self, words: &str) -> String {
        let whole =
            |words: String, (text, instead): &(String, String)| without(&words, text, instead);
        self.without_torn(&self.0.iter().fold(words.to_owned(), whole))
    }

    /// An answer without them.
    pub fn in_reply(&self, reply: &Reply) -> Reply {
        Reply { code: self.remove(&reply.code), text: self.remove(&reply.text) }
    }

    /// An error without them, where it holds an answer.
    pub fn in_error(&self, error: SendError) -> SendError {
        let Some(reply) = &error.reply else { return error };
        let clean = self.in_reply(reply);
        let (said, instead) = (reply.to_string(), clean.to_string());
        let [en, zh] = [&error.what.en, &error.what.zh].map(|what| what.replace(&said, &instead));
        SendError { what: Text { en, zh }, reply: Some(clean), ..error }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::Text(text) | Value::Code(text) => self.add_text(text),
            Value::Url(url) => self.add_url(url),
            Value::Email(address) => self.add_address(address),
            Value::Integer(number) => self.add_text(&number.to_string()),
            Value::Decimal(number) => self.add_text(&number.to_string()),
            Value::Money(money) => self.add_text(&money.amount().to_string()),
            Value::List(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Object(fields) => fields.iter().for_each(|(_, field)| self.add_value(field)),
            // Declared words, and times: nobody's secret, and words of any sentence.
            Value::Enum(_)
            | Value::Boolean(_)
            | Value::Date(_)
            | Value::DateTime(_)
            | Value::Duration(_) => {}
        }
    }

    /// Also without its scheme, and the part that lets in who has it.
    fn add_url(&mut self, url: &str) {
        self.add_text(url);
        let bare = url.split_once("://").map_or(url, |(_, bare)| bare);
        self.add_text(bare);
        let last = bare.rsplit_once('/').map(|(_, last)| last);
        let query = bare.split_once('?').map(|(_, query)| query);
        let pairs = query.into_iter().flat_map(|query| query.split('&'));
        let values = pairs.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let parts = last.into_iter().chain(query).chain(values);
        parts.filter(|part| part.len() >= MIN_TORN).for_each(|part| self.add_text(part));
    }

    fn add_text(&mut self, text: &str) {
        if text.chars().count() >= MIN_VALUE {
            self.add(text);
        }
    }

    /// A text as it is, and as forms and MIME have it.
    fn add(&mut self, text: &str) {
        let percent: String = byte_serialize(text.as_bytes()).collect();
        for form in [text.to_owned(), percent, text.replace('=', "=3D")] {
            if !self.0.iter().any(|(known, _)| *known == form) {
                self.0.push((form, "***".to_owned()));
            }
        }
    }

    fn add_address(&mut self, address: &Address) {
        let percent: String = byte_serialize(address.as_str().as_bytes()).collect();
        self.0.push((address.as_str().to_owned(), address.masked()));
        self.0.push((percent, address.masked()));
    }

    /// Without the beginning of a text where the words were cut off in the midst of it.
    fn without_torn(&self, words: &str) -> String {
        let torn = |part: &str, text: &str| {
            let mut lengths = (MIN_TORN..text.len().min(part.len() + 1)).rev();
            lengths.find(|length| text.get(..*length).is_some_and(|piece| part.ends_with(piece)))
        };
        let mut parts: Vec<String> = words.split('…').map(str::to_owned).collect();
        let last = parts.len() - 1;
        for part in &mut parts[..last] {
            if let Some(length) = self.0.iter().filter_map(|(text, _)| torn(part, text)).max() {
                part.truncate(part.len() - length);
                part.push_str("***");
            }
        }
        parts.join("…")
    }
}

/// The words without a text, in whatever case it stands there.
fn without(words: &str, text: &str, instead: &str) -> String {
    let (lower, wanted) = (words.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut kept = String::with_capacity(words.len());
    let mut from = 0;
    for (at, found) in lower.match_indices(&wanted) {
        kept.push_str(&words[from..at]);
        kept.push_str(instead);
        from = at + found.len();
    }
    kept + &words[from..]
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_in_any_case_and_form() {
        let hidden = Hidden::new(["a+b/c=d", "Token77"].into_iter());
        for (words, kept) in [
            ("no A+B/C=D here", "no *** here"),
            ("a%2Bb%2Fc%3Dd, a+b/c=3Dd", "***, ***"),
            ("token77TOKEN77", "******"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(hidden.remove(words), kept);
        }
    }

    #[test]
    fn links_go_in_whole_and_in_part() {
        let mut hidden = Hidden::new(std::iter::empty());
        hidden.add_value(&Value::Url("https://x.test/r/k9v8w7u6t5?token=q1w2e3r4t5&n=1".into()));
        hidden.0.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        for (words, kept) in [
            ("see https://x.test/r/k9v8w7u6t5?token=q1w2e3r4t5&n=1!", "see ***!"),
            ("see x.test/r/k9v8w7u6t5?token=q1w2e3r4t5&n=1", "see ***"),
            ("token q1w2e3r4t5", "token ***"),
            ("listed: https://x.test/r/k9v8w7u…", "listed: ***…"),
            ("https://example.com/help", "https://example.com/help"),
        ] {
            assert_eq!(hidden.remove(words), kept);
        }
    }
}
