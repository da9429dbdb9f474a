//! Mails as pages of their own: for the frame, and to be saved.
//!
//! What a mail holds was written by designers and, through variables, by strangers. It never runs:
//! the policy of the answer allows no script whoever shows it, and files are not shown at all.

use axum::extract::{Path, Query, State};
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::answer::{Answer, Params, Speaks};
use super::drafts::Finished;
use super::looks::Look;
use super::rendering::{Data, Wish, images, mail_or_text};
use crate::inline::ImageMode;

/// The page may measure and change what is in the frame (`allow-same-origin`); nothing in the frame
/// may run, load or send anything.
const FRAME: &str = "sandbox allow-same-origin; default-src 'none'; img-src data:; \
    style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
/// A file is never shown; if it were, it could do nothing.
const FILE: &str = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'";

type Address = Path<(String, String)>;

/// `GET /mail/{kind}/{locale}`
pub async fn mail(
    State(studio): State<Shared>,
    Path(address): Address,
    Query(query): Params,
    Speaks(language): Speaks,
) -> Answer {
    let look = Look::asked(|name| query.get(name).cloned());
    let mail = mail_or_text(&studio, wish(address, &Query(query)), language).await?;
    Ok(frame(look.apply(&page(&mail), &images(&mail))))
}

/// `GET /text/{kind}/{locale}`
pub async fn text(
    State(studio): State<Shared>,
    Path(address): Address,
    query: Params,
    Speaks(language): Speaks,
) -> Answer {
    let mail = mail_or_text(&studio, wish(address, &query), language).await?;
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CONTENT_SECURITY_POLICY, FRAME)];
    let body = mail.rendered.text.clone();
    if query.contains_key("download") {
        return Ok(file("text/plain; charset=utf-8", &name(&mail, &query, "txt"), body.into()));
    }
    Ok((headers, body).into_response())
}

/// `GET /eml/{kind}/{locale}`
pub async fn eml(
    State(studio): State<Shared>,
    Path(address): Address,
    query: Params,
    Speaks(language): Speaks,
) -> Answer {
    let mail = mail_or_text(&studio, wish(address, &query), language).await?;
    let bytes = mail.message.bytes().to_vec();
    Ok(file("message/rfc822", &name(&mail, &query, "eml"), bytes))
}

/// `GET /html/{kind}/{locale}`
pub async fn html(
    State(studio): State<Shared>,
    Path(address): Address,
    query: Params,
    Speaks(language): Speaks,
) -> Answer {
    let mail = mail_or_text(&studio, wish(address, &query), language).await?;
    let page = Look::default().apply(&page(&mail), &images(&mail));
    Ok(file("text/html; charset=utf-8", &name(&mail, &query, "html"), page.into()))
}

/// A page for the frame.
pub fn frame(page: String) -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, FRAME)];
    (headers, page).into_response()
}

/// A file to be saved.
pub fn file(content_type: &str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, content_type),
        (CONTENT_DISPOSITION, &disposition),
        (CONTENT_SECURITY_POLICY, FILE),
    ];
    (headers, bytes).into_response()
}

/// The page as it is sent, images by `cid:`.
pub fn page(mail: &Finished) -> String {
    mail.rendered.page(&ImageMode::Inside)
}

fn wish((kind, locale): (String, String), query: &Params) -> Wish {
    let data = match (query.get("draft"), query.get("sample")) {
        (Some(draft), _) => Data::Kept(draft.clone()),
        (None, Some(sample)) => Data::Sample(sample.clone()),
        (None, None) => Data::Sample("typical".to_owned()),
    };
    Wish { kind, locale, data }
}

/// Kinds and locales hold nothing that a header does not take; the sample is a sample's name, since
/// the mail was found by it.
fn name(mail: &Finished, query: &Params, extension: &str) -> String {
    let (kind, locale) = (&mail.rendered.kind, &mail.rendered.locale);
    match query.get("sample").filter(|_| !query.contains_key("draft")) {
        Some(sample) => format!("{kind}.{locale}.{sample}.{extension}"),
        None => format!("{kind}.{locale}.{extension}"),
    }
}
