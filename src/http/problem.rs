//! What is answered when something is wrong: RFC 9457, in the reader's language.
//!
//! A handler returns a [`Problem`] and need not know the language; the guard writes it down.

use std::time::Duration;

use axum::http::header::{CONNECTION, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Language, Text};
use crate::error::{Error, ErrorKind};
use crate::outbox::{Refusal, StoreError, whole_seconds};
use crate::text;
use crate::transport::{Effect, Retry};

/// The type of a problem document.
pub const TYPE: &str = "application/problem+json";

/// When to ask again where a transport is stopped: nobody knows when its operators will have acted,
/// and nothing changes before.
const STOPPED: Duration = Duration::from_secs(300);

/// What a handler gives.
pub type Answer<T = Response> = Result<T, Problem>;

/// Why a request was not done.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    detail: Option<Box<Text>>,
    faults: Diagnostics,
    retry_after: Option<Duration>,
    /// A challenge, for 401 and 403 (RFC 6750 section 3)
    challenge: Option<&'static str>,
    /// Whether the connection ends: the rest of the request was not read
    closes: bool,
}

impl Problem {
    /// A problem with nothing to say but its code.
    pub fn new(status: StatusCode, code: Code) -> Problem {
        let (detail, faults) = (None, Diagnostics::new());
        Problem { status, code, detail, faults, retry_after: None, challenge: None, closes: false }
    }

    /// The request cannot be read.
    pub fn malformed(detail: Text) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, Code::RequestMalformed).detail(detail)
    }

    /// Nothing is there.
    pub fn not_found(code: Code) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, code)
    }

    /// What was asked for is wrong; each fault has its place in the body.
    pub fn wrong(faults: Diagnostics) -> Problem {
        let first = faults.iter().next().map_or(Code::RequestMalformed, Diagnostic::code);
        Problem { faults, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, first) }
    }

    /// Not now.
    pub fn not_now(code: Code, retry_after: Duration) -> Problem {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, code);
        Problem { retry_after: Some(retry_after), ..problem }
    }

    /// Something went wrong here.
    pub fn internal() -> Problem {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Code::InternalFault)
    }

    /// With this status.
    pub fn with_status(self, status: StatusCode) -> Problem {
        Problem { status, ..self }
    }

    /// With a sentence about this one.
    pub fn detail(self, detail: Text) -> Problem {
        Problem { detail: Some(Box::new(detail)), ..self }
    }

    /// With a challenge.
    pub fn challenge(self, challenge: &'static str) -> Problem {
        Problem { challenge: Some(challenge), ..self }
    }

    /// And the connection ends.
    pub fn closing(self) -> Problem {
        Problem { closes: true, ..self }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The document.
    pub fn to_json(&self, language: Language) -> Json {
        let mut document = json!({
            "type": "about:blank",
            "title": self.code.describe().get(language),
            "status": self.status.as_u16(),
            "code": self.code.as_str(),
        });
        let first = self.faults.iter().next().map(|fault| fault.title().get(language));
        if let Some(detail) = self.detail.as_ref().map(|text| text.get(language)).or(first) {
            document["detail"] = detail.into();
        }
        if !self.faults.is_empty() {
            document["errors"] = self.faults.iter().map(|fault| error(fault, language)).collect();
        }
        if let Some(wait) = self.retry_after {
            document["retry_after"] = whole_seconds(wait).into();
            if self.status == StatusCode::TOO_MANY_REQUESTS {
                let Text { en, zh } = for_reader(wait);
                document["message"] = json!({"en": en, "zh": zh});
            }
        }
        document
    }

    /// The answer.
    pub fn written(&self, language: Language) -> Response {
        let document = self.to_json(language).to_string();
        let mut response = (self.status, [(CONTENT_TYPE, TYPE)], document).into_response();
        let mut say = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        if let Some(wait) = self.retry_after {
            say(RETRY_AFTER, &whole_seconds(wait).to_string());
        }
        if let Some(challenge) = self.challenge {
            say(WWW_AUTHENTICATE, challenge);
        }
        if self.closes {
            say(CONNECTION, "close");
        }
        response
    }
}

/// The guard finds it and writes it down in the reader's language.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn error(fault: &Diagnostic, language: Language) -> Json {
    json!({
        "pointer": fault.json_pointer().unwrap_or_default(),
        "code": fault.code().as_str(),
        "title": fault.title().get(language),
        "hint": fault.remedy().map(|hint| hint.get(language)),
    })
}

/// What the service's caller may show to whoever pressed the button.
fn for_reader(wait: Duration) -> Text {
    let (en, zh) = match whole_seconds(wait) {
        1 => ("1 second".to_owned(), "1 秒".to_owned()),
        seconds @ ..=119 => (format!("{seconds} seconds"), format!(" {seconds} 秒")),
        seconds @ ..=7_199 => {
            (format!("{} minutes", seconds.div_ceil(60)), format!(" {} 分钟", seconds.div_ceil(60)))
        }
        seconds => (
            format!("{} hours", seconds.div_ceil(3_600)),
            format!(" {} 小时", seconds.div_ceil(3_600)),
        ),
    };
    text!(
        "Too many mails were requested. Please try again in {en}.",
        "请求过于频繁，请在{zh}后重试。"
    )
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if let Some(refusal) = error.refusal() {
            return refused(refusal, error.diagnostics());
        }
        if let Some(store) = error.store() {
            return Problem::from(store.clone());
        }
        let faults = error.diagnostics();
        let first = faults.iter().next().map_or(Code::InternalFault, Diagnostic::code);
        let wait = match error.send_error().map(|error| (error.retry, error.cause.effect())) {
            Some((Retry::After(wait), _)) => wait,
            Some((_, Effect::Stop)) => STOPPED,
            _ => Duration::from_secs(30),
        };
        match error.kind() {
            ErrorKind::Mail | ErrorKind::Refused => Problem::wrong(faults),
            _ => Problem { faults, ..Problem::not_now(first, wait) },
        }
    }
}

impl From<Diagnostics> for Problem {
    fn from(faults: Diagnostics) -> Self {
        Problem::wrong(faults)
    }
}

fn refused(refusal: &Refusal, faults: Diagnostics) -> Problem {
    let problem = Problem::wrong(faults);
    match refusal {
        Refusal::Limited { retry_after, .. } => Problem {
            retry_after: Some(*retry_after),
            ..problem.with_status(StatusCode::TOO_MANY_REQUESTS)
        },
        Refusal::Suppressed { .. } => problem,
        Refusal::KeyReused => problem.with_status(StatusCode::CONFLICT),
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let conflict = |code| Problem::new(StatusCode::CONFLICT, code);
        match &error {
            StoreError::NotFound { .. } => Problem::not_found(Code::MailNotFound),
            StoreError::WrongState { state, .. } => conflict(Code::WrongState)
                .detail(text!("the mail is `{state}`", "邮件的状态是 `{state}`")),
            StoreError::BodyErased { .. } => conflict(Code::BodyErased),
            StoreError::LeaseLost { .. } => conflict(Code::LeaseLost),
            StoreError::Busy { .. } => Problem::not_now(Code::OutboxBusy, Duration::from_secs(1)),
            StoreError::Full { .. } => Problem::not_now(Code::OutboxFull, Duration::from_secs(30)),
            _ => Problem::not_now(error.diagnostic().code(), Duration::from_secs(30)),
        }
    }
}
