//! Catches mails for development: `<id>.eml`, and `<id>.json` with what was put into it.
//!
//! The JSON holds variables and links as they are, secrets too: it is the one place that keeps
//! them, so that a test can read a code. It is never used in production.

use std::path::PathBuf;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::file::{commit, eml, place, sync_folder, write_draft};
use super::{HandOver, Outgoing, Receipt, SendError, Transport};
use crate::compose::Profile;
use crate::locale::Instant;
use crate::vars::Value;

/// A folder of caught mails.
#[derive(Debug)]
pub struct InboxTransport {
    name: String,
    folder: PathBuf,
    profile: Profile,
}

impl InboxTransport {
    /// Catches mails in `folder`, which is made on first use.
    pub fn new(folder: impl Into<PathBuf>, profile: Profile) -> Self {
        InboxTransport { name: "inbox".to_owned(), folder: folder.into(), profile }
    }

    /// The same under another name, as routes call it.
    pub fn named(self, name: &str) -> Self {
        InboxTransport { name: name.to_owned(), ..self }
    }
}

#[async_trait]
impl Transport for InboxTransport {
    fn name(&self) -> &str {
        &self.name
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn is_inbox(&self) -> bool {
        true
    }

    fn kept_at(&self, id: &str) -> Option<PathBuf> {
        Some(eml(&self.folder, id))
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        mail.check_time()?;
        let id = mail.seal.id();
        let path = eml(&self.folder, id);
        let about = self.folder.join(format!("{id}.json"));
        let io = |error: std::io::Error| SendError::io(&error, &path);
        let draft = write_draft(&path, mail.message.bytes()).await.map_err(io)?;
        let text = format!("{:#}\n", describe(&mail));
        let about_draft = write_draft(&about, text.as_bytes()).await.map_err(io)?;
        commit(handing_over, &[&about_draft, &draft]).await?;
        // Whoever sees the mail finds its description.
        place(&about_draft, &about).await.map_err(io)?;
        place(&draft, &path).await.map_err(io)?;
        sync_folder(&path).await.map_err(|error| SendError::after_hand_over(&error, &path))?;
        Ok(Receipt::caught(Some(path)))
    }
}

fn describe(mail: &Outgoing<'_>) -> Json {
    let (rendered, seal) = (mail.rendered, mail.seal);
    let links: Vec<Json> = rendered
        .vars
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Url(url) => Some(json!({"variable": name, "url": url})),
            _ => None,
        })
        .collect();
    let received_at = Instant::from_unix_seconds(seal.date()).map(|at| at.to_string());
    json!({
        "id": seal.id(),
        "message_id": seal.message_id().as_str(),
        "received_at": received_at,
        "to": rendered.recipients.to.address().as_str(),
        "kind": rendered.kind,
        "locale": rendered.locale.as_str(),
        "subject": rendered.subject.as_str(),
        "vars": rendered.vars.to_json(),
        "links": links,
        "eml": format!("{}.eml", seal.id()),
    })
}
