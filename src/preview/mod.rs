//! The studio: a local server where designers and testers look at mails.
//!
//! It loads a project whole, keeps the last one that could be loaded, and tells open pages when it
//! has another. What it shows as a mail is made where `hongyan render` makes it. It knows nothing of
//! the terminal; who started it prints the address.
//!
//! ```no_run
//! # fn start(setup: hongyan::mailer::Setup) -> Result<(), hongyan::preview::StartError> {
//! use hongyan::preview::{Options, Preview};
//!
//! let preview = Preview::open(setup, Options::at("127.0.0.1:3025"))?;
//! println!("{}", preview.url());
//! preview.serve()
//! # }
//! ```

mod answer;
mod app;
mod builder;
mod caught;
mod deliveries;
mod drafts;
mod events;
mod frames;
mod inbox;
pub(crate) mod looks;
pub(crate) mod parts;
mod project;
mod render;
mod rendering;
mod routes;
mod samples;
mod security;
mod send;
mod snapshots;
mod start;
mod state;
mod watch;

use std::sync::Arc;

use tokio::sync::{Semaphore, broadcast};

pub use crate::web::listen::StartError;
pub use start::{Options, Preview};

use crate::diagnostic::Language;
use crate::mailer::Setup;
use crate::web::hosts::Hosts;
use caught::Folders;
use drafts::Drafts;
use events::News;
use security::Session;
use state::State;

/// What all handlers share.
type Shared = Arc<Studio>;

/// A running studio.
struct Studio {
    setup: Setup,
    /// The language that was asked for at the start
    language: Option<Language>,
    /// The terminal's
    terminal: Language,
    hosts: Hosts,
    session: Session,
    state: State,
    drafts: Drafts,
    /// Where caught mails are
    caught: Folders,
    news: broadcast::Sender<News>,
    /// Seats for pages that listen
    streams: Arc<Semaphore>,
}

impl Studio {
    /// Tells all open pages; that none is open is no fault.
    fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}
