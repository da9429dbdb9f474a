//! The log: lines on stderr, for operators and what collects them.
//!
//! `RUST_LOG` chooses what is shown, in the usual form; `info` otherwise. Addresses are masked, and
//! no variable, subject, password or token is ever handed to it.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is shown unless `RUST_LOG` says otherwise: our own lines only.
const USUAL: &str = "hongyan=info";

/// Begins to write the log.
pub fn begin() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // A second one in the same process would be a test's, which has its own.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .with_target(false)
        .without_time()
        .try_init();
}
