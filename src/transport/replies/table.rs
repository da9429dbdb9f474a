//! The rows of `replies.yaml`, and which of them an answer fits.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;

use super::{Cause, Heard, Meaning, Retry};
use crate::diagnostic::Text;
use crate::yaml;

/// All of `replies.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Who reads the rows of another provider as well
    reads: BTreeMap<String, String>,
    hints: BTreeMap<String, Hint>,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hint {
    en: String,
    zh: String,
}

/// One row; a field that says nothing fits everything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    provider: Words,
    #[serde(default)]
    stage: Words,
    #[serde(default)]
    code: Words,
    #[serde(default)]
    status: Words,
    #[serde(default)]
    text: Vec<Fragment>,
    cause: KnownCause,
    retry: Option<Wait>,
    hint: String,
    help: Option<String>,
    #[serde(default)]
    gone: bool,
}

impl Table {
    /// The table as compiled in. It is constant; a test reads every row.
    pub(super) fn shipped() -> &'static Table {
        static SHIPPED: LazyLock<Table> =
            LazyLock::new(|| yaml::compiled_in(include_str!("replies.yaml")));
        &SHIPPED
    }

    /// What the first row that fits says.
    pub(super) fn meaning(&self, heard: &Heard<'_>) -> Meaning {
        let said = self.taken_apart(heard);
        let row = &self.rows[self.find(&said)];
        let Hint { en, zh } = &self.hints[&row.hint];
        let cause = row.cause.0;
        Meaning {
            cause,
            retry: row.retry.as_ref().map_or_else(|| cause.retry(), |wait| wait.0),
            hint: Text { en: en.clone(), zh: zh.clone() },
            help: row.help.clone(),
            mailbox_gone: row.gone && !said.is_policy(),
        }
    }

    fn find(&self, said: &Said<'_>) -> usize {
        let found = self.rows.iter().position(|row| row.fits(said));
        found.expect("the last row fits everything")
    }

    fn taken_apart<'a>(&'a self, heard: &Heard<'a>) -> Said<'a> {
        Said {
            providers: self.read_by(heard.provider),
            stage: heard.stage.as_str(),
            code: &heard.reply.code,
            status: status(&heard.reply.code, &heard.reply.text),
            text: heard.reply.text.to_ascii_lowercase(),
        }
    }

    /// A provider, and the one whose rows it reads as well.
    fn read_by<'a>(&'a self, provider: &'a str) -> [&'a str; 2] {
        [provider, self.reads.get(provider).map_or(provider, String::as_str)]
    }
}

/// An answer, taken apart.
struct Said<'a> {
    providers: [&'a str; 2],
    stage: &'a str,
    code: &'a str,
    status: Option<&'a str>,
    text: String,
}

impl Said<'_> {
    /// Security or policy (RFC 3463 §3.8), whatever the words are: says nothing of the mailbox.
    fn is_policy(&self) -> bool {
        self.status.is_some_and(|status| status.starts_with("5.7."))
    }
}

impl Row {
    fn fits(&self, said: &Said<'_>) -> bool {
        said.providers.iter().any(|provider| self.provider.fit(provider))
            && self.stage.fit(said.stage)
            && self.code.fit(said.code)
            && self.status.fit(said.status.unwrap_or_default())
            && (self.text.is_empty() || self.text.iter().any(|part| said.text.contains(&part.0)))
    }
}

/// The enhanced code that a text begins with, unless it contradicts the code (RFC 3463 §2, §3).
fn status<'a>(code: &str, text: &'a str) -> Option<&'a str> {
    let word = text.split([' ', '-']).next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_status = parts.len() == 3 && parts.iter().all(number);
    (is_status && parts[0] == code.get(..1)?).then_some(word)
}

/// Words between blanks, one of which must fit; none fits everything. One that ends in `*` is a
/// beginning.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "String")]
struct Words(Vec<String>);

impl From<String> for Words {
    fn from(written: String) -> Self {
        Words(written.split_whitespace().map(str::to_owned).collect())
    }
}

impl Words {
    fn fit(&self, said: &str) -> bool {
        self.0.is_empty()
            || self.0.iter().any(|word| match word.strip_suffix('*') {
                Some(beginning) => said.starts_with(beginning),
                None => said == word,
            })
    }
}

/// A part of a text, in lower case.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Fragment(String);

impl From<String> for Fragment {
    fn from(written: String) -> Self {
        Fragment(written.to_ascii_lowercase())
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct KnownCause(Cause);

impl TryFrom<String> for KnownCause {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = CAUSES.into_iter().find(|cause| cause.as_str() == name);
        known.map(KnownCause).ok_or(name)
    }
}

/// What an answer can be the cause of; the others are seen before one comes.
const CAUSES: [Cause; 13] = [
    Cause::Tls,
    Cause::Protocol,
    Cause::Auth,
    Cause::Configuration,
    Cause::Clock,
    Cause::Rate,
    Cause::Quota,
    Cause::Transient,
    Cause::Recipient,
    Cause::Policy,
    Cause::Content,
    Cause::Size,
    Cause::InDoubt,
];

/// `never`, `later`, `next_day` or `after 5 min`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Wait(Retry);

impl TryFrom<String> for Wait {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let retry = match written.as_str() {
            "never" => Some(Retry::Never),
            "later" => Some(Retry::Later),
            "next_day" => Some(Retry::NextDay),
            other => other.strip_prefix("after ").and_then(duration).map(Retry::After),
        };
        retry.map(Wait).ok_or(written)
    }
}

fn duration(written: &str) -> Option<Duration> {
    let (number, unit) = written.split_once(' ')?;
    let seconds = match unit {
        "s" => 1,
        "min" => 60,
        "h" => 60 * 60,
        _ => return None,
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()? * seconds))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Reply, Stage};
    use super::*;

    const STAGES: [Stage; 8] = [
        Stage::Greeting,
        Stage::Ehlo,
        Stage::StartTls,
        Stage::Auth,
        Stage::Mail,
        Stage::Rcpt,
        Stage::Data,
        Stage::HandOver,
    ];

    #[test]
    fn every_row_is_well_formed() {
        let table = Table::shipped();
        for row in &table.rows {
            assert!(table.hints.contains_key(&row.hint), "no hint for {row:?}");
            for stage in &row.stage.0 {
                assert!(STAGES.iter().any(|known| known.as_str() == stage), "{row:?}");
            }
            let providers = row.provider.0.iter().chain(table.reads.keys());
            for provider in providers.chain(table.reads.values()) {
                let known = crate::config::Preset::by_id(provider).is_some();
                assert!(known || provider == "aliyun", "{provider}");
            }
            assert!(row.help.iter().all(|help| help.starts_with("https://")), "{row:?}");
        }
        let last = table.rows.last().unwrap();
        let conditions = [&last.provider, &last.stage, &last.code, &last.status];
        assert!(conditions.iter().all(|words| words.0.is_empty()) && last.text.is_empty());
    }

    #[test]
    fn every_hint_is_given_by_a_row() {
        let table = Table::shipped();
        let given: BTreeSet<&String> = table.rows.iter().map(|row| &row.hint).collect();
        assert_eq!(given, table.hints.keys().collect());
    }

    #[test]
    fn only_a_refused_recipient_can_be_gone() {
        let mut gone = Table::shipped().rows.iter().filter(|row| row.gone);
        assert!(gone.all(|row| row.cause.0 == Cause::Recipient && row.retry.is_none()));
    }

    /// Names of an API, words, codes, the first digit.
    #[test]
    fn rows_stand_in_the_order_of_what_is_trusted() {
        let digit = |word: &String| word.len() == 2 && word.ends_with('*');
        let trust = |row: &Row| match row {
            row if row.provider.0 == ["aliyun"] => 0,
            row if !row.text.is_empty() => 1,
            row if !row.status.0.is_empty() || !row.code.0.iter().all(digit) => 2,
            _ => 3,
        };
        let order: Vec<u8> = Table::shipped().rows.iter().map(trust).collect();
        assert!(order.is_sorted(), "{order:?}");
    }

    /// Every word and fragment of every row decides some answer: none is shadowed by a row above.
    #[test]
    fn every_row_can_be_reached() {
        let table = Table::shipped();
        let mut shadowed = Vec::new();
        for (index, row) in table.rows.iter().enumerate() {
            for part in parts(row) {
                let is_this = |heard: &Heard<'_>| table.find(&table.taken_apart(heard)) == index;
                if !part.is_heard(is_this) {
                    shadowed.push(format!("{index}: {part:?}"));
                }
            }
        }
        assert!(shadowed.is_empty(), "\n{}\n", shadowed.join("\n"));
    }

    /// A row with one of its alternatives in each field; what it leaves open stays open.
    #[derive(Debug)]
    struct Part {
        provider: String,
        stages: Vec<Stage>,
        codes: Vec<String>,
        text: String,
    }

    impl Part {
        fn is_heard(&self, found: impl Fn(&Heard<'_>) -> bool) -> bool {
            self.codes.iter().any(|code| {
                let reply = Reply { code: code.clone(), text: self.text.clone() };
                let heard = |stage| Heard { provider: &self.provider, stage, reply: &reply };
                self.stages.iter().any(|stage| found(&heard(*stage)))
            })
        }
    }

    fn parts(row: &Row) -> Vec<Part> {
        let mut parts = Vec::new();
        for provider in alternatives(&row.provider, &["smtp"]) {
            for stages in stages(&row.stage) {
                for codes in codes(&row.code) {
                    parts.extend(texts(row).into_iter().map(|text| Part {
                        provider: provider.clone(),
                        stages: stages.clone(),
                        codes: codes.clone(),
                        text,
                    }));
                }
            }
        }
        parts
    }

    fn texts(row: &Row) -> Vec<String> {
        let statuses = alternatives(&row.status, &[""]);
        match row.text.is_empty() {
            true => statuses,
            false => statuses
                .iter()
                .flat_map(|status| row.text.iter().map(move |part| format!("{status} {}", part.0)))
                .collect(),
        }
    }

    fn alternatives(words: &Words, open: &[&str]) -> Vec<String> {
        match words.0.is_empty() {
            true => open.iter().map(|&word| word.to_owned()).collect(),
            false => words.0.iter().map(|word| word.replace('*', "99")).collect(),
        }
    }

    fn stages(words: &Words) -> Vec<Vec<Stage>> {
        let one = |name: &String| STAGES.iter().copied().filter(|s| s.as_str() == name).collect();
        match words.0.is_empty() {
            true => vec![STAGES.to_vec()],
            false => words.0.iter().map(one).collect(),
        }
    }

    fn codes(words: &Words) -> Vec<Vec<String>> {
        match words.0.is_empty() {
            true => vec![alternatives(words, &["499", "599", "999"])],
            false => alternatives(words, &[]).into_iter().map(|code| vec![code]).collect(),
        }
    }

    #[test]
    fn an_enhanced_code_counts_where_it_agrees() {
        assert_eq!(status("550", "5.1.1 no such user"), Some("5.1.1"));
        assert_eq!(status("550", "5.7.26"), Some("5.7.26"));
        assert_eq!(status("450", "5.1.1 no such user"), None);
        assert_eq!(status("550", "no such user 5.1.1"), None);
        assert_eq!(status("550", "5.1. x"), None);
        assert_eq!(status("", "5.1.1"), None);
    }

    #[test]
    fn waits_are_read() {
        let read = |written: &str| Wait::try_from(written.to_owned()).map(|wait| wait.0);
        assert_eq!(read("after 3 h"), Ok(Retry::After(Duration::from_secs(10_800))));
        assert_eq!(read("next_day"), Ok(Retry::NextDay));
        assert!(read("after 3 d").is_err() && read("soon").is_err());
    }
}
