#![warn(missing_docs)]
//! hongyan 鸿雁: transactional mail in Chinese and English.
//!
//! A team declares its kinds of mail in YAML, designers write Jinja templates, and a backend asks
//! for a kind, a locale and variables. What comes out is a finished multipart mail, or
//! [`Diagnostics`](diagnostic::Diagnostics) that say file, line and remedy.
//!
//! ```
//! use hongyan::composer::{Composer, Draft};
//!
//! let composer = Composer::load(&hongyan::shipped())?;
//! let draft = Draft::new("verification_code", "en-GB", "Ada <ada@example.com>")?
//!     .vars(hongyan::vars! { code: "483920", expires_in: "5m" })?;
//! let mail = composer.render(&draft)?;
//! assert_eq!(mail.locale.as_str(), "en");
//! assert_eq!(mail.subject.as_str(), "483920 is your Hongyan sign-in code");
//! assert!(mail.text.contains("The code expires in 5 minutes"));
//! # Ok::<(), hongyan::diagnostic::Diagnostics>(())
//! ```
//!
//! To send, begin with `Mailer::from_env()`; for a project inside your own binary, with [`embed!`].
//!
//! # Bird's-eye view
//!
//! Data goes one way, and each value can be made only by the stage before:
//!
//! ```text
//! files        source::Tree          read once, immutable
//!   → project    catalog::Catalog      kinds, strings, brand, images, locales
//!   → programs   template::Templates   compiled and analysed: faults are found here
//! ask            composer::Draft       kind, locale, variables, recipient
//!   → checked    vars::Vars
//!   → content    compose::Rendered     subject, text, inlined HTML with image slots
//!   + identity   compose::Seal         id, Message-ID, Date
//!   → bytes      compose::Message      with its envelope, for one transport's Profile
//!   → answer     transport::Receipt
//! ```
//!
//! # Code map
//!
//! In the order of dependence: a module knows only those above it.
//!
//! | module | is for |
//! |---|---|
//! | [`diagnostic`] | faults in what people write, in two languages, with place and remedy |
//! | [`source`] | the files of a project, from disk or from the binary |
//! | [`secret`](secret/index.html) | strings that do not print |
//! | [`yaml`] | YAML with a place for every value |
//! | [`mail`] | addresses, names, subjects, headers, attachments; how text is cleaned |
//! | [`locale`] | negotiation of languages; numbers, dates, money and durations in them |
//! | [`vars`](mod@vars) | what a kind declares; checked values; samples that follow from a declaration |
//! | [`image`] | images that stand in a mail |
//! | [`catalog`] | what a project declares |
//! | [`inline`](mod@inline) | the style sheet into `style` attributes; image slots |
//! | [`plain`] | the text part, made from the page |
//! | [`template`] | the engine, what templates may do, where values may stand |
//! | [`mime`] | a mail as bytes, and the last check of them |
//! | [`compose`](mod@compose) | rendered + seal + profile → message |
//! | [`composer`] | the front of the pure half: load, render |
//! | [`snapshot`] | golden files |
//! | [`check`] | everything wrong that can be known before sending |
//! | [`config`](config/index.html) | environment, env files, providers |
//! | [`transport`](transport/index.html) | how mails leave: SMTP, DirectMail, inbox, file, your own; what their answers mean |
//! | [`plan`](plan/index.html) | which transports of a route can carry a mail |
//! | [`project`](project/index.html) | where the mail project is |
//! | [`mailer`](mailer/index.html) | the front door: render and send |
//! | [`doctor`](doctor/index.html) | how far it is to a provider |
//! | [`preview`](preview/index.html) | the studio, where mails are looked at |
//! | [`http`](http/index.html) | the service: mails asked for over HTTP |
//! | [`testing`](testing/index.html) | a mailer that remembers, and assertions |
//! | [`cli`](cli/index.html) | the binary's commands |
//!
//! # Invariants
//!
//! - Up to [`compose`](mod@compose) everything is pure: clock, ids, files and environment come in
//!   as arguments. The same [`Rendered`](compose::Rendered), [`Seal`](compose::Seal) and
//!   [`Profile`](compose::Profile) give the same bytes.
//! - A project is loaded as a whole or not at all, and all its faults are told at once. Templates
//!   are analysed against the declarations before anything is rendered.
//! - A variable's value appears in no error, log or `Debug`. The file inbox, for development, is
//!   the one place that keeps values.
//! - A value in a template stands in text, in a quoted attribute, or is a whole URL attribute.
//!   Text that strangers wrote (`untrusted`) cannot become a link.
//! - No message leaves [`compose`](compose::compose) with a bare CR or LF, a NUL, a byte beyond
//!   ASCII or a line of more than 998 bytes (RFC 5322 section 2.1.1).
//! - A transport records the hand-over before the first byte after which a provider may take the
//!   mail; what fails before that was surely not sent.
//! - Library code neither prints nor exits, and does not panic on input. No public type holds one
//!   of another crate's engines.
//!
//! # Features
//!
//! Features add modules and change nothing that is there without them.
//!
//! | feature | adds |
//! |---|---|
//! | none | load, check, render, compose, snapshots: no I/O but `Tree::open` and snapshots, no async |
//! | `mailer` | `Mailer`, configuration, transports; needs a tokio runtime |
//! | `testing` | `testing`: a recording mailer and assertions; implies `mailer` |
//! | `cli` (default) | the binary; implies `mailer` |

pub mod catalog;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compose;
pub mod composer;
#[cfg(feature = "mailer")]
pub mod config;
#[cfg(feature = "mailer")]
mod crash;
#[cfg(feature = "cli")]
mod daemon;
pub mod diagnostic;
#[cfg(feature = "cli")]
pub mod doctor;
#[cfg(feature = "mailer")]
mod error;
#[cfg(feature = "cli")]
pub mod http;
pub mod image;
pub mod inline;
pub mod locale;
pub mod mail;
#[cfg(feature = "mailer")]
pub mod mailer;
pub mod mime;
#[cfg(feature = "outbox")]
pub mod outbox;
pub mod plain;
#[cfg(feature = "mailer")]
pub mod plan;
#[cfg(feature = "cli")]
pub mod preview;
#[cfg(feature = "mailer")]
pub mod project;
#[cfg(feature = "cli")]
mod review;
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
#[cfg(feature = "cli")]
mod web;
pub mod yaml;

#[cfg(feature = "mailer")]
pub use error::{Error, ErrorKind, Undelivered};
#[cfg(feature = "mailer")]
pub use mailer::{Delivery, Mailer};
pub use shipped::shipped;

#[doc(hidden)]
pub mod private {
    //! What macros of this crate name; not for use by hand.
    pub use {rust_embed, serde_json};
}

/// The code in the READMEs, compiled.
#[cfg(all(doctest, feature = "testing"))]
mod readme {
    #[doc = include_str!("../README.md")]
    struct English;
    #[doc = include_str!("../README.zh-CN.md")]
    struct Chinese;
}
