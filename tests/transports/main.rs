//! Transports against servers that misbehave: what is sent, what is not, and what is said of it.
#![cfg(feature = "testing")]

#[path = "../bad_inputs/mod.rs"]
mod bad_inputs;
mod conformance;
#[path = "../servers/directmail.rs"]
mod directmail;
mod ears;
mod faults;
mod hand_over;
mod hands;
mod mails;
mod places;
mod pool;
mod refusals;
mod replies;
mod scenario;
mod secrets;
#[path = "../servers/smtp.rs"]
mod smtp;
