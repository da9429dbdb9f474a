//! The outbox: mails that were accepted and are not done yet, kept so that none is lost and none is
//! sent twice without anybody knowing.

mod clock;
mod queue;
mod shown;
mod state;
mod store;

pub use clock::Clock;
pub use queue::Outbox;
pub use shown::{adapted, moment};
pub use state::{Lane, Next, State};
pub use store::*;
