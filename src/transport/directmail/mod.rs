//! Aliyun DirectMail over HTTP: `SingleSendMail`, signed with `ACS3-HMAC-SHA256`.
//!
//! The API takes fields instead of a message. It has no room for attachments, images inside the
//! mail, Cc and most headers, and it has no key by which a repeated mail would be known: once a
//! request was written and no answer came, nobody knows whether a copy is out.

mod account;
mod answer;
mod body;
mod exchange;
mod failure;
mod request;
mod said;
mod sign;
mod words;

use std::fmt;
use std::time::Instant;

use async_trait::async_trait;

pub use account::{AccountStatus, AccountSummary};

use self::exchange::{Answer, Call, Exchange};
use self::said::Said;
use super::hidden::Hidden;
use super::{Feature, HandOver, Limits, Outgoing, Receipt, SendError, Stage, Transport};
use crate::compose::{Form, Profile};
use crate::config::{DirectMailSettings, Region};
use crate::inline::ImageMode;
use crate::mail::Mailbox;

const ACTION: &str = "SingleSendMail";

/// The provider's pages waver between 14 and 15.
const MAX_NAME: usize = 14;
const MAX_SUBJECT: usize = 256;

/// An account of DirectMail. It keeps connections warm for a few seconds.
pub struct DirectMailTransport {
    name: String,
    exchange: Exchange,
    region: &'static Region,
    profile: Profile,
}

impl DirectMailTransport {
    /// Sends from the address that `from` names, which is the account's.
    ///
    /// # Errors
    /// No HTTP client can be made: a proxy's address that is none, for instance.
    pub fn new(settings: &DirectMailSettings, from: Mailbox) -> Result<Self, SendError> {
        let mut profile = Profile::new(from, ImageMode::Wordmark);
        profile.form = Form::Fields { name: MAX_NAME };
        let exchange = Exchange::new(settings)?;
        Ok(DirectMailTransport {
            name: "aliyun".into(),
            exchange,
            region: settings.region,
            profile,
        })
    }

    /// Gives it a name for receipts and logs, other than `aliyun`.
    pub fn named(self, name: &str) -> Self {
        DirectMailTransport { name: name.to_owned(), ..self }
    }

    /// Shows images from below a URL instead of their text.
    pub fn hosted_images(mut self, url: &str) -> Self {
        self.profile.images = ImageMode::Hosted(url.to_owned());
        self
    }

    /// Sends a request; a second time, and no more, where the answer names the remedy. Such an
    /// answer refuses the request that it belongs to; that request was sent once, so nothing of
    /// ours can have been taken before.
    async fn ask(&self, call: Call<'_>) -> Result<Answer, SendError> {
        let answer = self.exchange.ask(call).await?;
        let said = Said::read(&answer.body);
        let behind = match answer.behind {
            _ if said.is("SignatureNonceUsed") => call.behind,
            Some(behind) if said.is_about_time() => behind,
            _ => return Ok(answer),
        };
        self.exchange.ask(Call { behind, ..call }).await
    }

    fn hidden(&self) -> Hidden {
        Hidden::new(self.exchange.secrets().map(|secret| secret.expose()))
    }
}

#[async_trait]
impl Transport for DirectMailTransport {
    fn name(&self) -> &str {
        &self.name
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn limits(&self) -> &Limits {
        const LIMITS: Limits = Limits {
            lacks: &[Feature::Attachments, Feature::Cc],
            carries_header: request::carries_header,
            subject: Some(MAX_SUBJECT),
            name: Some(MAX_NAME),
            bytes: Some(request::MAX_BYTES),
            only_sender: None,
        };
        &LIMITS
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        mail.check_time()?;
        let form = request::form(&mail, &self.profile, self.region)?;
        let hidden = self.hidden().and_mail(&mail);
        handing_over.commit().await?;
        let asked = Instant::now();
        let call = Call { action: ACTION, form: &form, deadline: mail.deadline, behind: 0 };
        let answer = self.ask(call).await?;
        let steps = vec![(Stage::HandOver, asked.elapsed())];
        answer::receipt(&answer, &hidden).map(|receipt| receipt.timed(steps))
    }
}

/// Neither credentials nor connections.
impl fmt::Debug for DirectMailTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectMailTransport")
            .field("region", &self.region.id)
            .finish_non_exhaustive()
    }
}
