use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Address, AddressError, clean};

/// An address with the name that people see beside it.
///
/// Prints as `Name <addr>`, or `<addr>` without a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    name: Option<DisplayName>,
    address: Address,
}

impl Mailbox {
    /// A named mailbox.
    pub fn new(name: DisplayName, address: Address) -> Self {
        Mailbox { name: Some(name), address }
    }

    /// A mailbox without a name.
    pub fn bare(address: Address) -> Self {
        Mailbox { name: None, address }
    }

    /// Takes `Name <addr>`, `"Name" <addr>`, `<addr>` and `addr`.
    pub fn parse(input: &str) -> Result<Self, AddressError> {
        let Some((name, rest)) = input.rsplit_once('<') else {
            return Address::parse(input).map(Mailbox::bare);
        };
        let address = rest.strip_suffix('>').ok_or_else(|| after_bracket(rest))?;
        let name = unquote(name.trim())?;
        let address = Address::parse(address)?;
        if name.trim().is_empty() {
            return Ok(Mailbox::bare(address));
        }
        Ok(Mailbox::new(DisplayName::new(&name)?, address))
    }

    /// The name, if there is one.
    pub fn name(&self) -> Option<&DisplayName> {
        self.name.as_ref()
    }

    /// The address.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

/// What is wrong when the last `<` has no `>` at the very end.
fn after_bracket(rest: &str) -> AddressError {
    if rest.contains(clean::is_line_break) {
        AddressError::LineBreak
    } else if rest.trim_end().ends_with('>') {
        AddressError::SpaceAround
    } else {
        AddressError::AngleBracket
    }
}

/// The phrase before `<`: a quoted string, or words as they are.
fn unquote(phrase: &str) -> Result<String, AddressError> {
    let Some(rest) = phrase.strip_prefix('"') else {
        return unquoted(phrase);
    };
    let inner = rest.strip_suffix('"').ok_or(AddressError::LocalPartQuoted)?;
    let mut name = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => name.push(characters.next().ok_or(AddressError::LocalPartQuoted)?),
            '"' => return Err(AddressError::SeveralAddresses),
            _ => name.push(c),
        }
    }
    Ok(name)
}

/// `Wang, Wei` is a name as people type it; with an at-sign in it, it is a list.
fn unquoted(phrase: &str) -> Result<String, AddressError> {
    if phrase.contains(['<', '>']) {
        return Err(AddressError::AngleBracket);
    }
    if phrase.contains('@') && phrase.contains([',', ';']) {
        return Err(AddressError::SeveralAddresses);
    }
    Ok(phrase.to_owned())
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} <{}>", name.as_str(), self.address),
            None => write!(f, "<{}>", self.address),
        }
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(input: &str) -> Result<Self, AddressError> {
        Mailbox::parse(input)
    }
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Self {
        Mailbox::bare(address)
    }
}

/// The most characters a display name may have.
pub const MAX_NAME_CHARACTERS: usize = 128;

/// A name for people, on one line, without direction marks or invisible characters.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DisplayName(String);

impl DisplayName {
    /// Cleans a name. A line break or NUL in it is refused: it was put there to break a header.
    pub fn new(name: &str) -> Result<Self, AddressError> {
        if name.contains(|c| clean::is_line_break(c) || c == '\0') {
            return Err(AddressError::NameLineBreak);
        }
        if name.chars().count() > MAX_NAME_CHARACTERS {
            return Err(AddressError::NameTooLong);
        }
        let name = clean::one_line(name);
        if name.is_empty() {
            return Err(AddressError::NameEmpty);
        }
        Ok(DisplayName(name.into_owned()))
    }

    /// The text, not yet quoted or encoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name cut to a number of characters, at least one. What joins or marks the character
    /// behind the cut goes as well.
    pub fn shortened(&self, characters: usize) -> DisplayName {
        if self.0.chars().count() <= characters {
            return self.clone();
        }
        let cut: String = self.0.chars().take(characters.max(1)).collect();
        DisplayName(cut.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{200D}').to_owned())
    }

    /// Whether a reader may take the name for the address.
    pub fn looks_like_address(&self) -> bool {
        self.0.contains(['@', '＠'])
    }
}

/// Without the text: a recipient's name is personal data.
impl fmt::Debug for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DisplayName(***)")
    }
}

impl TryFrom<String> for DisplayName {
    type Error = AddressError;

    fn try_from(name: String) -> Result<Self, AddressError> {
        DisplayName::new(&name)
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> String {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(input: &str) -> Result<String, AddressError> {
        Mailbox::parse(input).map(|mailbox| mailbox.to_string())
    }

    #[test]
    fn the_usual_forms_are_taken() {
        let cases = [
            ("a@x.test", "<a@x.test>"),
            ("<a@x.test>", "<a@x.test>"),
            ("王伟 <a@x.test>", "王伟 <a@x.test>"),
            ("王伟<a@x.test>", "王伟 <a@x.test>"),
            (r#""Wang, Wei" <a@x.test>"#, "Wang, Wei <a@x.test>"),
            (r#""A \"B\" C" <a@x.test>"#, r#"A "B" C <a@x.test>"#),
            ("Wang, Wei <a@x.test>", "Wang, Wei <a@x.test>"),
            ("a@x.test <a@x.test>", "a@x.test <a@x.test>"),
            (r#""" <a@x.test>"#, "<a@x.test>"),
        ];
        for (input, output) in cases {
            assert_eq!(parsed(input).unwrap(), output, "{input}");
        }
    }

    #[test]
    fn what_could_be_two_recipients_is_refused() {
        let cases = [
            ("a@x.test, B <b@x.test>", AddressError::SeveralAddresses),
            ("A <a@x.test>, B <b@x.test>", AddressError::AngleBracket),
            ("a@x.test> SIZE=1 <b@y.test", AddressError::AngleBracket),
            ("A <a@x.test> ", AddressError::SpaceAround),
            ("A\r\nBcc: b@x.test <a@x.test>", AddressError::NameLineBreak),
            (r#""A" <a@x.test>, "B" <b@x.test>"#, AddressError::SeveralAddresses),
        ];
        for (input, fault) in cases {
            assert_eq!(parsed(input).unwrap_err(), fault, "{input}");
        }
    }
}
