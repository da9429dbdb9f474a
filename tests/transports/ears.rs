//! Listens to what the library and its dependencies say through `tracing`, at every level, and
//! looks for canaries in anything that is printed.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use hongyan::diagnostic::Language;
use hongyan::transport::SendError;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::mails::{CODE, PASSWORD, TOKEN};

static HEARD: Mutex<String> = Mutex::new(String::new());

/// Everything that is said from now on is kept.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Ears).unwrap());
}

/// Asserts that no canary stands in a text, plain, in base64 or as AUTH writes it.
#[track_caller]
pub fn hides(what: &str, text: &str) {
    use base64::Engine as _;
    let encode = |secret: &str| base64::engine::general_purpose::STANDARD.encode(secret);
    for canary in [CODE, PASSWORD, TOKEN] {
        assert!(!text.contains(canary), "{what}: {text}");
        // Wherever it begins in a longer text, one of these stands in its base64.
        for shift in 0..3 {
            let shifted = encode(&format!("{}{canary}", &"\0\0\0"[..shift]));
            let inner = &shifted[4..shifted.len() - 4];
            assert!(!text.contains(inner), "{what}: {text}");
        }
    }
}

/// Asserts that neither an error, however it is printed, nor anything heard so far holds a canary.
#[track_caller]
pub fn error_hides(what: &str, error: &SendError) {
    let fault = error.diagnostic();
    for language in [Language::En, Language::Zh] {
        let faults = hongyan::diagnostic::Diagnostics::from(fault.clone());
        hides(what, &faults.to_terminal(language, false));
        hides(what, &faults.to_json(language).to_string());
    }
    hides(what, &format!("{error} {error:?} {error:#?} {fault:?}"));
    hides(what, &heard());
}

/// What was said so far.
pub fn heard() -> String {
    lock().clone()
}

fn lock() -> MutexGuard<'static, String> {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Ears;

impl Visit for Ears {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(lock(), "{field}={value:?}");
    }
}

impl Subscriber for Ears {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Ears);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Ears);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Ears);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
