//! The workers of this process: one, and those before it that finish what they began.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::mailer::Mailer;

/// How long a worker that stopped by itself is left alone.
const REST: Duration = Duration::from_secs(1);

/// Whose turn it is; none when all of them end.
type Turn = Option<u64>;

/// The workers of this process.
pub struct Workers {
    wanted: bool,
    running: JoinSet<()>,
    begun: u64,
    turn: watch::Sender<Turn>,
}

impl Workers {
    pub fn new(wanted: bool) -> Workers {
        Workers { wanted, running: JoinSet::new(), begun: 0, turn: watch::channel(None).0 }
    }

    /// Begins with a new mailer; the worker before leases nothing more.
    pub fn begin(&mut self, mailer: &Mailer) {
        self.begun += 1;
        self.turn.send_replace(Some(self.begun));
        if self.wanted {
            self.running.spawn(work(mailer.clone(), self.begun, self.turn.subscribe()));
        }
    }

    /// Lets all of them finish.
    pub async fn end(&mut self) {
        self.turn.send_replace(None);
        while self.running.join_next().await.is_some() {}
    }
}

async fn work(mailer: Mailer, own: u64, turn: watch::Receiver<Turn>) {
    while *turn.borrow() == Some(own) {
        if let Err(error) = mailer.run_worker(passed(turn.clone(), own)).await {
            tracing::error!("the worker stopped: {error}");
            tokio::time::sleep(REST).await;
        }
    }
    mailer.close().await;
    // What it began under the settings of before, and put off since, need not wait either.
    let renewed = turn.borrow().is_some();
    if renewed {
        mailer.hurry().await;
    }
}

async fn passed(mut turn: watch::Receiver<Turn>, own: u64) {
    let _ = turn.wait_for(|turn| *turn != Some(own)).await;
}
