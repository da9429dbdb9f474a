//! What became of a mail, as callers and scripts read it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;

use crate::mail::Address;
use crate::transport::{Outgoing, Receipt, Reply, SendError, Taken};

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
    /// Milliseconds by step
    pub timings_ms: BTreeMap<&'static str, f64>,
    /// Always `null`: a mail that was not taken is an error
    pub error: Option<String>,
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
        copies: Vec<Copy>,
        clock: Clock,
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
            copies,
        }
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

/// Times the steps of one delivery.
pub(super) struct Clock {
    last: Instant,
    steps: BTreeMap<&'static str, f64>,
}

impl Clock {
    pub fn start() -> Clock {
        Clock { last: Instant::now(), steps: BTreeMap::new() }
    }

    /// Ends a step; microseconds are enough.
    pub fn step(&mut self, name: &'static str) {
        let micros = self.last.elapsed().as_micros();
        self.steps.insert(name, micros as f64 / 1_000.0);
        self.last = Instant::now();
    }
}
