use mail_builder::headers::Header as _;
use mail_builder::headers::date::Date;

use super::fold::{self, Line};
use crate::mail::{CustomHeader, Mailbox, MessageId, Subject, clean};

/// One header of a mail, by what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Header {
    /// Who the mail is from
    From(Mailbox),
    /// Who it is for
    To(Vec<Mailbox>),
    /// Who gets a copy and is seen to
    Cc(Vec<Mailbox>),
    /// Where answers go
    ReplyTo(Mailbox),
    /// What it is about
    Subject(Subject),
    /// When it was accepted, in Unix seconds; written in UTC
    Date(i64),
    /// The id that stays the same through every attempt
    MessageId(MessageId),
    /// A header that hongyan itself sets, such as Auto-Submitted
    Own {
        /// The name
        name: &'static str,
        /// The value, ASCII
        value: String,
    },
    /// A header that the caller set
    Custom(CustomHeader),
}

impl Header {
    /// The name as it is written.
    pub fn name(&self) -> &str {
        match self {
            Header::From(_) => "From",
            Header::To(_) => "To",
            Header::Cc(_) => "Cc",
            Header::ReplyTo(_) => "Reply-To",
            Header::Subject(_) => "Subject",
            Header::Date(_) => "Date",
            Header::MessageId(_) => "Message-ID",
            Header::Own { name, .. } => name,
            Header::Custom(header) => header.name(),
        }
    }

    /// Writes the header, folded and with its CRLF; a list without mailboxes is left out.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let name = self.name();
        match self {
            Header::From(mailbox) | Header::ReplyTo(mailbox) => {
                mailboxes(out, name, std::slice::from_ref(mailbox));
            }
            Header::To(list) | Header::Cc(list) => mailboxes(out, name, list),
            Header::Subject(subject) => fold::text(out, name, subject.as_str()),
            Header::Date(seconds) => date(out, name, *seconds),
            Header::MessageId(id) => fold::plain(out, name, id.as_str()),
            Header::Own { value, .. } => fold::plain(out, name, &clean::one_line(value)),
            Header::Custom(header) if header.name().starts_with(['X', 'x']) => {
                fold::text(out, name, header.value());
            }
            Header::Custom(header) => fold::plain(out, name, header.value()),
        }
    }
}

fn date(out: &mut Vec<u8>, name: &str, seconds: i64) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    Date::new(seconds).write_header(out, name.len() + 2);
}

/// Always `Name <addr>` or `<addr>`: a bare address costs spam points beside an image.
fn mailboxes(out: &mut Vec<u8>, name: &str, list: &[Mailbox]) {
    if list.is_empty() {
        return;
    }
    let mut line = Line::begin(out, name);
    for (number, mailbox) in list.iter().enumerate() {
        if let Some(name) = mailbox.name() {
            phrase(&mut line, name.as_str());
        }
        let comma = if number + 1 < list.len() { "," } else { "" };
        line.token(&format!("<{}>{comma}", mailbox.address()));
    }
    line.end();
}

/// A display name: words, a quoted string, or encoded words; QQ refuses a mail whose encoded word
/// takes in the address as well.
fn phrase(line: &mut Line, name: &str) {
    let room = line.room();
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    if !fold::is_plain(name) {
        line.encoded(name);
    } else if name.split(' ').all(|word| word.len() <= room && word.chars().all(is_atom)) {
        name.split(' ').for_each(|word| line.token(word));
    } else {
        let quoted = format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
        if quoted.len() <= room { line.token(&quoted) } else { line.encoded(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Address, DisplayName};

    fn written(header: Header) -> String {
        let mut out = Vec::new();
        header.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn to(name: &str) -> String {
        let address = Address::parse("a@x.test").unwrap();
        let name = DisplayName::new(name).unwrap();
        written(Header::To(vec![Mailbox::new(name, address.clone()), Mailbox::bare(address)]))
    }

    #[test]
    fn names_are_words_quoted_or_encoded() {
        assert_eq!(to("Wang Wei"), "To: Wang Wei <a@x.test>, <a@x.test>\r\n");
        assert_eq!(to(r#"Eve" <e@x.test>, ""#).matches('"').count(), 4);
        assert_eq!(to("e@x.test"), "To: \"e@x.test\" <a@x.test>, <a@x.test>\r\n");
        assert_eq!(to("王伟"), "To: =?utf-8?B?546L5Lyf?= <a@x.test>, <a@x.test>\r\n");
        assert!(to("=?utf-8?q?x?=").starts_with("To: =?utf-8?B?PT91dGYtOD9xP3g/PQ==?= <"));
    }

    #[test]
    fn subjects_are_encoded_only_when_needed() {
        let subject = |text: &str| written(Header::Subject(Subject::new(text)));
        assert_eq!(subject("Your code is 483920"), "Subject: Your code is 483920\r\n");
        assert_eq!(subject(""), "Subject: \r\n");
        assert!(subject("=?utf-8?b?SGk=?=").starts_with("Subject: =?utf-8?B?"));
        for text in ["鸿".repeat(1000), "word ".repeat(60), "x".repeat(900)] {
            assert!(subject(&text).lines().all(|line| line.len() <= 76));
        }
    }

    #[test]
    fn dates_are_utc() {
        assert_eq!(
            written(Header::Date(1_767_225_600)),
            "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
        );
    }
}
