//! The cookie, the page's token, and the token that is asked for off loopback.

use axum::extract::{Request, State};
use axum::http::header::{self, AUTHORIZATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::is_page;
use crate::diagnostic::{Code, Language};
use crate::preview::Shared;
use crate::preview::answer::{Answer, Speaks, body, cookie, problem};
use crate::secret::Secret;

/// The login page, filled with words.
const LOGIN: &str = include_str!("../../../assets/studio/login.html");
const LOGIN_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What this process hands out and asks for again.
pub struct Session {
    /// Cookies know no ports: two studios must not take each other's
    name: String,
    cookie: String,
    /// What the page repeats in a header
    pub token: String,
    /// `HONGYAN_PREVIEW_TOKEN`, where it is asked for
    wanted: Option<Secret>,
}

impl Session {
    /// A session of this process; `wanted` is what a reader must know.
    pub fn new(port: u16, wanted: Option<Secret>) -> Session {
        let (name, cookie) = (format!("hongyan_studio_{port}"), random());
        Session { name, cookie, token: random(), wanted }
    }

    /// The header that gives a reader the cookie.
    pub fn cookie(&self) -> HeaderValue {
        let Session { name, cookie, .. } = self;
        let line = format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Strict");
        HeaderValue::from_str(&line).expect("names and numbers in hexadecimal are a header")
    }

    /// Whether the request may read. Where a token is wanted, the cookie stands for it.
    pub(super) fn admit(&self, request: &Request, language: Language) -> Result<(), Box<Response>> {
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let (uri, headers) = (request.uri(), request.headers());
        if self.has_cookie(headers) || self.is_bearer(headers) || uri.path() == "/login" {
            return Ok(());
        }
        if is_page(uri.path()) && request.method() == "GET" {
            let said = parameter(uri.query().unwrap_or_default(), "token");
            return Err(Box::new(match said.is_some_and(|said| same(&said, wanted.expose())) {
                true => self.welcome(&without_token(uri)),
                false => login_page(language, StatusCode::UNAUTHORIZED),
            }));
        }
        Err(Box::new(problem(StatusCode::UNAUTHORIZED, Code::TokenMissing, language)))
    }

    /// Whether a script sent the token itself: no browser does that in another page's name.
    pub(super) fn is_bearer(&self, headers: &HeaderMap) -> bool {
        let said = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let said = said.and_then(|value| value.strip_prefix("Bearer "));
        matches!((said, &self.wanted), (Some(said), Some(wanted)) if same(said, wanted.expose()))
    }

    /// Whether a request that changes something comes from our page: it has both halves.
    pub(super) fn confirms(&self, headers: &HeaderMap, token: Option<&str>) -> bool {
        self.has_cookie(headers) && token.is_some_and(|token| same(token, &self.token))
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        cookie(headers, &self.name).is_some_and(|given| same(given, &self.cookie))
    }

    fn welcome(&self, to: &str) -> Response {
        ([(header::SET_COOKIE, self.cookie())], Redirect::to(to)).into_response()
    }
}

/// `POST /login`
pub async fn login(
    State(studio): State<Shared>,
    Speaks(language): Speaks,
    request: Request,
) -> Answer {
    let bytes = body(request.into_body(), language).await?;
    let said = parameter(&String::from_utf8_lossy(&bytes), "token").unwrap_or_default();
    let wanted = studio.session.wanted.as_ref();
    if wanted.is_some_and(|wanted| same(said.trim(), wanted.expose())) {
        return Ok(studio.session.welcome("/"));
    }
    // Guessing takes time.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    Ok(login_page(language, StatusCode::UNAUTHORIZED))
}

/// The page that asks for the token.
pub fn login_page(language: Language, status: StatusCode) -> Response {
    let words = match language {
        Language::En => [
            ("{lang}", "en"),
            ("{title}", "hongyan preview"),
            (
                "{hint}",
                "This studio is reached from another machine. Enter the token from HONGYAN_PREVIEW_TOKEN.",
            ),
            ("{label}", "Token"),
            ("{button}", "Continue"),
        ],
        Language::Zh => [
            ("{lang}", "zh-CN"),
            ("{title}", "鸿雁预览台"),
            ("{hint}", "正在从其他机器访问预览台，请输入 HONGYAN_PREVIEW_TOKEN 中的令牌。"),
            ("{label}", "令牌"),
            ("{button}", "继续"),
        ],
    };
    let page = words.iter().fold(LOGIN.to_owned(), |page, (mark, word)| page.replace(mark, word));
    // Under `no-referrer` browsers send forms with `Origin: null`, and those are refused.
    let headers =
        [(header::CONTENT_SECURITY_POLICY, LOGIN_POLICY), (header::REFERRER_POLICY, "same-origin")];
    (status, headers, Html(page)).into_response()
}

fn without_token(uri: &Uri) -> String {
    let kept: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("token="))
        .collect();
    match kept.is_empty() {
        true => uri.path().to_owned(),
        false => format!("{}?{}", uri.path(), kept.join("&")),
    }
}

/// One value of a form or a query (`application/x-www-form-urlencoded`).
fn parameter(form: &str, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Compares in a time that does not depend on where two texts differ.
fn same(given: &str, known: &str) -> bool {
    let [given, known] = [given, known].map(|text| Sha256::digest(text.as_bytes()));
    given.iter().zip(known.iter()).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

/// 244 random bits.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
