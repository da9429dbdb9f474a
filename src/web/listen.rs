//! A port to listen at, or why it cannot be had.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// Who listens, for the remedies.
#[derive(Clone, Copy, Debug)]
pub struct Listener {
    /// What is perhaps open already
    pub name: (&'static str, &'static str),
    /// An address that it could take instead
    pub other: &'static str,
    /// The usual address
    pub usual: &'static str,
}

/// Why there is no port.
#[derive(Debug)]
pub enum Refused {
    /// It cannot be had
    Unavailable(Box<Diagnostic>),
    /// What was written is no address
    NoAddress(Box<Diagnostic>),
}

/// Takes a port.
///
/// # Errors
/// A port that is taken, an address that is none.
pub fn listen(wanted: &str, who: Listener) -> Result<(TcpListener, SocketAddr), Refused> {
    let bound = wanted
        .to_socket_addrs()
        .and_then(|addresses| {
            // `localhost` is both; the older is what people type.
            let mut addresses: Vec<SocketAddr> = addresses.collect();
            addresses.sort_by_key(SocketAddr::is_ipv6);
            TcpListener::bind(addresses.as_slice())
        })
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    bound.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Refused::Unavailable(Box::new(taken(wanted, who))),
        io::ErrorKind::InvalidInput => Refused::NoAddress(Box::new(no_address(wanted, who))),
        _ => Refused::Unavailable(Box::new(cannot(&error))),
    })
}

/// The system does not let it.
pub fn cannot(error: &io::Error) -> Diagnostic {
    let Text { en, zh } = Text::of_io(error);
    Diagnostic::error(Code::ListenFailed, text!("cannot listen: {en}", "无法监听：{zh}"))
        .hint(text!("take an address of this machine", "请使用本机的地址"))
}

fn taken(wanted: &str, who: Listener) -> Diagnostic {
    let Listener { name: (en, zh), other, .. } = who;
    Diagnostic::error(
        Code::PortInUse,
        text!("another program listens at `{wanted}`", "`{wanted}` 已被其他程序占用"),
    )
    .hint(text!(
        "is a {en} open already? else take another port: `--listen {other}`",
        "是否已打开一个{zh}？否则请换一个端口：`--listen {other}`"
    ))
}

fn no_address(wanted: &str, who: Listener) -> Diagnostic {
    let usual = who.usual;
    Diagnostic::error(
        Code::Usage,
        text!("`{wanted}` is no address with a port", "`{wanted}` 不是带端口的地址"),
    )
    .hint(text!("write `{usual}`", "请写成 `{usual}`"))
}
