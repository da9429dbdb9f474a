//! Transports that take no mail now, as every process that shares the outbox knows them.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{Millis, moment};
use crate::diagnostic::{Language, Text};
use crate::text;
use crate::transport::Cause;

/// A transport that takes nothing: whoever found that out has written it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBreaker {
    /// Its name
    pub transport: String,
    /// Since when
    pub since: Millis,
    /// When one mail may try it; none: not before somebody has changed something
    pub until: Option<Millis>,
    /// Why ([`Cause::as_str`])
    pub cause: String,
    /// What the server said, where no mail's recipient was named yet
    pub reply: Option<(String, String)>,
    /// What a person can do, in English and Chinese
    pub hint: Option<(String, String)>,
    /// The process that found it out
    pub process: String,
}

impl OpenBreaker {
    /// The cause.
    pub fn cause(&self) -> Cause {
        Cause::named(&self.cause).unwrap_or(Cause::Transient)
    }

    /// Whether the provider has asked for a pause: other settings do not shorten it. Nobody names
    /// the end of a quota, so that its rest is a guess.
    pub fn is_pause(&self) -> bool {
        self.cause() == Cause::Rate
    }

    /// `stopped` until somebody changes something, or `resting` for a while.
    pub fn state(&self) -> &'static str {
        if self.until.is_some() { "resting" } else { "stopped" }
    }

    /// How long it still takes nothing; none if it is stopped, where time does not help.
    pub fn left(&self, now: Millis) -> Option<Duration> {
        Some(Duration::from_millis(u64::try_from(self.until? - now).unwrap_or(0)))
    }

    /// Why, and what to do, as people read it.
    pub fn sentences(&self, clock: impl Fn(Millis) -> String) -> Vec<Text> {
        let (name, since) = (&self.transport, clock(self.since));
        let Text { en, zh } = self.cause().describe();
        let mut said = vec![match self.until.map(&clock) {
            None => text!(
                "it waits: the transport `{name}` is stopped since {since}, because of this: {en}",
                "正在等待：通道 `{name}` 自 {since} 起已停用，原因：{zh}"
            ),
            Some(until) => text!(
                "it waits: the transport `{name}` rests since {since}, and is tried again at {until}, because of this: {en}",
                "正在等待：通道 `{name}` 自 {since} 起暂停，{until} 再试，原因：{zh}"
            ),
        }];
        said.extend(self.advice());
        said
    }

    /// What the server said, and what to do.
    pub fn advice(&self) -> Vec<Text> {
        let mut said = Vec::new();
        if let Some((code, text)) = &self.reply {
            said.push(text!("the server said: {code} {text}", "服务器答复：{code} {text}"));
        }
        if let Some((en, zh)) = &self.hint {
            said.push(text!("{en}", "{zh}"));
        }
        if self.until.is_none() {
            said.push(text!(
                "once that is done, restart `hongyan serve` or `hongyan worker`, or send it SIGHUP: one mail then tries",
                "处理后，请重启 `hongyan serve` 或 `hongyan worker`，或向其发送 SIGHUP：随后会先用一封邮件尝试"
            ));
        }
        said
    }

    /// As scripts read it.
    pub fn to_json(&self, language: Language) -> Json {
        let hint = self.hint.as_ref().map(|(en, zh)| match language {
            Language::En => en,
            Language::Zh => zh,
        });
        let reply = self.reply.as_ref().map(|(code, text)| json!({"code": code, "text": text}));
        json!({
            "transport": self.transport,
            "state": self.state(),
            "since": moment(self.since),
            "until": self.until.map(moment),
            "cause": self.cause,
            "why": self.cause().describe().get(language),
            "reply": reply,
            "hint": hint,
            "process": self.process,
        })
    }
}

/// What keeps a mail that may go by these transports: all of them take nothing. None where one
/// takes mails.
pub fn in_the_way<'a>(route: &[String], open: &'a [OpenBreaker]) -> Vec<&'a OpenBreaker> {
    let found: Option<Vec<_>> =
        route.iter().map(|name| open.iter().find(|one| one.transport == *name)).collect();
    found.unwrap_or_default()
}
