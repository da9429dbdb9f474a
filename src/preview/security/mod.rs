//! Who may ask: the wall between the studio and every other page in the same browser.
//!
//! A page on another origin must neither read what the studio shows nor have it do anything. Names
//! that lead here from outside (DNS rebinding) are refused by the Host header, requests that other
//! pages cause by `Origin` and `Sec-Fetch-Site`, and what changes something needs a cookie that no
//! other site can have sent and a token that no other page can read. No answer carries a CORS header.

mod session;

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

pub use session::{Session, login};

use super::Shared;
use super::answer::{language_of, problem};
use crate::diagnostic::{Code, Language};
use crate::web::asked::{origin_is_ours, text};

/// The header in which the page repeats its token.
const TOKEN: &str = "x-studio-token";
/// How long a request may take, its body included.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long one may take that waits for a mail, or for a server to take one.
const LONG_DEADLINE: Duration = Duration::from_secs(150);

/// What is asked of every answer; a handler may say more, and says it itself then.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    ),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // Browsers ask for the names behind links before anybody follows them.
    (HeaderName::from_static("x-dns-prefetch-control"), "off"),
];

/// What is taken anywhere here: a request by another method is not looked at.
const METHODS: [Method; 4] = [Method::GET, Method::HEAD, Method::POST, Method::DELETE];

/// The middleware before every handler.
pub async fn guard(State(studio): State<Shared>, request: Request, next: Next) -> Response {
    let language = language_of(request.uri().query(), request.headers(), &studio);
    let mut response = match admit(&studio, &request, language) {
        Err(response) => *response,
        Ok(()) => in_time(request, next, language).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn in_time(request: Request, next: Next, language: Language) -> Response {
    let waits = ["/v1/inbox/wait", "/api/send"].contains(&request.uri().path());
    let deadline = if waits { LONG_DEADLINE } else { DEADLINE };
    let slow = || problem(StatusCode::REQUEST_TIMEOUT, Code::RequestTooSlow, language);
    tokio::time::timeout(deadline, next.run(request)).await.unwrap_or_else(|_| slow())
}

/// Whether a request is let in; the answer to it otherwise.
fn admit(studio: &Shared, request: &Request, language: Language) -> Result<(), Box<Response>> {
    let refuse = |status, code| Err(Box::new(problem(status, code, language)));
    let headers = request.headers();
    let Some(host) = text(headers, header::HOST.as_str()) else {
        return refuse(StatusCode::BAD_REQUEST, Code::HostRefused);
    };
    if !studio.hosts.takes(host) || headers.get_all(header::HOST).iter().count() > 1 {
        return refuse(StatusCode::FORBIDDEN, Code::HostRefused);
    }
    if !is_from_here(request, host) {
        return refuse(StatusCode::FORBIDDEN, Code::OriginRefused);
    }
    studio.session.admit(request, language)?;
    if !METHODS.contains(request.method()) {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let mut response = problem(status, Code::MethodNotAllowed, language);
        let allowed = HeaderValue::from_static("GET, HEAD, POST, DELETE");
        response.headers_mut().insert(header::ALLOW, allowed);
        return Err(Box::new(response));
    }
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let path = request.uri().path();
    if reads || path == "/login" || studio.session.is_bearer(headers) {
        return Ok(());
    }
    // Scripts of tests empty the inbox. No browser asks for that in another page's name without
    // saying so in `Origin`, which was looked at above, and without a preflight, which fails.
    if path.starts_with("/v1/") || studio.session.confirms(headers, text(headers, TOKEN)) {
        return Ok(());
    }
    refuse(StatusCode::FORBIDDEN, Code::SessionMissing)
}

/// Whether the request was caused by the studio's own page, by a person, or by no browser at all.
fn is_from_here(request: &Request, host: &str) -> bool {
    let headers = request.headers();
    if !origin_is_ours(headers, host) {
        return false;
    }
    match text(headers, "sec-fetch-site") {
        None | Some("same-origin" | "none") => true,
        // A link in a chat may open the studio, and nothing more than that.
        Some(_) => {
            let opens = text(headers, "sec-fetch-mode") == Some("navigate")
                && text(headers, "sec-fetch-dest") == Some("document");
            opens && request.method() == Method::GET && is_page(request.uri().path())
        }
    }
}

/// The addresses of the app itself.
pub fn is_page(path: &str) -> bool {
    ["/", "/sheet", "/inbox"].contains(&path)
        || path.strip_prefix("/t/").is_some_and(|rest| !rest.contains('/'))
        || path.strip_prefix("/inbox/").is_some_and(|rest| !rest.contains('/'))
}
