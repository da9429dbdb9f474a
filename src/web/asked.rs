//! What a request says of where it comes from and in which language it wants to be answered.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, ORIGIN};

use crate::diagnostic::Language;

/// A header as text, if there is one that is.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether `Origin`, where a browser sends one, is that of the host that was asked for.
pub fn origin_is_ours(headers: &HeaderMap, host: &str) -> bool {
    let ours = |origin: &str| {
        let authority = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    };
    headers.get(ORIGIN).is_none_or(|origin| origin.to_str().is_ok_and(ours))
}

/// The first language of Accept-Language that we speak.
pub fn language(headers: &HeaderMap) -> Option<Language> {
    let list = text(headers, ACCEPT_LANGUAGE.as_str())?;
    list.split(',').find_map(|tag| Language::parse(tag.split(';').next()?.trim()))
}
