//! The `header` group of bad inputs, from the mail types to finished bytes.

mod bad_inputs;

use bad_inputs::Case;
use hongyan::mail::{
    Address, Attachment, AttachmentError, CustomHeader, DisplayName, Mailbox, MessageId, Subject,
};
use hongyan::mime::{self, Header, Parts};
use mail_parser::{Message, MessageParser, MimeHeaders};

#[test]
fn every_header_ends_as_it_must() {
    for case in bad_inputs::group("header") {
        match case.get("field") {
            "subject_var" => subject(&case),
            "to_name" => name(&case),
            "header" => custom(&case),
            "attachment_filename" => filename(&case),
            "attachment" => attachment(&case),
            other => panic!("unknown field {other}"),
        }
    }
}

fn subject(case: &Case) {
    let subject = Subject::new(&case.input().unwrap());
    let bytes = mail(vec![Header::Subject(subject.clone())], &[]);
    check_must_not(case, &bytes);
    let parsed = parse(&bytes);
    assert_eq!(parsed.subject().unwrap(), subject.as_str(), "{}", case.get("id"));
    assert!(!subject.as_str().contains(|c: char| c.is_control() || c == '\u{202e}'));
    assert_eq!(count(&bytes, "\nSubject:"), 1);
    if case.get("id") == "hd-006" || case.get("sub") == "subject-size" {
        assert_eq!(parsed.subject().unwrap(), case.input().unwrap());
    }
}

fn name(case: &Case) {
    let name = DisplayName::new(&case.input().unwrap());
    if case.get("outcome") == "reject" {
        return assert!(name.is_err(), "{}", case.get("id"));
    }
    let (name, address) = (name.unwrap(), Address::parse("user@example.test").unwrap());
    assert_eq!(name.looks_like_address(), name.as_str().contains('@'));
    let bytes = mail(vec![Header::To(vec![Mailbox::new(name.clone(), address)])], &[]);
    check_must_not(case, &bytes);
    let parsed = parse(&bytes);
    let to: Vec<_> = parsed.to().unwrap().iter().collect();
    assert_eq!(to.len(), 1, "{}: two mailboxes in To", case.get("id"));
    assert_eq!(to[0].name(), Some(name.as_str()), "{}", case.get("id"));
    assert_eq!(to[0].address(), Some("user@example.test"));
    assert!(!name.as_str().contains('\u{202e}'));
}

fn custom(case: &Case) {
    let header = CustomHeader::new(case.get("name"), &case.input().unwrap());
    if case.get("outcome") == "reject" {
        let fault = header.expect_err(case.get("id"));
        assert!(!fault.to_string().contains(&case.input().unwrap()) || case.get("input") == "v");
        return;
    }
    let header = header.unwrap_or_else(|fault| panic!("{}: {fault}", case.get("id")));
    let bytes = mail(vec![Header::Custom(header.clone())], &[]);
    let value = parse(&bytes).header_raw(header.name()).unwrap().trim().to_owned();
    assert_eq!(value, header.value());
}

fn filename(case: &Case) {
    let attachment = Attachment::new(&case.input().unwrap(), None, *b"x");
    if case.get("outcome") == "reject" {
        return assert!(attachment.is_err(), "{}", case.get("id"));
    }
    let attachment = attachment.unwrap();
    let name = attachment.filename().to_owned();
    assert!(!name.contains(['/', '\\', '\u{202e}']) && name != "CON", "{}", case.get("id"));
    let bytes = mail(vec![], &[attachment]);
    let parsed = parse(&bytes);
    assert_eq!(parsed.attachment(0).unwrap().attachment_name(), Some(name.as_str()));
    if case.get("outcome") == "accept" {
        assert_eq!(name, case.input().unwrap());
    }
}

fn attachment(case: &Case) {
    // A path or URL cannot even be said: attachments are made from bytes.
    let Some(content) = case.json()["content"].as_str() else { return };
    let json = case.json();
    let (filename, given) = (json["filename"].as_str().unwrap(), json["content_type"].as_str());
    let fault = Attachment::from_base64(filename, given, content).expect_err(case.get("id"));
    let of_content = given.is_none();
    assert_eq!(fault == AttachmentError::Base64, of_content, "{}", case.get("id"));
}

/// A mail with these headers in place of the usual ones of the same name.
fn mail(mut headers: Vec<Header>, attachments: &[Attachment]) -> Vec<u8> {
    let address = Address::parse("user@example.test").unwrap();
    let usual = [
        Header::From(Mailbox::bare(address.clone())),
        Header::To(vec![Mailbox::bare(address.clone())]),
        Header::Subject(Subject::new("s")),
        Header::Date(1_767_225_600),
        Header::MessageId(MessageId::new("id", &address).unwrap()),
    ];
    for header in usual {
        if !headers.iter().any(|given| given.name() == header.name()) {
            headers.push(header);
        }
    }
    // The header under test stands second, so that `\nName:` finds it.
    headers.rotate_right(1);
    let parts = Parts {
        headers: &headers,
        text: "text\n",
        html: "<p>html</p>\n",
        images: &[],
        attachments,
        language: "en",
        boundary_seed: b"seed",
    };
    mime::write(&parts).unwrap()
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn check_must_not(case: &Case, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let patterns = case.must_not();
    for pattern in patterns.into_iter().filter(|pattern| pattern.starts_with('(')) {
        assert!(!regex::Regex::new(pattern).unwrap().is_match(text), "{}", case.get("id"));
    }
}

fn count(bytes: &[u8], needle: &str) -> usize {
    std::str::from_utf8(bytes).unwrap().matches(needle).count()
}
