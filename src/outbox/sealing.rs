//! The key under which an outbox keeps what it must not show: contents and addresses are sealed
//! (XChaCha20-Poly1305, bound to their row's id), recipients and counters are hashed
//! (HMAC-SHA256). Each use has a key of its own, made from the one that is configured.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::{Hash, StoreError};
use crate::secret::Secret;

/// The bytes of a nonce.
const NONCE: usize = 24;

/// Seals and hashes; clones share it.
#[derive(Clone)]
pub struct Key(Arc<Keys>);

struct Keys {
    cipher: XChaCha20Poly1305,
    hashing: [u8; 32],
    check: [u8; 32],
}

/// It cannot be opened: altered, of another row, or sealed under another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed under another key, or altered")]
pub struct NotOurs;

impl Key {
    /// From `HONGYAN_OUTBOX_KEY`: base64 of 32 bytes.
    ///
    /// # Errors
    /// Anything else; the fault does not hold it.
    pub fn from_base64(text: &Secret) -> Result<Key, StoreError> {
        let bytes = BASE64_STANDARD.decode(text.expose().trim()).unwrap_or_default();
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| StoreError::KeyMalformed)?;
        Ok(Key::new(&bytes))
    }

    /// From 32 random bytes.
    pub fn new(bytes: &[u8; 32]) -> Key {
        let cipher = XChaCha20Poly1305::new(&derived(bytes, "hongyan outbox seal 1").into());
        let hashing = derived(bytes, "hongyan outbox hash 1");
        let check = derived(bytes, "hongyan outbox check 1");
        Key(Arc::new(Keys { cipher, hashing, check }))
    }

    /// The key in a file, which is made (0600) where there is none.
    ///
    /// # Errors
    /// A file that cannot be read or written, or holds something else.
    pub fn open_or_make(path: &Path) -> Result<Key, StoreError> {
        match fs::read_to_string(path) {
            Ok(text) => Key::from_base64(&Secret::new(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
            Err(error) => Err(unreadable(path, &error)),
        }
    }

    /// Seals for one row: it opens under the same `id` only.
    pub fn seal(&self, id: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = XNonce::generate();
        let payload = Payload { msg: plain, aad: id.as_bytes() };
        let sealed = self.0.cipher.encrypt(&nonce, payload);
        // The cipher refuses what is longer than 256 GB.
        [&nonce[..], &sealed.unwrap_or_default()].concat()
    }

    /// Opens what was sealed for this row.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open(&self, id: &str, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(NotOurs)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| NotOurs)?;
        let payload = Payload { msg: sealed, aad: id.as_bytes() };
        self.0.cipher.decrypt(&nonce.into(), payload).map_err(|_| NotOurs)
    }

    /// A hash that is useless without the key. `label` keeps uses apart, and no two lists of
    /// `parts` run into one.
    pub fn hash(&self, label: &str, parts: &[&[u8]]) -> Hash {
        let mut hashing = self.hashing(label);
        parts.iter().for_each(|part| hashing.part(part));
        hashing.end()
    }

    /// Begins a hash of what is written into it.
    pub fn hashing(&self, label: &str) -> Hashing {
        let mut hashing = Hashing(hmac(&self.0.hashing));
        hashing.part(label.as_bytes());
        hashing
    }

    /// Tells keys apart without telling them: an outbox keeps it.
    pub(super) fn check(&self) -> &[u8; 32] {
        &self.0.check
    }
}

/// A hash of what comes bit by bit, so that it need not be put together.
pub struct Hashing(Hmac<Sha256>);

impl Hashing {
    /// The hash of all that was written.
    pub fn end(self) -> Hash {
        Hash(self.0.finalize().into_bytes().into())
    }

    fn part(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Never the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

fn derived(key: &[u8; 32], label: &str) -> [u8; 32] {
    let mut mac = hmac(key);
    mac.update(label.as_bytes());
    mac.finalize().into_bytes().into()
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// Written whole under another name first: of two processes that make it, one wins.
fn make(path: &Path) -> Result<Key, StoreError> {
    let text = BASE64_STANDARD.encode(<[u8; 32]>::generate());
    let draft = path.with_extension(format!("key-{}", std::process::id()));
    let made = write_new(&draft, &text).and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    match made {
        Ok(()) => Key::from_base64(&Secret::new(text)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Key::open_or_make(path),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

fn unreadable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::KeyUnreadable { path: path.display().to_string(), what: error.to_string() }
}
