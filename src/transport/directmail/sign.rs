//! The signature of a request, `ACS3-HMAC-SHA256`: which headers it covers, and how.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const SCHEME: &str = "ACS3-HMAC-SHA256";

/// What is signed: a POST to `/` without a query.
pub(super) struct Signed<'a> {
    /// Names in lower case, and values as they are sent
    pub headers: &'a [(&'a str, &'a str)],
    /// [`digest`] of the body's very bytes
    pub body: &'a str,
}

/// The `Authorization` header.
pub(super) fn authorization(key_id: &str, key_secret: &str, signed: &Signed<'_>) -> String {
    let mut headers = signed.headers.to_vec();
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String =
        headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", signed.body);
    let to_sign = format!("{SCHEME}\n{}", digest(canonical.as_bytes()));
    let signature = signature(key_secret, &to_sign);
    format!("{SCHEME} Credential={key_id},SignedHeaders={names},Signature={signature}")
}

/// SHA-256 in lower-case hex.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn signature(secret: &str, to_sign: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(to_sign.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes everything");
        hex
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::{Signed, authorization, digest};

    const VECTORS: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/aliyun-vectors.json"));

    /// The `Authorization` of the official SDKs for requests that they made.
    #[test]
    fn the_sdks_sign_the_same() {
        let vectors: Json = serde_json::from_str(VECTORS).unwrap();
        let vectors = vectors["vectors"].as_array().unwrap();
        for vector in vectors {
            let request = &vector["request"];
            let headers: Vec<(String, &str)> = request["headers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|pair| (pair[0].as_str().unwrap().to_lowercase(), pair[1].as_str().unwrap()))
                .collect();
            let find = |name: &str| headers.iter().find(|(known, _)| known == name).unwrap().1;
            let theirs = find("authorization");
            let names = theirs.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
            let covered: Vec<(&str, &str)> =
                names.split(';').map(|name| (name, find(name))).rev().collect();
            let signed = Signed {
                headers: &covered,
                body: &digest(request["body"].as_str().unwrap().as_bytes()),
            };
            let credentials = &vector["credentials"];
            let of = |name: &str| credentials[name].as_str().unwrap();
            let ours = authorization(of("access_key_id"), of("access_key_secret"), &signed);
            assert_eq!(ours, theirs, "{}", vector["id"]);
        }
        assert_eq!(vectors.len(), 12);
    }
}
