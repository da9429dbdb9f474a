//! R29: a machine whose clock is set. What is due leaves, what is not yet void is not taken for
//! void, nothing waits for a time that has passed, and leases are neither lost nor kept.
//!
//! Needs `libfaketime` (Debian: `faketime`), which sets the clock of one process. Where it is not
//! there the test says so.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hongyan::Mailer;
use hongyan::mailer::Wishes;
use hongyan::outbox::State;

use super::house::{House, code, enqueue, notice, relay, short_lived, smtp, until};
use super::smtp::{Fault, SmtpServer, Stage};
use super::victim::Orders;

const JUMPS: [&str; 4] = ["+1h", "-1h", "+1d", "-1d"];

/// What sets the clock of a process.
fn library() -> Option<PathBuf> {
    let found = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        .map(|machine| PathBuf::from(format!("/usr/lib/{machine}/faketime/libfaketime.so.1")))
        .into_iter()
        .find(|path| path.exists());
    if found.is_none() {
        let why = "`libfaketime` is not installed";
        assert!(std::env::var_os("CI").is_none(), "{why}");
        eprintln!("skipped: {why}");
    }
    found
}

/// The clock of a process, which can be set while it runs.
struct FakeClock {
    library: PathBuf,
    setting: PathBuf,
}

impl FakeClock {
    fn new(library: &Path, folder: &Path) -> FakeClock {
        let clock = FakeClock { library: library.to_owned(), setting: folder.join("clock") };
        clock.set("+0");
        clock
    }

    fn set(&self, off: &str) {
        let draft = self.setting.with_extension("new");
        std::fs::write(&draft, off).unwrap();
        std::fs::rename(draft, &self.setting).unwrap();
    }

    /// The wall clock only: the others are never set.
    fn command(&self, orders: &Orders) -> Command {
        let mut command = orders.command();
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.setting)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command
    }
}

/// Mails of every sort of time.
async fn fill(mailer: &Mailer, now: i64) -> [String; 3] {
    let code = enqueue(mailer, code("ada@x.test", "483920")).await;
    let notice_now = enqueue(mailer, notice("bob@x.test")).await;
    let mut wishes = Wishes::default();
    wishes.send_at = Some(now / 1_000 + 3);
    let taken = mailer.enqueue(&[notice("cy@x.test")], &wishes).await.unwrap();
    [code, notice_now, taken.tickets[0].id.clone()]
}

/// The clock is set while the process delivers.
#[tokio::test]
async fn a_jump_under_way_changes_nothing() {
    let Some(library) = library() else { return };
    let mut running = tokio::task::JoinSet::new();
    for jump in JUMPS {
        let library = library.clone();
        running.spawn(async move { under_way(&library, jump).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

async fn under_way(library: &Path, jump: &str) {
    // The first answer keeps the mail in hand while the clock is set.
    let slow = Fault::at(Stage::Eod).delay(Duration::from_millis(700)).on_connection(1).time(1);
    let hanging = Fault::at(Stage::Data).containing("DATA").delay(Duration::from_millis(2_500));
    let server = SmtpServer::start(relay().with(slow).with(hanging.on_connection(2).time(1)));
    let house = House::new();
    let clock = FakeClock::new(library, house.path().parent().unwrap());
    let mailer = house.mailer(smtp(&server, 1));
    let now = house.outbox.clock().now();
    let ids = fill(&mailer, now).await;
    // Void before its turn comes: the server keeps it waiting for longer than it lives.
    let void = enqueue(&mailer, short_lived("eve@x.test", 1)).await;
    let orders = Orders { at_once: 2, ..Orders::deliver(house.path(), server.port()) };
    let worker = super::victim::Victim::from(clock.command(&orders).spawn().unwrap());
    until(async || !server.record().mails.is_empty()).await;
    clock.set(jump);
    assert!(worker.ends().await, "{jump}");
    for id in &ids {
        let mail = house.find(id).await;
        assert_eq!((mail.state, mail.attempts), (State::Sent, 1), "{jump} {:?}", mail.cause);
    }
    let mail = house.find(&void).await;
    assert_eq!(mail.state, State::Expired, "{jump}");
    let record = server.record();
    assert_eq!(record.mails.len(), 3, "{jump}");
    let last = record.mails.iter().map(|mail| mail.at).max().unwrap();
    let scheduled = house.find(&ids[2]).await;
    assert!(scheduled.done_at.unwrap() >= scheduled.send_at, "{jump}");
    assert!(last.elapsed() < Duration::from_secs(60), "{jump}");
}

/// A process ended, with a mail handed over, one leased, and some that wait; the next one has
/// another clock.
#[tokio::test]
async fn a_jump_between_two_processes_leaves_nothing_stuck_and_loses_nothing() {
    let Some(library) = library() else { return };
    let mut running = tokio::task::JoinSet::new();
    for jump in JUMPS {
        let library = library.clone();
        running.spawn(async move { between(&library, jump).await });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

async fn between(library: &Path, jump: &str) {
    let hanging = Fault::at(Stage::Data).hang().on_connection(1);
    let server = SmtpServer::start(relay().with(hanging));
    let house = House::new();
    let clock = FakeClock::new(library, house.path().parent().unwrap());
    let mailer = house.mailer(smtp(&server, 1));
    for number in 0..20 {
        enqueue(&mailer, notice(&format!("u{number}@x.test"))).await;
    }
    let orders = Orders { at_once: 1, ..Orders::deliver(house.path(), server.port()) };
    let first = super::victim::Victim::from(clock.command(&orders).spawn().unwrap());
    until(async || server.record().count("DATA") > 0).await;
    assert!(first.kill());
    house.outbox.store().close().await;
    clock.set(jump);
    let began = Instant::now();
    let second = super::victim::Victim::from(clock.command(&orders).spawn().unwrap());
    assert!(second.ends().await, "{jump}");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(30), "{jump}: {took:?}");
    let outbox = super::house::open(&house.path());
    let mails = super::house::all(&outbox, &[]).await;
    let sent = mails.iter().filter(|mail| mail.state == State::Sent).count();
    assert_eq!((sent, server.record().mails.len()), (20, 20), "{jump}");
}

/// `serve --no-worker` has been idle since it was opened; `worker` starts behind the clock was set.
#[tokio::test]
async fn a_jump_before_another_process_joins_ends_nothing_that_is_accepted_then() {
    let Some(library) = library() else { return };
    for jump in ["+1h", "-1h"] {
        let server = SmtpServer::start(relay());
        let house = House::new();
        let mailer = house.mailer(smtp(&server, 1));
        let clock = FakeClock::new(&library, house.path().parent().unwrap());
        clock.set(jump);
        let orders = Orders { stays: true, ..Orders::deliver(house.path(), server.port()) };
        let _worker = super::victim::Victim::from(clock.command(&orders).spawn().unwrap());
        until(async || house.outbox.store().stats(0).await.unwrap().claimed_at.is_some()).await;
        let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
        until(async || house.find(&id).await.state.is_done()).await;
        let mail = house.find(&id).await;
        assert_eq!(mail.state, State::Sent, "{jump}");
    }
}
