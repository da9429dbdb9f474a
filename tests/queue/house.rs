//! An outbox in a folder of its own, mailers over it, and a worker that runs until something has
//! happened.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hongyan::Mailer;
use hongyan::compose::{Profile, Rendered};
use hongyan::composer::{Composer, Draft};
use hongyan::config::{Preset, SmtpSettings, Tls};
use hongyan::inline::ImageMode;
use hongyan::mail::{Address, Mailbox};
use hongyan::mailer::{MailerBuilder, Wishes, WorkerSettings};
use hongyan::outbox::{Filter, Key, Mail, Outbox, OutboxPlace, State};
use hongyan::transport::{SmtpTransport, Transport};
use hongyan::vars;

use super::smtp::{Plan, SmtpServer};

/// How long anything may take here.
const PATIENCE: Duration = Duration::from_secs(600);
/// A key for tests.
pub const KEY: [u8; 32] = [7; 32];

/// An outbox of its own.
pub struct House {
    folder: tempfile::TempDir,
    pub outbox: Outbox,
}

impl House {
    pub fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let outbox = open(&folder.path().join("outbox.db"));
        House { folder, outbox }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("outbox.db")
    }

    /// A mailer over this outbox, by one transport.
    pub fn mailer(&self, transport: impl Transport + 'static) -> Mailer {
        self.builder().transport(transport).build().unwrap()
    }

    /// The same to be told more. What is left behind is found soon.
    pub fn builder(&self) -> MailerBuilder {
        Mailer::builder().outbox(self.outbox.clone()).worker(quick())
    }

    pub async fn find(&self, id: &str) -> Mail {
        self.outbox.store().find(id).await.unwrap().unwrap()
    }

    /// All mails, oldest first.
    pub async fn all(&self) -> Vec<Mail> {
        all(&self.outbox, &[]).await
    }

    /// How many mails are in a state.
    pub async fn count(&self, state: State) -> usize {
        self.all().await.iter().filter(|mail| mail.state == state).count()
    }
}

/// What the tests work with: others' leases are found soon.
pub fn quick() -> WorkerSettings {
    let lease = Duration::from_secs(20);
    WorkerSettings::default()
        .lease(lease, Duration::from_secs(15))
        .sweep(Duration::from_millis(100))
}

pub fn open(path: &Path) -> Outbox {
    Outbox::open(&OutboxPlace::Sqlite(path.to_owned()), Key::new(&KEY)).unwrap()
}

/// What a variable of the environment says: longer runs are asked for so.
pub fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Mails in some states, oldest first.
pub async fn all(outbox: &Outbox, states: &[State]) -> Vec<Mail> {
    let mut found: Vec<Mail> = Vec::new();
    loop {
        let before = found.last().map(|mail| mail.id.clone());
        let filter = Filter { states: states.to_vec(), before, limit: 500, ..Filter::default() };
        let page = outbox.store().list(filter).await.unwrap();
        if page.is_empty() {
            found.reverse();
            return found;
        }
        found.extend(page);
    }
}

/// Runs a worker until something has happened, and drains it.
pub async fn work<F>(mailer: &Mailer, happened: impl Fn() -> F)
where
    F: Future<Output = bool>,
{
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = mailer.clone();
    let run = async move { stopped.await.unwrap_or_default() };
    let worker = tokio::spawn(async move { worker.run_worker(run).await });
    let end = Instant::now() + PATIENCE;
    while !happened().await {
        if worker.is_finished() {
            worker.await.unwrap().unwrap();
            panic!("the worker ended by itself");
        }
        assert!(Instant::now() < end, "it did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stop);
    worker.await.unwrap().unwrap();
}

/// Waits until something has happened.
pub async fn until<F>(happened: impl Fn() -> F)
where
    F: Future<Output = bool>,
{
    let end = Instant::now() + PATIENCE;
    while !happened().await {
        assert!(Instant::now() < end, "it did not happen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Runs a worker until no mail is left that may still be sent.
pub async fn work_off(house: &House, mailer: &Mailer) {
    work(mailer, async || house.all().await.iter().all(|mail| mail.state.is_done())).await;
}

/// A code for somebody.
pub fn code(to: &str, code: &str) -> Draft {
    let draft = Draft::new("verification_code", "en", to).unwrap();
    draft.vars(vars! { code: code }).unwrap()
}

/// A code that is void soon.
pub fn short_lived(to: &str, seconds: u64) -> Draft {
    let draft = Draft::new("verification_code", "en", to).unwrap();
    draft.vars(vars! { code: "482913", expires_in: seconds }).unwrap()
}

/// A notice for somebody.
pub fn notice(to: &str) -> Draft {
    let draft = Draft::new("notification", "en", to).unwrap();
    draft.vars(vars! { title: "Backup done", summary: "All files are safe" , unsubscribe_url: "https://x.test/u" }).unwrap()
}

/// Many mails of one content for many people.
pub fn crowd(draft: &Draft, count: usize) -> Vec<Rendered> {
    let rendered = Composer::load(&hongyan::shipped()).unwrap().render(draft).unwrap();
    let of = |number: usize| {
        let mut mail = rendered.clone();
        let to = Address::parse(&format!("u{number}@x.test")).unwrap();
        mail.recipients.to = Mailbox::bare(to);
        mail
    };
    (0..count).map(of).collect()
}

/// Accepts many mails.
pub async fn enqueue_all(mailer: &Mailer, mails: Vec<Rendered>) -> Vec<String> {
    let mut ids = Vec::new();
    for some in mails.chunks(100) {
        let taken = mailer.enqueue_rendered(some.to_vec(), &Wishes::default()).await.unwrap();
        ids.extend(taken.tickets.into_iter().map(|ticket| ticket.id));
    }
    ids
}

/// Accepts one mail; its id.
pub async fn enqueue(mailer: &Mailer, draft: Draft) -> String {
    let taken = mailer.enqueue(&[draft], &Wishes::default()).await.unwrap();
    assert_eq!(taken.tickets[0].state, State::Queued);
    taken.tickets[0].id.clone()
}

/// A server without logins.
pub fn relay() -> Plan {
    Plan { mechanisms: Vec::new(), starttls: false, ..Plan::default() }
}

/// A client of such a server, with so many connections.
pub fn smtp(server: &SmtpServer, connections: usize) -> SmtpTransport {
    smtp_at(server.port(), connections)
}

/// The same by its port.
pub fn smtp_at(port: u16, connections: usize) -> SmtpTransport {
    let settings = SmtpSettings {
        preset: Preset::by_id("smtp").unwrap(),
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        login: None,
        ca_file: None,
    };
    let from = Mailbox::parse("sender@hongyan.test").unwrap();
    let profile = Profile::new(from, ImageMode::Inside);
    SmtpTransport::new("relay", &settings, profile).unwrap().connections(connections)
}

/// Lets all mails go now that wait for their next try.
pub async fn hurry(house: &House) {
    for mail in house.all().await.iter().filter(|mail| mail.state == State::Queued) {
        let now = house.outbox.clock().now();
        house.outbox.store().retry(&mail.id, now, mail.expires_at).await.unwrap();
    }
}
