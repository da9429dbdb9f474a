//! The outbox and its worker: nothing is lost, nothing is sent twice without anybody knowing, and
//! nothing is sent that is void.
#![cfg(all(feature = "outbox", feature = "testing"))]

mod accepting;
mod answers;
mod breakers;
mod clocks;
mod copies;
#[cfg(feature = "cli")]
#[path = "../servers/disk.rs"]
mod disk;
mod draining;
mod failing_over;
mod herd;
mod house;
mod killing;
mod lanes;
mod leases;
#[cfg(feature = "cli")]
#[path = "../cli/place.rs"]
#[allow(dead_code)]
mod place;
mod poison;
mod races;
mod replacing;
mod scripted;
mod serving;
#[path = "../servers/smtp.rs"]
mod smtp;
mod soak;
mod stopping;
mod victim;
#[cfg(feature = "cli")]
#[path = "../preview/http.rs"]
#[allow(dead_code)]
mod wire;
