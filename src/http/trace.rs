//! W3C trace context: which request of the caller's a mail belongs to.

use axum::http::HeaderMap;

/// The `traceparent` of a request as version 00 has it, if there is exactly one and it is well
/// formed; what is not is passed over, as the recommendation asks (W3C Trace Context, section 3.2).
pub fn parent(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all("traceparent").iter();
    let value = all.next()?.to_str().ok()?;
    if all.next().is_some() { None } else { read(value) }
}

/// Later versions may have more fields behind those of version 00, which are read, and are told in
/// the version that is known here (section 3.2.4).
fn read(value: &str) -> Option<String> {
    let (known, more) = value.split_at_checked("00-".len() + 32 + "-".len() + 16 + "-00".len())?;
    let parts: Vec<&str> = known.split('-').collect();
    let [version, trace, parent, flags] = parts[..] else { return None };
    let ends = more.is_empty() || (version != "00" && more.starts_with('-'));
    let sizes = hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
    let is_some = |text: &str| text.bytes().any(|b| b != b'0');
    let good = ends && sizes && version != "ff" && is_some(trace) && is_some(parent);
    good.then(|| format!("00-{trace}-{parent}-{flags}"))
}

fn hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn later_versions_are_read_as_far_as_they_are_known() {
        assert_eq!(read(GOOD).as_deref(), Some(GOOD));
        for later in [
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-will-come",
            "fe-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        ] {
            assert_eq!(read(later).as_deref(), Some(GOOD), "{later}");
        }
    }

    #[test]
    fn only_what_is_well_formed() {
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-012",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.x",
            "0-00af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "a@x.test",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
