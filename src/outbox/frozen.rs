//! A rendered mail and its seal as bytes, and back: nothing of them is lost, so that each attempt
//! composes the same message.
//!
//! A byte for the version, then LZ4 of: the length of the head, the head as JSON, and what is long,
//! which is the text, the pieces of the page and the attachments. Images stand beside, by their
//! SHA-256. What comes back is checked again by the constructors of its types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::StoredImage;
use crate::catalog::Category;
use crate::compose::{Recipients, Rendered, Seal};
use crate::image::Image;
use crate::inline::{Html, Piece};
use crate::locale::{Date, Decimal, Duration, Instant, Locale, Money};
use crate::mail::{Address, Attachment, CustomHeader, Mailbox, MessageId, Subject};
use crate::vars::{Value, Vars};

/// The form that is written. The first one was the same without LZ4.
const VERSION: u8 = 2;

/// Why a frozen mail cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Thaw {
    /// Sealed under another key, for another row, or altered
    #[error("the content is sealed under another key, or was altered")]
    NotOurs,
    /// A newer program froze it
    #[error("the content has form {version}, which this version does not know")]
    Newer {
        /// Its form
        version: u8,
    },
    /// It is not what was frozen
    #[error("the content cannot be read: {what}")]
    Malformed {
        /// Which part of it
        what: &'static str,
    },
    /// An image is missing or another one
    #[error("an image of the content is missing")]
    Image,
}

/// What is short.
#[derive(Serialize, Deserialize)]
struct Head {
    id: String,
    message_id: MessageId,
    date: i64,
    kind: String,
    category: String,
    locale: Locale,
    to: Mailbox,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cc: Vec<Mailbox>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bcc: Vec<Mailbox>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Mailbox>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Mailbox>,
    subject: Subject,
    preheader: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opt_out: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headers: Vec<(String, String)>,
    images: Vec<(String, String)>,
    vars: Vec<(String, Stored)>,
    text: usize,
    html: Vec<Part>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<(String, String, usize)>,
}

/// A piece of the page, by the lengths of its texts.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    Text(usize),
    Image(usize, usize, usize),
}

/// A value with its type.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Text(String),
    Integer(i64),
    Decimal(String),
    Boolean(bool),
    Enum(String),
    Code(String),
    Url(String),
    Email(Address),
    Date(String),
    Datetime(String),
    Duration(u64),
    Money(String, String),
    List(Vec<Stored>),
    Object(Vec<(String, Stored)>),
}

/// The bytes of a mail; its images stand beside.
pub(super) fn freeze(rendered: &Rendered, seal: &Seal) -> (Vec<u8>, Vec<StoredImage>) {
    let recipients = rendered.recipients.clone();
    let head = Head {
        id: seal.id().to_owned(),
        message_id: seal.message_id().clone(),
        date: seal.date(),
        kind: rendered.kind.clone(),
        category: rendered.category.as_str().to_owned(),
        locale: rendered.locale.clone(),
        to: recipients.to,
        cc: recipients.cc,
        bcc: recipients.bcc,
        reply_to: recipients.reply_to,
        from: recipients.from,
        subject: rendered.subject.clone(),
        preheader: rendered.preheader.clone(),
        opt_out: rendered.opt_out.clone(),
        headers: rendered
            .headers
            .iter()
            .map(|header| (header.name().to_owned(), header.value().to_owned()))
            .collect(),
        images: rendered
            .images
            .iter()
            .map(|image| (image.sha256().to_owned(), image.file_name().to_owned()))
            .collect(),
        vars: rendered.vars.iter().map(|(name, value)| (name.to_owned(), store(value))).collect(),
        text: rendered.text.len(),
        html: rendered.html.pieces().iter().map(part).collect(),
        attachments: rendered
            .attachments
            .iter()
            .map(|file| (file.filename().into(), file.content_type().into(), file.bytes().len()))
            .collect(),
    };
    let head = serde_json::to_vec(&head).expect("a head has text keys only");
    let long: Vec<&[u8]> = long(rendered);
    let size = 4 + head.len() + long.iter().map(|bytes| bytes.len()).sum::<usize>();
    let mut whole = Vec::with_capacity(size);
    whole.extend(u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes());
    whole.extend(head);
    long.iter().for_each(|bytes| whole.extend_from_slice(bytes));
    let mut frozen = vec![VERSION];
    frozen.extend(lz4_flex::compress_prepend_size(&whole));
    (frozen, rendered.images.iter().map(|image| stored(image)).collect())
}

fn stored(image: &Image) -> StoredImage {
    StoredImage {
        sha256: image.sha256().to_owned(),
        file_name: image.file_name().to_owned(),
        bytes: Arc::clone(image.shared_bytes()),
    }
}

fn part(piece: &Piece) -> Part {
    match piece {
        Piece::Text(text) => Part::Text(text.len()),
        Piece::Image { content_id, picture, wordmark } => {
            Part::Image(content_id.len(), picture.len(), wordmark.len())
        }
    }
}

/// What stands behind the head, in the head's order.
fn long(rendered: &Rendered) -> Vec<&[u8]> {
    let mut long = vec![rendered.text.as_bytes()];
    for piece in rendered.html.pieces() {
        match piece {
            Piece::Text(text) => long.push(text.as_bytes()),
            Piece::Image { content_id, picture, wordmark } => {
                long.extend([content_id.as_bytes(), picture.as_bytes(), wordmark.as_bytes()]);
            }
        }
    }
    long.extend(rendered.attachments.iter().map(|file| &file.bytes()[..]));
    long
}

fn store(value: &Value) -> Stored {
    match value {
        Value::Text(text) => Stored::Text(text.clone()),
        Value::Integer(number) => Stored::Integer(*number),
        Value::Decimal(digits) => Stored::Decimal(digits.to_string()),
        Value::Boolean(yes) => Stored::Boolean(*yes),
        Value::Enum(name) => Stored::Enum(name.clone()),
        Value::Code(code) => Stored::Code(code.clone()),
        Value::Url(url) => Stored::Url(url.clone()),
        Value::Email(address) => Stored::Email(address.clone()),
        Value::Date(date) => Stored::Date(date.to_string()),
        Value::DateTime(instant) => Stored::Datetime(instant.to_string()),
        Value::Duration(duration) => Stored::Duration(duration.seconds()),
        Value::Money(money) => {
            Stored::Money(money.amount().to_string(), money.currency().to_owned())
        }
        Value::List(items) => Stored::List(items.iter().map(store).collect()),
        Value::Object(fields) => Stored::Object(
            fields.iter().map(|(name, value)| (name.clone(), store(value))).collect(),
        ),
    }
}

/// The mail back. `image` gives an image by its SHA-256 and file name.
pub(super) fn thaw(
    frozen: &[u8],
    image: impl Fn(&str, &str) -> Option<Arc<Image>>,
) -> Result<(Rendered, Seal), Thaw> {
    let whole = unpack(frozen)?;
    let (head, mut long) = split(&whole)?;
    let seal = Seal::restored(head.id, head.message_id, head.date);
    let text = long.text(head.text)?;
    let pieces = head.html.iter().map(|part| piece(part, &mut long)).collect::<Result<_, _>>()?;
    let mut attachments = Vec::with_capacity(head.attachments.len());
    for (name, content_type, length) in &head.attachments {
        let file = Attachment::new(name, Some(content_type), long.take(*length)?);
        attachments.push(file.map_err(|_| malformed("attachment"))?);
    }
    let category = Category::NAMES.iter().find(|(name, _)| *name == head.category);
    let images = head.images.iter().map(|(sha256, file_name)| image(sha256, file_name));
    let headers = head.headers.iter().map(|(name, value)| CustomHeader::new(name, value));
    let vars = head.vars.into_iter().map(|(name, value)| Some((name, restore(value)?)));
    let rendered = Rendered {
        kind: head.kind,
        category: category.map(|(_, category)| *category).ok_or(malformed("category"))?,
        locale: head.locale,
        recipients: Recipients {
            to: head.to,
            cc: head.cc,
            bcc: head.bcc,
            reply_to: head.reply_to,
            from: head.from,
        },
        subject: head.subject,
        preheader: head.preheader,
        text,
        html: Html::from_pieces(pieces),
        images: images.collect::<Option<_>>().ok_or(Thaw::Image)?,
        opt_out: head.opt_out,
        headers: headers.collect::<Result<_, _>>().map_err(|_| malformed("header"))?,
        attachments,
        vars: Vars::restored(
            vars.collect::<Option<BTreeMap<_, _>>>().ok_or(malformed("variable"))?,
        ),
    };
    Ok((rendered, seal))
}

fn unpack(frozen: &[u8]) -> Result<Cow<'_, [u8]>, Thaw> {
    match frozen.split_first().ok_or(malformed("version"))? {
        (1, whole) => Ok(Cow::Borrowed(whole)),
        (&VERSION, packed) => {
            let whole = lz4_flex::decompress_size_prepended(packed);
            whole.map(Cow::Owned).map_err(|_| malformed("packing"))
        }
        (&version, _) => Err(Thaw::Newer { version }),
    }
}

fn split(whole: &[u8]) -> Result<(Head, Long<'_>), Thaw> {
    let (length, rest) = whole.split_first_chunk::<4>().ok_or(malformed("head"))?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (head, long) = rest.split_at_checked(length).ok_or(malformed("head"))?;
    // Its words may hold what a reader wrote: the parser's fault is not told.
    let head = serde_json::from_slice(head).map_err(|_| malformed("head"))?;
    Ok((head, Long(long)))
}

/// What stands behind the head, taken piece by piece.
struct Long<'a>(&'a [u8]);

impl<'a> Long<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Thaw> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(malformed("length"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn text(&mut self, length: usize) -> Result<String, Thaw> {
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| malformed("text"))
    }
}

fn piece(part: &Part, long: &mut Long<'_>) -> Result<Piece, Thaw> {
    Ok(match *part {
        Part::Text(length) => Piece::Text(long.text(length)?),
        Part::Image(content_id, picture, wordmark) => Piece::Image {
            content_id: long.text(content_id)?,
            picture: long.text(picture)?,
            wordmark: long.text(wordmark)?,
        },
    })
}

fn restore(stored: Stored) -> Option<Value> {
    Some(match stored {
        Stored::Text(text) => Value::Text(text),
        Stored::Integer(number) => Value::Integer(number),
        Stored::Decimal(digits) => Value::Decimal(Decimal::parse(&digits).ok()?),
        Stored::Boolean(yes) => Value::Boolean(yes),
        Stored::Enum(name) => Value::Enum(name),
        Stored::Code(code) => Value::Code(code),
        Stored::Url(url) => Value::Url(url),
        Stored::Email(address) => Value::Email(address),
        Stored::Date(date) => Value::Date(Date::parse(&date).ok()?),
        Stored::Datetime(instant) => Value::DateTime(Instant::parse(&instant).ok()?),
        Stored::Duration(seconds) => Value::Duration(Duration::from_seconds(seconds).ok()?),
        Stored::Money(amount, currency) => Value::Money(Money::new(&amount, &currency).ok()?),
        Stored::List(items) => Value::List(items.into_iter().map(restore).collect::<Option<_>>()?),
        Stored::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| Some((name, restore(value)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
    })
}

fn malformed(what: &'static str) -> Thaw {
    Thaw::Malformed { what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composer::{Composer, Draft};

    fn sealed() -> (Rendered, Seal) {
        let vars = crate::vars! { code: "483920" };
        let draft = Draft::new("verification_code", "zh-CN", "ada@x.test").unwrap().vars(vars);
        let rendered = Composer::load(&crate::shipped()).unwrap().render(&draft.unwrap()).unwrap();
        let from = Mailbox::parse("sender@x.test").unwrap();
        (rendered, Seal::new("0199aaaa-0000-7000-8000-000000000000", 0, &from).unwrap())
    }

    fn thawed(frozen: &[u8], rendered: &Rendered) -> Result<(Rendered, Seal), Thaw> {
        let image = |sha256: &str, _: &str| {
            rendered.images.iter().find(|image| image.sha256() == sha256).cloned()
        };
        thaw(frozen, image)
    }

    #[test]
    fn a_mail_of_the_first_form_is_read_and_the_present_one_is_smaller() {
        let (rendered, seal) = sealed();
        let (frozen, _) = freeze(&rendered, &seal);
        let mut first = vec![1];
        first.extend(lz4_flex::decompress_size_prepended(&frozen[1..]).unwrap());
        assert!(frozen.len() * 2 < first.len(), "{} of {}", frozen.len(), first.len());
        for form in [&first, &frozen] {
            let (again, same) = thawed(form, &rendered).unwrap();
            assert!(again.html == rendered.html && again.text == rendered.text);
            assert_eq!((again.vars.to_json(), same), (rendered.vars.to_json(), seal.clone()));
        }
    }

    #[test]
    fn what_is_cut_off_or_of_a_newer_form_is_named() {
        let (rendered, seal) = sealed();
        let (mut frozen, _) = freeze(&rendered, &seal);
        let fault = |frozen: &[u8]| thawed(frozen, &rendered).err();
        for length in [0, 1, 4, 5, 40, frozen.len() - 1] {
            assert!(matches!(fault(&frozen[..length]), Some(Thaw::Malformed { .. })), "{length}");
        }
        frozen[0] = VERSION + 1;
        assert_eq!(fault(&frozen), Some(Thaw::Newer { version: VERSION + 1 }));
    }
}
