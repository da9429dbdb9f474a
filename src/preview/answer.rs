//! What handlers answer with: JSON, faults, problems (RFC 9457), in the reader's language.

use axum::Json as JsonBody;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

use super::Shared;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language};
use crate::vars::parse_object;
use crate::web::asked;

/// The largest body of a request, in bytes.
const MAX_BODY: usize = 1024 * 1024;

/// What a handler gives.
pub type Answer<T = Response> = Result<T, Response>;

/// What stands behind the `?`.
pub type Params = Query<std::collections::BTreeMap<String, String>>;

/// A fault as the page shows it: the keys of `--json`, and the excerpt of a terminal.
pub fn fault(fault: &Diagnostic, language: Language) -> Json {
    let mut json = fault.to_json(language);
    json["excerpt"] = fault.to_terminal(language, false).into();
    json
}

/// Several faults.
pub fn faults(list: &Diagnostics, language: Language) -> Json {
    list.iter().map(|one| fault(one, language)).collect()
}

/// `{faults}` with the status that fits them.
pub fn refused(list: &Diagnostics, language: Language) -> Response {
    let unknown = |code| matches!(code, Code::KindUnknown | Code::SampleUnknown | Code::DraftGone);
    let status = match list.iter().next().map(Diagnostic::code) {
        Some(code) if unknown(code) => StatusCode::NOT_FOUND,
        Some(Code::SampleExists) => StatusCode::CONFLICT,
        Some(Code::SendToRefused) => StatusCode::FORBIDDEN,
        Some(Code::FileUnreadable) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, JsonBody(json!({"faults": faults(list, language)}))).into_response()
}

/// Faults where a page or a text was asked for: plain text, so that nothing in it is markup.
pub fn refused_text(list: &Diagnostics, language: Language) -> Response {
    let status = refused(list, language).status();
    // It is asked for by a frame of the page, which reads the type to know that this is no mail.
    let policy = "sandbox allow-same-origin; default-src 'none'; frame-ancestors 'self'";
    let headers = [(CONTENT_SECURITY_POLICY, policy)];
    (status, headers, list.to_terminal(language, false)).into_response()
}

/// A problem document (RFC 9457).
pub fn problem(status: StatusCode, code: Code, language: Language) -> Response {
    let document = json!({
        "type": "about:blank",
        "title": code.describe().get(language),
        "status": status.as_u16(),
        "code": code.as_str(),
    });
    let kind = [(CONTENT_TYPE, "application/problem+json")];
    (status, kind, document.to_string()).into_response()
}

/// Nothing is there.
pub fn not_found(language: Language) -> Response {
    problem(StatusCode::NOT_FOUND, Code::NotFound, language)
}

/// The language that the page speaks: what it says itself, what was said at the start, what the
/// browser prefers, the terminal's.
#[derive(Clone, Copy)]
pub struct Speaks(pub Language);

impl FromRequestParts<Shared> for Speaks {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        studio: &Shared,
    ) -> Result<Self, Self::Rejection> {
        Ok(Speaks(language_of(parts.uri.query(), &parts.headers, studio)))
    }
}

/// The language of a request.
pub fn language_of(query: Option<&str>, headers: &HeaderMap, studio: &Shared) -> Language {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let in_query =
        query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")));
    let browser = || asked::language(headers);
    let said = [header("x-studio-lang"), in_query, cookie(headers, "lang")];
    let said = said.into_iter().flatten().find_map(Language::parse);
    said.or(studio.language).or_else(browser).unwrap_or(studio.terminal)
}

/// One cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A body that is one JSON object and said to be JSON.
pub struct Object(pub Map<String, Json>);

impl FromRequest<Shared> for Object {
    type Rejection = Response;

    async fn from_request(request: Request, studio: &Shared) -> Result<Self, Response> {
        let language = language_of(request.uri().query(), request.headers(), studio);
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(problem(status, Code::RequestMalformed, language));
        }
        let bytes = body(request.into_body(), language).await?;
        match parse_object(&bytes) {
            Ok(object) => Ok(Object(object)),
            Err(list) => Err(refused(&list, language)),
        }
    }
}

/// The bytes of a body.
pub async fn body(body: Body, language: Language) -> Answer<axum::body::Bytes> {
    let too_large = || problem(StatusCode::PAYLOAD_TOO_LARGE, Code::RequestTooLarge, language);
    to_bytes(body, MAX_BODY).await.map_err(|_| too_large())
}

impl Object {
    /// A text of the object.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }
}

/// Work that keeps a processor busy, away from the threads that serve.
pub async fn work<T: Send + 'static>(
    language: Language,
    task: impl FnOnce() -> T + Send + 'static,
) -> Answer<T> {
    tokio::task::spawn_blocking(task)
        .await
        .map_err(|_| problem(StatusCode::INTERNAL_SERVER_ERROR, Code::TemplateFailed, language))
}
