use super::AttachmentError;

/// What is sent when neither the caller nor the extension says more.
const UNKNOWN: &str = "application/octet-stream";

/// Types that may be sent, with the extensions that stand for them. Not HTML, SVG or XML: mail
/// programs open those as pages, and phishing is sent that way.
const ALLOWED: &[(&str, &[&str])] = &[
    ("application/pdf", &["pdf"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("text/plain", &["txt", "log"]),
    ("text/csv", &["csv"]),
    ("text/calendar", &["ics"]),
    ("text/vcard", &["vcf"]),
    ("text/markdown", &["md"]),
    ("application/json", &["json"]),
    ("application/zip", &["zip"]),
    ("application/gzip", &["gz"]),
    ("application/rtf", &["rtf"]),
    ("application/msword", &["doc"]),
    ("application/vnd.ms-excel", &["xls"]),
    ("application/vnd.ms-powerpoint", &["ppt"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    ("application/vnd.oasis.opendocument.text", &["odt"]),
    ("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    // Chinese electronic invoices (GB/T 33190).
    ("application/ofd", &["ofd"]),
    (UNKNOWN, &[]),
];

/// The type as the table spells it, if it is in the table.
pub(super) fn allowed(given: &str) -> Result<&'static str, AttachmentError> {
    let is_token = |part: &str| {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        part.len() <= 127
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(is_plain)
    };
    match given.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => {}
        _ => return Err(AttachmentError::ContentType),
    }
    let known = ALLOWED.iter().find(|(name, _)| name.eq_ignore_ascii_case(given));
    known.map(|&(name, _)| name).ok_or(AttachmentError::TypeNotAllowed)
}

/// The type that a name's extension stands for.
pub(super) fn by_extension(filename: &str) -> &'static str {
    let extension = filename.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = ALLOWED.iter().find(|(_, extensions)| {
        extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))
    });
    known.map_or(UNKNOWN, |&(name, _)| name)
}
