//! A server that takes one certain mail and nothing else, as fast as it can: whoever sends other
//! bytes is told so. Some of its ports are far away: what goes through them is held back on each
//! way for half of the round trip, any number of pieces at a time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rcgen::generate_simple_self_signed;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::Failure;

/// The round trips of the ports, in milliseconds.
const FAR: [u64; 3] = [0, 20, 100];
/// What may lie between a far port and the dialogue: no less than a mail, or windows would count.
const BETWEEN: usize = 1024 * 1024;

/// Serves until it is ended.
pub async fn run(folder: &Path, mail: &[u8]) -> Result<(), Failure> {
    let mail: Arc<[u8]> = on_the_wire(mail).into();
    let (acceptor, authority) = tls()?;
    std::fs::write(folder.join("ca.pem"), authority)?;
    let mut ports = String::new();
    for round_trip in FAR {
        for tls in [None, Some(&acceptor)] {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let port = listener.local_addr()?.port();
            let name = if tls.is_some() { "tls" } else { "plain" };
            ports.push_str(&format!("{name} {round_trip} {port}\n"));
            let half = Duration::from_millis(round_trip) / 2;
            tokio::spawn(listen(listener, half, tls.cloned(), mail.clone()));
        }
    }
    // In one step, so that whoever waits for the file never reads a part of it.
    std::fs::write(folder.join("ports.new"), ports)?;
    std::fs::rename(folder.join("ports.new"), folder.join("ports"))?;
    std::future::pending().await
}

/// With the dots that are doubled at the beginning of lines, and the final one.
fn on_the_wire(mail: &[u8]) -> Vec<u8> {
    let lines = mail.split_inclusive(|byte| *byte == b'\n');
    let doubled = |line: &[u8]| if line.starts_with(b".") { &b"."[..] } else { b"" };
    let mut wire: Vec<u8> = lines.flat_map(|line| [doubled(line), line].concat()).collect();
    wire.extend_from_slice(b".\r\n");
    wire
}

fn tls() -> Result<(TlsAcceptor, String), Failure> {
    let signed = generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let key = PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key.into())?;
    Ok((TlsAcceptor::from(Arc::new(config)), signed.cert.pem()))
}

async fn listen(listener: TcpListener, half: Duration, tls: Option<TlsAcceptor>, mail: Arc<[u8]>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let (tls, mail) = (tls.clone(), mail.clone());
        tokio::spawn(async move {
            match half.is_zero() {
                true => greet(stream, tls, &mail).await,
                false => greet(far(stream, half), tls, &mail).await,
            }
        });
    }
}

async fn greet<S>(stream: S, tls: Option<TlsAcceptor>, mail: &[u8])
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // A client that goes away is none of our concern.
    let _ = match tls {
        None => talk(stream, mail).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => talk(stream, mail).await,
            Err(error) => Err(error),
        },
    };
}

/// The dialogue. One answer leaves for all commands that came together.
async fn talk<S>(mut stream: S, mail: &[u8]) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    stream.flush().await?;
    let mut input = Vec::with_capacity(64 * 1024);
    let mut in_data = false;
    while stream.read_buf(&mut input).await? > 0 {
        let answer = match in_data {
            true => take_mail(&mut input, mail).to_owned(),
            false => take_commands(&mut input),
        };
        in_data = if in_data { answer.is_empty() } else { answer.ends_with("354 go\r\n") };
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
    }
    Ok(())
}

/// Nobody may send anything behind the final dot before it is answered.
fn take_mail(input: &mut Vec<u8>, mail: &[u8]) -> &'static str {
    if !input.ends_with(b"\r\n.\r\n") {
        return "";
    }
    let same = input == mail;
    input.clear();
    if same { "250 2.0.0 Ok: queued as 4Zb\r\n" } else { "554 5.6.0 this is another mail\r\n" }
}

fn take_commands(input: &mut Vec<u8>) -> String {
    let Some(end) = input.iter().rposition(|byte| *byte == b'\n') else { return String::new() };
    let lines: Vec<u8> = input.drain(..=end).collect();
    lines.split_inclusive(|byte| *byte == b'\n').map(answer).collect()
}

fn answer(line: &[u8]) -> &'static str {
    match line.get(..4).unwrap_or_default() {
        b"EHLO" => "250-sink\r\n250-PIPELINING\r\n250-SIZE 33554432\r\n250 8BITMIME\r\n",
        b"DATA" => "354 go\r\n",
        b"QUIT" => "221 2.0.0 Bye\r\n",
        _ => "250 2.1.0 Ok\r\n",
    }
}

/// A stream that is `half` of a round trip away.
fn far(stream: TcpStream, half: Duration) -> DuplexStream {
    let (near, far) = tokio::io::duplex(BETWEEN);
    let (from_client, to_client) = stream.into_split();
    let (from_dialogue, to_dialogue) = tokio::io::split(near);
    tokio::spawn(hold_back(from_client, to_dialogue, half));
    tokio::spawn(hold_back(from_dialogue, to_client, half));
    far
}

/// Each piece arrives its time after it came, in order, whatever others are under way.
async fn hold_back(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    half: Duration,
) {
    let (sender, mut pieces) = unbounded_channel();
    let read = async move {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut piece).await {
            let _ = sender.send((Instant::now() + half, piece[..length].to_vec()));
        }
    };
    let write = async {
        while let Some((due, piece)) = pieces.recv().await {
            sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}
