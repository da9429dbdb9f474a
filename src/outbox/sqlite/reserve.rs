//! Room that is kept for what must still be written when the disk is full: a file of spare bytes
//! beside the outbox. It is given up so that leases, hand-overs and answers can be recorded; new
//! mails are taken again once it could be made anew.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::open::beside;
use crate::outbox::StoreError;

/// As much as the write-ahead log may hold before it is written back.
const SIZE: u64 = 4 << 20;
/// How often it is tried to make it again.
const PAUSE: Duration = Duration::from_secs(1);

/// The spare bytes.
pub(super) struct Reserve {
    path: PathBuf,
    tried: Option<Instant>,
    /// Why it could not be made
    fault: Option<io::Error>,
}

impl Reserve {
    /// The reserve of an outbox.
    pub fn of(outbox: &Path) -> Reserve {
        Reserve { path: beside(outbox, "-reserve"), tried: None, fault: None }
    }

    /// Whether it is there; made if it can be. Another process may have given it up.
    pub fn is_whole(&mut self) -> bool {
        if fs::metadata(&self.path).is_ok_and(|file| file.len() == SIZE) {
            return true;
        }
        if self.tried.is_some_and(|tried| tried.elapsed() < PAUSE) {
            return false;
        }
        self.tried = Some(Instant::now());
        let made = self.make();
        if made.is_err() {
            self.give_up();
        }
        self.fault = made.err();
        self.fault.is_none()
    }

    /// Why new mails are not taken while it is not there: for want of room, or because nothing can
    /// be written.
    pub fn missing(&self) -> StoreError {
        match &self.fault {
            Some(fault) if fault.kind() != io::ErrorKind::StorageFull => {
                StoreError::Broken { what: fault.to_string() }
            }
            _ => StoreError::Full { what: "the disk is full".to_owned() },
        }
    }

    /// Gives the room up.
    pub fn give_up(&mut self) {
        let _ = fs::remove_file(&self.path);
        self.tried = Some(Instant::now());
        self.fault = None;
    }

    /// Those of processes that ended over it.
    fn remove_halves(&self) {
        let name =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begins = format!("{}-new-", name(&self.path));
        let folder = self.path.parent().and_then(|folder| fs::read_dir(folder).ok());
        for entry in folder.into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|about| about.modified());
            let old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > MAKING));
            if old && name(&entry.path()).starts_with(&begins) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Whether the disk is full: SQLite tells some failures for want of room as plain I/O errors.
    pub fn has_no_room(&self) -> bool {
        let probe = beside(&self.path, "-probe");
        let written = write(&probe, 64 << 10);
        let _ = fs::remove_file(&probe);
        written.is_err_and(|error| error.kind() == io::ErrorKind::StorageFull)
    }

    /// Under another name first: half of it is none.
    fn make(&self) -> io::Result<()> {
        self.remove_halves();
        let draft = beside(&self.path, &format!("-new-{}", std::process::id()));
        let made = write(&draft, SIZE).and_then(|()| fs::rename(&draft, &self.path));
        let _ = fs::remove_file(&draft);
        made
    }
}

/// How long it may take to make one.
const MAKING: Duration = Duration::from_secs(60);

/// Bytes that no file system packs or leaves out.
fn write(path: &Path, size: u64) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut page = [0; 4096];
    for at in 0..size / 4096 {
        for (part, bytes) in page.chunks_exact_mut(32).enumerate() {
            bytes.copy_from_slice(&Sha256::digest([at.to_le_bytes(), part.to_le_bytes()].concat()));
        }
        file.write_all(&page)?;
    }
    file.sync_all()
}
