//! Writes each mail as a file: `<id>.eml` in a folder that something else empties.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::{HandOver, Outgoing, Receipt, SendError, Transport};
use crate::compose::Profile;

/// A folder of `.eml` files. A file appears whole, under its final name, and synced.
#[derive(Debug)]
pub struct FileTransport {
    name: String,
    folder: PathBuf,
    profile: Profile,
}

impl FileTransport {
    /// Writes to `folder`, which is made on first use.
    pub fn new(folder: impl Into<PathBuf>, profile: Profile) -> Self {
        FileTransport { name: "file".to_owned(), folder: folder.into(), profile }
    }

    /// The same under another name, as routes call it.
    pub fn named(self, name: &str) -> Self {
        FileTransport { name: name.to_owned(), ..self }
    }
}

#[async_trait]
impl Transport for FileTransport {
    fn name(&self) -> &str {
        &self.name
    }

    fn profile(&self) -> &Profile {
        &self.profile
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
        let path = eml(&self.folder, mail.seal.id());
        let draft = write_draft(&path, mail.message.bytes())
            .await
            .map_err(|error| SendError::io(&error, &path))?;
        commit(handing_over, &[&draft]).await?;
        place(&draft, &path).await.map_err(|error| SendError::io(&error, &path))?;
        sync_folder(&path).await.map_err(|error| SendError::after_hand_over(&error, &path))?;
        Ok(Receipt::caught(Some(path)))
    }
}

/// The file of a mail.
pub(super) fn eml(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.eml"))
}

/// Writes a file beside its final name, readable by its owner only, and syncs it.
pub(super) async fn write_draft(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await?;
    }
    // Two processes may write the same mail under a fixed clock: each has a draft of its own.
    let draft = path.with_added_extension(format!("{}.part", uuid::Uuid::now_v7().simple()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&draft).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    Ok(draft)
}

/// Records the hand-over; drafts of a mail that is not handed over are removed, for they hold it.
pub(super) async fn commit(
    handing_over: &mut dyn HandOver,
    drafts: &[&Path],
) -> Result<(), SendError> {
    let recorded = handing_over.commit().await;
    if recorded.is_err() {
        for draft in drafts {
            let _ = fs::remove_file(draft).await;
        }
    }
    Ok(recorded?)
}

/// Gives a written file its final name.
pub(super) async fn place(draft: &Path, path: &Path) -> io::Result<()> {
    fs::rename(draft, path).await
}

/// Makes new names durable; where folders cannot be opened, the system does it.
pub(super) async fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => fs::File::open(folder).await?.sync_all().await,
        _ => Ok(()),
    }
}
