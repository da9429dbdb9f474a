//! Passwords, tokens, keys, codes, links and users stand in nothing that the binary or the library
//! says: not on the screen, not in a document, not in the log at its most talkative, not in a
//! `Debug` and not in a panic. Addresses are masked.
//!
//! The servers here do what servers do: they repeat what they were sent. `render` and the inbox are
//! there to show a mail, and are not run.
#![cfg(all(feature = "cli", feature = "testing"))]

mod canaries;
#[path = "../servers/directmail.rs"]
mod directmail;
mod http;
mod inside;
#[path = "../cli/place.rs"]
#[allow(dead_code)]
mod place;
mod runs;
#[path = "../servers/smtp.rs"]
mod smtp;
mod submission;
