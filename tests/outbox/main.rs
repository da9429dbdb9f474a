//! The outbox: one suite that every store must pass, and what a file on a disk can go through.
#![cfg(feature = "outbox")]

mod store;
mod things;
