use std::fs;

use mail_parser::mailbox::mbox::MessageIterator;
use mail_parser::{MessageParser, MimeHeaders};

use crate::place::{EPOCH, Place, reviewed};

const LINES: &str = concat!(
    r#"{"kind": "verification_code", "vars": {"code": "1111"}}"#,
    "\n",
    r#"{"kind": "verification_code", "locale": "en", "vars": {"code": "2222"}, "to": "Ada <ada@example.com>"}"#,
    "\n\n",
    r#"{"kind": "verification_code", "vars": {"code": "4444"}"#,
    "\n",
    r#"{"kind": "invoice", "vars": {}}"#,
    "\n",
    r#"{"kind": "verification_code", "var": {"code": "6666"}}"#,
    "\n[7]\n",
    r#"{"kind": "verification_code", "vars": {"code": "8888"}}"#,
);

fn place() -> Place {
    let place = Place::new().env(EPOCH.0, EPOCH.1);
    place.write("mails.jsonl", LINES);
    place
}

#[test]
fn a_folder_gets_one_file_a_line() {
    let place = place();
    let ran = place.run(["render", "--batch", "mails.jsonl", "-o", "out"]).exits(1);
    reviewed("batch_bad_lines", &[&ran]);
    assert_eq!(place.list("out"), ["000001.eml", "000002.eml", "000008.eml"]);
    let second = fs::read(place.path("out/000002.eml")).unwrap();
    let mail = MessageParser::default().parse(&second).unwrap();
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("ada@example.com"));
    let single = ["render", "verification_code", "--var", "code=1111"];
    let single = place.run(single).exits(0).stdout;
    assert_eq!(fs::read(place.path("out/000001.eml")).unwrap(), single);
}

#[test]
fn one_json_document_says_what_became_of_it() {
    let ran = place().run(["render", "--batch", "mails.jsonl", "-o", "out", "--json"]).exits(1);
    let json = ran.json();
    assert_eq!(json["rendered"], 3);
    let lines: Vec<_> =
        json["errors"].as_array().unwrap().iter().map(|error| error["line"].as_u64()).collect();
    assert_eq!(lines, [Some(4), Some(5), Some(6), Some(7)]);
    assert_eq!(json["errors"][0]["file"], "mails.jsonl");
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_line_that_is_not_utf_8_does_not_end_the_batch() {
    let place = Place::new();
    let good = br#"{"kind": "verification_code", "vars": {"code": "1111"}}"#;
    let input = [good.as_slice(), b"\r\n\xb1\xe0\xc2\xeb\n", good].concat();
    let ran = place.run_with_input(["render", "--batch", "-", "-o", "out"], &input).exits(1);
    assert!(ran.stderr.contains("-:2: "), "{}", ran.stderr);
    assert_eq!(place.list("out"), ["000001.eml", "000003.eml"]);
}

#[test]
fn mbox_can_be_read_back() {
    let place = Place::with_project().env(EPOCH.0, EPOCH.1);
    place.write(
        "templates/from/message.yaml",
        "description: Lines that mbox quotes\ncategory: transactional\nsubject: From\n\
         preheader: From\nvariables: {}\nsamples: { typical: {} }\n",
    );
    place.write("templates/from/body.html.j2", "<p>From</p>");
    place.write("templates/from/body.txt.j2", "From the start\n>From a quote\n\nFrom the end\n");
    let line = r#"{"kind": "from", "locale": "en"}"#;
    place.write("mails.jsonl", format!("{line}\n{LINES}"));
    place.run(["render", "--batch", "mails.jsonl", "-o", "out"]).exits(1);
    place.run(["render", "--batch", "mails.jsonl", "-o", "out.mbox"]).exits(1);
    let mbox = place.read("out.mbox");
    let files: Vec<String> = place
        .list("out")
        .iter()
        .map(|name| place.read(&format!("out/{name}")).replace("\r\n", "\n"))
        .collect();
    assert!(files[0].contains("\n>From a quote"), "the case is there: {}", files[0]);
    assert_eq!(read_mboxrd(&mbox), files);
    let counted = MessageIterator::new(mbox.as_bytes()).count();
    assert_eq!(counted, files.len());
    let stdout = place.run(["render", "--batch", "mails.jsonl"]).exits(1);
    assert_eq!(stdout.text(), mbox);
    let mail = MessageParser::default().parse(files[0].as_bytes()).unwrap();
    assert!(mail.attachments().all(|part| part.attachment_name().is_some()));
}

/// What the format says: a mail begins with `From ` behind an empty line, and one `>` goes from
/// every `>From `.
fn read_mboxrd(mbox: &str) -> Vec<String> {
    let mut mails: Vec<String> = Vec::new();
    let mut empty = true;
    for line in mbox.split_inclusive('\n') {
        if empty && line.starts_with("From ") {
            mails.push(String::new());
        } else {
            let quoted = line.trim_start_matches('>').starts_with("From ") && line.starts_with('>');
            mails.last_mut().unwrap().push_str(if quoted { &line[1..] } else { line });
        }
        empty = line == "\n";
    }
    for mail in &mut mails {
        assert_eq!(mail.pop(), Some('\n'), "an empty line behind each mail");
    }
    mails
}

#[test]
fn a_batch_that_is_not_there() {
    let place = Place::new();
    place.run(["render", "--batch", "nofile"]).exits(74);
    place.run(["render", "verification_code", "--batch", "nofile"]).exits(2);
    place.run(["render", "--batch", "nofile", "--format", "text"]).exits(2);
    assert_eq!(place.run_with_input(["render", "--batch", "-"], b"").exits(0).text(), "");
}
