//! R01 and R02: processes that are killed lose nothing, and double only what was being handed over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hongyan::outbox::{Mail, State};

use super::house::{all, open, relay};
use super::smtp::{Fault, Record, SmtpServer, Stage};
use super::victim::{Mails, Orders};

/// What came of the mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Balance {
    /// Accepted and never seen by the server
    lost: usize,
    /// Seen twice
    doubled: usize,
    /// Doubled though nobody was handing them over when the process ended, or with other bytes
    unexplained: usize,
    /// They wait for a person
    held: usize,
}

impl Balance {
    fn of(mails: &[Mail], record: &Record, in_doubt: &BTreeSet<String>) -> Balance {
        let mut seen: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
        for mail in &record.mails {
            seen.entry(message_id(&mail.bytes)).or_default().push(&mail.bytes);
        }
        let mut balance = Balance::default();
        for mail in mails {
            let copies = seen.remove(&*mail.message_id).unwrap_or_default();
            let twice = copies.len() > 1;
            let explained = in_doubt.contains(&mail.id)
                && copies.len() <= 3
                && copies.iter().all(|copy| *copy == copies[0]);
            balance.lost += usize::from(copies.is_empty() && mail.state == State::Sent);
            balance.doubled += usize::from(twice);
            balance.unexplained += usize::from(twice && !explained);
            balance.held += usize::from(mail.state == State::Unknown);
        }
        // What nobody accepted.
        balance.unexplained += seen.len();
        balance
    }
}

fn message_id(bytes: &[u8]) -> &str {
    let text = std::str::from_utf8(bytes).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    line.trim()
}

/// Numbers that look random (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Kills at random moments: 20 rounds, or as many as `HONGYAN_KILL_ROUNDS` says.
#[tokio::test]
async fn kills_at_random_moments_lose_nothing() {
    let rounds = std::env::var("HONGYAN_KILL_ROUNDS").ok().and_then(|text| text.parse().ok());
    let rounds: usize = rounds.unwrap_or(20);
    let seed = std::env::var("HONGYAN_KILL_SEED").ok().and_then(|text| text.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64;
    let mut dice = Dice(seed.unwrap_or(now) | 1);
    println!("HONGYAN_KILL_SEED={}", dice.0);
    let slow = Fault::at(Stage::Eod).delay(Duration::from_millis(20));
    let server = SmtpServer::start(relay().with(slow));
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox.db");
    let orders = Orders {
        outbox: &outbox,
        port: server.port(),
        mails: rounds * 20,
        which: Mails::Codes,
        pause: Duration::from_millis(2),
        at_once: 5,
    };
    let mut in_doubt = BTreeSet::new();
    let mut kills = 0;
    for _ in 0..rounds {
        let mut victim = orders.start(None);
        tokio::time::sleep(Duration::from_millis(100 + dice.below(900))).await;
        let ended = victim.try_wait().unwrap().is_some();
        let _ = victim.kill();
        victim.wait().unwrap();
        kills += usize::from(!ended);
        if outbox.exists() {
            in_doubt.extend(handing_over(&outbox).await);
        }
    }
    let last = wait(orders.start(None)).await;
    assert!(last, "the last one did not end by itself");
    let mails = all(&open(&outbox), &[]).await;
    assert_eq!(mails.len(), orders.mails);
    // A mail that was being handed over at three kills asks a person: three copies may be out.
    let put_aside = |mail: &&Mail| mail.state == State::Unknown;
    let aside = mails.iter().filter(put_aside).count();
    let sent = mails.iter().filter(|mail| mail.state == State::Sent).count();
    assert_eq!(sent + aside, mails.len());
    let balance = Balance::of(&mails, &server.record(), &in_doubt);
    let doubtful = in_doubt.len();
    println!("{kills} kills, {sent} sent, {aside} put aside, {doubtful} in doubt: {balance:?}");
    assert_eq!((balance.lost, balance.unexplained), (0, 0), "{balance:?}");
    assert!(balance.doubled <= in_doubt.len());
}

async fn handing_over(outbox: &std::path::Path) -> Vec<String> {
    let outbox = open(outbox);
    let found = all(&outbox, &[State::HandingOver]).await;
    outbox.store().close().await;
    found.into_iter().map(|mail| mail.id).collect()
}

/// Whether a process ends well.
async fn wait(mut child: std::process::Child) -> bool {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// At each named step, the first time, the second, until it is reached no more.
#[cfg(feature = "crash-points")]
#[tokio::test]
async fn kills_at_each_step_do_what_is_promised() {
    const STEPS: [&str; 9] = [
        "before_insert",
        "after_insert",
        "after_commit",
        "after_lease",
        "after_354",
        "mid_body",
        "after_dot",
        "after_reply",
        "after_record",
    ];
    let mut running = tokio::task::JoinSet::new();
    let mut rows = BTreeMap::new();
    for (place, step) in STEPS.into_iter().enumerate() {
        for which in [Mails::Codes, Mails::Notices, Mails::Large] {
            if (which == Mails::Large) != (step == "mid_body") {
                continue;
            }
            while running.len() >= 4 {
                note(&mut rows, running.join_next().await);
            }
            running.spawn(async move { (place, which, at_step(step, which).await) });
        }
    }
    while let Some(row) = running.join_next().await {
        note(&mut rows, Some(row));
    }
    let lines: Vec<String> = rows
        .into_iter()
        .map(|((place, which), (kills, Balance { lost, doubled, unexplained, held }))| {
            let step = STEPS[place];
            format!(
                "{step:14} {which:8} kills {kills}  lost {lost}  doubled {doubled}  held {held}  \
                 unexplained {unexplained}"
            )
        })
        .collect();
    insta::assert_snapshot!("steps", lines.join("\n"));
}

#[cfg(feature = "crash-points")]
type Rows = BTreeMap<(usize, String), (usize, Balance)>;

#[cfg(feature = "crash-points")]
type Row = (usize, Mails, (usize, Balance));

#[cfg(feature = "crash-points")]
fn note(rows: &mut Rows, row: Option<Result<Row, tokio::task::JoinError>>) {
    let (place, which, found) = row.unwrap().unwrap();
    rows.insert((place, format!("{which:?}")), found);
}

/// Two mails, killed at a step each time that it is reached; how often that was, and what came of
/// all of them.
#[cfg(feature = "crash-points")]
async fn at_step(step: &str, which: Mails) -> (usize, Balance) {
    let mut sum = Balance::default();
    for nth in 1.. {
        let server = SmtpServer::start(relay());
        let folder = tempfile::tempdir().unwrap();
        let outbox = folder.path().join("outbox.db");
        let orders = Orders {
            outbox: &outbox,
            port: server.port(),
            mails: 2,
            which,
            pause: Duration::ZERO,
            at_once: 1,
        };
        let survived = wait(orders.start(Some(&format!("{step}:{nth}")))).await;
        let in_doubt = handing_over(&outbox).await.into_iter().collect();
        assert!(wait(orders.start(None)).await, "{step}:{nth} {which:?}");
        let mails = all(&open(&outbox), &[]).await;
        assert_eq!(mails.len(), 2, "{step}:{nth} {which:?}");
        let Balance { lost, doubled, unexplained, held } =
            Balance::of(&mails, &server.record(), &in_doubt);
        sum.lost += lost;
        sum.doubled += doubled;
        sum.unexplained += unexplained;
        sum.held += held;
        if survived {
            return (nth - 1, sum);
        }
        assert!(nth < 10, "{step} is reached too often");
    }
    unreachable!("each step ends")
}
