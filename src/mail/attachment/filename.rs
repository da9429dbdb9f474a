use super::AttachmentError;
use crate::mail::clean as text;

/// The most octets of a file name on common file systems.
const MAX_OCTETS: usize = 255;

/// A name that can be saved in any folder of any system: the last component of what was given.
pub(super) fn clean(name: &str) -> Result<String, AttachmentError> {
    if name.contains(|c| text::is_line_break(c) || c == '\0') {
        return Err(AttachmentError::NameLineBreak);
    }
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let line = text::one_line(last).replace(['<', '>', ':', '"', '|', '?', '*'], "_");
    // Windows drops dots and spaces at the end, which would uncover another extension.
    let trimmed = line.trim_end_matches(['.', ' ']);
    if trimmed.is_empty() {
        return Err(AttachmentError::NameEmpty);
    }
    let name = if is_device(trimmed) { format!("_{trimmed}") } else { trimmed.to_owned() };
    if name.len() > MAX_OCTETS {
        return Err(AttachmentError::NameTooLong);
    }
    Ok(name)
}

/// Names that stand for devices on Windows, with any extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            matches!(rest, "¹" | "²" | "³") || matches!(rest.as_bytes(), [b'0'..=b'9'])
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}
