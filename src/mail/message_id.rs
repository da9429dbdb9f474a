use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Address, HeaderError};

/// A Message-ID, `<left@domain>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(String);

impl MessageId {
    /// Made from a mail's id and the domain of its sender.
    pub fn new(id: &str, sender: &Address) -> Result<Self, HeaderError> {
        MessageId::parse(&format!("<{id}@{}>", sender.domain()))
    }

    /// Takes one with its angle brackets.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let (left, right) = text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .and_then(|inner| inner.split_once('@'))
            .ok_or(HeaderError::MessageId)?;
        // 250 leaves room for the header's name on a line of 998 and is within what servers index.
        let fits = text.len() <= 250 && [left, right].iter().all(|side| is_dot_atom(side));
        if fits { Ok(MessageId(text.to_owned())) } else { Err(HeaderError::MessageId) }
    }

    /// The whole id with its angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_dot_atom(side: &str) -> bool {
    let is_atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    side.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MessageId {
    type Error = HeaderError;

    fn try_from(text: String) -> Result<Self, HeaderError> {
        MessageId::parse(&text)
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> String {
        id.0
    }
}
