//! W3C trace context: which request of the caller's a mail belongs to.

use axum::http::HeaderMap;

/// The `traceparent` of a request, if there is exactly one and it is well formed; what is not is
/// passed over, as the recommendation asks (W3C Trace Context, section 3.2).
pub fn parent(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all("traceparent").iter();
    let value = all.next()?.to_str().ok()?;
    (all.next().is_none() && is_parent(value)).then(|| value.to_owned())
}

fn is_parent(value: &str) -> bool {
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let parts: Vec<&str> = value.split('-').collect();
    let [version, trace, parent, flags] = parts[..] else { return false };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let sizes = hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
    sizes && version != "ff" && !zero(trace) && !zero(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_well_formed() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(is_parent(good));
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "a@x.test",
        ] {
            assert!(!is_parent(bad), "{bad}");
        }
    }
}
