//! The outbox: one suite that every store must pass, and what a file on a disk can go through.
#![cfg(feature = "outbox")]

mod breakers;
mod content;
mod copies;
mod damage;
#[path = "../servers/disk.rs"]
mod disk;
mod erasure;
mod leases;
mod limits;
mod locks;
mod migration;
mod next;
mod people;
mod requests;
mod room;
mod stores;
mod syncs;
mod things;
