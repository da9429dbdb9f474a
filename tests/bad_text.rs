//! The `text` and `unicode` entries of the `var` group, as cleaned text in finished bytes.

mod bad_inputs;

use hongyan::mail::{Address, Mailbox, MessageId, Subject, clean};
use hongyan::mime::{self, Header, Parts};
use mail_parser::MessageParser;

#[test]
fn text_arrives_as_cleaned_and_harmless() {
    let cases = bad_inputs::group("var");
    for case in cases.iter().filter(|case| matches!(case.get("sub"), "text" | "unicode")) {
        let input = case.input().unwrap();
        let cleaned = clean::body(&input);
        if case.get("outcome") == "accept" {
            assert_eq!(cleaned, input, "{}", case.get("id"));
        }
        assert!(!cleaned.contains(['\0', '\r', '\u{202e}', '\u{feff}']), "{}", case.get("id"));
        let bytes = mail(&cleaned);
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text, cleaned, "{}", case.get("id"));
    }
}

fn mail(text: &str) -> Vec<u8> {
    let address = Address::parse("user@example.test").unwrap();
    let headers = [
        Header::From(Mailbox::bare(address.clone())),
        Header::To(vec![Mailbox::bare(address.clone())]),
        Header::Subject(Subject::new("s")),
        Header::Date(1_767_225_600),
        Header::MessageId(MessageId::new("id", &address).unwrap()),
    ];
    let parts = Parts {
        headers: &headers,
        text,
        html: "<p>html</p>\n",
        images: &[],
        attachments: &[],
        language: "en",
        boundary_seed: b"seed",
    };
    mime::write(&parts).unwrap()
}
