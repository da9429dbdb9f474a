//! Just enough of an HTTP client to send what a library would correct.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The code of a problem, or of the first fault.
    #[track_caller]
    pub fn code(&self) -> String {
        let json = self.json();
        let code = json["code"].as_str().or(json["faults"][0]["code"].as_str());
        code.unwrap_or_else(|| panic!("{json}")).to_owned()
    }
}

/// Sends bytes as they are and reads the whole answer; the server may also just hang up.
pub fn exchange(address: &str, request: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(70))).unwrap();
    // It may refuse before it has read everything.
    let _ = stream.write_all(request);
    read_answer(&mut BufReader::new(stream))
}

fn read_answer(stream: &mut BufReader<TcpStream>) -> Option<Answer> {
    let (status, headers) = read_head(stream)?;
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|how| how == "chunked") {
        while let Some(chunk) = read_chunk(stream) {
            body.extend(chunk);
        }
    } else {
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        body.resize(length, 0);
        stream.read_exact(&mut body).ok()?;
    }
    Some(Answer { status, headers, body })
}

fn read_head(stream: &mut BufReader<TcpStream>) -> Option<(u16, BTreeMap<String, String>)> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(headers.insert(name.to_owned(), value.to_owned())),
            None => return Some((status, headers)),
        }
    }
}

fn read_chunk(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let length = usize::from_str_radix(line.trim(), 16).ok().filter(|length| *length > 0)?;
    let mut chunk = vec![0; length + 2];
    stream.read_exact(&mut chunk).ok()?;
    chunk.truncate(length);
    Some(chunk)
}

/// An open stream of events.
pub struct Events {
    stream: BufReader<TcpStream>,
    text: String,
}

impl Events {
    pub fn open(address: &str) -> Events {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /api/events HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut stream = BufReader::new(stream);
        let (status, _) = read_head(&mut stream).unwrap();
        assert_eq!(status, 200);
        Events { stream, text: String::new() }
    }

    /// The next event, its name and data, if it comes in time.
    pub fn next(&mut self, patience: Duration) -> Option<(String, Json)> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
                };
                if let (Some(name), Some(data)) = (field("event: "), field("data: ")) {
                    return Some((name, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            if Instant::now() > deadline {
                return None;
            }
            // A chunk is one event, or a ping.
            if self.stream.fill_buf().is_ok_and(|buffer| !buffer.is_empty())
                && let Some(chunk) = read_chunk(&mut self.stream)
            {
                self.text.push_str(&String::from_utf8(chunk).unwrap());
            }
        }
    }

    /// Waits for an event that is wanted and passes over others.
    #[track_caller]
    pub fn wait(&mut self, name: &str, wanted: impl Fn(&Json) -> bool) -> Json {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            match self.next(Duration::from_millis(500)) {
                Some((known, data)) if known == name && wanted(&data) => return data,
                _ => {}
            }
        }
        panic!("no event `{name}` came");
    }
}
