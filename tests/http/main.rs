//! The service as backends in any language meet it: plain HTTP against the binary.
#![cfg(feature = "cli")]

mod auth;
mod bad_inputs;
#[path = "../bad_inputs/mod.rs"]
#[allow(dead_code)]
mod bad_inputs_data;
mod batch;
mod canary;
#[path = "../servers/disk.rs"]
#[allow(dead_code)]
mod disk;
mod documents;
mod ending;
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
mod refusals;
mod renewal;
#[path = "../cli/seeded.rs"]
#[allow(dead_code)]
mod seeded;
mod send;
mod service;
mod shows;
#[path = "../servers/smtp.rs"]
mod smtp;
mod starting;
#[path = "../preview/http.rs"]
#[allow(dead_code)]
mod wire;
mod worker;
