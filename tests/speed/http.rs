//! How many mails a second `hongyan serve` takes and delivers, and how soon a mail leaves: what
//! `tests/speed/http.sh` runs.
//!
//! ```text
//! http_speed PROGRAM FOLDER [MAILS]     the folder is made and holds the outbox; put it on a real disk
//! ```

#[path = "taker.rs"]
mod taker;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use taker::Taker;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// So many callers at once, each with a connection that it keeps.
const CALLERS: usize = 64;
/// So many mails are sent one by one.
const SINGLE: usize = 500;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let usage = "see the top of tests/speed/http.rs";
    let (program, folder) = (words.next().ok_or(usage)?, words.next().ok_or(usage)?);
    let mails = words.next().map_or(Ok(10_000), |text| text.parse())?;
    let place = Place { program: program.into(), folder: folder.into(), taker: Taker::start()? };

    let service = place.serve("take", &["--no-worker"]).await?;
    println!("accept over HTTP: {:.0}/s", ask_for(&service.address, "take", mails).await?);
    drop(service);

    let service = place.serve("deliver", &[]).await?;
    let (began, before) = (Instant::now(), place.taker.count());
    ask_for(&service.address, "deliver", mails).await?;
    while place.taker.count() < before + mails {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let rate = mails as f64 / began.elapsed().as_secs_f64();
    println!("accept over HTTP and deliver over SMTP: {rate:.0}/s");
    drop(service);

    let service = place.serve("idle", &[]).await?;
    let [median, high] = single(&place, &service.address).await?;
    println!("POST to hand-over when idle: p50 {median:.1} ms, p99 {high:.1} ms");
    Ok(())
}

struct Place {
    program: PathBuf,
    folder: PathBuf,
    taker: Taker,
}

/// A service that runs until this is dropped.
struct Service {
    child: Child,
    address: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Place {
    async fn serve(&self, name: &str, args: &[&str]) -> Result<Service, Failure> {
        let folder = self.folder.join(name);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => std::fs::create_dir_all(&folder)?,
        }
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let child = self.command(&folder, &address).args(args).spawn()?;
        let mut service = Service { child, address };
        while TcpStream::connect(&service.address).await.is_err() {
            if let Some(status) = service.child.try_wait()? {
                return Err(format!("the service ended: {status}").into());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(service)
    }

    fn command(&self, folder: &Path, address: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--project", "embedded", "serve", "--listen", address]);
        command.current_dir(folder).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
        command.env("HONGYAN_OUTBOX", format!("sqlite:{}", folder.join("outbox.db").display()));
        command.env("HONGYAN_OUTBOX_KEY", format!("{}Bwc=", "BwcH".repeat(10)));
        command.env("SMTP_SERVER", "127.0.0.1").env("SMTP_PORT", self.taker.port.to_string());
        command
            .env("SMTP_SSL", "false")
            .env("SMTP_TLS", "false")
            .env("EMAILS_FROM_EMAIL", "sender@hongyan.test");
        command
    }
}

fn recipient(name: &str, number: usize) -> String {
    format!("{name}{number}@d{}.test", number % 500)
}

/// Asks for so many mails by all callers; how many a second were accepted.
async fn ask_for(address: &str, name: &str, mails: usize) -> Result<f64, Failure> {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (address, name, next) = (address.to_owned(), name.to_owned(), next.clone());
            tokio::spawn(async move {
                let mut caller = Caller::connect(&address).await?;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= mails {
                        return Ok::<(), Failure>(());
                    }
                    caller.ask(&recipient(&name, number)).await?;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    Ok(mails as f64 / began.elapsed().as_secs_f64())
}

/// From the request to the first byte of the content at the server, one mail at a time: median and
/// 99th percentile in milliseconds.
async fn single(place: &Place, address: &str) -> Result<[f64; 2], Failure> {
    let mut caller = Caller::connect(address).await?;
    let mut taken = Vec::new();
    for number in 0..SINGLE {
        let to = recipient("idle", number);
        let began = Instant::now();
        caller.ask(&to).await?;
        let at = loop {
            match place.taker.begun(&to) {
                Some(at) => break at,
                None => tokio::time::sleep(Duration::from_micros(200)).await,
            }
        };
        taken.push((at - began).as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    taken.sort_by(f64::total_cmp);
    Ok([taken[SINGLE / 2], taken[SINGLE * 99 / 100]])
}

/// One connection of HTTP/1.1.
struct Caller {
    address: String,
    stream: BufReader<TcpStream>,
}

impl Caller {
    async fn connect(address: &str) -> Result<Caller, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Caller { address: address.to_owned(), stream: BufReader::new(stream) })
    }

    async fn ask(&mut self, to: &str) -> Result<(), Failure> {
        let body = format!(r#"{{"to":"{to}","locale":"zh-CN","vars":{{"code":"483920"}}}}"#);
        let request = format!(
            "POST /v1/kinds/verification_code/messages HTTP/1.1\r\nHost: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let status = self.line().await?;
        let mut length = 0;
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            match line.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse()?,
                None => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        if !status.contains(" 202 ") {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(())
    }

    async fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        Ok(line.trim_end().to_owned())
    }
}
