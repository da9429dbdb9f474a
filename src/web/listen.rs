//! A port to listen at, or why it cannot be had.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::error::Error;
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

/// Why a server cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be had
    #[error("{}", fault.title().en)]
    Listen {
        /// What to say
        fault: Box<Diagnostic>,
    },
    /// What was written is no address
    #[error("{}", fault.title().en)]
    Address {
        /// What to say
        fault: Box<Diagnostic>,
    },
    /// It must not be started like this
    #[error("{}", fault.title().en)]
    Configuration {
        /// What to say
        fault: Box<Diagnostic>,
    },
    /// The project or the settings are wrong
    #[error("{error}")]
    Mailer {
        /// What is wrong
        #[from]
        error: Error,
    },
}

impl StartError {
    /// The system does not let it.
    pub(crate) fn of_system(error: &io::Error) -> StartError {
        StartError::Listen { fault: Box::new(cannot(error)) }
    }
}

/// Takes a port.
///
/// # Errors
/// A port that is taken, an address that is none.
pub fn listen(wanted: &str, who: Listener) -> Result<(TcpListener, SocketAddr), StartError> {
    let read = wanted.to_socket_addrs();
    // `localhost` is both; the older is what people type.
    let mut addresses: Vec<SocketAddr> = read
        .map_err(|_| StartError::Address { fault: Box::new(no_address(wanted, who)) })?
        .collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    let bound = TcpListener::bind(addresses.as_slice())
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)));
    bound.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::Listen { fault: Box::new(taken(wanted, who)) },
        _ => StartError::of_system(&error),
    })
}

fn cannot(error: &io::Error) -> Diagnostic {
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
        text!(
            "`{wanted}` is no address of this machine with a port",
            "`{wanted}` 不是本机的“地址:端口”"
        ),
    )
    .hint(text!("write `{usual}`", "请写成 `{usual}`"))
}
