//! Images that stand in a mail: bytes, size and a name that follows from them.
//!
//! An [`Image`] is made once per catalog: its hash, its Content-ID and its base64 form are not
//! computed again for any mail. This module does not know where images are shown.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use crate::diagnostic::{Code, Diagnostic};
use crate::mail::base64_lines;
use crate::text;

/// The types that mail clients show (facts: SVG and WebP do not).
const TYPES: [(&str, &str); 4] =
    [("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("gif", "image/gif")];

/// One image, shared by all mails that show it.
#[derive(Debug)]
pub struct Image {
    name: String,
    file_name: String,
    content_type: &'static str,
    width: u32,
    height: u32,
    bytes: Arc<[u8]>,
    sha256: String,
    base64: OnceLock<Arc<str>>,
}

impl Image {
    /// Reads an image by its file name (`logo.png`).
    ///
    /// # Errors
    /// A type that mail clients do not show, or contents that are not of the type named.
    pub fn new(file_name: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let (name, extension) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
        let known = TYPES.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known));
        let Some((_, content_type)) = known else { return Err(wrong_type(extension)) };
        let shown_as = match imagesize::image_type(bytes) {
            Ok(imagesize::ImageType::Png) => "image/png",
            Ok(imagesize::ImageType::Jpeg) => "image/jpeg",
            Ok(imagesize::ImageType::Gif) => "image/gif",
            _ => "",
        };
        let size = imagesize::blob_size(bytes).map_err(|_| not_an_image(content_type))?;
        if shown_as != *content_type {
            return Err(not_an_image(content_type));
        }
        Ok(Image {
            name: name.to_owned(),
            file_name: file_name.to_owned(),
            content_type,
            width: u32::try_from(size.width).unwrap_or(u32::MAX),
            height: u32::try_from(size.height).unwrap_or(u32::MAX),
            bytes: bytes.into(),
            sha256: hex(&Sha256::digest(bytes)),
            base64: OnceLock::new(),
        })
    }

    /// The name that templates use, without locale and extension.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's name.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// `image/png`, `image/jpeg` or `image/gif`.
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Width in the file, in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in the file, in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, to be kept.
    #[cfg(feature = "outbox")]
    pub(crate) fn shared_bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The Content-ID without angle brackets (RFC 2392): stable, since it is the hash.
    pub fn content_id(&self) -> String {
        format!("{}.{}@hongyan", self.name, &self.sha256[..16])
    }

    /// The bytes as they stand in a mail: see [`base64_lines`]; encoded once.
    pub fn base64(&self) -> &Arc<str> {
        self.base64.get_or_init(|| base64_lines(&self.bytes).into())
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn wrong_type(extension: &str) -> Diagnostic {
    Diagnostic::error(
        Code::ImageWrongType,
        text!(
            "mail clients do not show `.{extension}` images",
            "邮件客户端不显示 `.{extension}` 图片"
        ),
    )
    .hint(text!("save it as PNG or JPEG", "请保存为 PNG 或 JPEG"))
}

fn not_an_image(content_type: &str) -> Diagnostic {
    Diagnostic::error(
        Code::ImageWrongType,
        text!("the file is not `{content_type}` inside", "文件内容不是 `{content_type}`"),
    )
    .hint(text!("export the image again", "请重新导出图片"))
}
