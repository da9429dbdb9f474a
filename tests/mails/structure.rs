//! The bytes themselves: shape of the tree, headers, lines, references between parts.

use hongyan::inline::ImageMode;
use hongyan::mail::Attachment;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::{composer, drafts, finish, for_every_mail, modes, profile};

const INSIDE: &str = "alternative[text/plain related[text/html image/png]]";
const WITHOUT: &str = "alternative[text/plain text/html]";
/// The most that a page may have; Gmail cuts at 102 KB.
const MAX_HTML: usize = 40 * 1024;
const ONCE: [&str; 8] = [
    "Date",
    "Message-ID",
    "From",
    "To",
    "Subject",
    "MIME-Version",
    "Content-Language",
    "Auto-Submitted",
];

#[test]
fn the_tree_is_alternative_with_related_only_where_there_are_images() {
    for_every_mail(|name, _, mode, message| {
        let expected = if *mode == ImageMode::Inside { INSIDE } else { WITHOUT };
        assert_eq!(shape_of(message.bytes()), expected, "{name}");
    });
}

#[test]
fn attachments_stand_around_it() {
    let composer = composer();
    let name = "一月账单.pdf";
    for (mail, mut draft) in drafts(&composer) {
        if !mail.ends_with("/typical") {
            continue;
        }
        draft.attachments = vec![
            Attachment::new(name, None, *b"%PDF-1.7\r\n.\r\nFrom here\n").unwrap(),
            Attachment::new("data.csv", None, "列,值\n".as_bytes()).unwrap(),
        ];
        let rendered = composer.render(&draft).unwrap();
        for mode in modes() {
            let message = finish(&rendered, &profile(mode.clone()));
            let inner = if mode == ImageMode::Inside { INSIDE } else { WITHOUT };
            let expected = format!("mixed[{inner} application/pdf text/csv]");
            assert_eq!(shape_of(message.bytes()), expected, "{mail} {mode:?}");
            let parsed = parse(message.bytes());
            let files: Vec<_> = parsed.parts.iter().filter(|part| is_file(part)).collect();
            assert_eq!(files.len(), 2);
            for (file, given) in files.iter().zip(&draft.attachments) {
                assert_eq!(file.attachment_name(), Some(given.filename()), "{mail}");
                assert_eq!(file.contents(), &given.bytes()[..], "{mail}");
            }
        }
    }
}

#[test]
fn every_reference_has_its_image_and_every_image_its_reference() {
    for_every_mail(|name, rendered, mode, message| {
        let parsed = parse(message.bytes());
        let html = parsed.body_html(0).unwrap();
        let mut named: Vec<&str> = html.split("cid:").skip(1).map(until_quote).collect();
        named.dedup();
        let parts = parsed.parts.iter();
        let parts: Vec<&str> = parts.filter_map(|part| part.content_id()).collect();
        assert_eq!(named, parts, "{name}");
        match mode {
            ImageMode::Inside => assert_eq!(parts.len(), 1, "{name}"),
            ImageMode::Wordmark => assert!(!html.contains("<img"), "{name}"),
            ImageMode::Hosted(base) => {
                let image = &rendered.images[0];
                let url = format!("src=\"{base}/{}.png\"", image.sha256());
                assert!(html.contains(&url), "{name}");
            }
        }
        let told: Vec<_> = message.adapted().iter().map(|one| (one.what, one.how)).collect();
        let expected: &[_] = match mode {
            ImageMode::Inside => &[],
            ImageMode::Hosted(_) => &[("images", "hosted")],
            ImageMode::Wordmark => &[("images", "wordmark")],
        };
        assert_eq!(told, expected, "{name}");
    });
}

#[test]
fn the_wire_is_seven_bit_short_lines_and_one_line_end() {
    for_every_mail(|name, _, _, message| {
        let bytes = message.bytes();
        assert!(
            bytes.iter().all(|byte| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~')),
            "{name}"
        );
        let text = std::str::from_utf8(bytes).unwrap();
        let body =
            text.strip_suffix("\r\n").unwrap_or_else(|| panic!("{name}: no CRLF at the end"));
        assert!(!body.ends_with('\n'), "{name}: more than one line end");
        for line in body.split("\r\n") {
            assert!(!line.contains(['\r', '\n']), "{name}: a bare CR or LF");
            assert!(line.len() <= 998, "{name}: {} octets in a line", line.len());
        }
        let head = body.split("\r\n\r\n").next().unwrap();
        let longest = head.split("\r\n").map(str::len).max().unwrap();
        assert!(longest <= 998, "{name}: {longest}");
    });
}

#[test]
fn headers_stand_once_and_unsubscribing_is_for_notices() {
    for_every_mail(|name, rendered, _, message| {
        let parsed = parse(message.bytes());
        let count = |wanted: &str| {
            let names = parsed.headers_raw().map(|(name, _)| name);
            names.filter(|name| name.eq_ignore_ascii_case(wanted)).count()
        };
        for header in ONCE {
            assert_eq!(count(header), 1, "{name}: {header}");
        }
        let value = |header| value(&parsed, header);
        assert_eq!(value("MIME-Version"), Some("1.0"), "{name}");
        assert_eq!(value("Content-Language"), Some(rendered.locale.as_str()), "{name}");
        assert_eq!(value("Auto-Submitted"), Some("auto-generated"), "{name}");
        assert_eq!(value("Date"), Some("Thu, 1 Jan 2026 00:00:00 +0000"), "{name}");
        assert_eq!(value("To"), Some("<recipient@example.com>"), "{name}");
        assert!(value("From").unwrap().ends_with(" <no-reply@example.com>"), "{name}");
        assert!(value("Message-ID").unwrap().ends_with("@example.com>"), "{name}");
        match rendered.kind.as_str() {
            "notification" => {
                let url = rendered.opt_out.as_ref().expect("a way out");
                let written: String =
                    value("List-Unsubscribe").unwrap().split_whitespace().collect();
                assert_eq!(written, format!("<{url}>"), "{name}");
                let post = value("List-Unsubscribe-Post");
                assert_eq!(post, Some("List-Unsubscribe=One-Click"), "{name}");
            }
            _ => {
                assert_eq!(count("List-Unsubscribe") + count("List-Unsubscribe-Post"), 0, "{name}")
            }
        }
    });
}

#[test]
fn pages_are_small() {
    for_every_mail(|name, rendered, mode, _| {
        let size = rendered.html.with_images(mode, |_| String::new()).len();
        assert!(size <= MAX_HTML, "{name}: {size} bytes");
    });
}

fn value<'a>(message: &'a Message, header: &'a str) -> Option<&'a str> {
    message.header_raw(header).map(str::trim)
}

pub fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::new().parse(bytes).expect("a message")
}

fn is_file(part: &mail_parser::MessagePart) -> bool {
    part.content_disposition().is_some_and(|disposition| disposition.is_attachment())
}

fn until_quote(rest: &str) -> &str {
    rest.split('"').next().unwrap()
}

fn shape_of(bytes: &[u8]) -> String {
    shape(&parse(bytes), 0)
}

fn shape(message: &Message, id: u32) -> String {
    let part = message.part(id).unwrap();
    let content_type = part.content_type().expect("a Content-Type");
    let (kind, subtype) = (content_type.ctype(), content_type.subtype().unwrap());
    match &part.body {
        PartType::Multipart(below) => {
            assert_eq!(kind, "multipart");
            if subtype == "related" {
                assert_eq!(content_type.attribute("type"), Some("text/html"));
            }
            let below: Vec<_> = below.iter().map(|id| shape(message, *id)).collect();
            format!("{subtype}[{}]", below.join(" "))
        }
        _ => format!("{kind}/{subtype}"),
    }
}
