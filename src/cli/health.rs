//! `hongyan health`: asks a running service whether it is ready. For `HEALTHCHECK` of a container,
//! so it needs nothing but the address, and waits for seconds at most.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use serde_json::json;
use url::Url;

use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::mailer::Setup;
use crate::text;

/// Where a service listens, unless said.
const USUAL: &str = "127.0.0.1:3026";
/// For the connection, and for each read.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest answer that is read.
const MOST: u64 = 64 * 1024;

pub fn run(
    url: Option<&str>,
    setup: impl Fn() -> Result<Setup, Failure>,
    voice: &Voice,
) -> Result<Exit, Failure> {
    let address = match url {
        Some(url) => host_and_port(url).ok_or_else(|| Failure::usage(bad_url()))?,
        None => listening(setup),
    };
    let found = ask(&address);
    let ready = matches!(found, Ok(200));
    let said = match &found {
        Ok(200) => text!("ready at {address}", "{address} 可用"),
        Ok(status) => {
            text!("not ready at {address}: HTTP {status}", "{address} 不可用：HTTP {status}")
        }
        Err(error) => {
            let Text { en, zh } = Text::of_io(error);
            text!("no answer at {address}: {en}", "{address} 没有应答：{zh}")
        }
    };
    match voice.json {
        true => {
            let status = found.as_ref().ok();
            let said = said.get(voice.language());
            voice.document(
                &json!({"ready": ready, "address": address, "status": status, "detail": said}),
            );
        }
        false => voice.say(&said),
    }
    Ok(if ready { Exit::Done } else { Exit::Wrong })
}

/// `HONGYAN_LISTEN`, seen from this machine. What is wrong with the rest of the environment is not
/// this command's to tell.
fn listening(setup: impl Fn() -> Result<Setup, Failure>) -> String {
    let said = match setup() {
        Ok(setup) => setup.environment.get("HONGYAN_LISTEN").map(|v| v.value.expose().to_owned()),
        Err(_) => std::env::var("HONGYAN_LISTEN").ok(),
    };
    let said = said.unwrap_or_default();
    match said.trim() {
        "" => USUAL.to_owned(),
        said => {
            let own = said.strip_prefix("0.0.0.0:").map(|port| format!("127.0.0.1:{port}"));
            let own =
                own.or_else(|| said.strip_prefix("[::]:").map(|port| format!("[::1]:{port}")));
            own.unwrap_or_else(|| said.to_owned())
        }
    }
}

fn host_and_port(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
    let bare = url.username().is_empty() && url.password().is_none();
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    bare.then(|| format!("{host}:{port}"))
}

/// The status of `GET /readyz`.
fn ask(address: &str) -> io::Result<u16> {
    let mut stream = connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let version = words.next().is_some_and(|word| word.starts_with("HTTP/1."));
    let status = words.next().and_then(|word| word.parse().ok()).filter(|_| version);
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn connect(address: &str) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    let mut last = io::ErrorKind::NotFound.into();
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bad_url() -> Diagnostic {
    let title = text!("this is no plain `http://` URL", "这不是普通的 `http://` 网址");
    Diagnostic::error(Code::Usage, title)
        .hint(text!("write `http://127.0.0.1:3026`", "请写 `http://127.0.0.1:3026`"))
}

#[cfg(test)]
mod tests {
    use super::host_and_port;

    #[test]
    fn urls() {
        for (url, address) in [
            ("http://127.0.0.1:3026", Some("127.0.0.1:3026")),
            ("http://mail/readyz", Some("mail:80")),
            ("http://[::1]:3026/", Some("[::1]:3026")),
            ("https://mail:3026", None),
            ("http://me:word@mail", None),
            ("127.0.0.1:3026", None),
        ] {
            assert_eq!(host_and_port(url).as_deref(), address, "{url}");
        }
    }
}
