//! A finished mail taken apart again, from its bytes: what is shown is what would be sent, and what
//! was caught is shown without knowing how it was made. mail-parser is named here only.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use serde_json::{Value as Json, json};

use super::looks::Inside;

/// A mail that was read.
pub struct Opened {
    /// The page; the text in `<pre>` where there is none
    pub html: String,
    /// The text part
    pub text: String,
    /// The images that the page may name
    pub images: Vec<Inside>,
}

/// Reads a mail.
pub fn open(bytes: &[u8]) -> Option<Opened> {
    let mail = MessageParser::default().parse(bytes)?;
    let html = mail.html_bodies().find(|part| part.is_text_html());
    let text = mail.body_text(0).unwrap_or_default().into_owned();
    Some(Opened {
        html: html.and_then(MessagePart::text_contents).map_or_else(|| plain(&text), str::to_owned),
        images: mail.parts.iter().filter_map(image).collect(),
        text,
    })
}

/// What a mail says of itself, in the form of an inbox's description. Which variables it was made of
/// is not known: its links are those of the text.
pub fn describe(bytes: &[u8], id: &str) -> Option<Json> {
    let mail = MessageParser::default().parse(bytes)?;
    let text = mail.body_text(0).unwrap_or_default();
    let links = text.split_whitespace().filter(|word| word.starts_with("https://"));
    let links: Vec<Json> = links.map(|url| json!({"variable": "link", "url": url})).collect();
    let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address());
    Some(json!({
        "id": id,
        "message_id": mail.message_id().map(|id| format!("<{id}>")),
        "received_at": mail.date().map(|date| date.to_rfc3339()),
        "to": to,
        "kind": null,
        "locale": mail.content_language().as_text(),
        "subject": mail.subject(),
        "vars": {},
        "links": links,
        "eml": format!("{id}.eml"),
    }))
}

/// The tree of parts: `{type, charset, encoding, disposition, filename, cid, bytes, raw_bytes,
/// children}`.
pub fn tree(bytes: &[u8]) -> Json {
    match MessageParser::default().parse(bytes) {
        Some(mail) => branch(&mail, 0, 0),
        None => Json::Null,
    }
}

fn branch(mail: &Message<'_>, at: u32, depth: usize) -> Json {
    let Some(part) = mail.part(at).filter(|_| depth < 16) else { return Json::Null };
    let children: Vec<Json> = match &part.body {
        PartType::Multipart(below) => below.iter().map(|at| branch(mail, *at, depth + 1)).collect(),
        _ => Vec::new(),
    };
    let kind = part.content_type();
    let raw = part.raw_end_offset().saturating_sub(part.raw_body_offset());
    json!({
        "type": kind.map_or_else(|| "text/plain".to_owned(), content_type),
        "charset": kind.and_then(|kind| kind.attribute("charset")),
        "encoding": part.content_transfer_encoding(),
        "disposition": part.content_disposition().map(|disposition| disposition.ctype()),
        "filename": part.attachment_name(),
        "cid": part.content_id(),
        "bytes": if part.is_multipart() { raw as usize } else { part.contents().len() },
        "raw_bytes": raw,
        "children": children,
    })
}

fn image(part: &MessagePart<'_>) -> Option<Inside> {
    let content_type = content_type(part.content_type()?);
    let content_id = part.content_id()?.trim_matches(['<', '>']).to_owned();
    content_type.starts_with("image/").then(|| Inside {
        content_id,
        content_type,
        bytes: part.contents().to_vec(),
    })
}

fn content_type(kind: &mail_parser::ContentType<'_>) -> String {
    let whole = match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    };
    whole.to_ascii_lowercase()
}

fn plain(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><pre style=\"white-space:pre-wrap\">{escaped}</pre>"
    )
}
