//! What became of a mail, as callers and scripts read it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::compose::{Rendered, Seal};
use crate::composer::Draft;
use crate::diagnostic::Language;
use crate::error::{Error, ErrorKind, Undelivered};
use crate::locale::Instant as Moment;
use crate::mail::Address;
use crate::transport::{Outgoing, Receipt, Reply, SendError, Stage, Taken, Tried};

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// The provider has accepted it; whether it arrived, nobody knows
    Sent,
    /// It was refused
    Failed,
    /// It was handed over and the answer was lost
    Unknown,
    /// It lies in an inbox or a folder of this machine
    Caught,
    /// It is durable and leaves as soon as it can
    Queued,
}

impl State {
    /// The name in receipts.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Sent => "sent",
            State::Failed => "failed",
            State::Unknown => "unknown",
            State::Caught => "caught",
            State::Queued => "queued",
        }
    }
}

/// A mail that was taken. Serialises to the receipt of `send --json`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// UUIDv7
    pub id: String,
    /// Message-ID (RFC 5322 section 3.6.4), with its angle brackets
    pub message_id: String,
    /// The kind
    pub kind: String,
    /// The locale that was rendered, after negotiation
    pub locale: String,
    /// The recipient, masked
    pub to: String,
    /// What became of it
    pub state: State,
    /// The transport's name
    pub transport: String,
    /// The server's answer
    #[serde(serialize_with = "reply")]
    pub reply: Option<Reply>,
    /// The provider's own id
    pub provider_id: Option<String>,
    /// What had to be changed for the transport
    #[serde(serialize_with = "adapted")]
    pub adapted: Vec<crate::compose::Adapted>,
    /// Where it lies, if on this machine
    pub path: Option<PathBuf>,
    /// Milliseconds by step, in order
    #[serde(serialize_with = "steps")]
    pub timings_ms: Vec<(&'static str, f64)>,
    /// Always `null`: a mail that was not taken is an error
    pub error: Option<String>,
    /// The transports that were tried before
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// After this moment it is not sent, in milliseconds since 1970: with an outbox
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "moment")]
    pub expires_at: Option<i64>,
    /// The ids of older mails that it retired: with an outbox
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
    /// What became of the copies (cc, bcc)
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<Copy>,
}

/// What became of one copy.
#[derive(Clone, Debug, Serialize)]
pub struct Copy {
    /// The recipient, masked
    pub to: String,
    /// What became of it
    pub state: State,
    /// Why it was not taken
    pub error: Option<String>,
}

impl Copy {
    pub(super) fn new(to: &Address, result: Result<Receipt, SendError>) -> Copy {
        let (state, error) = match result {
            Ok(receipt) => (state(receipt.taken), None),
            Err(error) if error.in_doubt() => (State::Unknown, Some(error.what.en)),
            Err(error) => (State::Failed, Some(error.what.en)),
        };
        Copy { to: to.masked(), state, error }
    }
}

impl Delivery {
    pub(super) fn new(
        mail: &Outgoing<'_>,
        transport: &str,
        receipt: Receipt,
        clock: Clock,
        tried: Vec<Tried>,
        copies: Vec<Copy>,
    ) -> Delivery {
        Delivery {
            id: mail.seal.id().to_owned(),
            message_id: mail.seal.message_id().as_str().to_owned(),
            kind: mail.rendered.kind.clone(),
            locale: mail.rendered.locale.to_string(),
            to: mail.rendered.recipients.to.address().masked(),
            state: state(receipt.taken),
            transport: transport.to_owned(),
            reply: receipt.reply,
            provider_id: receipt.provider_id,
            adapted: mail.message.adapted().to_vec(),
            path: receipt.path,
            timings_ms: clock.steps,
            error: None,
            tried,
            expires_at: None,
            replaced: Vec::new(),
            copies,
        }
    }

    /// A mail that is durable.
    #[cfg(feature = "outbox")]
    pub(super) fn queued(
        ticket: crate::outbox::Ticket,
        kind: String,
        to: String,
        transport: String,
    ) -> Delivery {
        Delivery {
            id: ticket.id,
            message_id: ticket.message_id,
            kind,
            locale: ticket.locale,
            to,
            state: State::Queued,
            transport,
            reply: None,
            provider_id: None,
            adapted: Vec::new(),
            path: None,
            timings_ms: Vec::new(),
            error: None,
            tried: Vec::new(),
            expires_at: Some(ticket.expires_at),
            replaced: ticket.replaced,
            copies: Vec::new(),
        }
    }

    /// The line that operators look for: no address, subject or variable in it.
    pub(super) fn log(&self) {
        let Delivery { to, id, kind, locale, transport, .. } = self;
        match self.state {
            State::Caught => {
                tracing::debug!(%kind, %locale, %transport, %id, "Email caught for {to}")
            }
            _ => tracing::info!(%kind, %locale, %transport, %id, "Email sent to {to}"),
        }
    }
}

/// The receipt of a mail that was not taken, with the keys of a [`Delivery`]'s.
pub fn failed_receipt(draft: &Draft, error: &Error, language: Language) -> Json {
    let state = if error.kind() == ErrorKind::InDoubt { State::Unknown } else { State::Failed };
    let reply = error.send_error().and_then(|error| error.reply.as_ref());
    let faults = error.diagnostics().to_json(language);
    let mail = error.undelivered();
    let mut receipt = json!({
        "id": mail.map(|mail| &mail.id),
        "message_id": mail.map(|mail| &mail.message_id),
        "kind": draft.kind,
        "locale": mail.map_or(&draft.locale, |mail| &mail.locale),
        "to": draft.to.address().masked(),
        "state": state.as_str(),
        "transport": mail.map(|mail| &mail.transport),
        "reply": reply.map(|reply| json!({"code": reply.code, "text": reply.text})),
        "provider_id": null,
        "adapted": [],
        "path": null,
        "timings_ms": {},
        "error": faults["errors"][0],
    });
    if let Some(tried) = mail.map(|mail| &mail.tried).filter(|tried| !tried.is_empty()) {
        receipt["tried"] = json!(tried);
    }
    receipt
}

/// A mail that was finished and that no transport took; the last one tried decides.
pub(super) fn undelivered(rendered: &Rendered, seal: &Seal, mut tried: Vec<Tried>) -> Undelivered {
    let Tried { transport, error } = tried.pop().expect("a plan names one transport at least");
    let (id, message_id) = (seal.id().to_owned(), seal.message_id().as_str().to_owned());
    let (kind, locale) = (rendered.kind.clone(), rendered.locale.to_string());
    let to = rendered.recipients.to.address().masked();
    Undelivered { id, message_id, kind, locale, to, transport, error, tried }
}

/// The counterpart of [`Delivery::log`].
pub(super) fn log_failure(error: &Error) {
    if let Some(mail) = error.undelivered() {
        let Undelivered { to, id, kind, locale, transport, error, .. } = mail;
        let cause = error.cause.as_str();
        tracing::warn!(%kind, %locale, %transport, %id, cause, "Email not sent to {to}: {error}");
    }
}

fn state(taken: Taken) -> State {
    match taken {
        Taken::Sent => State::Sent,
        Taken::Caught => State::Caught,
    }
}

fn reply<S: serde::Serializer>(reply: &Option<Reply>, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = reply.as_ref().map(|reply| {
        BTreeMap::from([("code", reply.code.as_str()), ("text", reply.text.as_str())])
    });
    shown.serialize(serializer)
}

fn adapted<S: serde::Serializer>(
    adapted: &[crate::compose::Adapted],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let pair =
        |one: &crate::compose::Adapted| BTreeMap::from([("what", one.what), ("how", one.how)]);
    adapted.iter().map(pair).collect::<Vec<_>>().serialize(serializer)
}

fn moment<S: serde::Serializer>(at: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    let at = at.and_then(|millis| Moment::from_unix_seconds(millis.div_euclid(1_000)));
    at.map(|at| at.to_string()).serialize(serializer)
}

fn steps<S: serde::Serializer>(
    steps: &[(&'static str, f64)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(steps.iter().copied())
}

/// Times the steps of one delivery.
pub(super) struct Clock {
    last: Instant,
    steps: Vec<(&'static str, f64)>,
}

impl Clock {
    pub fn start() -> Clock {
        Clock { last: Instant::now(), steps: Vec::new() }
    }

    /// Ends a step.
    pub fn step(&mut self, name: &'static str) {
        self.note(name, self.last.elapsed());
        self.last = Instant::now();
    }

    /// Ends the delivery, with the steps that the transport took.
    pub fn delivered(&mut self, steps: &[(Stage, Duration)]) {
        for (stage, took) in steps {
            self.note(stage.as_str(), *took);
        }
        self.step("deliver");
    }

    /// Adds to a step that came before: another transport may have been tried. Microseconds are
    /// enough.
    fn note(&mut self, name: &'static str, took: Duration) {
        let millis = took.as_micros() as f64 / 1_000.0;
        match self.steps.iter_mut().find(|(known, _)| *known == name) {
            Some((_, total)) => *total += millis,
            None => self.steps.push((name, millis)),
        }
    }
}
