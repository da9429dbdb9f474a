//! The log: lines on stderr, for operators and what collects them.
//!
//! `RUST_LOG` chooses what is shown, in the usual form. Addresses are masked, and
//! no variable, subject, password or token is ever handed to it.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is shown unless `RUST_LOG` says otherwise: our own lines only.
const USUAL: &str = "hongyan=info";

/// Begins to write the log.
pub fn begin() {
    begin_with(USUAL, false);
}

/// The same for a service, which runs for long: each line has its time, unless a journal that
/// collects them adds one.
pub fn begin_of_service() {
    begin_with(USUAL, !is_journal());
}

/// The same for a command whose result tells what happened: what is strange, and no more.
pub fn begin_quietly() {
    begin_with("hongyan=warn", false);
}

fn begin_with(usual: &str, times: bool) {
    let asked = std::env::var_os(EnvFilter::DEFAULT_ENV).is_some_and(|value| !value.is_empty());
    let chosen = EnvFilter::try_from_default_env().ok().filter(|_| asked);
    let unreadable = asked && chosen.is_none();
    let filter = chosen.unwrap_or_else(|| EnvFilter::new(usual));
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .with_target(false);
    // A second one in the same process would be a test's, which has its own.
    let _ = match times {
        true => log.try_init(),
        false => log.without_time().try_init(),
    };
    if unreadable {
        tracing::warn!(
            "`RUST_LOG` cannot be read, so the usual lines are shown: write it like `hongyan=debug`"
        );
    }
}

/// Whether stderr is the journal's: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
#[cfg(unix)]
fn is_journal() -> bool {
    use std::os::unix::fs::MetadataExt;
    let stream = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    let stderr = std::fs::metadata("/dev/stderr");
    stderr.is_ok_and(|stderr| stream == format!("{}:{}", stderr.dev(), stderr.ino()))
}

#[cfg(not(unix))]
fn is_journal() -> bool {
    false
}
