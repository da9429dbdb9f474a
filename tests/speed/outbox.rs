//! How many mails the outbox takes and delivers a second, and how soon they leave: what
//! `tests/speed/outbox.sh` runs.
//!
//! ```text
//! outbox_speed FOLDER [MAILS]     the folder is made and holds the outbox; put it on a real disk
//! ```

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hongyan::compose::{Profile, Rendered};
use hongyan::composer::{Composer, Draft};
use hongyan::config::{Preset, SmtpSettings, Tls};
use hongyan::inline::{ImageMode, inline};
use hongyan::mail::{Address, Mailbox};
use hongyan::mailer::Wishes;
use hongyan::outbox::{Key, Outbox, OutboxPlace, State};
use hongyan::transport::{HandOver, Outgoing, Receipt, SendError, SmtpTransport, Transport};
use hongyan::{Mailer, vars};

type Failure = Box<dyn std::error::Error + Send + Sync>;

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
        if size == 1_000 {
            let rate = deliver(&place, mails).await?;
            println!("deliver to SMTP, {size} bytes: {rate:.0}/s");
        }
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

/// An outbox of its own, and a mailer into a transport that notes when it hands over.
struct Place {
    outbox: Outbox,
    mailer: Mailer,
    noted: Noting,
}

impl Place {
    fn new(folder: &Path, name: &str) -> Result<Place, Failure> {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.join(format!("{name}.db{suffix}")));
        }
        let place = OutboxPlace::Sqlite(folder.join(format!("{name}.db")));
        let outbox = Outbox::open(&place, Key::new(&[7; 32]))?;
        let noted = Noting { profile: profile()?, mails: Arc::default() };
        let mailer = Mailer::builder().outbox(outbox.clone()).transport(noted.clone()).build()?;
        Ok(Place { outbox, mailer, noted })
    }
}

/// Takes mails after a moment and notes when.
#[derive(Clone)]
struct Noting {
    profile: Profile,
    mails: Arc<Mutex<Vec<(String, Instant)>>>,
}

#[async_trait]
impl Transport for Noting {
    fn name(&self) -> &str {
        "noting"
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        handing_over.commit().await?;
        let noted = (mail.seal.id().to_owned(), Instant::now());
        self.mails.lock().unwrap_or_else(|error| error.into_inner()).push(noted);
        tokio::time::sleep(Duration::from_millis(5)).await;
        Ok(Receipt::caught(None))
    }
}

impl Noting {
    fn of(&self, id: &str) -> Option<Instant> {
        let mails = self.mails.lock().unwrap_or_else(|error| error.into_inner());
        mails.iter().find(|(known, _)| known == id).map(|(_, at)| *at)
    }
}

fn profile() -> Result<Profile, Failure> {
    Ok(Profile::new(Mailbox::parse("sender@hongyan.test")?, ImageMode::Inside))
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

/// What was accepted before, over SMTP to a server that takes everything.
async fn deliver(place: &Place, mails: usize) -> Result<f64, Failure> {
    let settings = SmtpSettings {
        preset: Preset::by_id("smtp").ok_or("no preset")?,
        host: "127.0.0.1".into(),
        port: sink()?,
        tls: Tls::None,
        login: None,
        ca_file: None,
    };
    let transport = SmtpTransport::new("noting", &settings, profile()?)?.connections(5);
    let mailer = Mailer::builder().outbox(place.outbox.clone()).transport(transport).build()?;
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
    mailer.run_worker(done).await?;
    Ok(mails as f64 / began.elapsed().as_secs_f64())
}

/// Takes whatever comes, a thread for each connection.
fn sink() -> Result<u16, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || talk(stream));
        }
    });
    Ok(port)
}

fn talk(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::with_capacity(64 * 1024, stream);
    out.write_all(b"220 sink\r\n")?;
    let (mut line, mut content) = (Vec::new(), false);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4) {
            _ if content && line == b".\r\n" => {
                content = false;
                b"250 2.0.0 taken\r\n"
            }
            _ if content => continue,
            Some(b"EHLO") => b"250-sink\r\n250-PIPELINING\r\n250 SIZE 33554432\r\n",
            Some(b"DATA") => {
                content = true;
                b"354 go\r\n"
            }
            Some(b"QUIT") => b"221 2.0.0 bye\r\n",
            _ => b"250 2.1.0 ok\r\n",
        };
        out.write_all(answer)?;
    }
}

/// From the call that accepts to the hand-over, one mail at a time: median and 99th percentile.
async fn latency(place: &Place) -> Result<[f64; 2], Failure> {
    let worker = tokio::spawn({
        let mailer = place.mailer.clone();
        async move { mailer.run_worker(std::future::pending()).await }
    });
    let mut taken = Vec::new();
    for number in 0..500 {
        let to = format!("u{number}@x.test");
        let began = Instant::now();
        let vars = vars! { code: "483920" };
        let sent = place.mailer.to(&to).render_and_send("verification_code", "en", vars).await?;
        let at = loop {
            match place.noted.of(&sent.id) {
                Some(at) => break at,
                None => tokio::time::sleep(Duration::from_micros(200)).await,
            }
        };
        taken.push((at - began).as_secs_f64() * 1_000.0);
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
    let worker = tokio::spawn({
        let mailer = place.mailer.clone();
        async move { mailer.run_worker(std::future::pending()).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let vars = vars! { code: "483920" };
    let sent =
        place.mailer.to("ada@x.test").render_and_send("verification_code", "en", vars).await?;
    let at = loop {
        match place.noted.of(&sent.id) {
            Some(at) => break at,
            None => tokio::time::sleep(Duration::from_micros(200)).await,
        }
    };
    worker.abort();
    Ok((at - began).as_secs_f64() * 1_000.0)
}
