//! The service: backends in any language ask over HTTP for mails, and what became of them.
//!
//! A mail is accepted when it is durable, and the worker delivers it. What is wrong is told as a
//! problem document (RFC 9457) with the codes of `--json`, in the caller's language. One table
//! (`routes`) mounts the addresses and describes them in the OpenAPI document. The service knows
//! nothing of the terminal, and not how mails are made, kept or delivered.
//!
//! ```no_run
//! # use hongyan::http::{Ending, StartError};
//! # fn start(setup: hongyan::mailer::Setup) -> Result<Ending, StartError> {
//! use hongyan::http::{Options, Server};
//! use hongyan::mailer::Asked;
//!
//! let server = Server::open(setup, Asked::default(), Options::default())?;
//! println!("{}", server.url());
//! server.run()
//! # }
//! ```

mod batch;
mod fields;
mod guard;
mod health;
mod inbox;
mod live;
mod lookup;
mod measure;
mod messages;
mod metrics;
mod openapi;
mod order;
mod problem;
mod reading;
mod routes;
mod shows;
mod start;
mod suppressions;
mod tokens;
mod trace;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::watch;

pub use crate::web::listen::StartError;
pub use openapi::document;
pub use start::{Ending, Options, Server};

use crate::diagnostic::Language;
use crate::web::hosts::Hosts;
use live::Current;
use measure::Requests;

/// What all handlers share.
type Shared = Arc<Service>;

/// A running service.
struct Service {
    /// Mailer, tokens and catalog as they are now
    current: Current,
    hosts: Hosts,
    /// Where nothing else says one
    language: Language,
    requests: Requests,
    /// How often settings or project were read again and not taken
    reload_failures: AtomicU64,
    phase: watch::Sender<Phase>,
}

/// How near its end a service is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// It takes mails
    #[default]
    Ready,
    /// It does so still, and says that nobody should come any more
    Leaving,
    /// It takes no more mails, and nobody waits any more
    Draining,
}

impl Service {
    /// Whether nobody should come any more.
    fn leaves(&self) -> bool {
        *self.phase.borrow() >= Phase::Leaving
    }

    /// Whether it takes no more mails.
    fn drains(&self) -> bool {
        *self.phase.borrow() >= Phase::Draining
    }

    /// Returns when it takes no more.
    async fn drained(&self) {
        // The sender is our own, so it is there.
        let _ = self.phase.subscribe().wait_for(|phase| *phase >= Phase::Draining).await;
    }
}
