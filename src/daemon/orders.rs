//! What a process is to do next: end, read everything again, or load a project whose files changed.

use std::io;
use std::time::Duration;

use super::reading::fingerprint;
use super::signals::{Signal, Signals};
use crate::project::Project;

/// How often files are looked at, and for how long they must be still to be read: a deploy that
/// copies them one by one is not met halfway.
const LOOK: Duration = Duration::from_millis(500);

/// What is to be done.
pub enum Order {
    /// To end
    End,
    /// To read settings and project again
    Renew,
    /// To load the project again
    Reload,
}

/// Orders of the system, and of those who write files.
pub struct Orders {
    signals: Signals,
    /// Whether the project is loaded again when its files change
    watch: bool,
    /// What the files looked like that were read last
    taken: u64,
    /// What they looked like when they were looked at last
    seen: u64,
    /// Whether everything is to be read again as soon as it can be
    renew: bool,
}

impl Orders {
    /// Hears them from now on; the files were read when they looked like `print`. To be called in a
    /// runtime of tokio.
    ///
    /// # Errors
    /// A system that lets no signals be heard.
    pub fn new(print: u64, watch: bool) -> io::Result<Orders> {
        let signals = Signals::new()?;
        Ok(Orders { signals, watch, taken: print, seen: print, renew: false })
    }

    /// The next one.
    pub async fn next(&mut self, project: &Project) -> Order {
        loop {
            tokio::select! {
                signal = self.signals.next() => match signal {
                    Signal::End => return Order::End,
                    Signal::Renew => self.renew = true,
                },
                () = tokio::time::sleep(LOOK), if self.renew || self.watch => {
                    if let Some(order) = self.look(fingerprint(project)) {
                        return order;
                    }
                }
            }
        }
    }

    /// Returns when it is told to end once more.
    pub async fn again(&mut self) {
        self.signals.again().await;
    }

    fn look(&mut self, print: u64) -> Option<Order> {
        let is_still = std::mem::replace(&mut self.seen, print) == print;
        let order = match () {
            () if !is_still => return None,
            () if self.renew => Order::Renew,
            () if self.watch && print != self.taken => Order::Reload,
            () => return None,
        };
        (self.renew, self.taken) = (false, print);
        Some(order)
    }
}
