//! The env files of deployed systems against servers that speak as their providers do, under the
//! real names and ports. Each test has a machine of its own ([`namespace`]); the binary knows
//! nothing of it, and the files are as they are deployed.
#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "../servers/directmail.rs"]
mod directmail;
#[path = "../servers/dns.rs"]
mod dns;
#[allow(dead_code)] // A part of it is used here.
#[path = "../cli/place.rs"]
mod place;
#[path = "../servers/smtp.rs"]
mod smtp;

mod aliyun;
mod deployment;
mod files;
mod logins;
mod namespace;
mod network;
mod refusals;
mod routes;
