//! A server that takes whatever comes, a thread for each connection, and notes when.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The server, until the process ends.
#[derive(Clone)]
pub struct Taker {
    pub port: u16,
    begun: Arc<Mutex<HashMap<String, Instant>>>,
}

impl Taker {
    pub fn start() -> Result<Taker> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let taker = Taker { port: listener.local_addr()?.port(), begun: Arc::default() };
        let listening = taker.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taker = listening.clone();
                std::thread::spawn(move || taker.talk(stream));
            }
        });
        Ok(taker)
    }

    /// When the content of the mail to an address began to arrive.
    pub fn begun(&self, to: &str) -> Option<Instant> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).get(to).copied()
    }

    /// How many mails began to arrive.
    pub fn count(&self) -> usize {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn talk(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut out = stream.try_clone()?;
        let mut lines = BufReader::with_capacity(64 * 1024, stream);
        out.write_all(b"220 taker\r\n")?;
        let (mut line, mut to) = (Vec::new(), String::new());
        loop {
            line.clear();
            if lines.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            let answer: &[u8] = match line.get(..4) {
                Some(b"EHLO") => b"250-taker\r\n250-PIPELINING\r\n250 SIZE 33554432\r\n",
                Some(b"RCPT") => {
                    let text = String::from_utf8_lossy(&line);
                    to = text.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    b"250 2.1.5 ok\r\n"
                }
                Some(b"DATA") => {
                    out.write_all(b"354 go\r\n")?;
                    self.content(&mut lines, std::mem::take(&mut to))?;
                    b"250 2.0.0 taken\r\n"
                }
                Some(b"QUIT") => b"221 2.0.0 bye\r\n",
                _ => b"250 2.1.0 ok\r\n",
            };
            out.write_all(answer)?;
        }
    }

    fn content(&self, lines: &mut impl BufRead, to: String) -> Result<()> {
        lines.fill_buf()?;
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).insert(to, Instant::now());
        let mut line = Vec::new();
        while line != b".\r\n" {
            line.clear();
            lines.read_until(b'\n', &mut line)?;
        }
        Ok(())
    }
}
