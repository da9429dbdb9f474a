mod filename;
mod types;

use std::fmt;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::fault::faults;

/// The most octets of one attachment. Base64 makes a third more of it; common servers take 20 to
/// 50 MB for the whole mail.
pub const MAX_ATTACHMENT_BYTES: usize = 10 * 1024 * 1024;

/// A file that goes with a mail: a harmless name, a type from a short list, and its bytes.
///
/// It is made from bytes only; nothing here opens a path or fetches a URL.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Attachment {
    filename: String,
    content_type: String,
    bytes: Arc<[u8]>,
}

impl Attachment {
    /// Checks name, type and size. Without a type, the name's extension says it.
    pub fn new(
        filename: &str,
        content_type: Option<&str>,
        bytes: impl Into<Arc<[u8]>>,
    ) -> Result<Self, AttachmentError> {
        let bytes = bytes.into();
        if bytes.len() > MAX_ATTACHMENT_BYTES {
            return Err(AttachmentError::TooLarge);
        }
        let filename = filename::clean(filename)?;
        let content_type = match content_type {
            Some(given) => types::allowed(given)?,
            None => types::by_extension(&filename),
        };
        Ok(Attachment { filename, content_type: content_type.to_owned(), bytes })
    }

    /// As [`new`](Attachment::new), from standard base64; line breaks in it are passed over.
    pub fn from_base64(
        filename: &str,
        content_type: Option<&str>,
        content: &str,
    ) -> Result<Self, AttachmentError> {
        // Refused before anything is decoded; an eighth more allows for line breaks.
        if content.len() > MAX_ATTACHMENT_BYTES / 2 * 3 {
            return Err(AttachmentError::TooLarge);
        }
        let compact: Vec<u8> =
            content.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let bytes = BASE64_STANDARD.decode(compact).map_err(|_| AttachmentError::Base64)?;
        Attachment::new(filename, content_type, bytes)
    }

    /// The name: one path component, not reserved on any common system.
    pub fn filename(&self) -> &str {
        &self.filename
    }

    /// `type/subtype` in lower case, from the list of allowed types.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The content.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }
}

/// Without name and content.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} octets)", self.content_type, self.bytes.len())
    }
}

faults! {
    /// Why an attachment is refused. Never holds its name or content.
    AttachmentError {
        NameEmpty [AttachmentInvalid] =
            "the attachment has no file name", "附件没有文件名"
            => "give a name such as `invoice.pdf`", "请提供文件名，例如 `发票.pdf`";
        NameLineBreak [AttachmentInvalid] =
            "the attachment's name holds a line break or a NUL", "附件文件名含有换行符或空字符"
            => "give the name on one line", "请将文件名写在一行内";
        NameTooLong [AttachmentInvalid] =
            "the attachment's name is longer than 255 octets", "附件文件名超过 255 字节"
            => "shorten it; a Han character counts three", "请缩短文件名，一个汉字计三字节";
        ContentType [AttachmentInvalid] =
            "the attachment's type is not of the form `type/subtype`", "附件类型不是 `type/subtype` 的形式"
            => "write a type such as `application/pdf`, without parameters", "请写成 `application/pdf` 的形式，不带参数";
        TypeNotAllowed [AttachmentInvalid] =
            "attachments of this type are not sent", "不允许发送此类型的附件"
            => "send documents, images, text, calendars or archives; `application/octet-stream` for other data", "可发送文档、图片、文本、日历或压缩包，其他数据用 `application/octet-stream`";
        Base64 [AttachmentInvalid] =
            "the attachment's content is not standard base64", "附件内容不是标准 base64"
            => "encode it with `+`, `/` and `=` padding", "请使用带 `+`、`/` 和 `=` 补位的标准 base64 编码";
        TooLarge [AttachmentTooLarge] =
            "the attachment is larger than 10 MiB", "附件超过 10 MiB"
            => "send a link to it instead", "请改为发送下载链接";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(filename: &str) -> Result<String, AttachmentError> {
        Attachment::new(filename, None, *b"x").map(|attachment| attachment.filename)
    }

    #[test]
    fn names_are_reduced_to_what_can_be_saved() {
        let cases = [
            ("../../etc/passwd", "passwd"),
            (r"C:\tmp\a.pdf", "a.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("a<b>:c.txt. ", "a_b__c.txt"),
            ("发票.pdf", "发票.pdf"),
        ];
        for (input, output) in cases {
            assert_eq!(named(input).unwrap(), output, "{input}");
        }
        assert_eq!(named("a/..").unwrap_err(), AttachmentError::NameEmpty);
        assert_eq!(named("a\nb").unwrap_err(), AttachmentError::NameLineBreak);
        assert_eq!(named(&"名".repeat(100)).unwrap_err(), AttachmentError::NameTooLong);
    }

    #[test]
    fn types_come_from_the_list() {
        let typed = |name, given| {
            Attachment::new(name, given, *b"x").map(|attachment| attachment.content_type)
        };
        assert_eq!(typed("a.PDF", None).unwrap(), "application/pdf");
        assert_eq!(typed("a", None).unwrap(), "application/octet-stream");
        assert_eq!(typed("a", Some("Text/CSV")).unwrap(), "text/csv");
        assert_eq!(typed("a", Some("../../x")).unwrap_err(), AttachmentError::ContentType);
        assert_eq!(typed("a", Some("text/html")).unwrap_err(), AttachmentError::TypeNotAllowed);
        assert_eq!(
            typed("a", Some("text/plain; charset=gbk")).unwrap_err(),
            AttachmentError::ContentType
        );
    }
}
