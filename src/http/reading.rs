//! Requests as they come in: bodies within limits, strict JSON, known parameters.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use serde_json::{Map, Value as Json};
use tokio::time::timeout;

use super::Shared;
use super::problem::{Answer, Problem};
use crate::diagnostic::{Code, Diagnostic, Language, Text, nearest};
use crate::mail::MAX_ATTACHMENT_BYTES;
use crate::text;
use crate::vars::parse_object;
use crate::web::asked::text as header;

/// The largest request, but for the contents of its attachments.
pub const MAX_BODY: usize = 1024 * 1024;
/// The largest request with attachments: two of the largest, in base64, and some more.
const MAX_WITH_ATTACHMENTS: usize = MAX_BODY + MAX_ATTACHMENT_BYTES * 3;
/// How deep objects and lists may stand in each other.
const MAX_DEPTH: usize = 32;
/// How long a client may take to send a body.
const DEADLINE: Duration = Duration::from_secs(30);
/// How much of a body that is too large is read and thrown away, and for how long, so that the
/// client comes to read the answer.
const DRAINED: usize = 8 * 1024 * 1024;
const DRAINING: Duration = Duration::from_secs(2);

/// A body that is one JSON object, and the bytes that it was read from.
pub struct Object {
    /// The object
    pub fields: Map<String, Json>,
    /// What was sent
    pub bytes: Vec<u8>,
}

impl FromRequest<Shared> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        of_json(&parts.headers)?;
        let bytes = read(&parts.headers, body, MAX_WITH_ATTACHMENTS).await?;
        let object = Object { fields: parse(&bytes)?, bytes };
        object.fits()
    }
}

impl Object {
    /// Only attachments may make a request large.
    fn fits(self) -> Answer<Object> {
        let of_one = |fields: &Map<String, Json>| -> usize {
            let list = fields.get("attachments").and_then(Json::as_array);
            let contents = list.into_iter().flatten().map(|one| one.get("content"));
            contents.flatten().filter_map(Json::as_str).map(str::len).sum()
        };
        let items = self.fields.get("messages").and_then(Json::as_array);
        let items = items.into_iter().flatten().filter_map(Json::as_object);
        let attached: usize = items.map(of_one).sum::<usize>() + of_one(&self.fields);
        match self.bytes.len().saturating_sub(attached) > MAX_BODY {
            true => Err(too_large(MAX_BODY)),
            false => Ok(self),
        }
    }
}

/// A request without a body must have none.
pub struct Nothing;

impl FromRequest<Shared> for Nothing {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        match read(&parts.headers, body, MAX_BODY).await?.as_slice() {
            [] | b"{}" => Ok(Nothing),
            _ => Err(Problem::malformed(text!("no body is wanted here", "此处不需要请求正文"))),
        }
    }
}

/// Says exactly that it is JSON, and is not compressed.
fn of_json(headers: &HeaderMap) -> Answer<()> {
    let wrong = |detail: Text| {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::MediaTypeUnsupported);
        Err(problem.detail(detail))
    };
    let said: Vec<_> = headers.get_all(CONTENT_TYPE).iter().collect();
    let [said] = said[..] else {
        return wrong(text!(
            "send one header `Content-Type: application/json`",
            "请发送一个 `Content-Type: application/json` 请求头"
        ));
    };
    let kind = said.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    if parts.next() != Some("application/json") {
        return wrong(text!(
            "`Content-Type` says something else: send `Content-Type: application/json`",
            "`Content-Type` 的值不对：请发送 `Content-Type: application/json`"
        ));
    }
    let utf8 = ["charset=utf-8", "charset=\"utf-8\"", "charset=utf8"];
    if !parts.all(|parameter| utf8.contains(&parameter)) {
        return wrong(text!(
            "JSON is sent in UTF-8 here: send `Content-Type: application/json` and nothing else",
            "JSON 须用 UTF-8 编码：`Content-Type` 只写 `application/json`"
        ));
    }
    let encoding = header(headers, CONTENT_ENCODING.as_str());
    match headers.contains_key(CONTENT_ENCODING) && encoding != Some("identity") {
        true => wrong(text!(
            "send it without `Content-Encoding`",
            "请不要压缩，去掉 `Content-Encoding`"
        )),
        false => Ok(()),
    }
}

/// The bytes of a body, in time and no more than `most`.
async fn read(headers: &HeaderMap, body: Body, most: usize) -> Answer<Vec<u8>> {
    let length = header(headers, CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    let mut bytes = Vec::with_capacity(length.unwrap_or(0).min(64 * 1024));
    let mut chunks = body.into_data_stream();
    let whole = async {
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| cut_off())?;
            if bytes.len() + chunk.len() > most {
                return Err(too_large(most));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(())
    };
    // A chunk that claims to be larger than anything never ends: that is no slow client.
    let slow = || match headers.contains_key(TRANSFER_ENCODING) {
        true => cut_off(),
        false => Problem::new(StatusCode::REQUEST_TIMEOUT, Code::RequestTooSlow).closing(),
    };
    let read = match length.is_some_and(|length: usize| length > most) {
        true => Err(too_large(most)),
        false => timeout(DEADLINE, whole).await.unwrap_or_else(|_| Err(slow())),
    };
    if read.as_ref().is_err_and(|problem| problem.status() == StatusCode::PAYLOAD_TOO_LARGE) {
        let mut left = DRAINED;
        let rest = async {
            while let Some(Ok(chunk)) = chunks.next().await {
                left = left.saturating_sub(chunk.len());
                if left == 0 {
                    break;
                }
            }
        };
        let _ = timeout(DRAINING, rest).await;
    }
    read.map(|()| bytes)
}

fn parse(bytes: &[u8]) -> Answer<Map<String, Json>> {
    if depth(bytes) > MAX_DEPTH {
        return Err(Problem::malformed(text!(
            "objects and lists stand more than {MAX_DEPTH} deep in each other",
            "对象和列表的嵌套超过 {MAX_DEPTH} 层"
        )));
    }
    parse_object(bytes).map_err(|faults| {
        let said = faults.iter().next().map(|fault| fault.title().clone());
        let problem = Problem::malformed(said.unwrap_or_else(|| text!("not JSON", "不是 JSON")));
        // What can be read and is still not taken: another form, a key that stands twice.
        match serde_json::from_slice::<Json>(bytes) {
            Ok(_) => problem.with_status(StatusCode::UNPROCESSABLE_ENTITY),
            Err(_) => problem,
        }
    })
}

/// How deep brackets stand in each other, outside strings.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut inside, mut escaped) = (0usize, 0, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'{' | b'[' if !inside => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' if !inside => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

fn too_large(most: usize) -> Problem {
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::RequestTooLarge);
    let detail = text!("at most {most} bytes are taken", "最多接受 {most} 字节");
    problem.detail(detail).closing()
}

fn cut_off() -> Problem {
    Problem::malformed(text!("the body cannot be read to its end", "请求正文无法完整读取"))
        .closing()
}

/// A part of the path that is not fixed; what is no text is nowhere.
pub struct Segment(pub String);

impl FromRequestParts<Shared> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, service).await;
        read.map(|Path(text)| Segment(text)).map_err(|_| Problem::not_found(Code::NotFound))
    }
}

/// What stands behind the `?`.
#[derive(Default)]
pub struct Params(BTreeMap<String, String>);

impl FromRequestParts<Shared> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::malformed(text!("the address cannot be read", "地址无法解析")))?;
        let mut params = BTreeMap::new();
        for (name, value) in pairs.0 {
            let name: String = name.chars().take(64).collect();
            if params.insert(name.clone(), value).is_some() {
                return Err(bad_parameter(&text!("`{name}` stands twice", "`{name}` 出现了两次")));
            }
        }
        Ok(Params(params))
    }
}

/// Nothing stands behind the `?`.
pub struct NoParams;

impl FromRequestParts<Shared> for NoParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Problem> {
        let params = Params::from_request_parts(parts, service).await?;
        params.only(&[]).map(|_| NoParams)
    }
}

impl Params {
    /// Refuses parameters that are not known here.
    pub fn only(self, known: &[&str]) -> Answer<Params> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(self),
            Some(name) => Err(unknown_parameter(name, known)),
        }
    }

    /// A value; nothing is as good as none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A value that can be read, or the fault of one that cannot.
    pub fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        wanted: &Text,
    ) -> Answer<Option<T>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| {
            let Text { en, zh } = wanted;
            bad_parameter(&text!("`{name}` is to be {en}", "`{name}` 应为{zh}"))
        })
    }
}

/// A parameter that cannot be used.
pub fn bad_parameter(what: &Text) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, Code::ParameterInvalid).detail(what.clone())
}

fn unknown_parameter(name: &str, known: &[&str]) -> Problem {
    let near = nearest(name, known.iter().copied());
    let (en, zh) = match near {
        Some(near) => (format!("; did you mean `{near}`?"), format!("；是否想写 `{near}`？")),
        None => (String::new(), String::new()),
    };
    let fault = text!("there is no parameter `{name}`{en}", "没有参数 `{name}`{zh}");
    bad_parameter(&fault)
}

/// A fault with its remedy.
pub fn in_a_line(fault: &Diagnostic) -> Text {
    Text { en: fault.to_line(Language::En), zh: fault.to_line(Language::Zh) }
}

/// A field of a body that cannot be used.
pub fn bad_field(pointer: &str, title: Text) -> Diagnostic {
    Diagnostic::error(Code::FieldInvalid, title).pointer(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_outside_strings() {
        for (text, wanted) in [
            ("", 0),
            ("{}", 1),
            (r#"{"a":[{"b":"[[[["}]}"#, 3),
            (r#"{"a":"\"[[["}"#, 1),
            ("[[]][[[]]]", 3),
            ("]]]][[", 2),
        ] {
            assert_eq!(depth(text.as_bytes()), wanted, "{text}");
        }
    }
}
