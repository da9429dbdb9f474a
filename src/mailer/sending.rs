//! One mail on the way from the caller: the builder behind [`Mailer::to`].

use serde::Serialize;

use super::{Delivery, Mailer};
use crate::composer::Draft;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::mail::{AddressError, Attachment, AttachmentError, CustomHeader, HeaderError, Mailbox};
use crate::text;

/// A mail being put together. Faults are gathered and told by
/// [`render_and_send`](Sending::render_and_send).
#[must_use]
pub struct Sending<'m> {
    mailer: &'m Mailer,
    recipient: Result<Mailbox, AddressError>,
    cc: Vec<Mailbox>,
    bcc: Vec<Mailbox>,
    reply_to: Option<Mailbox>,
    headers: Vec<CustomHeader>,
    attachments: Vec<Attachment>,
    idempotency_key: Option<String>,
    send_at: Option<i64>,
    faults: Diagnostics,
}

impl<'m> Sending<'m> {
    pub(super) fn new(mailer: &'m Mailer, recipient: &str) -> Self {
        Sending {
            mailer,
            recipient: Mailbox::parse(recipient),
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: None,
            headers: Vec::new(),
            attachments: Vec::new(),
            idempotency_key: None,
            send_at: None,
            faults: Diagnostics::new(),
        }
    }

    /// Adds a copy that everyone sees. Not for security mail.
    pub fn cc(mut self, recipient: &str) -> Self {
        let mailbox = self.mailbox(recipient, format!("/cc/{}", self.cc.len()));
        self.cc.extend(mailbox);
        self
    }

    /// Adds a copy that nobody sees. Not for security mail.
    pub fn bcc(mut self, recipient: &str) -> Self {
        let mailbox = self.mailbox(recipient, format!("/bcc/{}", self.bcc.len()));
        self.bcc.extend(mailbox);
        self
    }

    /// Sets where answers go.
    pub fn reply_to(mut self, mailbox: &str) -> Self {
        self.reply_to = self.mailbox(mailbox, "/reply_to".into());
        self
    }

    /// Attaches a file of at most [`MAX_ATTACHMENT_BYTES`](crate::mail::MAX_ATTACHMENT_BYTES);
    /// the content type follows from the name unless given.
    pub fn attach(mut self, filename: &str, content_type: Option<&str>, bytes: &[u8]) -> Self {
        let pointer = format!("/attachments/{}", self.attachments.len());
        let read: Result<_, AttachmentError> = Attachment::new(filename, content_type, bytes);
        match read {
            Ok(attachment) => self.attachments.push(attachment),
            Err(error) => self.faults.push(error.diagnostic().pointer(pointer)),
        }
        self
    }

    /// Sets a header: `X-*`, `List-Unsubscribe`, `List-Unsubscribe-Post`, `In-Reply-To`,
    /// `References` or `Importance`.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let read: Result<_, HeaderError> = CustomHeader::new(name, value);
        match read {
            Ok(header) => self.headers.push(header),
            Err(error) => self.faults.push(error.diagnostic().pointer("/headers")),
        }
        self
    }

    /// Asks that a mail with this key is sent once only, however often it is asked for. Without an
    /// outbox sending then fails: a promise that cannot be kept is not made.
    pub fn idempotency_key(mut self, key: &str) -> Self {
        self.idempotency_key = Some(key.to_owned());
        self
    }

    /// Asks that the mail leaves at a time (seconds since 1970), at most 30 days ahead; its lifetime
    /// is counted from then on. It needs an outbox, as
    /// [`idempotency_key`](Sending::idempotency_key) does.
    pub fn send_at(mut self, time: i64) -> Self {
        self.send_at = Some(time);
        self
    }

    /// Renders a kind in a locale (a tag, or a whole Accept-Language) and sends it. It returns
    /// with the transport's answer; with an outbox, once the mail is durable.
    ///
    /// # Errors
    /// See [`Error::kind`].
    pub async fn render_and_send(
        self,
        kind: &str,
        locale: &str,
        vars: impl Serialize,
    ) -> Result<Delivery, Error> {
        #[cfg(feature = "outbox")]
        if let Some(outbox) = self.mailer.outbox() {
            let (mailer, send_at) = (self.mailer, self.send_at);
            let key = self.idempotency_key.clone();
            let draft = self.into_draft(kind, locale, vars)?;
            let idempotency =
                key.map(|key| super::wishes::of_library(outbox, key, &draft, send_at));
            let wishes = super::Wishes { idempotency, send_at, ..super::Wishes::default() };
            return mailer.send_later(&draft, &wishes).await;
        }
        let mailer = self.mailer;
        let draft = self.without_outbox().into_draft(kind, locale, vars)?;
        mailer.send_now(&draft).await
    }

    /// What only an outbox can keep is a fault.
    fn without_outbox(mut self) -> Self {
        if self.idempotency_key.is_some() {
            self.faults.push(needs_outbox("idempotency_key"));
        }
        if self.send_at.is_some() {
            self.faults.push(needs_outbox("send_at"));
        }
        self
    }

    fn into_draft(
        mut self,
        kind: &str,
        locale: &str,
        vars: impl Serialize,
    ) -> Result<Draft, Diagnostics> {
        let to = match self.recipient {
            Ok(to) => to,
            Err(error) => {
                self.faults.push(error.diagnostic().pointer("/to"));
                return Err(self.faults);
            }
        };
        self.faults.ok(())?;
        Draft {
            kind: kind.to_owned(),
            locale: locale.to_owned(),
            vars: serde_json::Map::new(),
            to,
            cc: self.cc,
            bcc: self.bcc,
            reply_to: self.reply_to,
            headers: self.headers,
            attachments: self.attachments,
            time_zone: None,
        }
        .vars(vars)
    }

    fn mailbox(&mut self, written: &str, pointer: String) -> Option<Mailbox> {
        match Mailbox::parse(written) {
            Ok(mailbox) => Some(mailbox),
            Err(error) => {
                self.faults.push(error.diagnostic().pointer(pointer));
                None
            }
        }
    }
}

pub(super) fn needs_outbox(wish: &str) -> Diagnostic {
    Diagnostic::error(Code::NeedsOutbox, text!("`{wish}` needs an outbox", "`{wish}` 需要待发队列"))
        .hint(text!(
            "leave it out: this mailer sends at once and keeps no record",
            "请去掉它：此发送方式会立即发送，不保留记录"
        ))
}
