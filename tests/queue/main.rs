//! The outbox and its worker: nothing is lost, nothing is sent twice without anybody knowing, and
//! nothing is sent that is void.
#![cfg(all(feature = "outbox", feature = "testing"))]

mod accepting;
mod answers;
mod breakers;
mod copies;
mod draining;
mod failing_over;
mod herd;
mod house;
mod killing;
mod lanes;
mod leases;
mod poison;
mod races;
mod scripted;
#[path = "../servers/smtp.rs"]
mod smtp;
mod victim;
