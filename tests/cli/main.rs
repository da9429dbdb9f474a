//! The binary as a person or a script uses it: exit code, stdout, stderr and files of every command.
//!
//! Each test works in a folder of its own and with an environment that holds nothing but `PATH` and
//! `HOME`. What a screen looks like is kept in `tests/snapshots/`.
#![cfg(feature = "cli")]

mod batch;
mod check;
mod dkim;
mod doctor;
mod env;
mod health;
mod init;
mod kinds;
mod language;
mod outbox;
mod place;
mod project;
mod render;
mod schema;
mod seeded;
mod send;
mod snapshot;
mod token;
mod usage;
mod worker;
