//! A process of its own that accepts and delivers mails until it is killed, or all are done: this
//! test binary again, told by its environment what to do.

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hongyan::Mailer;
use hongyan::mail::Attachment;
use hongyan::mailer::{IdempotencyKey, Wishes};
use hongyan::outbox::State;
use serde::{Deserialize, Serialize};

use super::house::{code, notice, open, quick, smtp_at, work};

const ORDERS: &str = "HONGYAN_TEST_VICTIM";
/// How long a process may take that ends by itself.
const PATIENCE: Duration = Duration::from_secs(600);

/// What mails it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mails {
    /// Sent again where a copy may be out
    Codes,
    /// Held then
    Notices,
    /// One and the other in turn
    Both,
    /// Larger than what is written at once
    Large,
}

/// What a victim is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Orders {
    pub outbox: PathBuf,
    pub port: u16,
    /// Which mails it accepts; with the same numbers it is the same request
    pub mails: Range<usize>,
    pub which: Mails,
    /// Between two of them
    pub pause: Duration,
    /// How many it delivers at once
    pub at_once: usize,
    /// How long it has a mail to itself
    pub lease: Duration,
    /// Whether it goes on when nothing is left to do
    pub stays: bool,
}

impl Orders {
    /// To deliver what is in an outbox, until all is done.
    pub fn deliver(outbox: PathBuf, port: u16) -> Orders {
        Orders {
            outbox,
            port,
            mails: 0..0,
            which: Mails::Codes,
            pause: Duration::ZERO,
            at_once: 5,
            lease: Duration::from_millis(2_500),
            stays: false,
        }
    }

    /// Starts it.
    pub fn start(&self) -> Victim {
        Victim(self.command().spawn().unwrap())
    }

    /// What starts it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["victim::obey", "--exact", "--nocapture"])
            .env(ORDERS, serde_json::to_string(self).unwrap())
            .env_remove("HONGYAN_CRASH_AT")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What it was told as accepted: the ids.
    pub fn told(&self) -> Vec<String> {
        let told = std::fs::read_to_string(self.told_path()).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    fn told_path(&self) -> PathBuf {
        self.outbox.with_extension("told")
    }
}

/// A process that does not outlive its test.
pub struct Victim(Child);

impl Victim {
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends it a signal: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Kills it. Whether it was still there.
    pub fn kill(mut self) -> bool {
        let ended = self.0.try_wait().unwrap().is_some();
        let _ = self.0.kill();
        self.0.wait().unwrap();
        !ended
    }

    /// Waits for its end. Whether it ends well.
    pub async fn ends(mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            assert!(Instant::now() < end, "it goes on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl From<Child> for Victim {
    fn from(child: Child) -> Victim {
        Victim(child)
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Does nothing unless this process is a victim.
#[test]
fn obey() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let orders: Orders = serde_json::from_str(&orders).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(live(&orders));
}

async fn live(orders: &Orders) {
    let deadline = orders.lease - Duration::from_millis(600);
    let settings = quick().lease(orders.lease, deadline);
    let mailer = Mailer::builder()
        .outbox(open(&orders.outbox))
        .transport(smtp_at(orders.port, orders.at_once))
        .worker(settings.at_once(orders.at_once))
        .build()
        .unwrap();
    // A single place: all is accepted before anything leaves, so that steps come in one order.
    let first = orders.at_once == 1;
    accept(&mailer, orders, first).await;
    tokio::join!(accept(&mailer, orders, !first), work_off(&mailer, orders));
}

async fn work_off(mailer: &Mailer, orders: &Orders) {
    if orders.stays {
        return mailer.run_worker(std::future::pending()).await.unwrap();
    }
    work(mailer, async || {
        let stats = mailer.outbox().unwrap().store().stats(0).await.unwrap();
        let of = |wanted| stats.states.iter().find(|(state, _)| *state == wanted);
        let left = |state| of(state).is_none_or(|(_, count)| *count == 0);
        let known: u64 = stats.states.iter().map(|(_, count)| count).sum();
        known >= orders.mails.end as u64
            && [State::Queued, State::Leased, State::HandingOver].into_iter().all(left)
    })
    .await;
}

/// The same keys each time it is started: what was accepted before is not accepted again.
async fn accept(mailer: &Mailer, orders: &Orders, now: bool) {
    let mut told = File::options().append(true).create(true).open(orders.told_path()).unwrap();
    for number in orders.mails.clone().filter(|_| now) {
        let (scope, key, body) = ("app".into(), number.to_string(), b"body".to_vec());
        let mut wishes = Wishes::default();
        wishes.idempotency = Some(IdempotencyKey { scope, key, body });
        let taken = mailer.enqueue(&[draft(number, orders.which)], &wishes).await.unwrap();
        writeln!(told, "{}", taken.tickets[0].id).unwrap();
        tokio::time::sleep(orders.pause).await;
    }
}

fn draft(number: usize, which: Mails) -> hongyan::composer::Draft {
    let to = format!("u{number}@x.test");
    match which {
        Mails::Notices => notice(&to),
        Mails::Both if number % 2 == 1 => notice(&to),
        Mails::Codes | Mails::Both => code(&to, "483920"),
        Mails::Large => {
            let mut draft = code(&to, "483920");
            let file = Attachment::new("data.bin", None, vec![7; 150_000]).unwrap();
            draft.attachments.push(file);
            draft
        }
    }
}
