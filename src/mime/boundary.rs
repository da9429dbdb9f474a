use sha2::{Digest, Sha256};

/// How every boundary line begins. `=_` cannot stand in quoted-printable or base64, and a 7bit body
/// that holds this is encoded ([`body`](super::body)): so no text, however chosen, ends a part.
pub(super) const LINE_START: &str = "--=_";

/// The boundary of one level of one mail.
pub(super) fn of(seed: &[u8], level: &str) -> String {
    let hash = Sha256::new().chain_update(level).chain_update(b"\0").chain_update(seed).finalize();
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("=_{level}_{hex}")
}
