//! What a transport imposes on a mail, and what it changes thereby.

use super::Rendered;
use crate::inline::ImageMode;
use crate::mail::Mailbox;

/// What a transport imposes on the mails that it carries.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// From, where the kind has none of its own
    pub from: Mailbox,
    /// The form of images
    pub images: ImageMode,
    /// How it takes a mail
    pub form: Form,
}

impl Profile {
    /// The profile of a transport that takes messages as they are.
    pub fn new(from: Mailbox, images: ImageMode) -> Profile {
        Profile { from, images, form: Form::Message }
    }
}

/// How a transport takes a mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As the bytes of a message: every header is ours
    #[default]
    Message,
    /// As fields, from which the provider writes a message: the sender is the account that the
    /// profile names, and Date, Auto-Submitted, Content-Language and MIME-Version are its own
    Fields {
        /// The most characters of the sender's name
        name: usize,
    },
}

/// Something that a transport could not carry as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapted {
    /// What: `images`, `from`, `from_name`, `headers`
    pub what: &'static str,
    /// How: `wordmark` and `hosted`, `account`, `shortened`, `provider`
    pub how: &'static str,
}

/// Who a mail is from when a transport carries it.
pub fn sender(rendered: &Rendered, profile: &Profile) -> Mailbox {
    let from = wanted_sender(rendered, profile);
    let Form::Fields { name: longest } = profile.form else { return from.clone() };
    let address = profile.from.address().clone();
    match from.name() {
        Some(name) => Mailbox::new(name.shortened(longest), address),
        None => Mailbox::bare(address),
    }
}

fn wanted_sender<'a>(rendered: &'a Rendered, profile: &'a Profile) -> &'a Mailbox {
    rendered.recipients.from.as_ref().unwrap_or(&profile.from)
}

/// What a transport that imposes `profile` changes.
pub(super) fn adapted(rendered: &Rendered, profile: &Profile) -> Vec<Adapted> {
    let images = match profile.images {
        ImageMode::Hosted(_) if rendered.html.has_images() => Some("hosted"),
        ImageMode::Wordmark if rendered.html.has_images() => Some("wordmark"),
        _ => None,
    };
    let mut adapted = Vec::from_iter(images.map(|how| Adapted { what: "images", how }));
    if profile.form == Form::Message {
        return adapted;
    }
    let (wanted, sender) = (wanted_sender(rendered, profile), sender(rendered, profile));
    if wanted.address() != sender.address() {
        adapted.push(Adapted { what: "from", how: "account" });
    }
    if wanted.name() != sender.name() {
        adapted.push(Adapted { what: "from_name", how: "shortened" });
    }
    adapted.push(Adapted { what: "headers", how: "provider" });
    adapted
}
