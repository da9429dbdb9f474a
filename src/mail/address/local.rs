use super::AddressError;

/// The most octets before the `@` (RFC 5321 §4.5.3.1.1).
const MAX_OCTETS: usize = 64;

/// Refuses a local part that is not a plain dot-atom.
pub(super) fn check(local: &str) -> Result<(), AddressError> {
    if local.is_empty() {
        return Err(AddressError::LocalPartEmpty);
    }
    if !local.is_ascii() {
        return Err(AddressError::LocalPartNotAscii);
    }
    if local.len() > MAX_OCTETS {
        return Err(AddressError::LocalPartTooLong);
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(AddressError::LocalPartDots);
    }
    if local.contains("=?") {
        return Err(AddressError::EncodedWord);
    }
    if local.starts_with(['-', '/']) || local.contains(['%', '!', '|']) {
        return Err(AddressError::LocalPartRouting);
    }
    match local.chars().find(|&c| c != '.' && !is_atext(c)) {
        Some(character) => Err(AddressError::LocalPartCharacter { character }),
        None => Ok(()),
    }
}

/// RFC 5322 §3.2.3.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}
