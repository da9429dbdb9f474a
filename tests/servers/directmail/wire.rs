//! Requests as they came over the wire, their signature recomputed, and answers.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::Fields;

/// A request: its line, headers with names in lower case, and body.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub async fn read(stream: &mut TcpStream) -> Option<Request> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if stream.read_buf(&mut bytes).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let line = lines.next()?.to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let mut request = Request { line, headers: lines.map(header).collect(), body: Vec::new() };
        let length: usize = request.header("content-length").parse().unwrap_or(0);
        request.body = bytes.split_off(end + 4);
        while request.body.len() < length {
            if stream.read_buf(&mut request.body).await.ok()? == 0 {
                return None;
            }
        }
        Some(request)
    }

    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn nonce(&self) -> &str {
        self.header("x-acs-signature-nonce")
    }

    pub fn fields(&self) -> Fields {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }

    pub fn check_signature(
        &self,
        key_id: &str,
        secret: &str,
        token: Option<&str>,
    ) -> Result<(), &'static str> {
        let authorization = self.header("authorization");
        let part = |name: &str| {
            let (_, rest) = authorization.split_once(&format!("{name}="))?;
            rest.split(',').next()
        };
        if !authorization.starts_with("ACS3-HMAC-SHA256 ") {
            return Err("IncompleteSignature");
        }
        if part("Credential") != Some(key_id) {
            return Err("InvalidAccessKeyId.NotFound");
        }
        if self.header("x-acs-security-token") != token.unwrap_or_default() {
            return Err("InvalidSecurityToken.Malformed");
        }
        let signed: Vec<&str> = part("SignedHeaders").unwrap_or_default().split(';').collect();
        let must =
            |name: &str| matches!(name, "host" | "content-type") || name.starts_with("x-acs-");
        let covered = self.headers.iter().filter(|(name, _)| must(name));
        if !signed.is_sorted()
            || !covered.map(|(name, _)| name).all(|name| signed.contains(&&**name))
        {
            return Err("IncompleteSignature");
        }
        let body = hex(&Sha256::digest(&self.body));
        let mut canonical = String::from("POST\n/\n\n");
        for name in &signed {
            canonical += &format!("{name}:{}\n", self.header(name));
        }
        canonical += &format!("\n{}\n{body}", signed.join(";"));
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical.as_bytes())));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        let right = part("Signature") == Some(&hex(&mac.finalize().into_bytes()))
            && self.header("x-acs-content-sha256") == body
            && self.line == "POST / HTTP/1.1";
        if right { Ok(()) } else { Err("SignatureDoesNotMatch") }
    }

    pub fn check_time(&self, skew: i64) -> Result<(), &'static str> {
        let time: jiff::Timestamp =
            self.header("x-acs-date").parse().map_err(|_| "InvalidTimeStamp.Format")?;
        let off = time.as_second() - now(skew).as_second();
        if off.abs() <= 900 { Ok(()) } else { Err("InvalidTimeStamp.Expired") }
    }
}

/// What the API demands of a mail from this account.
pub fn check_fields(fields: &Fields, account: &str) -> Result<(), &'static str> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    match () {
        () if field("AccountName") != account => Err("InvalidMailAddress.NotFound"),
        () if field("AddressType") != "1" || field("ReplyToAddress") != "false" => {
            Err("MissingParameter")
        }
        () if !field("ToAddress").contains('@') => Err("InvalidToAddress"),
        () if field("Subject").chars().count() > 256 => Err("InvalidSubject.Malformed"),
        () if field("FromAlias").chars().count() >= 15 => Err("InvalidFromAlias.Malformed"),
        () if field("HtmlBody").is_empty() && field("TextBody").is_empty() => Err("InvalidBody"),
        () => Ok(()),
    }
}

/// An error as the API words it. A wrong signature is answered with what was signed.
pub fn error(code: &str, number: usize) -> Json {
    let message = match code {
        "SignatureDoesNotMatch" => "Specified signature is not matched with our calculation. server string to sign is:POST x-acs-security-token:canary/sts+token==".to_owned(),
        code => format!("the server says {code}"),
    };
    json!({"RequestId": format!("R-{number}"), "HostId": "dm.example", "Code": code, "Message": message})
}

pub fn answer(status: u16, skew: i64, headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    [head(status, skew, headers, body.len()), body.to_vec()].concat()
}

pub fn head(status: u16, skew: i64, headers: &[(String, String)], length: usize) -> Vec<u8> {
    let date = jiff::fmt::rfc2822::DateTimePrinter::new();
    let date = date.timestamp_to_rfc9110_string(&now(skew)).unwrap();
    let mut head = format!("HTTP/1.1 {status} Any\r\nDate: {date}\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    (head + "\r\n").into_bytes()
}

fn now(skew: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + skew).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
