//! Strings that must not be seen: passwords, keys, tokens, and any value of an environment
//! variable, because nobody can tell which of them somebody put a password into.
//!
//! A [`Secret`] prints as `***` everywhere and is erased from memory when dropped. It has no
//! comparison: comparing secrets takes constant time or leaks them, so that is done by those who
//! know how, on [`Secret::expose`].
//!
//! ```
//! use hongyan::secret::Secret;
//!
//! let password = Secret::new("abcdefghijklmnop");
//! assert_eq!(format!("{password} {password:?}"), "*** ***");
//! assert_eq!(password.expose().len(), 16);
//! ```

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A string that is never printed.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the string over.
    pub fn new(value: impl Into<String>) -> Self {
        Secret(SecretString::from(value.into()))
    }

    /// The string itself. Each call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
