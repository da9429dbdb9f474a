//! Renders a mail without any I/O and composes the finished message.
//!
//! ```sh
//! cargo run --example render --no-default-features > code.eml
//! ```
//!
//! The text part goes to stderr, the message to stdout. Clock and id come in as arguments, so that
//! two runs give the same bytes.

use std::io::Write;

use hongyan::compose::{Profile, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::diagnostic::{Diagnostics, Language};
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::vars;

/// Seconds since 1970: an application passes the time of acceptance.
const ACCEPTED: i64 = 1_767_225_600;

fn main() -> std::io::Result<()> {
    match code_mail("王伟 <wang.wei@example.com>", "483920") {
        Ok((text, message)) => {
            eprintln!("{text}");
            std::io::stdout().write_all(&message)
        }
        Err(faults) => Err(std::io::Error::other(faults.to_terminal(Language::En, false))),
    }
}

/// The text part and the whole message.
fn code_mail(to: &str, code: &str) -> Result<(String, Vec<u8>), Diagnostics> {
    let composer = Composer::load(&hongyan::shipped())?;
    let draft = Draft::new("verification_code", "zh-CN", to)?
        .vars(vars! { code: code, purpose: "sign_up" })?;
    let rendered = composer.render(&draft)?;

    let from = Mailbox::parse("鸿雁 <no-reply@example.com>").map_err(|error| error.diagnostic())?;
    let seal =
        Seal::reproducible(&rendered, ACCEPTED, &from).map_err(|error| error.diagnostic())?;
    let profile = Profile::new(from, ImageMode::Inside);
    let message = compose(&rendered, &seal, &profile).map_err(|fault| fault.diagnostic())?;
    Ok((rendered.text, message.bytes().to_vec()))
}
