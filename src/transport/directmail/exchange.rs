//! One signed request and its answer, whatever they say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, redirect, retry};
use tokio::time::timeout_at;
use url::Url;

use super::body::Begun;
use super::failure::{lost, not_sent, out_of_time, unusable};
use super::sign::{Signed, authorization, digest};
use crate::config::DirectMailSettings;
use crate::locale::Instant as PointInTime;
use crate::secret::Secret;
use crate::transport::{SendError, tls};

const VERSION: &str = "2015-11-23";
const FORM: &str = "application/x-www-form-urlencoded";
const USER_AGENT: &str = concat!("hongyan/", env!("CARGO_PKG_VERSION"));

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(10);
/// How long one request may take with its answer.
const WHOLE: Duration = Duration::from_secs(60);
/// A connection that rested longer may be closed at the other end already, and a request into it
/// would be lost.
const IDLE: Duration = Duration::from_secs(10);
/// Answers have a few hundred bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Where requests go, and who signs them.
pub(super) struct Exchange {
    client: Client,
    endpoint: Url,
    key_id: Secret,
    key_secret: Secret,
    token: Option<Secret>,
}

/// A request: an action and its fields.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub action: &'static str,
    pub form: &'a str,
    pub deadline: Instant,
    /// How far this machine's clock is known to be behind, in seconds
    pub behind: i64,
}

/// What came back.
pub(super) struct Answer {
    pub status: u16,
    /// What the status says in words
    pub reason: &'static str,
    /// How far this machine's clock is behind the server's, in seconds
    pub behind: Option<i64>,
    /// How long the server asks to wait
    pub wait: Option<Duration>,
    pub body: Answered,
}

/// The body of an answer.
pub(super) enum Answered {
    Whole(Vec<u8>),
    Cut,
    TooLarge,
}

impl Exchange {
    pub fn new(settings: &DirectMailSettings) -> Result<Exchange, SendError> {
        let tls = Arc::unwrap_or_clone(tls::client_config(None)?);
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE);
        let client = if settings.is_local() { client.no_proxy() } else { client };
        Ok(Exchange {
            client: client.build().map_err(|error| unusable(&error))?,
            endpoint: settings.endpoint.clone(),
            key_id: settings.access_key_id.clone(),
            key_secret: settings.access_key_secret.clone(),
            token: settings.security_token.clone(),
        })
    }

    /// The secrets, for those who take them out of texts.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        [&self.key_id, &self.key_secret].into_iter().chain(&self.token)
    }

    /// Sends a request with a nonce of its own, once.
    pub async fn ask(&self, call: Call<'_>) -> Result<Answer, SendError> {
        let begun = Begun::default();
        let end = call.deadline.min(Instant::now() + WHOLE);
        let answer = timeout_at(end.into(), self.exchange(call, &begun)).await;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if begun.is_true() => Err(lost(&error)),
            Ok(Err(error)) => Err(not_sent(&error, &host(&self.endpoint))),
            Err(_) => Err(out_of_time(begun.is_true(), &host(&self.endpoint))),
        }
    }

    async fn exchange(&self, call: Call<'_>, begun: &Begun) -> Result<Answer, reqwest::Error> {
        let request = self.client.post(self.endpoint.clone());
        let request = self
            .headers(&call)
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let body = reqwest::Body::wrap(begun.watch(call.form.to_owned()));
        let response = request.body(body).send().await?;
        let (now, status) = (now(), response.status());
        Ok(Answer {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default(),
            behind: date(response.headers()).map(|date| date.unix_seconds() - now),
            wait: wait(response.headers(), now),
            body: read(response).await,
        })
    }

    fn headers(&self, call: &Call<'_>) -> Vec<(&'static str, String)> {
        let date = PointInTime::from_unix_seconds(now() + call.behind);
        let body = digest(call.form.as_bytes());
        let mut headers = vec![
            ("content-type", FORM.to_owned()),
            ("host", host(&self.endpoint)),
            ("x-acs-action", call.action.to_owned()),
            ("x-acs-content-sha256", body.clone()),
            ("x-acs-date", date.map(|date| date.to_string()).unwrap_or_default()),
            ("x-acs-signature-nonce", uuid::Uuid::now_v7().to_string()),
            ("x-acs-version", VERSION.to_owned()),
        ];
        let token = self.token.as_ref();
        headers.extend(token.map(|token| ("x-acs-security-token", token.expose().to_owned())));
        let covered: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, &**value)).collect();
        let signed = Signed { headers: &covered, body: &body };
        let signature = authorization(self.key_id.expose(), self.key_secret.expose(), &signed);
        headers.push(("authorization", signature));
        headers.push(("accept", "application/json".to_owned()));
        headers
    }
}

/// As it stands in the request: with the port unless it is the scheme's own.
fn host(endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or_default();
    endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

async fn read(mut response: Response) -> Answered {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > MAX_ANSWER => return Answered::TooLarge,
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Answered::Whole(bytes),
            Err(_) => return Answered::Cut,
        }
    }
}

fn date(headers: &HeaderMap) -> Option<PointInTime> {
    PointInTime::parse_http(headers.get(DATE)?.to_str().ok()?)
}

/// `Retry-After` counts seconds or names a time (RFC 9110 section 10.2.3). Nothing says what the
/// provider's own header counts; its limits are by the second and by the minute.
fn wait(headers: &HeaderMap, now: i64) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let seconds = |text: &str| text.trim().parse::<i64>().ok();
    let until = |text: &str| Some(PointInTime::parse_http(text)?.unix_seconds() - now);
    let standard = text(RETRY_AFTER.as_str())
        .and_then(|text| seconds(text).or_else(|| until(text)))
        .map(|seconds| seconds.min(3_600));
    let own = text("x-acs-retry-after").and_then(seconds).map(|seconds| seconds.min(60));
    let wait = standard.or(own).and_then(|seconds| u64::try_from(seconds).ok());
    wait.map(Duration::from_secs)
}

/// Seconds since 1970, by this machine's clock.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
