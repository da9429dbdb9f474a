use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use mail_builder::headers::HeaderType;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use super::{WireFault, fold, words};
use crate::mail::{Attachment, base64_lines};

/// An image inside the mail, encoded once for all mails that show it.
#[derive(Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// What the HTML names behind `cid:`, with an at-sign and without angle brackets
    pub cid: String,
    /// A name for readers that list images as attachments
    pub filename: String,
    /// `image/png` and so on
    pub content_type: String,
    /// The bytes as [`base64_lines`] writes them
    pub base64: Arc<str>,
}

/// Without the content, which may be long.
impl fmt::Debug for InlineImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InlineImage({}, {})", self.cid, self.content_type)
    }
}

/// RFC 2392: unique, `left@right`, nothing that would need encoding in the URL.
pub(super) fn check_content_ids(images: &[InlineImage]) -> Result<(), WireFault> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    let is_side = |side: &str| !side.is_empty() && side.bytes().all(is_plain);
    let is_id = |(left, right): (&str, &str)| is_side(left) && is_side(right);
    for (number, image) in images.iter().enumerate() {
        let repeated = images[..number].iter().any(|other| other.cid == image.cid);
        if repeated || !image.cid.split_once('@').is_some_and(is_id) {
            return Err(WireFault::ContentId);
        }
    }
    Ok(())
}

pub(super) fn multipart<'a>(
    kind: &'static str,
    boundary: String,
    parts: Vec<MimePart<'a>>,
) -> MimePart<'a> {
    let mut content_type = ContentType::new(kind);
    if kind == "multipart/related" {
        // RFC 2387 §3.1: the type of the part that the others belong to.
        content_type = content_type.attribute("type", "text/html");
    }
    MimePart {
        headers: vec![("Content-Type".into(), content_type.attribute("boundary", boundary).into())],
        contents: BodyPart::Multipart(parts),
    }
}

pub(super) fn image(image: &InlineImage) -> MimePart<'_> {
    let id = Raw::new(format!("<{}>", image.cid));
    let base64 = image.base64.as_bytes().into();
    file(&image.content_type, "inline", &image.filename, base64).header("Content-ID", id)
}

pub(super) fn attachment(attachment: &Attachment) -> MimePart<'_> {
    let is_text = attachment.content_type().starts_with("text/");
    let content_type = if is_text && std::str::from_utf8(attachment.bytes()).is_ok() {
        format!("{}; charset=utf-8", attachment.content_type())
    } else {
        attachment.content_type().to_owned()
    };
    let base64 = base64_lines(attachment.bytes()).into_bytes().into();
    file(&content_type, "attachment", attachment.filename(), base64)
}

/// A base64 part with its name in both headers: in RFC 2231 form in Content-Disposition, and as
/// encoded words in Content-Type for the older Chinese clients that read only those.
fn file<'a>(
    content_type: &str,
    disposition: &'static str,
    filename: &'a str,
    base64: Cow<'a, [u8]>,
) -> MimePart<'a> {
    let named = format!("{content_type}; name=\"{}\"", name_parameter(filename));
    let disposition = ContentType::new(disposition).attribute("filename", filename);
    MimePart {
        headers: vec![
            ("Content-Type".into(), Raw::new(named).into()),
            ("Content-Disposition".into(), HeaderType::from(disposition)),
            ("Content-Transfer-Encoding".into(), Raw::new("base64").into()),
        ],
        contents: BodyPart::Binary(base64),
    }
}

fn name_parameter(filename: &str) -> String {
    if fold::is_plain(filename) && filename.len() <= 60 {
        return filename.replace('\\', "\\\\").replace('"', "\\\"");
    }
    // Room for `name="` on a line that begins with a space.
    words::encoded(filename, words::MAX_WORD - 8).join(" ")
}
