//! What a worker does beside delivering: it ends what nobody will end, and looks at the clock.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::mailer::Mailer;
use crate::outbox::{Outbox, Swept};

/// What is known from the last rounds.
struct Rounds<'a> {
    mailer: &'a Mailer,
    outbox: &'a Outbox,
    /// The jump of the wall clock that was told
    jump: Option<i64>,
    /// Whether the store's fault was told
    troubled: bool,
}

/// Sweeps until the worker ends.
pub(super) async fn go(
    mailer: Mailer,
    outbox: Outbox,
    every: Duration,
    mut ending: watch::Receiver<bool>,
) {
    let mut rounds = Rounds { mailer: &mailer, outbox: &outbox, jump: None, troubled: false };
    loop {
        let began = Instant::now();
        rounds.sweep().await;
        rounds.mailer.write_times().await;
        rounds.look_at_clock();
        let pause = every.saturating_sub(began.elapsed()).max(Duration::from_millis(50));
        tokio::select! {
            _ = ending.wait_for(|ending| *ending) => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Rounds<'_> {
    async fn sweep(&mut self) {
        loop {
            match self.outbox.store().sweep(self.outbox.clock().now()).await {
                Ok(swept) if swept == Swept::default() => break,
                Ok(swept) => tell(&swept, self.outbox),
                Err(error) => {
                    if !std::mem::replace(&mut self.troubled, true) {
                        tracing::warn!("the outbox could not be swept: {error}");
                    }
                    return;
                }
            }
        }
        self.troubled = false;
    }

    /// The outbox goes by its own clock; whoever reads its times should know.
    fn look_at_clock(&mut self) {
        let jump = self.outbox.clock().jumped();
        if let (Some(off), None) = (jump, self.jump) {
            let seconds = off / 1_000;
            tracing::warn!(
                seconds,
                "the clock of this machine has jumped; the outbox stays with its own"
            );
        }
        self.jump = jump;
    }
}

fn tell(swept: &Swept, outbox: &Outbox) {
    let Swept { released, resent, held, expired, erased, forgotten } = *swept;
    if released + resent > 0 {
        outbox.ring();
    }
    if resent + held > 0 {
        tracing::warn!(resent, held, "mails were found of which a copy may be out");
    }
    tracing::debug!(released, resent, held, expired, erased, forgotten, "the outbox was swept");
}
