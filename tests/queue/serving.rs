//! The service itself where things are scarce: a log that nobody reads or that cannot be written
//! (R37), few files (R36), a disk that is full (R06), a provider that repeats what it was sent.
#![cfg(all(feature = "cli", target_os = "linux"))]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hongyan::outbox::State;
use serde_json::{Value as Json, json};

use super::house::until;
use super::place::Place;
use super::smtp::{Fault, Plan, SmtpServer, Stage};
use super::wire::{Answer, exchange};

/// A service and its provider.
struct Serving {
    child: Child,
    address: String,
    server: SmtpServer,
    place: Place,
}

impl Serving {
    /// `limits` is said to the shell that starts it; its outbox lies in `folder`, or beside it.
    fn start(plan: Plan, limits: &str, folder: Option<&Path>, log: Stdio) -> Serving {
        let (server, place) = (SmtpServer::start(plan), Place::with_project());
        let folder = folder.map_or_else(|| place.path("outbox"), Path::to_owned);
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limits}exec \"$0\" serve --json --listen 127.0.0.1:0")])
            .arg(env!("CARGO_BIN_EXE_hongyan"))
            .current_dir(place.path(""))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", place.path(""))
            .env("HONGYAN_OUTBOX", format!("sqlite:{}", folder.join("outbox.db").display()))
            .env("RUST_LOG", "trace")
            .envs(server.environment(server.port()))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut document = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            document.push_str(&line);
            if line == "}" {
                break;
            }
        }
        let told: Json = serde_json::from_str(&document).unwrap_or_else(|_| panic!("{document}"));
        let address = told["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        Serving { child, address, server, place }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        let Serving { address, .. } = self;
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        exchange(address, request.as_bytes())
    }

    /// The status of the answer, 0 for none.
    fn post(&self, number: usize) -> u16 {
        let body = json!({
            "kind": "verification_code",
            "to": format!("u{number}@x.test"),
            "vars": {"code": CODE},
        });
        self.ask("POST", "/v1/messages", &body.to_string()).map_or(0, |answer| answer.status)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").unwrap().is(200)
    }

    /// How many mails are in a state, as it says itself.
    fn count(&self, state: State) -> usize {
        let list = self.get(&format!("/v1/messages?limit=500&state={state}")).json();
        list["items"].as_array().unwrap().len()
    }

    async fn all_arrive(&self, mails: usize) {
        until(async || self.server.record().mails.len() >= mails).await;
        until(async || self.count(State::Sent) >= mails).await;
        assert_eq!(self.server.record().mails.len(), mails, "each once");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks like no other text.
const CODE: &str = "KANARI77";

/// R37: mails leave, and what was left out of the log is counted.
#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_no_mail() {
    // As much as a pipe holds (pipe(7)): not another line goes in.
    let (mut reader, mut log) = std::io::pipe().unwrap();
    log.write_all(&vec![b' '; 65_536]).unwrap();
    let serving = Serving::start(Plan::default(), "", None, log.into());
    for number in 0..20 {
        assert_eq!(serving.post(number), 202, "{number}");
    }
    serving.all_arrive(20).await;
    // Somebody reads again.
    let reader = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = reader.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(serving.post(20), 202);
    serving.all_arrive(21).await;
    drop(serving);
    let said = reader.join().unwrap();
    assert!(said.contains("lines of the log were lost"), "{} bytes", said.len());
    assert!(!said.contains(CODE));
}

/// The same on a disk that is full: a line that cannot be written brings nothing down.
#[tokio::test]
async fn a_log_that_cannot_be_written_holds_up_no_mail() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let serving = Serving::start(Plan::default(), "", None, full.into());
    for number in 0..5 {
        assert_eq!(serving.post(number), 202, "{number}");
    }
    serving.all_arrive(5).await;
}

/// R36: connections that stay open use up the files; what was accepted leaves, and once they are
/// closed it goes on as before.
#[tokio::test]
async fn too_few_files_lose_nothing() {
    let serving = Serving::start(Plan::default(), "ulimit -n 48; ", None, Stdio::null());
    assert_eq!(serving.post(0), 202);
    serving.all_arrive(1).await;
    let idle: Vec<_> =
        (0..80).map(|_| std::net::TcpStream::connect(&serving.address).unwrap()).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(idle);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut accepted = 1;
    until(async || serving.post(1) == 202).await;
    accepted += 1;
    serving.all_arrive(accepted).await;
}

/// A provider repeats the mail in its refusals. It is in no log, figure, list or file, neither
/// while the mail waits nor when it is done.
#[tokio::test]
async fn a_code_that_a_provider_repeats_is_seen_nowhere() {
    let echo = |code: &str| format!("{code} refused {CODE} for <u1@x.test>");
    let refusals = Plan::default()
        .with(Fault::at(Stage::Eod).time(1).reply(&echo("451 4.3.0")).on_connection(1))
        .with(Fault::at(Stage::Rcpt).containing("u2@").reply(&echo("550 5.7.1")))
        .with(Fault::at(Stage::Mail).time(2).reply(&echo("450 4.7.1")));
    let log = tempfile::NamedTempFile::new().unwrap();
    let serving = Serving::start(refusals, "", None, log.reopen().unwrap().into());
    for number in 0..4 {
        assert_eq!(serving.post(number), 202);
    }
    until(async || serving.count(State::Sent) >= 1 && serving.count(State::Failed) >= 1).await;
    let mut said = vec![std::fs::read_to_string(log.path()).unwrap()];
    let list = serving.get("/v1/messages?limit=100");
    for mail in list.json()["items"].as_array().unwrap() {
        let id = mail["id"].as_str().unwrap();
        said.push(serving.get(&format!("/v1/messages/{id}")).text());
    }
    said.push(list.text());
    said.push(serving.get("/metrics").text());
    said.push(serving.get("/v1/suppressions").text());
    for file in std::fs::read_dir(serving.place.path("outbox")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        said.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    for text in said {
        assert!(!text.contains(CODE) && !text.contains("u1@"), "{text}");
    }
}

/// R06: no answer 202 without room, reading and sending go on, and it recovers by itself.
#[tokio::test]
async fn a_full_disk_is_503_and_recovers() {
    let Some(disk) = super::disk::Disk::new(16) else { return };
    let slow = Plan::default().with(Fault::at(Stage::Banner).delay(Duration::from_secs(1)));
    let serving = Serving::start(slow, "", Some(disk.path()), Stdio::null());
    let mut accepted = 0;
    for number in 0..10 {
        assert_eq!(serving.post(number), 202);
        accepted += 1;
    }
    disk.fill();
    let refused = (10..200).find(|number| match serving.post(*number) {
        202 => {
            accepted += 1;
            false
        }
        status => {
            assert_eq!(status, 503);
            true
        }
    });
    assert!(refused.is_some(), "it never fills");
    serving.get("/healthz");
    serving.all_arrive(accepted).await;
    disk.clear();
    until(async || serving.post(500) == 202).await;
    serving.all_arrive(accepted + 1).await;
}
