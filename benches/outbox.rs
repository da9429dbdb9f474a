//! What the outbox costs by itself: how many mails a second it takes and ends, durably, and what a
//! claim costs when the queue is long. `cargo bench --bench outbox`, with a folder on the disk
//! that is meant as the last argument; compare figures within one run, since machines are noisy.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hongyan::catalog::InDoubt;
use hongyan::compose::Seal;
use hongyan::composer::{Composer, Draft};
use hongyan::locale::Locale;
use hongyan::mail::Mailbox;
use hongyan::outbox::{
    Attempt, Claim, Content, Hash, Key, Lane, NewMail, Next, Outbox, OutboxPlace, Record, Store,
    Submission,
};
use tokio::runtime::Builder;

/// Callers at once.
const TASKS: usize = 64;
/// 2026-01-01, in milliseconds.
const NOW: i64 = 1_767_225_600_000;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = folder.unwrap_or_else(|| "target".to_owned());
    let folder = tempfile::tempdir_in(folder).expect("the folder is there");
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("threads can be started").block_on(async {
        freezing(folder.path());
        for (bytes, mails) in [(1_024, 40_000), (25_600, 8_000)] {
            throughput(folder.path(), bytes, mails).await;
        }
        depth(folder.path(), [1_000, 300_000]).await;
    });
}

fn open(folder: &Path, name: &str) -> Outbox {
    let place = OutboxPlace::Sqlite(folder.join(name));
    Outbox::open(&place, Key::new(&[7; 32])).expect("an empty outbox opens")
}

/// Freezing and thawing, of a shipped code as it is (25 KB) and cut to 1 KB.
fn freezing(folder: &Path) {
    let outbox = open(folder, "freezing.db");
    let composer = Composer::load(&hongyan::shipped()).expect("the shipped project is right");
    let kind = composer.catalog().kind("verification_code").expect("it ships");
    let mut draft = Draft::new(&kind.name, "zh-CN", "ada@example.com").expect("an address");
    draft.vars = kind.sample("typical", &Locale::zh_cn()).expect("every kind has it");
    let mut rendered = composer.render(&draft).expect("the sample renders");
    let from = Mailbox::parse("no-reply@example.com").expect("an address");
    let seal = Seal::new(&id(0), 1_767_225_600, &from).expect("an id");
    rendered.text = "x".repeat(25_600_usize.saturating_sub(rendered.html.without_images().len()));
    time("freeze 25 KB", || outbox.freeze(&rendered, &seal));
    let content = outbox.freeze(&rendered, &seal);
    time("thaw   25 KB", || outbox.thaw(seal.id(), &content).expect("it is ours"));
    rendered.text = "x".repeat(400);
    rendered.html = hongyan::inline::inline("<p>483920</p>").expect("a page");
    time("freeze  1 KB", || outbox.freeze(&rendered, &seal));
    let content = outbox.freeze(&rendered, &seal);
    time("thaw    1 KB", || outbox.thaw(seal.id(), &content).expect("it is ours"));
}

fn time<T>(what: &str, work: impl Fn() -> T) {
    let began = Instant::now();
    for _ in 0..2_000 {
        std::hint::black_box(work());
    }
    println!("{what}: {:.1} µs", began.elapsed().as_secs_f64() * 1e6 / 2_000.0);
}

/// Accepted a second by tasks that each wait for their answer, then claimed, handed over and
/// recorded a second.
async fn throughput(folder: &Path, bytes: usize, mails: usize) {
    let outbox = open(folder, &format!("throughput-{bytes}.db"));
    let store = Arc::clone(outbox.store());
    let began = Instant::now();
    let tasks = (0..TASKS).map(|task| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for at in 0..mails / TASKS {
                accept(&*store, vec![mail(task * mails + at, bytes)]).await;
            }
        })
    });
    all(tasks).await;
    let accepted = (mails / TASKS * TASKS) as f64 / began.elapsed().as_secs_f64();
    println!("accept {bytes:>6} B: {accepted:>7.0}/s by {TASKS} tasks");

    let began = Instant::now();
    let tasks = (0..TASKS).map(|task| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut done = 0;
            loop {
                let claims = store.claim(claim(task, 8)).await.expect("it claims");
                if claims.is_empty() {
                    return done;
                }
                for claim in claims {
                    store.hand_over(&claim.fence, "smtp").await.expect("it is ours");
                    store.record(&claim.fence, sent()).await.expect("it is ours");
                    done += 1;
                }
            }
        })
    });
    let done: usize = all(tasks).await.into_iter().sum();
    let ended = done as f64 / began.elapsed().as_secs_f64();
    println!("claim, hand over, record {bytes:>6} B: {ended:>7.0}/s ({done})");
    store.close().await;
}

/// What one claim of eight costs when so many wait. The queues take turns, so that other work on the
/// machine meets both.
async fn depth(folder: &Path, rows: [usize; 2]) {
    let mut queues = Vec::new();
    for rows in rows {
        let outbox = open(folder, &format!("depth-{rows}.db"));
        for at in (0..rows).step_by(1_000) {
            accept(&**outbox.store(), (at..at + 1_000).map(|at| mail(at, 1_024)).collect()).await;
        }
        queues.push((rows, outbox, Vec::new()));
    }
    for task in 0..100 {
        for (_, outbox, costs) in &mut queues {
            let began = Instant::now();
            let claims = outbox.store().claim(claim(task, 8)).await.expect("it claims");
            costs.push(began.elapsed());
            assert_eq!(claims.len(), 8);
        }
    }
    for (rows, outbox, mut costs) in queues {
        costs.sort();
        println!("claim of 8 from {rows:>7} rows: median {:?}, p99 {:?}", costs[50], costs[98]);
        outbox.store().close().await;
    }
}

async fn all<T: 'static>(tasks: impl Iterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let mut done = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        done.push(task.await.expect("no task fails"));
    }
    done
}

async fn accept(store: &dyn Store, mails: Vec<NewMail>) {
    let submission = Submission { now: NOW, idempotency: None, caps: Vec::new(), mails };
    store.accept(submission).await.expect("it is taken");
}

fn claim(task: usize, most: usize) -> Claim {
    let (worker, lease) = (task.to_string(), Duration::from_secs(180));
    Claim { worker, now: NOW, most, lease, resting: Vec::new() }
}

fn sent() -> Record {
    let attempt = Attempt {
        number: 1,
        at: NOW,
        took: 40,
        transport: Some("smtp".to_owned()),
        reply: Some(("250".to_owned(), "2.0.0 Ok: queued".to_owned())),
        action: "sent".to_owned(),
        ..Attempt::default()
    };
    Record {
        now: NOW,
        attempts: vec![attempt],
        next: Next::Sent,
        provider_id: None,
        adapted: None,
        suppress: None,
    }
}

fn id(at: usize) -> String {
    format!("0199aaaa-0000-7000-8000-{at:012x}")
}

fn mail(at: usize, bytes: usize) -> NewMail {
    let mut recipient = [0; 32];
    recipient[..8].copy_from_slice(&(at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    NewMail {
        id: id(at),
        message_id: format!("<{}@example.com>", id(at)),
        kind: "verification_code".to_owned(),
        locale: "zh-CN".to_owned(),
        lane: Lane::Security,
        to: "a***@example.com".to_owned(),
        recipient: Hash(recipient),
        copies: Vec::new(),
        send_at: NOW,
        expires_at: NOW + 600_000,
        in_doubt: InDoubt::Resend,
        replaces: Some(Hash(recipient)),
        limits: Vec::new(),
        route: vec!["smtp".to_owned()],
        adapted: "[]".to_owned(),
        trace: None,
        content: Content { sealed: vec![7; bytes], images: Vec::new() },
    }
}
