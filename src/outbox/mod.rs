//! The outbox: mails that were accepted and are not done yet, kept so that none is lost and none is
//! sent twice without anybody knowing.

mod clock;
mod state;
mod store;

pub use clock::Clock;
pub use state::{Lane, Next, State};
pub use store::*;
