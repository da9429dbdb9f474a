//! Mails, attempts and suppressions as scripts read them: the same keys in `hongyan outbox` and
//! over HTTP. Nothing in them is secret.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Attempt, Hash, Lane, Mail, Millis, Suppressed, Ticket};
use crate::diagnostic::Language;
use crate::locale::Instant;

impl Mail {
    /// A mail as lists have it.
    pub fn to_json(&self) -> Json {
        json!({
            "id": self.id,
            "message_id": self.message_id,
            "parent": self.parent,
            "kind": self.kind,
            "locale": self.locale,
            "lane": self.lane.as_str(),
            "to": self.to,
            "state": self.state.as_str(),
            "accepted_at": moment(self.accepted_at),
            "send_at": moment(self.send_at),
            "next_attempt_at": self.next_attempt().map(moment),
            "expires_at": moment(self.expires_at),
            "done_at": self.done_at.map(moment),
            "attempt_count": self.attempts,
            "transport": self.transport,
            "provider_id": self.provider_id,
            "reply": reply(self.reply.as_ref()),
            "cause": self.cause,
            "adapted": adapted(&self.adapted),
            "replaced_by": self.replaced_by,
            "has_content": self.has_content,
            "trace_id": self.trace_id(),
        })
    }

    /// A copy, as the mail that it is one of has it.
    pub fn to_copy_json(&self) -> Json {
        json!({"id": self.id, "to": self.to, "state": self.state.as_str()})
    }

    /// The caller's trace that it belongs to.
    pub fn trace_id(&self) -> Option<&str> {
        trace_id(self.trace.as_deref())
    }

    fn next_attempt(&self) -> Option<Millis> {
        (self.state == super::State::Queued).then_some(self.available_at)
    }
}

/// What an attempt did by which a mail was put into a folder of this machine, and sent to nobody.
pub const CAUGHT: &str = "caught";

impl Attempt {
    /// Whether the mail lies in a folder of this machine and was sent to nobody.
    pub fn caught(&self) -> bool {
        self.action == CAUGHT
    }

    /// An attempt, in the reader's language.
    pub fn to_json(&self, language: Language) -> Json {
        let said = |pair: &Option<(String, String)>| {
            pair.as_ref().map(|(en, zh)| match language {
                Language::En => en.clone(),
                Language::Zh => zh.clone(),
            })
        };
        json!({
            "number": self.number,
            "at": moment(self.at),
            "took_ms": self.took,
            "transport": self.transport,
            "stage": self.stage,
            "cause": self.cause,
            "reply": reply(self.reply.as_ref()),
            "what": said(&self.what),
            "hint": said(&self.hint),
            "action": self.action,
        })
    }
}

impl Ticket {
    /// What is answered when a mail is accepted.
    pub fn to_json(&self) -> Json {
        json!({
            "id": self.id,
            "state": self.state.as_str(),
            "locale": self.locale,
            "expires_at": moment(self.expires_at),
            "replaced": self.replaced,
            "adapted": adapted(&self.adapted),
        })
    }
}

impl Suppressed {
    /// A suppressed address; `recipient` names it where the address is not known.
    pub fn to_json(&self) -> Json {
        json!({
            "recipient": self.recipient.to_hex(),
            "to": self.to,
            "since": moment(self.since),
            "reason": self.reason,
        })
    }
}

impl Lane {
    /// The name in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Lane::Security => "security",
            Lane::Transactional => "transactional",
            Lane::Notification => "notification",
        }
    }
}

impl Hash {
    /// Hexadecimal.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what [`to_hex`](Hash::to_hex) wrote.
    pub fn from_hex(text: &str) -> Option<Hash> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Hash(bytes))
    }
}

/// The trace of a W3C `traceparent`.
pub fn trace_id(parent: Option<&str>) -> Option<&str> {
    parent?.split('-').nth(1)
}

/// RFC 3339 in UTC, to the second.
pub fn moment(at: Millis) -> Option<String> {
    Instant::from_unix_seconds(at.div_euclid(1_000)).map(|at| at.to_string())
}

/// A wait as it is told: whole seconds, one at least, and never too short.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs_f64().ceil().max(1.0) as u64
}

fn reply(reply: Option<&(String, String)>) -> Json {
    reply.map_or(Json::Null, |(code, text)| json!({"code": code, "text": text}))
}

/// What was changed, which stores keep as JSON.
pub fn adapted(text: &str) -> Json {
    serde_json::from_str(text).ok().filter(Json::is_array).unwrap_or_else(|| json!([]))
}
