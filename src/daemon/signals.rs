//! What the system asks of the process: to end (SIGTERM, SIGINT), to read its settings again
//! (SIGHUP).

use std::io;

/// What is asked.
pub enum Signal {
    /// To end
    End,
    /// To read the settings again
    Renew,
}

#[cfg(unix)]
pub use unix::Signals;

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    use super::{Signal, io};

    /// Hears them from now on.
    pub struct Signals {
        terminate: Stream,
        interrupt: Stream,
        renew: Stream,
    }

    impl Signals {
        pub fn new() -> io::Result<Signals> {
            Ok(Signals {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                renew: signal(SignalKind::hangup())?,
            })
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.terminate.recv() => Signal::End,
                _ = self.interrupt.recv() => Signal::End,
                _ = self.renew.recv() => Signal::Renew,
            }
        }

        /// The next that asks to end.
        pub async fn again(&mut self) {
            while let Signal::Renew = self.next().await {}
        }
    }
}

#[cfg(not(unix))]
pub use other::Signals;

#[cfg(not(unix))]
mod other {
    use super::{Signal, io};

    /// Hears Ctrl-C.
    pub struct Signals;

    impl Signals {
        pub fn new() -> io::Result<Signals> {
            Ok(Signals)
        }

        /// The next one.
        pub async fn next(&mut self) -> Signal {
            let _ = tokio::signal::ctrl_c().await;
            Signal::End
        }

        /// The next that asks to end.
        pub async fn again(&mut self) {
            self.next().await;
        }
    }
}
