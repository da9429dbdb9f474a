//! One strict form of e-mail address.

mod domain;
mod error;
mod local;
mod shape;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use error::AddressError;

/// The most octets an address may have (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_OCTETS: usize = 254;

/// An e-mail address: a dot-atom, `@`, and a domain of two labels or more.
///
/// The domain is kept in lower case and as A-labels, so that the two spellings of an
/// internationalised domain are one mailbox; the local part is kept as given. Quoted local parts,
/// comments, groups, routes and address literals are legal in RFC 5322 and refused here: nobody
/// types them and each has been used to deceive a parser. A domain in one script that resembles
/// another (all Cyrillic, say) is taken: only mixed scripts are refused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Takes a bare address; nothing is trimmed or repaired.
    pub fn parse(input: &str) -> Result<Self, AddressError> {
        shape::check(input)?;
        // IDNA looks at every label; a character of a domain becomes one octet at least.
        if input.chars().nth(MAX_OCTETS * 2).is_some() {
            return Err(AddressError::TooLong);
        }
        let (local, domain) = input.split_once('@').ok_or(AddressError::NoAtSign)?;
        local::check(local)?;
        let domain = domain::canonical(domain)?;
        if local.len() + 1 + domain.len() > MAX_OCTETS {
            return Err(AddressError::TooLong);
        }
        Ok(Address { at: local.len(), text: format!("{local}@{domain}") })
    }

    /// The whole address, ASCII throughout.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`, as given.
    pub fn local_part(&self) -> &str {
        &self.text[..self.at]
    }

    /// What stands behind the `@`, in lower case, as A-labels.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }

    /// The form for logs and listings: `a***@x.test`.
    pub fn masked(&self) -> String {
        format!("{}***@{}", &self.text[..1], self.domain())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Masked, since `{:?}` ends up in logs.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.masked())
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(input: &str) -> Result<Self, AddressError> {
        Address::parse(input)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(input: String) -> Result<Self, AddressError> {
        Address::parse(&input)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_domain_are_one_mailbox() {
        for input in ["A@例子.测试", "A@XN--fsqu00a.xn--0zwm56d"] {
            assert_eq!(Address::parse(input).unwrap().as_str(), "A@xn--fsqu00a.xn--0zwm56d");
        }
        assert_eq!(Address::parse("a@BÜCHER.test").unwrap().domain(), "xn--bcher-kva.test");
        assert_eq!(Address::parse("a@straße.test").unwrap().domain(), "xn--strae-oqa.test");
        assert!(Address::parse("a@日本語テスト.test").is_ok());
        assert!(Address::parse("a@中文abc.test").is_ok(), "Han and Latin are highly restrictive");
    }

    #[test]
    fn each_fault_is_named() {
        let cases = [
            ("a＠x.test", AddressError::FullWidthAtSign),
            ("a@x.test ", AddressError::SpaceAround),
            ("a b@x.test", AddressError::SpaceInside),
            ("a@x.test,b@x.test", AddressError::SeveralAddresses),
            ("a@x.test；b@x.test", AddressError::SeveralAddresses),
            ("Name <a@x.test>", AddressError::DisplayName),
            ("a@x.test\n", AddressError::LineBreak),
            ("a\u{200b}@x.test", AddressError::Invisible),
            ("张三@x.test", AddressError::LocalPartNotAscii),
            ("a:b@x.test", AddressError::LocalPartCharacter { character: ':' }),
            ("=?utf-8?q?a?=@x.test", AddressError::EncodedWord),
            ("a@x。test", AddressError::DomainFullWidth),
            ("a@x", AddressError::DomainOneLabel),
            ("a@x.test.", AddressError::DomainDots),
            ("a@127.0.0.1", AddressError::DomainNumeric),
            ("a@x_y.test", AddressError::DomainCharacter { character: '_' }),
            ("a@gооgle.test", AddressError::MixedScripts),
            ("a@xn--gogle-jye.test", AddressError::MixedScripts),
            ("a@☃.test", AddressError::DomainNotLetters),
            ("mailto:a@x.test", AddressError::Mailto),
        ];
        for (input, fault) in cases {
            assert_eq!(Address::parse(input).unwrap_err(), fault, "{input:?}");
        }
    }

    #[test]
    fn debug_is_masked() {
        assert_eq!(format!("{:?}", Address::parse("ada@x.test").unwrap()), "Address(a***@x.test)");
    }
}
