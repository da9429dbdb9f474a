//! Mails a second into a sink on this machine: what `tests/speed/run` measures with.
//!
//! ```text
//! speed message                          the mail that everyone sends, to stdout
//! speed sink FOLDER                      the sink; writes FOLDER/ports and FOLDER/ca.pem
//! speed deliver PORT CONNECTIONS MAILS   composed once, through `Transport::deliver`
//! speed send PORT CONNECTIONS MAILS      rendered each time, through `Mailer::send`
//! ```
//!
//! The last two print the rate. With `CA` set to a file, they speak TLS from the first byte.

mod client;
mod sink;

use std::io::Write;

use hongyan::compose::{Message, Profile, Rendered, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::snapshot::{CLOCK, RECIPIENT, SENDER};

type Failure = Box<dyn std::error::Error>;

/// One thread, as nodemailer has.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["message"] => std::io::stdout().write_all(Mail::new()?.message.bytes())?,
        ["sink", folder] => sink::run(folder.as_ref(), Mail::new()?.message.bytes()).await?,
        ["deliver", port, connections, mails] => {
            let load = client::Load::parse(port, connections, mails)?;
            println!("{:.1}", client::deliver(&load).await?);
        }
        ["send", port, connections, mails] => {
            let load = client::Load::parse(port, connections, mails)?;
            println!("{:.1}", client::send(&load).await?);
        }
        _ => return Err("see the top of tests/speed/speed.rs".into()),
    }
    Ok(())
}

/// The mail that everyone sends.
struct Mail {
    rendered: Rendered,
    seal: Seal,
    message: Message,
}

impl Mail {
    fn new() -> Result<Mail, Failure> {
        let rendered = Composer::load(&hongyan::shipped())?.render(&draft()?)?;
        let profile = profile()?;
        let seal = Seal::reproducible(&rendered, CLOCK, &profile.from)?;
        let message = compose(&rendered, &seal, &profile)?;
        Ok(Mail { rendered, seal, message })
    }
}

fn draft() -> Result<Draft, Failure> {
    let draft = Draft::new("verification_code", "en", RECIPIENT)?;
    Ok(draft.vars(hongyan::vars! { code: "483920" })?)
}

fn profile() -> Result<Profile, Failure> {
    Ok(Profile::new(Mailbox::parse(SENDER)?, ImageMode::Inside))
}
