//! From what was rendered to a finished message. Pure: the same [`Rendered`], [`Seal`] and
//! [`Profile`] give the same bytes.
//!
//! [`Rendered`] and [`Seal`] are frozen when a mail is accepted; a [`Message`] is made for each
//! attempt, since transports differ in what they impose.

mod profile;

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use profile::{Adapted, Form, Profile, sender};

use crate::catalog::Category;
use crate::image::Image;
use crate::inline::{Html, ImageMode};
use crate::locale::Locale;
use crate::mail::{Attachment, CustomHeader, Envelope, HeaderError, Mailbox, MessageId, Subject};
use crate::mime::{self, Header, InlineImage, WireFault};
use crate::vars::Vars;

/// A mail whose content is fixed: nothing in it depends on who carries it.
#[derive(Clone)]
pub struct Rendered {
    /// The kind's name
    pub kind: String,
    /// What the kind is for
    pub category: Category,
    /// The locale it was rendered in
    pub locale: Locale,
    /// Who gets it
    pub recipients: Recipients,
    /// The subject, one line
    pub subject: Subject,
    /// What lists show behind the subject
    pub preheader: String,
    /// The text part
    pub text: String,
    /// The page, images as slots
    pub html: Html,
    /// The images that the page shows, in order
    pub images: Vec<Arc<Image>>,
    /// The URL that unsubscribes with one click (RFC 8058)
    pub opt_out: Option<String>,
    /// Headers that the caller set
    pub headers: Vec<CustomHeader>,
    /// Files beside the text
    pub attachments: Vec<Attachment>,
    /// The checked variables, for the file inbox
    pub vars: Vars,
}

impl Rendered {
    /// The page with its images in one form.
    pub fn page(&self, images: &ImageMode) -> String {
        self.html.with_images(images, |id| hosted_name(self, id))
    }

    /// The headers that opt out with one click, name and value (RFC 8058): none where there is
    /// nothing to opt out of, or where the caller set their own.
    pub fn opt_out_headers(&self) -> Vec<(&'static str, String)> {
        let is_own = |header: &CustomHeader| {
            header.name().to_ascii_lowercase().starts_with("list-unsubscribe")
        };
        match &self.opt_out {
            Some(url) if !self.headers.iter().any(is_own) => vec![
                ("List-Unsubscribe", format!("<{url}>")),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ],
            _ => Vec::new(),
        }
    }
}

/// Who a mail is from and for.
#[derive(Clone)]
pub struct Recipients {
    /// The one recipient of this mail
    pub to: Mailbox,
    /// Who is shown as a copy
    pub cc: Vec<Mailbox>,
    /// Who gets a copy unseen
    pub bcc: Vec<Mailbox>,
    /// Where answers go
    pub reply_to: Option<Mailbox>,
    /// From, where the kind has one of its own
    pub from: Option<Mailbox>,
}

impl Recipients {
    /// Who gets a copy, seen or unseen: each mailbox once, however often it is named.
    #[cfg(feature = "mailer")]
    pub(crate) fn copies(&self) -> impl Iterator<Item = &Mailbox> {
        let name = |mailbox: &Mailbox| mailbox.address().as_str().to_lowercase();
        let mut known = std::collections::BTreeSet::from([name(&self.to)]);
        self.cc.iter().chain(&self.bcc).filter(move |mailbox| known.insert(name(mailbox)))
    }
}

/// Names only: the rest may hold codes.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered")
            .field("kind", &self.kind)
            .field("locale", &self.locale)
            .field("vars", &self.vars)
            .finish_non_exhaustive()
    }
}

/// What identifies one accepted mail: shared by all attempts to send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    id: String,
    message_id: MessageId,
    date: i64,
}

impl Seal {
    /// Seals a mail with its id (a UUIDv7, or a hash under a fixed clock), the time of acceptance
    /// in seconds since 1970, and the From that gives the Message-ID its domain.
    ///
    /// # Errors
    /// An id that cannot stand in a Message-ID.
    pub fn new(id: &str, date: i64, from: &Mailbox) -> Result<Seal, HeaderError> {
        let message_id = MessageId::new(id, from.address())?;
        Ok(Seal { id: id.to_owned(), message_id, date })
    }

    /// Seals a mail so that the same mail gets the same seal: the id is a UUIDv7 of `date` whose
    /// random bits are a hash of kind, locale, variables, recipient and `date`.
    ///
    /// # Errors
    /// As [`Seal::new`].
    pub fn reproducible(
        rendered: &Rendered,
        date: i64,
        from: &Mailbox,
    ) -> Result<Seal, HeaderError> {
        let to = rendered.recipients.to.address().as_str();
        let vars = rendered.vars.to_json().to_string();
        let input = [&rendered.kind, rendered.locale.as_str(), &vars, to, &date.to_string()];
        let digest = Sha256::digest(input.join("\u{0}").as_bytes());
        let random: [u8; 10] = std::array::from_fn(|at| digest[at]);
        let millis = u64::try_from(date).unwrap_or(0) * 1_000;
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Seal::new(&id.to_string(), date, from)
    }

    /// A seal that was kept.
    #[cfg(feature = "outbox")]
    pub(crate) fn restored(id: String, message_id: MessageId, date: i64) -> Seal {
        Seal { id, message_id, date }
    }

    /// The seal of a copy of the same mail: its own id, the same Message-ID and Date.
    pub fn copy(&self, id: &str) -> Seal {
        Seal { id: id.to_owned(), ..self.clone() }
    }

    /// The mail's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The Message-ID (RFC 5322 section 3.6.4).
    pub fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// The Date, in seconds since 1970.
    pub fn date(&self) -> i64 {
        self.date
    }
}

/// A finished mail.
#[derive(Clone)]
pub struct Message {
    bytes: Arc<[u8]>,
    envelope: Envelope,
    adapted: Vec<Adapted>,
}

impl Message {
    /// The bytes as they go over the wire: CRLF, one CRLF at the end.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// Sender and recipient of the transaction.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The same bytes for another recipient: a copy.
    pub fn for_recipient(&self, to: &crate::mail::Address) -> Message {
        let envelope = Envelope { from: self.envelope.from.clone(), to: to.clone() };
        Message { envelope, ..self.clone() }
    }

    /// Names and unfolded values of the headers, in their order (RFC 5322 section 2.2.3).
    pub fn headers(&self) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(&self.bytes);
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded
            .split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// What had to be changed for the transport.
    pub fn adapted(&self) -> &[Adapted] {
        &self.adapted
    }
}

/// The size only.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("len", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Composes the message for one attempt.
///
/// # Errors
/// Bytes that break the rules of the wire; no message that does ever leaves this function.
pub fn compose(rendered: &Rendered, seal: &Seal, profile: &Profile) -> Result<Message, WireFault> {
    let headers = headers(rendered, seal, profile);
    let html = rendered.page(&profile.images);
    let images = match profile.images {
        ImageMode::Inside => rendered.images.iter().map(inline_image).collect(),
        _ => Vec::new(),
    };
    let bytes = mime::write(&mime::Parts {
        headers: &headers,
        text: &rendered.text,
        html: &html,
        images: &images,
        attachments: &rendered.attachments,
        language: rendered.locale.as_str(),
        boundary_seed: seal.id.as_bytes(),
    })?;
    Ok(Message {
        bytes: bytes.into(),
        envelope: Envelope {
            from: sender(rendered, profile).address().clone(),
            to: rendered.recipients.to.address().clone(),
        },
        adapted: profile::adapted(rendered, profile),
    })
}

/// What [`compose`] would change for the transport, and whether it could: for a mail that is only
/// accepted, and composed for each attempt.
///
/// # Errors
/// Headers that break the rules of the wire.
pub fn rehearse(
    rendered: &Rendered,
    seal: &Seal,
    profile: &Profile,
) -> Result<Vec<Adapted>, WireFault> {
    mime::check_headers(&headers(rendered, seal, profile), rendered.locale.as_str())?;
    Ok(profile::adapted(rendered, profile))
}

fn headers(rendered: &Rendered, seal: &Seal, profile: &Profile) -> Vec<Header> {
    let recipients = &rendered.recipients;
    let mut headers =
        vec![Header::From(sender(rendered, profile)), Header::To(vec![recipients.to.clone()])];
    if !recipients.cc.is_empty() {
        headers.push(Header::Cc(recipients.cc.clone()));
    }
    headers.extend(recipients.reply_to.clone().map(Header::ReplyTo));
    headers.push(Header::Subject(rendered.subject.clone()));
    headers.push(Header::Date(seal.date));
    headers.push(Header::MessageId(seal.message_id.clone()));
    headers.extend(category_headers(rendered));
    headers.extend(rendered.headers.iter().cloned().map(Header::Custom));
    headers
}

/// RFC 3834 keeps auto-responders quiet, the X- field does so for Exchange; RFC 8058 is for what
/// can be opted out of, and only for that.
fn category_headers(rendered: &Rendered) -> Vec<Header> {
    let own = |name, value: &str| Header::Own { name, value: value.to_owned() };
    let mut headers =
        vec![own("Auto-Submitted", "auto-generated"), own("X-Auto-Response-Suppress", "All")];
    let opt_out = rendered.opt_out_headers();
    headers.extend(opt_out.into_iter().map(|(name, value)| Header::Own { name, value }));
    headers
}

fn inline_image(image: &Arc<Image>) -> InlineImage {
    InlineImage {
        cid: image.content_id(),
        filename: image.file_name().to_owned(),
        content_type: image.content_type().to_owned(),
        base64: image.base64().clone(),
    }
}

fn hosted_name(rendered: &Rendered, content_id: &str) -> String {
    let image = rendered.images.iter().find(|image| image.content_id() == content_id);
    image.map_or_else(String::new, |image| {
        let extension = image.file_name().rsplit('.').next().unwrap_or_default();
        format!("{}.{extension}", image.sha256())
    })
}
