//! Writes each mail as a file: `<id>.eml` in a folder that something else empties.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::{HandOver, Outgoing, Receipt, SendError, Taken, Transport};
use crate::compose::Profile;

/// A folder of `.eml` files. A file appears whole, under its final name, and synced.
#[derive(Debug)]
pub struct FileTransport {
    folder: PathBuf,
    profile: Profile,
}

impl FileTransport {
    /// Writes to `folder`, which is made on first use.
    pub fn new(folder: impl Into<PathBuf>, profile: Profile) -> Self {
        FileTransport { folder: folder.into(), profile }
    }
}

#[async_trait]
impl Transport for FileTransport {
    fn name(&self) -> &str {
        "file"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        let path = self.folder.join(format!("{}.eml", mail.seal.id()));
        let draft = write_draft(&path, mail.message.bytes())
            .await
            .map_err(|error| SendError::io(&error, &path))?;
        handing_over.commit().await?;
        place(&draft, &path).await.map_err(|error| SendError::io(&error, &path))?;
        Ok(Receipt { taken: Taken::Caught, reply: None, provider_id: None, path: Some(path) })
    }
}

/// Writes a file beside its final name, readable by its owner only, and syncs it.
pub(super) async fn write_draft(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).await?;
    }
    let draft = path.with_added_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&draft).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    Ok(draft)
}

/// Gives a written file its final name.
pub(super) async fn place(draft: &Path, path: &Path) -> io::Result<()> {
    fs::rename(draft, path).await?;
    match path.parent() {
        Some(folder) => fs::File::open(folder).await?.sync_all().await,
        None => Ok(()),
    }
}
