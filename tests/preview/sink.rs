//! A mail server that takes everything, for mails whose bytes are compared.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Where it listens, and the mails as they came, without the dots that SMTP adds.
pub fn open() -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (taken, mails) = channel();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let taken = taken.clone();
            std::thread::spawn(move || converse(stream, &taken));
        }
    });
    (address, mails)
}

fn converse(stream: TcpStream, taken: &Sender<Vec<u8>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?);
    let say = |reply: &str| (&stream).write_all(format!("{reply}\r\n").as_bytes()).ok();
    say("220 sink")?;
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line).ok().filter(|read| *read > 0)?;
        match line.to_ascii_uppercase().get(..4)? {
            b"EHLO" => say("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8")?,
            b"DATA" => {
                say("354 go on")?;
                taken.send(data(&mut lines)?).ok()?;
                say("250 2.0.0 queued")?;
            }
            b"QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
}

fn data(lines: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line).ok().filter(|read| *read > 0)?;
        if line == b".\r\n" {
            return Some(mail);
        }
        mail.extend(line.strip_prefix(b".").unwrap_or(&line));
    }
}
