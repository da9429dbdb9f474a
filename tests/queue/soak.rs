//! R40: mails of all sorts for some time, by two workers of which one is killed again and again,
//! over a server of which nobody knows what it does next. Ten seconds, or as many minutes as
//! `HONGYAN_SOAK_MINUTES` says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hongyan::composer::Draft;
use hongyan::mail::{Attachment, Mailbox};
use hongyan::mailer::Wishes;
use hongyan::outbox::{Filter, Mail, State};
use hongyan::transport::{Retry, SendError, Stage as SendStage};
use hongyan::{Error, Mailer};

use super::house::{House, code, from_environment, notice, relay, short_lived, smtp};
use super::killing::{Dice, message_id};
use super::smtp::{Fault, Plan, SmtpServer, Stage};
use super::victim::{Orders, Victim};

/// Between two mails.
const PAUSE: Duration = Duration::from_millis(20);
/// How long what is done is remembered here.
const REMEMBERED: i64 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_is_accounted_for() {
    let minutes: Option<f64> = from_environment("HONGYAN_SOAK_MINUTES");
    let length = minutes.map_or(Duration::from_secs(10), |m| Duration::from_secs_f64(m * 60.0));
    let server = SmtpServer::start(relay());
    let house = House::new();
    let mut soak = Soak::new(&house, &server);
    let end = Instant::now() + length;
    while Instant::now() < end {
        soak.step().await;
    }
    soak.finish().await;
}

struct Soak<'a> {
    house: &'a House,
    server: &'a SmtpServer,
    mailer: Mailer,
    dice: Dice,
    steady: Victim,
    mortal: Victim,
    kills: usize,
    /// Codes that could not have left in time
    refused: usize,
    accepted: BTreeSet<String>,
    /// What became of those that are done
    done: BTreeMap<String, Mail>,
    /// Of each Message-ID, the copies by what they hold
    copies: BTreeMap<String, Vec<u64>>,
    memory: Vec<u64>,
    files: Vec<u64>,
    next_look: Instant,
    next_kill: Instant,
}

impl<'a> Soak<'a> {
    fn new(house: &'a House, server: &'a SmtpServer) -> Soak<'a> {
        Soak {
            mailer: house.mailer(smtp(server, 1)),
            dice: Dice::thrown(),
            steady: orders(house, server).start(),
            mortal: orders(house, server).start(),
            kills: 0,
            refused: 0,
            accepted: BTreeSet::new(),
            done: BTreeMap::new(),
            copies: BTreeMap::new(),
            memory: Vec::new(),
            files: Vec::new(),
            next_look: Instant::now(),
            next_kill: Instant::now() + Duration::from_secs(4),
            house,
            server,
        }
    }

    /// A mail, and whatever else is due.
    async fn step(&mut self) {
        let number = self.accepted.len();
        let (draft, later) = self.draft(number);
        let mut wishes = Wishes::default();
        let now = self.house.outbox.clock().now();
        wishes.send_at = later.then_some(now / 1_000 + 2);
        match self.mailer.enqueue(&[draft], &wishes).await {
            Ok(taken) => drop(self.accepted.insert(taken.tickets[0].id.clone())),
            Err(error) if is_too_late(&error) => self.refused += 1,
            Err(error) => panic!("{error}"),
        }
        if Instant::now() >= self.next_look {
            self.next_look = Instant::now() + Duration::from_secs(1);
            self.server.change(self.weather());
            self.look().await;
        }
        if Instant::now() >= self.next_kill {
            let new = orders(self.house, self.server).start();
            assert!(std::mem::replace(&mut self.mortal, new).kill());
            self.kills += 1;
            self.next_kill = Instant::now() + Duration::from_millis(3_000 + self.dice.below(9_000));
        }
        tokio::time::sleep(PAUSE).await;
    }

    /// Codes, codes that are void soon, notices, notices for later, with copies, large ones.
    fn draft(&mut self, number: usize) -> (Draft, bool) {
        let to = format!("u{number}@x.test");
        match self.dice.below(20) {
            0..8 => (code(&to, "483920"), false),
            8 => (short_lived(&to, 2), false),
            9 => {
                let mut draft = code(&to, "483920");
                let file = Attachment::new("data.bin", None, vec![7; 60_000]).unwrap();
                draft.attachments.push(file);
                (draft, false)
            }
            10 => {
                let mut draft = notice(&to);
                draft.cc.push(Mailbox::parse(&format!("c{number}@x.test")).unwrap());
                (draft, false)
            }
            11 | 12 => (notice(&to), true),
            _ => (notice(&to), false),
        }
    }

    /// Every other second something is wrong with the server.
    fn weather(&mut self) -> Plan {
        let fault = match self.dice.below(20) {
            0 => Fault::at(Stage::Banner).reply("421 busy"),
            1 => Fault::at(Stage::Mail).reply("451 later").time(2),
            2 => Fault::at(Stage::Rcpt).reply("450 4.2.1 later").containing("7@"),
            3 => Fault::at(Stage::Rcpt).reply("550 5.1.1 no such user").containing("3@"),
            4 => Fault::at(Stage::Data).reply("451 later").time(3),
            5 => Fault::at(Stage::Body).reset().time(2),
            6 => Fault::at(Stage::Eod).accepting().close_before().time(2),
            7 => Fault::at(Stage::Eod).reply("451 later").accepting().time(3),
            8 => Fault::at(Stage::Eod).delay(Duration::from_millis(300)),
            9 => Fault::at(Stage::Eod).reply("554 5.7.1 refused").time(4),
            10 => Fault::at(Stage::Connect).reset(),
            _ => return relay(),
        };
        relay().with(fault)
    }

    /// Notes what is done and what the server has, forgets both, and looks at the sizes. Ends the
    /// rests of the transport: mails that wait show nothing.
    async fn look(&mut self) {
        let store = self.house.outbox.store();
        for open in store.breakers().await.unwrap() {
            store.close_breaker(&open.transport).await.unwrap();
        }
        let now = self.house.outbox.clock().now();
        for mail in super::house::all(&self.house.outbox, &[]).await {
            if mail.state.is_done() {
                self.done.insert(mail.id.clone(), mail);
            }
        }
        for mail in self.server.take_mails() {
            let id = message_id(&mail.bytes).to_owned();
            self.copies.entry(id).or_default().push(digest(&mail.bytes));
        }
        while self.house.outbox.store().prune(now - REMEMBERED, 200).await.unwrap() > 0 {}
        self.memory.extend(resident(&self.steady));
        let file = |end: &str| {
            let path = self.house.path().with_file_name(format!("outbox.db{end}"));
            std::fs::metadata(path).map_or(0, |file| file.len())
        };
        self.files.push(file("") + file("-wal"));
    }

    /// Waits until nothing is under way, and balances.
    async fn finish(mut self) {
        self.server.change(relay());
        let store = self.house.outbox.store();
        let under_way = [State::Queued, State::Leased, State::HandingOver];
        let end = Instant::now() + Duration::from_secs(180);
        loop {
            // A break of the server may have put them off for long: people hurry them.
            let filter = Filter { states: under_way.to_vec(), limit: 500, ..Filter::default() };
            let mut left = store.list(filter).await.unwrap();
            self.look().await;
            left.retain(|mail| !self.waits_for_a_person(mail));
            let now = self.house.outbox.clock().now();
            for mail in left.iter().filter(|mail| mail.state == State::Queued) {
                let _ = store.retry(&mail.id, now, mail.expires_at).await;
            }
            if left.is_empty() {
                break;
            }
            assert!(Instant::now() < end, "{} mails are stuck: {:?}", left.len(), left[0]);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        self.balance();
    }

    /// A copy whose first mail is in doubt leaves when somebody has decided on that.
    fn waits_for_a_person(&self, mail: &Mail) -> bool {
        let parent = mail.parent.as_ref().and_then(|id| self.done.get(id));
        parent.is_some_and(|parent| parent.state == State::Unknown)
    }

    fn balance(&self) {
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        for mail in self.done.values() {
            *states.entry(mail.state.as_str()).or_default() += 1;
        }
        let missing = self.accepted.iter().filter(|id| !self.done.contains_key(*id)).count();
        let is_sent = |mail: &&Mail| mail.state == State::Sent && mail.parent.is_none();
        let sent = self.done.values().filter(is_sent);
        let lost = sent.filter(|mail| !self.copies.contains_key(&*mail.message_id)).count();
        let other_bytes = self.copies.values().filter(|c| c.iter().any(|one| *one != c[0])).count();
        let (memory, files) = (Growth::of(&self.memory), Growth::of(&self.files));
        println!(
            "{} accepted, {} refused, {} kills, {states:?}, missing {missing}, lost {lost}, of other bytes \
             {other_bytes}; memory {memory:?}, files {files:?}",
            self.accepted.len(),
            self.refused,
            self.kills,
        );
        assert_eq!((missing, lost, other_bytes), (0, 0, 0));
        assert!(memory.is_bounded(16 << 20), "memory {memory:?}");
        assert!(files.is_bounded(16 << 20), "files {files:?}");
    }
}

/// A code is refused that could not leave while the transport rests.
fn is_too_late(error: &Error) -> bool {
    let early = |error: &SendError| {
        error.stage == SendStage::Prepare && matches!(error.retry, Retry::After(_))
    };
    error.send_error().is_some_and(early)
}

fn orders(house: &House, server: &SmtpServer) -> Orders {
    Orders { stays: true, ..Orders::deliver(house.path(), server.port()) }
}

fn digest(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// How much memory a process has, in bytes.
fn resident(victim: &Victim) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", victim.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1_024)
}

/// The largest size in the second quarter of a run, and in the last.
#[derive(Debug)]
struct Growth {
    early: u64,
    late: u64,
}

impl Growth {
    fn of(sizes: &[u64]) -> Growth {
        let quarter = sizes.len() / 4;
        let most = |sizes: &[u64]| sizes.iter().copied().max().unwrap_or(0);
        Growth {
            early: most(&sizes[quarter..2 * quarter]),
            late: most(&sizes[sizes.len() - quarter..]),
        }
    }

    fn is_bounded(&self, slack: u64) -> bool {
        self.late <= self.early + self.early / 4 + slack
    }
}
