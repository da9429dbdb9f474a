//! What work is done at.

use rusqlite::Connection;

use super::images::Images;

/// A connection in a transaction, and what the writer remembers.
pub(super) struct Desk<'a> {
    /// In a transaction
    pub conn: &'a Connection,
    /// The images that were seen
    pub images: &'a mut Images,
    /// Whether what was written is taken back, though the work has an answer
    pub undo: bool,
}
