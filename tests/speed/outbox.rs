//! How many mails the outbox takes and delivers a second, and how soon they leave: what
//! `tests/speed/outbox.sh` runs.
//!
//! ```text
//! outbox_speed FOLDER [MAILS]     the folder is made and holds the outbox; put it on a real disk
//! ```

#[path = "taker.rs"]
mod taker;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hongyan::compose::{Profile, Rendered};
use hongyan::composer::{Composer, Draft};
use hongyan::config::{Preset, SmtpSettings, Tls};
use hongyan::inline::{ImageMode, inline};
use hongyan::mail::{Address, Mailbox};
use hongyan::mailer::Wishes;
use hongyan::outbox::{Key, Outbox, OutboxPlace, State};
use hongyan::transport::SmtpTransport;
use hongyan::{Mailer, vars};
use taker::Taker;
use tokio::task::JoinHandle;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// So many callers at once.
const CALLERS: usize = 256;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let folder = words.next().ok_or("see the top of tests/speed/outbox.rs")?;
    let mails = words.next().map_or(Ok(20_000), |text| text.parse())?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for size in [1_000, 25_000] {
        let place = Place::new(folder, &format!("take-{size}"))?;
        let rate = enqueue(&place, sized(size)?, mails).await?;
        println!("enqueue, {size} bytes: {rate:.0}/s");
        println!("deliver over SMTP, {size} bytes: {:.0}/s", deliver(&place, mails).await?);
    }
    let place = Place::new(folder, "render")?;
    println!("render_and_send: {:.0}/s", render_and_send(&place, mails / 2).await?);
    let place = Place::new(folder, "idle")?;
    let [median, high] = latency(&place).await?;
    println!("acceptance to hand-over when idle: p50 {median:.1} ms, p99 {high:.1} ms");
    let place = Place::new(folder, "lanes")?;
    println!("a code before 5,000 notices: {:.1} ms", overtake(&place).await?);
    Ok(())
}

/// An outbox of its own, and a mailer to a server that takes everything.
struct Place {
    outbox: Outbox,
    mailer: Mailer,
    taker: Taker,
}

impl Place {
    fn new(folder: &Path, name: &str) -> Result<Place, Failure> {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.join(format!("{name}.db{suffix}")));
        }
        let place = OutboxPlace::Sqlite(folder.join(format!("{name}.db")));
        let outbox = Outbox::open(&place, Key::new(&[7; 32]))?;
        let taker = Taker::start()?;
        let mailer =
            Mailer::builder().outbox(outbox.clone()).transport(transport(taker.port)?).build()?;
        Ok(Place { outbox, mailer, taker })
    }

    fn work(&self) -> JoinHandle<()> {
        let mailer = self.mailer.clone();
        tokio::spawn(async move { drop(mailer.run_worker(std::future::pending()).await) })
    }

    /// From the call to the first byte of the content at the server, in milliseconds.
    async fn send_code(&self, to: &str) -> Result<f64, Failure> {
        let began = Instant::now();
        let vars = vars! { code: "483920" };
        self.mailer.to(to).render_and_send("verification_code", "en", vars).await?;
        loop {
            match self.taker.begun(to) {
                Some(at) => return Ok((at - began).as_secs_f64() * 1_000.0),
                None => tokio::time::sleep(Duration::from_micros(200)).await,
            }
        }
    }
}

fn transport(port: u16) -> Result<SmtpTransport, Failure> {
    let settings = SmtpSettings {
        preset: Preset::by_id("smtp").ok_or("no preset")?,
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        login: None,
        ca_file: None,
    };
    let profile = Profile::new(Mailbox::parse("sender@hongyan.test")?, ImageMode::Inside);
    Ok(SmtpTransport::new("taker", &settings, profile)?.connections(5))
}

fn notice(to: &str) -> Result<Draft, Failure> {
    let vars = vars! { title: "t", summary: "s", unsubscribe_url: "https://x.test/u" };
    Ok(Draft::new("notification", "en", to)?.vars(vars)?)
}

/// A mail whose text and page have so many bytes together.
fn sized(bytes: usize) -> Result<Rendered, Failure> {
    let rendered = Composer::load(&hongyan::shipped())?.render(&notice("a@x.test")?)?;
    let line = "Letters of silk, carried by wild geese.\n";
    let text = line.repeat(bytes / 3 / line.len());
    let page = format!("<p>{}</p>", line.repeat(bytes * 2 / 3 / line.len()));
    let html = inline(&page).map_err(|fault| fault.title().en.clone())?;
    Ok(Rendered { text, html, images: Vec::new(), ..rendered })
}

/// Many callers at once; how many calls a second.
async fn measure<F>(
    calls: usize,
    one: impl Fn(usize) -> F + Send + Sync + 'static,
) -> Result<f64, Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let (one, next) = (Arc::new(one), Arc::new(AtomicUsize::new(0)));
    let began = Instant::now();
    let tasks: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (one, next) = (one.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= calls {
                        return Ok::<(), Failure>(());
                    }
                    one(number).await?;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(calls as f64 / began.elapsed().as_secs_f64())
}

async fn enqueue(place: &Place, rendered: Rendered, mails: usize) -> Result<f64, Failure> {
    let mailer = place.mailer.clone();
    measure(mails, move |number| {
        let (mailer, mut mail) = (mailer.clone(), rendered.clone());
        async move {
            mail.recipients.to = Mailbox::bare(Address::parse(&format!("u{number}@x.test"))?);
            mailer.enqueue_rendered(vec![mail], &Wishes::default()).await?;
            Ok(())
        }
    })
    .await
}

async fn render_and_send(place: &Place, mails: usize) -> Result<f64, Failure> {
    let mailer = place.mailer.clone();
    measure(mails, move |number| {
        let mailer = mailer.clone();
        async move {
            let vars = vars! { code: "483920" };
            let to = format!("u{number}@x.test");
            mailer.to(&to).render_and_send("verification_code", "en", vars).await?;
            Ok(())
        }
    })
    .await
}

/// What was accepted before; how many a second.
async fn deliver(place: &Place, mails: usize) -> Result<f64, Failure> {
    let began = Instant::now();
    let outbox = place.outbox.clone();
    let done = async move {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let stats = outbox.store().stats(outbox.clock().now()).await;
            let sent = |state: &(State, u64)| state.0 == State::Sent && state.1 >= mails as u64;
            if stats.is_ok_and(|stats| stats.states.iter().any(sent)) {
                return;
            }
        }
    };
    place.mailer.run_worker(done).await?;
    Ok(mails as f64 / began.elapsed().as_secs_f64())
}

/// One mail at a time: median and 99th percentile in milliseconds.
async fn latency(place: &Place) -> Result<[f64; 2], Failure> {
    let worker = place.work();
    let mut taken = Vec::new();
    for number in 0..500 {
        taken.push(place.send_code(&format!("u{number}@x.test")).await?);
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    worker.abort();
    taken.sort_by(f64::total_cmp);
    Ok([taken[250], taken[495]])
}

/// How long a code takes that comes when 5,000 notices wait and are being delivered.
async fn overtake(place: &Place) -> Result<f64, Failure> {
    let rendered = Composer::load(&hongyan::shipped())?.render(&notice("a@x.test")?)?;
    enqueue(place, rendered, 5_000).await?;
    let worker = place.work();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let took = place.send_code("ada@x.test").await?;
    let before = place.taker.count();
    worker.abort();
    match before {
        ..5_000 => Ok(took),
        _ => Err("the notices had all left before the code came".into()),
    }
}
