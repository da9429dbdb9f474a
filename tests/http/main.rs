//! The service as backends in any language meet it: plain HTTP against the binary.
#![cfg(feature = "cli")]

mod auth;
mod bad_inputs;
#[path = "../bad_inputs/mod.rs"]
#[allow(dead_code)]
mod bad_inputs_data;
mod batch;
mod canary;
mod documents;
mod errors;
mod idempotency;
mod inbox;
mod life;
mod lookup;
mod metrics;
#[path = "../cli/place.rs"]
#[allow(dead_code)]
mod place;
mod quotas;
mod send;
mod service;
mod shows;
#[path = "../servers/smtp.rs"]
mod smtp;
#[path = "../preview/http.rs"]
#[allow(dead_code)]
mod wire;
