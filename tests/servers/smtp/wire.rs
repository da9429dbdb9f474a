//! Bytes from and to a client.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Shared;
use super::fault::{Act, End, Words};

/// What is written at once of an endless reply.
const CHUNK: usize = 16 * 1024;
/// How long a client may take to leave.
const FAREWELL: Duration = Duration::from_secs(1);

enum Socket {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Gone,
}

trait Both: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Both for T {}

/// A connection with what was read and not yet used.
pub(super) struct Wire {
    socket: Socket,
    buffer: Vec<u8>,
    used: usize,
    shared: Arc<Shared>,
}

/// The connection is over because the plan says so.
pub(super) fn over() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl Wire {
    pub fn new(shared: Arc<Shared>, tcp: TcpStream) -> Wire {
        Wire { socket: Socket::Plain(tcp), buffer: Vec::new(), used: 0, shared }
    }

    pub fn is_encrypted(&self) -> bool {
        matches!(self.socket, Socket::Tls(_))
    }

    /// The next line with its end.
    pub async fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut looked = self.used;
        loop {
            let rest = &self.buffer[looked..];
            if let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer[self.used..=looked + at].to_vec();
                self.used = looked + at + 1;
                return Ok(line);
            }
            self.buffer.drain(..self.used);
            self.used = 0;
            looked = self.buffer.len();
            self.buffer.reserve(64 * 1024);
            if read(&mut self.socket, &mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// What was read and not used, taken out.
    pub fn surplus(&mut self) -> Vec<u8> {
        let surplus = self.buffer.split_off(self.used);
        self.buffer.clear();
        self.used = 0;
        surplus
    }

    pub async fn encrypt(&mut self, acceptor: &TlsAcceptor) -> io::Result<()> {
        let Socket::Plain(tcp) = std::mem::replace(&mut self.socket, Socket::Gone) else {
            return Err(over());
        };
        self.socket = Socket::Tls(Box::new(acceptor.accept(tcp).await?));
        Ok(())
    }

    /// Reads the ClientHello, says something and waits until the client has gone.
    pub async fn answer_hello(&mut self, bytes: &[u8]) -> io::Result<()> {
        read(&mut self.socket, &mut self.buffer).await?;
        self.put(bytes).await?;
        self.farewell().await
    }

    /// Does what a fault says, or answers as usual. Returns the code that was said, 0 for none.
    pub async fn act(&mut self, act: &Act, usual: &str, line: &str) -> io::Result<u16> {
        tokio::time::sleep(act.delay).await;
        match act.end {
            End::Hang => std::future::pending().await,
            End::CloseBefore => return Err(over()),
            End::ResetBefore => return self.reset(),
            End::Stay | End::CloseAfter | End::ResetAfter => {}
        }
        let code = self.say(act, usual, line).await?;
        match act.end {
            End::CloseAfter => self.farewell().await.and(Err(over())),
            End::ResetAfter => self.reset(),
            _ => Ok(code),
        }
    }

    async fn say(&mut self, act: &Act, usual: &str, line: &str) -> io::Result<u16> {
        let mut bytes = match &act.words {
            Words::Raw(bytes) => bytes.clone(),
            Words::Reply(text) => written(&text.replace("{line}", line)),
            Words::Usual => written(usual),
            Words::Lines(lines) => {
                let line = format!("{}-filler\r\n", &usual[..3]);
                self.flood(line.as_bytes(), lines * line.len()).await?;
                written(usual)
            }
            Words::Long(length) => {
                self.put(format!("{}-", &usual[..3]).as_bytes()).await?;
                self.flood(b"x", *length).await?;
                written(&format!("\n{usual}"))
            }
        };
        bytes.extend_from_slice(&act.inject);
        match act.drip {
            Some(pause) => {
                for byte in &bytes {
                    self.put(&[*byte]).await?;
                    tokio::time::sleep(pause).await;
                }
            }
            None => self.put(&bytes).await?,
        }
        Ok(code(&bytes))
    }

    async fn flood(&mut self, unit: &[u8], length: usize) -> io::Result<()> {
        let chunk = unit.repeat(CHUNK.div_ceil(unit.len()));
        let mut left = length;
        while left > 0 {
            let part = left.min(chunk.len());
            self.put(&chunk[..part]).await?;
            self.shared.record().written += part;
            left -= part;
        }
        Ok(())
    }

    async fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let socket = both(&mut self.socket)?;
        socket.write_all(bytes).await?;
        socket.flush().await
    }

    /// Ends our side and lets the client end its own, so that no word is lost.
    async fn farewell(&mut self) -> io::Result<()> {
        both(&mut self.socket)?.shutdown().await?;
        let gone = async {
            while read(&mut self.socket, &mut self.buffer).await? > 0 {
                self.buffer.clear();
            }
            Ok(())
        };
        tokio::time::timeout(FAREWELL, gone).await.unwrap_or(Ok(()))
    }

    fn reset(&mut self) -> io::Result<u16> {
        match &self.socket {
            Socket::Plain(tcp) => tcp.set_zero_linger()?,
            Socket::Tls(tls) => tls.get_ref().0.set_zero_linger()?,
            Socket::Gone => {}
        }
        self.socket = Socket::Gone;
        Err(over())
    }
}

fn both(socket: &mut Socket) -> io::Result<&mut dyn Both> {
    match socket {
        Socket::Plain(tcp) => Ok(tcp),
        Socket::Tls(tls) => Ok(tls),
        Socket::Gone => Err(over()),
    }
}

async fn read(socket: &mut Socket, buffer: &mut Vec<u8>) -> io::Result<usize> {
    both(socket)?.read_buf(buffer).await
}

/// Lines joined by LF as they go over the wire; all but the last are continued.
fn written(text: &str) -> Vec<u8> {
    let mut lines = text.split('\n').peekable();
    let mut bytes = Vec::new();
    while let Some(line) = lines.next() {
        let mut line = line.as_bytes().to_vec();
        if lines.peek().is_some() && line.get(3) == Some(&b' ') {
            line[3] = b'-';
        }
        bytes.extend_from_slice(&line);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// The code of the last line.
fn code(bytes: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(bytes);
    let last = text.trim_end().lines().last().unwrap_or_default();
    last.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
