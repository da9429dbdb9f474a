//! What the inbox shows: mails that the inbox transport caught, and those that `file` transports
//! wrote, of which nothing is known but their bytes.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::parts;
use crate::web::caught::{self, Caught};

/// The folders of caught mails.
pub struct Folders {
    /// Where the inbox transport writes; the only one that is emptied
    pub inbox: PathBuf,
    /// Where `file` transports write: something else takes mails from there
    pub files: Vec<PathBuf>,
}

impl Folders {
    /// All mails in the order in which they came.
    pub fn all(&self) -> Vec<Caught> {
        let folders = self.files.iter().chain([&self.inbox]);
        let mut mails: Vec<Caught> = folders.flat_map(|folder| caught::caught(folder)).collect();
        mails.sort();
        mails.dedup();
        mails
    }

    /// All ids, sorted.
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.all().into_iter().map(|mail| mail.id).collect();
        ids.sort();
        ids
    }

    /// The description of a mail.
    pub fn about(&self, id: &str) -> Option<Json> {
        let written = || parts::describe(&self.bytes(id)?, id);
        caught::about(&self.inbox, id).or_else(written)
    }

    /// The bytes of a mail.
    pub fn bytes(&self, id: &str) -> Option<Vec<u8>> {
        [&self.inbox].into_iter().chain(&self.files).find_map(|folder| caught::bytes(folder, id))
    }
}
