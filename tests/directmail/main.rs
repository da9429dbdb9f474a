//! The transport to Aliyun DirectMail, against a server of our own that misbehaves.

#![cfg(feature = "mailer")]

#[path = "../bad_inputs/mod.rs"]
mod bad_inputs;
#[path = "../servers/directmail.rs"]
mod server;

mod account;
mod answers;
mod failures;
mod limits;
mod mails;

use std::time::{Duration, Instant};

use hongyan::compose::{Message, Rendered, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::config::{DirectMailSettings, Environment, MailSettings, TransportSetting, WhenUnset};
use hongyan::mail::Mailbox;
use hongyan::snapshot::{CLOCK, RECIPIENT};
use hongyan::transport::{
    DirectMailTransport, Outgoing, Receipt, SendError, Transport, Unrecorded,
};
use hongyan::vars;
use server::{ACCOUNT, Server};

/// Long enough for an answer on this machine, and short enough to wait for.
const SOON: Duration = Duration::from_secs(5);

/// Fits the pattern of `code`.
const CODE: &str = "CANARY77";

fn settings(variables: Vec<(String, String)>) -> DirectMailSettings {
    let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
    let (environment, _) =
        Environment::gather(variables, &[], &|_| Err(std::io::ErrorKind::NotFound.into()));
    let (settings, faults) = MailSettings::from_environment(&environment, WhenUnset::Fault);
    match settings.transports.first() {
        Some(TransportSetting::DirectMail(settings)) => (**settings).clone(),
        _ => panic!("{faults:?}"),
    }
}

fn transport(server: &Server) -> DirectMailTransport {
    let from = Mailbox::parse(&format!("鸿雁 <{ACCOUNT}>")).unwrap();
    DirectMailTransport::new(&settings(server.variables()), from).unwrap()
}

fn composer() -> Composer {
    Composer::load(&hongyan::shipped()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn draft() -> Draft {
    let draft = Draft::new("verification_code", "zh-CN", RECIPIENT).unwrap();
    draft.vars(vars! { code: CODE }).unwrap()
}

fn rendered(draft: &Draft) -> Rendered {
    composer().render(draft).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn finish(rendered: &Rendered, transport: &dyn Transport) -> (Seal, Message) {
    let seal = Seal::reproducible(rendered, CLOCK, &transport.profile().from).unwrap();
    let message = compose(rendered, &seal, transport.profile()).unwrap();
    (seal, message)
}

async fn deliver(
    transport: &dyn Transport,
    rendered: &Rendered,
    within: Duration,
) -> Result<Receipt, SendError> {
    let (seal, message) = finish(rendered, transport);
    let deadline = Instant::now() + within;
    let mail = Outgoing { rendered, seal: &seal, message: &message, deadline };
    transport.deliver(mail, &mut Unrecorded).await
}

/// One verification code.
async fn send(server: &Server) -> Result<Receipt, SendError> {
    deliver(&transport(server), &rendered(&draft()), SOON).await
}
