//! What stands before every handler: whose request it is, how long it may take, and how it is told
//! in the log and the metrics.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use super::problem::{Answer, Problem};
use super::routes::{Access, ROUTES};
use super::tokens::{self, Caller};
use crate::config::Scope;
use crate::diagnostic::{Code, Language};
use crate::text;
use crate::web::asked::{self, origin_is_ours};

/// How long a request may take in all: the longest wait, and a body that comes slowly.
const DEADLINE: Duration = Duration::from_secs(100);

/// Said with every answer.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];

/// The middleware before every handler.
pub async fn guard(State(service): State<Shared>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "other".to_owned());
    let language = asked::language(request.headers()).unwrap_or(service.language);
    request.extensions_mut().insert(Speaks(language));
    // Whoever frames a request in two ways may have another reader before us.
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let access = access(&route, &method);
    let known = known(&service, &request, access);
    let id = known.as_ref().map_or("-", |caller| caller.id()).to_owned();
    let mut response = match known.and_then(|caller| admitted(caller, access)) {
        Err(problem) => problem.written(language),
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            let answered = tokio::time::timeout(DEADLINE, next.run(request)).await;
            answered.map_or_else(|_| too_slow().written(language), |answer| told(answer, language))
        }
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if chunked {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    service.requests.count(method_name(&method), &route, status, took);
    let ms = took.as_millis();
    tracing::info!(method = method_name(&method), %route, status, ms, token = %id, "request");
    response
}

/// A problem is written down in the reader's language.
fn told(mut response: Response, language: Language) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut written = problem.written(language);
    let kept = response.headers().iter().filter(|(name, _)| **name == header::ALLOW);
    written.headers_mut().extend(kept.map(|(name, value)| (Some(name.clone()), value.clone())));
    written
}

/// Who may use an address.
fn access(route: &str, method: &Method) -> Access {
    let route = ROUTES.iter().find(|known| known.path == route && known.takes(method));
    route.map_or(Access::Token, |known| known.access)
}

/// Who asks.
fn known(service: &Shared, request: &Request, access: Access) -> Answer<Caller> {
    let headers = request.headers();
    framed_once(headers)?;
    let live = service.current.get();
    if live.tokens.is_empty() {
        local(service, request)?;
        return Ok(Caller::Local);
    }
    if access == Access::Open {
        return Ok(Caller::Nobody);
    }
    let caller = bearer(headers).and_then(|bearer| tokens::find(&live.tokens, bearer));
    caller.ok_or_else(|| unknown_caller(headers))
}

/// Whether they are let in.
fn admitted(caller: Caller, access: Access) -> Answer<Caller> {
    match access {
        Access::Read => caller.must(&Scope::Read)?,
        Access::Manage => caller.must(&Scope::Manage)?,
        Access::Send => caller.must_send_some()?,
        Access::Open | Access::Token => {}
    }
    Ok(caller)
}

/// A request that says its length in two ways is read in two ways (RFC 9112 section 6.1).
fn framed_once(headers: &HeaderMap) -> Answer<()> {
    let count = |name: HeaderName| headers.get_all(name).iter().count();
    let length = count(header::CONTENT_LENGTH);
    if length > 1 || (length > 0 && count(header::TRANSFER_ENCODING) > 0) {
        let detail = text!("its length is said in two ways", "请求长度有两种说法");
        return Err(Problem::malformed(detail).closing());
    }
    Ok(())
}

/// Without tokens everybody on this machine may ask, but no page of another site in a browser, and
/// no name that somebody else has lead here.
fn local(service: &Shared, request: &Request) -> Answer<()> {
    let headers = request.headers();
    let refuse = |code| Err(Problem::new(StatusCode::FORBIDDEN, code).challenge(BEARER));
    let Some(host) = asked::text(headers, header::HOST.as_str()) else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, Code::HostRefused));
    };
    if !service.hosts.takes(host) || headers.get_all(header::HOST).iter().count() > 1 {
        return refuse(Code::HostRefused);
    }
    let site = asked::text(headers, "sec-fetch-site");
    if !origin_is_ours(headers, host) || !matches!(site, None | Some("same-origin" | "none")) {
        return refuse(Code::OriginRefused);
    }
    Ok(())
}

const BEARER: &str = "Bearer realm=\"hongyan\"";

/// The token of the one `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let value = all.next()?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let one = all.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    one.then(|| token.trim())
}

fn unknown_caller(headers: &HeaderMap) -> Problem {
    let problem = Problem::new(StatusCode::UNAUTHORIZED, Code::TokenMissing);
    match headers.contains_key(header::AUTHORIZATION) {
        true => problem.challenge("Bearer realm=\"hongyan\", error=\"invalid_token\""),
        false => problem.challenge(BEARER),
    }
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, Code::RequestTooSlow).closing()
}

/// No word of the caller's stands in a log or a label.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// The language of an answer.
#[derive(Clone, Copy)]
pub struct Speaks(pub Language);

impl<S: Sync> FromRequestParts<S> for Speaks {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Speaks>().copied().unwrap_or(Speaks(Language::En)))
    }
}

/// Who asks.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| unknown_caller(&parts.headers))
    }
}
