//! A service that runs for one test.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::place::{Place, copy};
use crate::wire::{Answer, exchange};

pub const JSON: (&str, &str) = ("Content-Type", "application/json");

pub struct Service {
    pub place: Place,
    pub address: String,
    child: Child,
}

impl Service {
    /// The shipped project, its mails into the inbox, no tokens.
    pub fn open() -> Service {
        Service::with(Place::with_project(), &[], &[])
    }

    /// The same without a worker: mails stay queued.
    pub fn without_worker() -> Service {
        Service::with(Place::with_project(), &["--no-worker"], &[])
    }

    /// The project of the bad inputs.
    pub fn of_fixture(args: &[&str], environment: &[(&str, &str)]) -> Service {
        Service::with(fixture(), args, environment)
    }

    pub fn with(place: Place, args: &[&str], environment: &[(&str, &str)]) -> Service {
        let (child, address) = start(&place, args, environment);
        Service { place, address, child }
    }

    /// The same place, after the process was ended.
    pub fn again(mut self, args: &[&str], environment: &[(&str, &str)]) -> Service {
        self.kill();
        let (child, address) = start(&self.place, args, environment);
        self.child = child;
        self.address = address;
        self
    }

    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// A request with these headers beside Host and Content-Length, and no others.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = self.request(method, path, headers, body.as_bytes());
        exchange(&self.address, &request).expect("an answer")
    }

    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        let said = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        if !said("Host") {
            head.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !said("Content-Length") && !said("Transfer-Encoding") {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), body].concat()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    pub fn post(&self, path: &str, body: &Json) -> Answer {
        self.ask("POST", path, &[JSON], &body.to_string())
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, &[], "")
    }

    /// How many mails are in the outbox.
    pub fn messages(&self) -> usize {
        let list = self.get("/v1/messages?limit=500").is(200).json();
        list["items"].as_array().unwrap().len()
    }

    /// What it has said on stderr.
    pub fn log(&self) -> String {
        self.place.read("log")
    }

    /// Waits for a line of the log.
    #[track_caller]
    pub fn says(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.log().contains(words) {
            assert!(Instant::now() < deadline, "no `{words}` in\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    pub fn ends(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it goes on: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

fn start(place: &Place, args: &[&str], environment: &[(&str, &str)]) -> (Child, String) {
    let listen = if args.contains(&"--listen") { vec![] } else { vec!["--listen", "127.0.0.1:0"] };
    let log = File::options().append(true).create(true).open(place.path("log")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hongyan"))
        .args(["serve", "--json"])
        .args(listen)
        .args(args)
        .current_dir(place.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", place.path(""))
        .env("EMAIL_PROVIDER", "inbox")
        .envs(environment.iter().copied())
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
    let told: Json = serde_json::from_str(&document)
        .unwrap_or_else(|_| panic!("{document}\n{}", place.read("log")));
    let url = told["url"].as_str().unwrap_or_else(|| panic!("{told}"));
    (child, url.trim_start_matches("http://").to_owned())
}

/// The project of the bad inputs, its kind as their limits ask.
pub fn fixture() -> Place {
    let place = Place::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/verify");
    copy(&folder, &place.path(""));
    place.edit(
        "templates/verify/message.yaml",
        "  name: { type: text, max_length: 2000 }\n",
        "  name: { type: text, default: Ada }\n",
    );
    place.edit(
        "templates/verify/message.yaml",
        "  link: { type: url }\n",
        "  link: { type: url, default: \"https://example.test/verify\" }\n",
    );
    place.edit("hongyan.yaml", "time_zone:", "limits: { inbox: true }\ntime_zone:");
    place.edit(
        "templates/verify/message.yaml",
        "lifetime: expires_in\n",
        "lifetime: expires_in\nlimits: { rates: [\"3/1h\"] }\n",
    );
    place
}

/// A verification code to somebody.
pub fn code(to: &str) -> Json {
    json!({
        "kind": "verification_code",
        "locale": "en",
        "to": to,
        "vars": {"code": "483920"},
    })
}

/// An entry of `HONGYAN_API_TOKENS`.
pub fn entry(id: &str, secret: &str, scopes: &str) -> String {
    let hash: String =
        Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{id}:{hash}:{scopes}")
}
