//! Transports against servers that misbehave: what is sent, what is not, and what is said of it.
#![cfg(feature = "testing")]

mod ears;
mod faults;
mod hand_over;
mod hands;
mod mails;
mod pool;
mod refusals;
mod scenario;
#[path = "../servers/smtp.rs"]
mod smtp;
