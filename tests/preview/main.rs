//! The studio as a browser, a script and a page from elsewhere meet it: plain HTTP against the
//! binary, in a project of its own.
#![cfg(feature = "cli")]

mod api;
mod bad_inputs;
#[path = "../bad_inputs/mod.rs"]
#[allow(dead_code)]
mod bad_inputs_data;
mod deliveries;
mod hostile;
mod http;
mod inbox;
#[path = "../cli/place.rs"]
#[allow(dead_code)]
mod place;
mod reload;
mod samples;
mod security;
#[path = "../cli/seeded.rs"]
#[allow(dead_code)]
mod seeded;
mod send;
mod sink;
mod studio;
