//! The log: lines on stderr, for operators and what collects them.
//!
//! `RUST_LOG` chooses what is shown, in the usual form. Addresses are masked, and
//! no variable, subject, password or token is ever handed to it.
//!
//! Mails do not wait for it: where nobody reads, or nothing can be written, lines are left out, and
//! how many is told once lines can be written again.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing_subscriber::EnvFilter;

/// What is shown unless `RUST_LOG` says otherwise: our own lines only.
const USUAL: &str = "hongyan=info";
/// What a pipe takes at once when it takes anything (POSIX has 512, Linux 4096).
const AT_ONCE: usize = if cfg!(target_os = "linux") { 4_096 } else { 512 };
/// How long a line waits for a reader who was there so far, in milliseconds.
const PATIENCE: i64 = 100;

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
    let lost = Arc::<AtomicU64>::default();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || Lines { lost: lost.clone() })
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

/// Writes lines to stderr, or leaves them out; it never fails, for whoever logs would panic.
struct Lines {
    lost: Arc<AtomicU64>,
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let lost = self.lost.load(Ordering::Relaxed);
        let patience = if lost == 0 { PATIENCE } else { 0 };
        let told = match lost {
            0 => Ok(()),
            _ => put(format!(" WARN {lost} lines of the log were lost\n").as_bytes(), patience),
        };
        match told.and_then(|()| put(line, patience)) {
            Ok(()) => self.lost.fetch_sub(lost, Ordering::Relaxed),
            Err(_) => self.lost.fetch_add(1, Ordering::Relaxed),
        };
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn put(line: &[u8], patience: i64) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    for part in line.chunks(AT_ONCE) {
        takes(&stderr, patience)?;
        stderr.write_all(part)?;
    }
    Ok(())
}

/// Whether something can be written without waiting for longer than this.
#[cfg(unix)]
fn takes(stderr: &io::StderrLock<'_>, patience: i64) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let within = Timespec { tv_sec: 0, tv_nsec: patience * 1_000_000 };
    match poll(&mut [PollFd::new(stderr, PollFlags::OUT)], Some(&within))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn takes(_stderr: &io::StderrLock<'_>, _patience: i64) -> io::Result<()> {
    Ok(())
}
