//! Mails that were rendered from posted data, kept for the frame and the downloads.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::compose::{Message, Rendered};

/// How many are kept.
const KEPT: usize = 64;

/// A finished mail.
pub struct Finished {
    /// What was rendered
    pub rendered: Rendered,
    /// Its bytes
    pub message: Message,
}

/// The last mails, newest first.
#[derive(Default)]
pub struct Drafts(Mutex<VecDeque<(String, Arc<Finished>)>>);

impl Drafts {
    /// Keeps a mail; the id under which it is found.
    pub fn keep(&self, mail: Arc<Finished>) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((id.clone(), mail));
        kept.truncate(KEPT);
        id
    }

    /// A mail that is still kept; it stays longer for having been asked for.
    pub fn find(&self, id: &str) -> Option<Arc<Finished>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(known, _)| known == id)?;
        let found = kept.remove(at)?;
        let mail = found.1.clone();
        kept.push_front(found);
        Some(mail)
    }
}
