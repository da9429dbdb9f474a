//! What is written is what another crate reads: subject, names, bodies, images, attachments.

use hongyan::mail::{Address, Attachment, DisplayName, Mailbox, MessageId, Subject, clean};
use hongyan::mime::{self, Header, InlineImage, Parts};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

#[derive(Debug)]
struct Mail {
    subject: String,
    from: String,
    to: String,
    text: String,
    html: String,
    image: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
}

/// Letters, Han, emoji, quotes, encoded words, spaces and long runs.
fn line() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "[ -~]{0,12}",
        "[\u{4e00}-\u{4e20}]{1,20}",
        "\\PC{0,4}",
        prop::sample::select(vec![
            "👨‍👩‍👧‍👦",
            "=?utf-8?b?SGk=?=",
            "\"",
            "\\",
            "=",
            "?=",
            ".",
            "_",
            "  ",
            "é"
        ])
        .prop_map(str::to_owned),
        "[a-z]{70,90}",
    ];
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

fn body() -> impl Strategy<Value = String> {
    let lines =
        prop_oneof![line(), "[a-z =.]{0,200}", "From [a-z]{3}", "\\.", "--=_alt_[0-9a-f]{4}"];
    prop::collection::vec(lines, 0..12)
        .prop_map(|lines| clean::body(&(lines.join("\n") + "\n")).into_owned())
}

fn name() -> impl Strategy<Value = String> {
    line().prop_map(|line| {
        let short: String = line.chars().take(100).collect();
        format!("N{}", clean::one_line(&short))
    })
}

fn mail() -> impl Strategy<Value = Mail> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    let file_name = name().prop_map(|name| {
        let short: String = name.chars().take(60).collect();
        format!("f{}.pdf", short.replace(['/', '\\'], "_"))
    });
    let file = (file_name, bytes());
    (line(), name(), name(), body(), body(), bytes(), prop::collection::vec(file, 0..3)).prop_map(
        |(subject, from, to, text, html, image, files)| Mail {
            subject,
            from,
            to,
            text,
            html,
            image,
            files,
        },
    )
}

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox::new(DisplayName::new(name).unwrap(), Address::parse(address).unwrap())
}

fn written(mail: &Mail, files: &[Attachment]) -> Vec<u8> {
    let from = mailbox(&mail.from, "from@x.test");
    let headers = [
        Header::MessageId(MessageId::new("id", from.address()).unwrap()),
        Header::From(from),
        Header::To(vec![mailbox(&mail.to, "to@x.test"), mailbox("B", "b@x.test")]),
        Header::Subject(Subject::new(&mail.subject)),
        Header::Date(1_767_225_600),
        Header::Own { name: "Auto-Submitted", value: "auto-generated".into() },
    ];
    let image = InlineImage {
        cid: "logo@x.test".into(),
        filename: "标志.png".into(),
        content_type: "image/png".into(),
        base64: hongyan::mail::base64_lines(&mail.image).into(),
    };
    mime::write(&Parts {
        headers: &headers,
        text: &mail.text,
        html: &mail.html,
        images: &[image],
        attachments: files,
        language: "zh-CN",
        boundary_seed: b"seed",
    })
    .unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read(mail in mail()) {
        let files: Vec<_> =
            mail.files.iter().map(|(n, b)| Attachment::new(n, None, b.clone()).unwrap()).collect();
        let bytes = written(&mail, &files);
        prop_assert_eq!(&bytes, &written(&mail, &files), "not the same bytes again");
        let text = std::str::from_utf8(&bytes).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        prop_assert!(head.split("\r\n").all(|line| line.len() <= 78), "{}", head);

        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let subject = Subject::new(&mail.subject);
        prop_assert_eq!(parsed.subject().unwrap_or_default(), subject.as_str());
        let from = parsed.from().unwrap().first().unwrap();
        prop_assert_eq!(from.name(), Some(mail.from.trim()));
        let to: Vec<_> = parsed.to().unwrap().iter().collect();
        prop_assert_eq!(to.len(), 2);
        prop_assert_eq!(to[0].name(), Some(mail.to.trim()));
        let lf = |text: &str| text.replace("\r\n", "\n");
        prop_assert_eq!(lf(&parsed.body_text(0).unwrap()), mail.text.as_str());
        prop_assert_eq!(lf(&parsed.body_html(0).unwrap()), mail.html.as_str());
        check_files(&parsed, &mail, &files)?;
    }
}

fn check_files(
    parsed: &mail_parser::Message<'_>,
    mail: &Mail,
    files: &[Attachment],
) -> Result<(), TestCaseError> {
    let image = parsed.parts.iter().find(|part| part.content_id().is_some()).unwrap();
    prop_assert_eq!(image.content_id(), Some("logo@x.test"));
    prop_assert_eq!(image.contents(), mail.image.as_slice());
    prop_assert_eq!(image.attachment_name(), Some("标志.png"));
    let read: Vec<_> = parsed
        .parts
        .iter()
        .filter(|part| part.content_disposition().is_some_and(|d| d.is_attachment()))
        .map(|part| (part.attachment_name().unwrap().to_owned(), part.contents().to_vec()))
        .collect();
    let sent: Vec<_> =
        files.iter().map(|file| (file.filename().to_owned(), file.bytes().to_vec())).collect();
    prop_assert_eq!(read, sent);
    Ok(())
}
