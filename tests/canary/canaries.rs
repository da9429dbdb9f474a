//! What must not be seen, in every form in which it may be.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use url::form_urlencoded::byte_serialize;

/// Fits the pattern of `code`.
pub const CODE: &str = "KANARI77";
pub const LINK: &str = "https://app.example/reset?token=kanari-l1nk-9f3&next=%2Fhome";
/// What of the link lets in who has it.
pub const LINK_TOKEN: &str = "kanari-l1nk-9f3";
pub const USER: &str = "kanari-login-4b";
pub const PASSWORD: &str = "kanari+pass/w0rd=";
pub const TOKEN: &str = "ya29.kanari_t0ken-5d";
pub const RECIPIENT: &str = "kanari.empfang@example.test";
pub const RECIPIENT_MASKED: &str = "k***@example.test";
/// Nobody is asked about names in `.invalid` (RFC 6761 section 6.4): `doctor` stays on this machine.
pub const SENDER: &str = "kanari.absend@hongyan.invalid";

/// What was planted everywhere.
const PLANTED: [&str; 8] =
    [CODE, LINK_TOKEN, USER, PASSWORD, TOKEN, "kanari.empfang", "kanari.absend", LINK];

/// Asserts that no canary stands in a text, however it is written.
#[track_caller]
pub fn hides(what: &str, text: &str) {
    hides_all(what, text, &PLANTED);
}

/// The same for others.
#[track_caller]
pub fn hides_all(what: &str, text: &str, planted: &[&str]) {
    // Quoted-printable breaks lines where it likes.
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    for canary in planted {
        for form in forms(canary) {
            let seen = text.contains(&form) || joined.contains(&form);
            assert!(!seen, "{what} shows {canary} as {form}:\n{text}");
        }
    }
}

/// How a canary may be written.
pub fn forms(canary: &str) -> Vec<String> {
    let percent: String = byte_serialize(canary.as_bytes()).collect();
    let bytes: Vec<String> = canary.bytes().map(|byte| byte.to_string()).collect();
    let mut forms = vec![
        canary.to_owned(),
        canary.to_ascii_lowercase(),
        canary.to_ascii_uppercase(),
        canary.chars().rev().collect(),
        canary.replace('&', "&amp;"),
        canary.replace('/', "\\/"),
        canary.replace('=', "=3D"),
        percent.to_ascii_lowercase(),
        percent,
        // `{:?}` of bytes
        bytes.join(", "),
    ];
    // Wherever it begins in a longer text, one of these stands in the base64 of that text: so do
    // logins, where it stands behind a NUL.
    for engine in [STANDARD, URL_SAFE] {
        for shift in 0..3 {
            let shifted = engine.encode(format!("{}{canary}", &"\0\0\0"[..shift]));
            forms.push(shifted[4..shifted.len() - 4].to_owned());
        }
    }
    forms
}

/// What a server may say when it repeats a login: in clear, and as AUTH has it.
pub fn echoes(secret: &str) -> Vec<String> {
    let plain = STANDARD.encode(format!("\0{USER}\0{secret}"));
    let xoauth2 = STANDARD.encode(format!("user={USER}\x01auth=Bearer {secret}\x01\x01"));
    let encoded = [USER, secret].map(|secret| STANDARD.encode(secret)).join(" ");
    vec![
        format!("no such login: {USER} {secret}"),
        format!("AUTH PLAIN {plain}: unknown"),
        format!("bad \"AUTH XOAUTH2 {xoauth2}\"; AUTH LOGIN {encoded}"),
        format!("{{line}} [{plain}]"),
    ]
}

/// What it may say when it repeats a mail.
pub fn mail_echoes() -> Vec<String> {
    let percent: String = byte_serialize(LINK.as_bytes()).collect();
    let bare = LINK.trim_start_matches("https://");
    vec![
        format!("5.7.1 blocked: {LINK} to <{RECIPIENT}> from {SENDER} ({CODE})"),
        format!("5.7.1 listed: {bare}; {percent}; {}", LINK.replace('=', "=3D")),
        format!("5.7.1 {}{LINK}", "much ".repeat(90)),
    ]
}
