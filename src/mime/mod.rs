//! A mail as bytes: headers, text and HTML beside each other, images inside, attachments around.
//!
//! ```text
//! multipart/mixed                     only with attachments
//! ├ multipart/alternative
//! │ ├ text/plain
//! │ └ multipart/related               only with images
//! │   ├ text/html
//! │   └ image/png …
//! └ application/pdf …
//! ```
//!
//! This module knows no template, no catalog and no clock: the same [`Parts`] give the same bytes.
//! What leaves it has passed [`wire::check`]. mail-builder is named only here; it writes the tree of
//! parts and RFC 2231 parameters. Bodies and address headers are encoded here, because it neither
//! keeps grapheme clusters whole nor chooses 7bit, quoted-printable or base64 as we do.

mod body;
mod boundary;
mod fold;
mod header;
mod part;
pub mod wire;
mod words;

use mail_builder::mime::MimePart;

pub use header::Header;
pub use part::InlineImage;
pub use wire::WireFault;

use crate::mail::Attachment;

/// All that one mail is made of. It has no `Debug`: bodies hold codes.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The headers, in the order in which they are written; MIME-Version, Content-Language and
    /// Content-Type are added behind them
    pub headers: &'a [Header],
    /// The plain text, with LF or CRLF
    pub text: &'a str,
    /// The HTML, with LF or CRLF
    pub html: &'a str,
    /// The images that the HTML names by `cid:`
    pub images: &'a [InlineImage],
    /// Files that go with the mail
    pub attachments: &'a [Attachment],
    /// The BCP 47 tag for Content-Language
    pub language: &'a str,
    /// What boundaries are derived from: another mail, another seed
    pub boundary_seed: &'a [u8],
}

/// Writes the mail and checks the finished bytes.
pub fn write(parts: &Parts) -> Result<Vec<u8>, WireFault> {
    part::check_content_ids(parts.images)?;
    let mut bytes = Vec::with_capacity(estimate(parts));
    for header in parts.headers {
        header.write(&mut bytes);
    }
    fold::plain(&mut bytes, "MIME-Version", "1.0");
    fold::plain(&mut bytes, "Content-Language", parts.language);
    whole(parts).write_part(&mut bytes);
    wire::check(&bytes)?;
    Ok(bytes)
}

/// Checks what [`write()`] would make of these headers. Bodies need no look before they are written:
/// their encodings keep the rules of the wire whatever they hold.
pub fn check_headers(headers: &[Header], language: &str) -> Result<(), WireFault> {
    let (text, html, images, attachments) = ("", "", &[][..], &[][..]);
    let parts = Parts { headers, text, html, images, attachments, language, boundary_seed: &[] };
    write(&parts).map(drop)
}

fn whole<'a>(parts: &Parts<'a>) -> MimePart<'a> {
    let seed = parts.boundary_seed;
    let alternative = part::multipart(
        "multipart/alternative",
        boundary::of(seed, "alt"),
        vec![body::part("text/plain", parts.text), html(parts)],
    );
    if parts.attachments.is_empty() {
        return alternative;
    }
    let files = parts.attachments.iter().map(part::attachment);
    let children = std::iter::once(alternative).chain(files).collect();
    part::multipart("multipart/mixed", boundary::of(seed, "mix"), children)
}

fn html<'a>(parts: &Parts<'a>) -> MimePart<'a> {
    let html = body::part("text/html", parts.html);
    if parts.images.is_empty() {
        return html;
    }
    let children = std::iter::once(html).chain(parts.images.iter().map(part::image)).collect();
    part::multipart("multipart/related", boundary::of(parts.boundary_seed, "rel"), children)
}

fn estimate(parts: &Parts) -> usize {
    let files: usize = parts.attachments.iter().map(|file| file.bytes().len()).sum();
    let images: usize = parts.images.iter().map(|image| image.base64.len() + 512).sum();
    4096 + (parts.text.len() + parts.html.len() + files) * 3 / 2 + images
}
