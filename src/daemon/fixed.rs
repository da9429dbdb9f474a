//! What a process takes when it starts, and not again.

use std::path::PathBuf;

use crate::mailer::Outfit;
use crate::secret::Secret;

/// Where a process listens and where its mails are.
#[derive(Clone)]
pub struct Fixed {
    listen: Option<String>,
    outbox: PathBuf,
    key: Option<Secret>,
}

impl Fixed {
    /// Of settings as they are now; `listen` where the process does.
    pub fn of(outfit: &Outfit<'_>, listen: Option<&str>) -> Fixed {
        Fixed {
            listen: listen.map(str::to_owned),
            outbox: outfit.outbox_path(),
            key: outfit.outbox_settings().key.clone(),
        }
    }

    /// Says which settings are others by now, and wait for a restart.
    pub fn tell_changes(&self, now: &Fixed) {
        let key = |fixed: &Fixed| fixed.key.as_ref().map(|key| key.expose().to_owned());
        let changes = [
            ("HONGYAN_LISTEN", self.listen != now.listen),
            ("HONGYAN_OUTBOX", self.outbox != now.outbox),
            ("HONGYAN_OUTBOX_KEY", key(self) != key(now)),
        ];
        for (name, _) in changes.iter().filter(|(_, changed)| *changed) {
            tracing::warn!("`{name}` has changed, and holds after a restart: until then as before");
        }
    }
}
