//! One whole mail, to be looked at: order of parts, headers, names, encodings.

use hongyan::mail::{Address, Attachment, CustomHeader, Mailbox, MessageId, Subject};
use hongyan::mime::{self, Header, InlineImage, Parts, WireFault};

fn headers() -> Vec<Header> {
    let from = Mailbox::parse("鸿雁 · 客服 <no-reply@例子.测试>").unwrap();
    let to = ["Wang, Wei <wang.wei@x.test>", "ada@x.test"];
    vec![
        Header::Date(1_767_225_600),
        Header::MessageId(MessageId::new("0199-id", from.address()).unwrap()),
        Header::From(from),
        Header::To(to.iter().map(|to| Mailbox::parse(to).unwrap()).collect()),
        Header::Subject(Subject::new("【鸿雁】验证码 483920，十分钟内有效，请勿将它告诉任何人 👨‍👩‍👧‍👦")),
        Header::Own { name: "Auto-Submitted", value: "auto-generated".into() },
        Header::Custom(CustomHeader::new("X-Trace", "追踪 1").unwrap()),
    ]
}

fn image(cid: &str) -> InlineImage {
    InlineImage {
        cid: cid.into(),
        filename: "logo.png".into(),
        content_type: "image/png".into(),
        base64: hongyan::mail::base64_lines(&[0x89; 100]).into(),
    }
}

fn parts<'a>(headers: &'a [Header], images: &'a [InlineImage]) -> Parts<'a> {
    Parts {
        headers,
        text: "您的验证码是 483920。\n",
        html: "<p lang=\"en\">Your code is <b>483920</b>.</p>\n",
        images,
        attachments: &[],
        language: "zh-CN",
        boundary_seed: b"seed",
    }
}

#[test]
fn a_whole_mail_is_as_reviewed() {
    let (headers, images) = (headers(), [image("logo@x.test")]);
    let name = "二〇二六年一月电子发票汇总（含全部明细与附表）最终版.csv";
    let attachments = [Attachment::new(name, None, "列,值\r\n".as_bytes()).unwrap()];
    let bytes =
        mime::write(&Parts { attachments: &attachments, ..parts(&headers, &images) }).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 78));
    insta::assert_snapshot!(text.replace("\r\n", "\n"));
}

#[test]
fn without_images_and_files_two_alternatives_are_left() {
    let headers = headers();
    let text = String::from_utf8(mime::write(&parts(&headers, &[])).unwrap()).unwrap();
    let types: Vec<_> = text.lines().filter(|line| line.starts_with("Content-Type:")).collect();
    assert_eq!(types.len(), 3);
    assert!(types[0].contains("multipart/alternative"));
    assert!(types[1].contains("text/plain") && types[2].contains("text/html"));
}

#[test]
fn bad_content_ids_and_missing_headers_are_faults() {
    let headers = headers();
    for images in [vec![image("logo")], vec![image("a@x"), image("a@x")], vec![image("a b@x")]] {
        assert_eq!(mime::write(&parts(&headers, &images)), Err(WireFault::ContentId));
    }
    let missing = mime::write(&parts(&headers[1..], &[]));
    assert_eq!(missing, Err(WireFault::Missing { name: "Date" }));
}

#[test]
fn headers_are_judged_alike_with_and_without_bodies() {
    let again = Header::Own { name: "Auto-Submitted", value: "again".into() };
    let faulty = [headers()[1..].to_vec(), headers().into_iter().chain([again]).collect()];
    assert_eq!(mime::check_headers(&headers(), "en"), Ok(()));
    for headers in faulty {
        let judged = mime::check_headers(&headers, "zh-CN");
        assert!(judged.is_err());
        assert_eq!(judged, mime::write(&parts(&headers, &[])).map(drop));
    }
}

#[test]
fn the_recipient_is_never_bare() {
    let to = Address::parse("ada@x.test").unwrap();
    let mut headers = headers();
    headers[3] = Header::To(vec![to.into()]);
    let bytes = mime::write(&parts(&headers, &[])).unwrap();
    assert!(String::from_utf8(bytes).unwrap().contains("\r\nTo: <ada@x.test>\r\n"));
}
