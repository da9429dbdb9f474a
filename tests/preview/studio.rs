//! A studio that runs for one test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;

use crate::http::{Answer, Events, exchange};
use crate::place::Place;

pub struct Studio {
    pub place: Place,
    pub address: String,
    child: Child,
    session: Option<(String, String)>,
}

impl Studio {
    /// The shipped project, on a free port.
    pub fn open() -> Studio {
        Studio::with(Place::with_project(), &[], &[])
    }

    pub fn with(place: Place, args: &[&str], environment: &[(&str, &str)]) -> Studio {
        let listen =
            if args.contains(&"--listen") { vec![] } else { vec!["--listen", "127.0.0.1:0"] };
        let mut child = Command::new(env!("CARGO_BIN_EXE_hongyan"))
            .args(["preview", "--json"])
            .args(listen)
            .args(args)
            .current_dir(place.path(""))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", place.path(""))
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut document = String::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.unwrap();
            document.push_str(&line);
            if line == "}" {
                break;
            }
        }
        let told: Json = serde_json::from_str(&document).unwrap();
        let url = told["url"].as_str().unwrap();
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Studio { place, address, child, session: None }
    }

    /// A request with these headers beside Host, and no others.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let host = [("Host", self.address.as_str())];
        let host =
            if headers.iter().any(|(name, _)| *name == "Host") { &[][..] } else { &host[..] };
        let head: String = host
            .iter()
            .chain(headers)
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(&self.address, request.as_bytes()).expect("an answer")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Cookie and token, as the page has them.
    pub fn session(&mut self) -> (String, String) {
        if self.session.is_none() {
            let page = self.get("/").is(200);
            let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
            self.session = Some((cookie, told(&page.text())["csrf"].as_str().unwrap().to_owned()));
        }
        self.session.clone().unwrap()
    }

    /// A request as the page makes it.
    pub fn post(&mut self, path: &str, body: &Json) -> Answer {
        self.change("POST", path, &body.to_string())
    }

    pub fn change(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let (cookie, token) = self.session();
        let origin = format!("http://{}", self.address);
        let headers = [
            ("Cookie", cookie.as_str()),
            ("X-Studio-Token", token.as_str()),
            ("Content-Type", "application/json"),
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        self.ask(method, path, &headers, body)
    }

    pub fn events(&self) -> Events {
        Events::open(&self.address)
    }

    /// Resident memory in KiB.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }
}

/// What the server told the page.
pub fn told(page: &str) -> Json {
    let start = page.split("id=\"studio\">").nth(1).expect("the page is told");
    serde_json::from_str(start.split("</script>").next().unwrap()).unwrap()
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
