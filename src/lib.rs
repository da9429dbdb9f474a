#![warn(missing_docs)]
//! hongyan 鸿雁: transactional mail in Chinese and English.

pub mod catalog;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compose;
pub mod composer;
#[cfg(feature = "mailer")]
pub mod config;
pub mod diagnostic;
#[cfg(feature = "mailer")]
mod error;
pub mod image;
pub mod inline;
pub mod locale;
pub mod mail;
#[cfg(feature = "mailer")]
pub mod mailer;
pub mod mime;
pub mod plain;
#[cfg(feature = "mailer")]
pub mod project;
#[cfg(feature = "mailer")]
pub mod secret;
mod shipped;
pub mod snapshot;
pub mod source;
pub mod template;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "mailer")]
pub mod transport;
pub mod vars;
pub mod yaml;

#[cfg(feature = "mailer")]
pub use error::{Error, ErrorKind};
#[cfg(feature = "mailer")]
pub use mailer::{Delivery, Mailer};
pub use shipped::shipped;

#[doc(hidden)]
pub mod private {
    //! What macros of this crate name; not for use by hand.
    use std::borrow::Cow;

    use crate::source::Tree;
    pub use {rust_embed, serde_json};

    /// Names and bytes of an embedded folder.
    pub fn files<F: rust_embed::RustEmbed>()
    -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
        F::iter().filter_map(|name| F::get(&name).map(|file| (name, file.data)))
    }

    /// The tree of an embedded folder.
    pub fn embedded<F: rust_embed::RustEmbed>() -> Tree {
        Tree::embedded(files::<F>())
    }
}
