//! R01 and R02: processes that are killed lose nothing, and double only what was being handed over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hongyan::outbox::{Mail, State};

use super::house::{all, from_environment, open, relay};
use super::smtp::{Fault, Record, SmtpServer, Stage};
#[cfg(feature = "crash-points")]
use super::victim::Victim;
use super::victim::{Mails, Orders};

/// How many mails a process would accept if it were let live.
const A_ROUND: usize = 200;

/// What is known of a run: what the server has, what the callers were told, and what was being
/// handed over when processes ended.
struct Seen<'a> {
    record: &'a Record,
    told: &'a [String],
    in_doubt: &'a BTreeSet<String>,
}

/// What came of the mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Balance {
    /// Told as accepted and not in the outbox, or told as sent and never seen by the server
    lost: usize,
    /// Seen twice
    doubled: usize,
    /// Doubled or held though nobody was handing them over when the process ended, or with other
    /// bytes
    unexplained: usize,
    /// They wait for a person: a copy may be out
    held: usize,
    /// They wait for a person: twelve processes died with them, and no copy is out
    given_up: usize,
}

impl Balance {
    fn of(mails: &[Mail], seen: &Seen<'_>) -> Balance {
        let mut copies: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
        for mail in &seen.record.mails {
            copies.entry(message_id(&mail.bytes)).or_default().push(&mail.bytes);
        }
        let mut balance = Balance::default();
        let ids: BTreeSet<&String> = mails.iter().map(|mail| &mail.id).collect();
        balance.lost += seen.told.iter().filter(|id| !ids.contains(id)).count();
        for mail in mails {
            let copies = copies.remove(&*mail.message_id).unwrap_or_default();
            let (twice, held) = (copies.len() > 1, mail.state == State::Unknown);
            let explained = seen.in_doubt.contains(&mail.id)
                && copies.len() <= 3
                && copies.iter().all(|copy| *copy == copies[0]);
            balance.lost += usize::from(copies.is_empty() && mail.state == State::Sent);
            balance.doubled += usize::from(twice);
            balance.held += usize::from(held);
            let poison = mail.cause.as_deref() == Some("quarantined") && copies.is_empty();
            balance.given_up += usize::from(mail.state == State::Failed && poison);
            balance.unexplained += usize::from((twice || held) && !explained);
        }
        // What nobody accepted.
        balance.unexplained += copies.len();
        balance
    }
}

/// What tells one mail from another.
pub fn message_id(bytes: &[u8]) -> &str {
    let text = std::str::from_utf8(bytes).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    line.trim()
}

/// Numbers that look random (xorshift).
pub struct Dice(u64);

impl Dice {
    /// Those of `HONGYAN_SEED`, or others each time; told, so that a run can be had again.
    pub fn thrown() -> Dice {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64;
        let seed = from_environment("HONGYAN_SEED").unwrap_or(now) | 1;
        println!("HONGYAN_SEED={seed}");
        Dice(seed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Kills at random moments: 20 rounds, or as many as `HONGYAN_KILL_ROUNDS` says.
#[tokio::test]
async fn kills_at_random_moments_lose_nothing() {
    let rounds: usize = from_environment("HONGYAN_KILL_ROUNDS").unwrap_or(20);
    let mut dice = Dice::thrown();
    let slow = Fault::at(Stage::Eod).delay(Duration::from_millis(20));
    let server = SmtpServer::start(relay().with(slow));
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders {
        which: Mails::Both,
        pause: Duration::from_millis(5),
        ..Orders::deliver(folder.path().join("outbox.db"), server.port())
    };
    let mut in_doubt = BTreeSet::new();
    let mut kills = 0;
    for round in 0..rounds {
        // Whoever got no answer asks again.
        let before = orders.told().len();
        let mails = before..before + A_ROUND;
        let victim = Orders { mails, stays: true, ..orders.clone() }.start();
        // Now and then while it starts, else while it accepts and delivers.
        while round % 5 != 0 && orders.told().len() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.below(600))).await;
        kills += usize::from(victim.kill());
        if orders.outbox.exists() {
            in_doubt.extend(handing_over(&orders.outbox).await);
        }
    }
    let before = orders.told().len();
    let last = Orders { mails: before..before + 1, ..orders.clone() }.start();
    assert!(last.ends().await, "the last one did not end by itself");
    let mails = all(&open(&orders.outbox), &[]).await;
    assert_eq!(mails.len(), before + 1, "each is taken once");
    let sent = mails.iter().filter(|mail| mail.state == State::Sent).count();
    let (told, record) = (orders.told(), server.record());
    let seen = Seen { record: &record, told: &told, in_doubt: &in_doubt };
    let balance = Balance::of(&mails, &seen);
    let doubtful = in_doubt.len();
    println!("{kills} kills, {before} accepted, {sent} sent, {doubtful} in doubt: {balance:?}");
    assert_eq!(kills, rounds);
    assert!(doubtful > 0 && before > rounds, "the kills came too soon");
    assert_eq!(sent + balance.held + balance.given_up, mails.len());
    assert_eq!((balance.lost, balance.unexplained), (0, 0), "{balance:?}");
    assert!(balance.doubled + balance.held <= doubtful);
}

async fn handing_over(outbox: &std::path::Path) -> Vec<String> {
    let outbox = open(outbox);
    let found = all(&outbox, &[State::HandingOver]).await;
    outbox.store().close().await;
    found.into_iter().map(|mail| mail.id).collect()
}

/// At each named step, the first time, the second, until it is reached no more.
#[cfg(feature = "crash-points")]
#[tokio::test]
async fn kills_at_each_step_do_what_is_promised() {
    const STEPS: [&str; 10] = [
        "before_insert",
        "after_insert",
        "after_commit",
        "after_accept",
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
        let which = if step == "mid_body" { Mails::Large } else { Mails::Both };
        while running.len() >= 4 {
            note(&mut rows, running.join_next().await);
        }
        running.spawn(async move { (place, at_step(step, which).await) });
    }
    while let Some(row) = running.join_next().await {
        note(&mut rows, Some(row));
    }
    let lines: Vec<String> = rows
        .into_iter()
        .map(|(place, (kills, Balance { lost, doubled, unexplained, held, given_up }))| {
            assert_eq!(given_up, 0);
            let step = STEPS[place];
            format!(
                "{step:14} kills {kills}  lost {lost}  doubled {doubled}  held {held}  \
                 unexplained {unexplained}"
            )
        })
        .collect();
    insta::assert_snapshot!("steps", lines.join("\n"));
}

#[cfg(feature = "crash-points")]
type Rows = BTreeMap<usize, (usize, Balance)>;

#[cfg(feature = "crash-points")]
type Row = (usize, (usize, Balance));

#[cfg(feature = "crash-points")]
fn note(rows: &mut Rows, row: Option<Result<Row, tokio::task::JoinError>>) {
    let (place, found) = row.unwrap().unwrap();
    rows.insert(place, found);
}

/// Two mails, of which one is sent again when in doubt and one is held, or both are large; killed at
/// a step each time that it is reached. How often that was, and what came of all of them.
#[cfg(feature = "crash-points")]
async fn at_step(step: &str, which: Mails) -> (usize, Balance) {
    let mut sum = Balance::default();
    for nth in 1.. {
        let server = SmtpServer::start(relay());
        let folder = tempfile::tempdir().unwrap();
        let orders = Orders {
            mails: 0..2,
            which,
            at_once: 1,
            ..Orders::deliver(folder.path().join("outbox.db"), server.port())
        };
        let at = format!("{step}:{nth}");
        let first = orders.command().env("HONGYAN_CRASH_AT", &at).spawn().unwrap();
        let survived = Victim::from(first).ends().await;
        let in_doubt = handing_over(&orders.outbox).await.into_iter().collect();
        assert!(orders.start().ends().await, "{at} {which:?}");
        let mails = all(&open(&orders.outbox), &[]).await;
        assert_eq!(mails.len(), 2, "{at} {which:?}");
        let (told, record) = (orders.told(), server.record());
        let seen = Seen { record: &record, told: &told, in_doubt: &in_doubt };
        let found = Balance::of(&mails, &seen);
        let Balance { lost, doubled, unexplained, held, given_up } = found;
        sum.lost += lost;
        sum.doubled += doubled;
        sum.unexplained += unexplained;
        sum.held += held;
        sum.given_up += given_up;
        if survived {
            return (nth - 1, sum);
        }
        assert!(nth < 10, "{step} is reached too often");
    }
    unreachable!("each step ends")
}
