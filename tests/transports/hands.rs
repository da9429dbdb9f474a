//! Records of hand-overs: good, failing, and never finished.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hongyan::transport::{HandOver, NotRecorded};

/// Counts how often it is asked; each commit takes a while and looks at the world before and after.
#[derive(Clone, Default)]
pub struct Hands {
    asked: Arc<AtomicUsize>,
    takes: Duration,
    fails: bool,
    never: bool,
    look: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Hands {
    /// A commit that looks at the world, waits, and looks again.
    pub fn watching(look: impl Fn() + Send + Sync + 'static) -> Hands {
        let takes = Duration::from_millis(20);
        Hands { look: Some(Arc::new(look)), takes, ..Hands::default() }
    }

    /// A commit that takes so long.
    pub fn slow(takes: Duration) -> Hands {
        Hands { takes, ..Hands::default() }
    }

    /// A commit that fails.
    pub fn failing() -> Hands {
        Hands { fails: true, ..Hands::default() }
    }

    /// A commit that never ends.
    pub fn stuck() -> Hands {
        Hands { never: true, ..Hands::default() }
    }

    /// How often a commit was asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn look(&self) {
        if let Some(look) = &self.look {
            look();
        }
    }
}

#[async_trait]
impl HandOver for Hands {
    async fn commit(&mut self) -> Result<(), NotRecorded> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.never {
            std::future::pending::<()>().await;
        }
        self.look();
        tokio::time::sleep(self.takes).await;
        self.look();
        if self.fails { Err(NotRecorded) } else { Ok(()) }
    }
}
