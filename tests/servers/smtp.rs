//! An SMTP server for tests. It listens on loopback in a thread of its own, misbehaves by a
//! [`Plan`], and remembers every mail before it answers, and every command. It ends when it is
//! dropped.
//!
//! ```ignore
//! let server = SmtpServer::start(Plan::default().with(Fault::at(Stage::Rcpt).reply("450 later")));
//! run_the_binary_with(server.environment(server.tls_port()));
//! assert_eq!(server.record().mails.len(), 0);
//! ```
#![allow(dead_code)] // Each test binary uses a part.

#[path = "smtp/auth.rs"]
mod auth;
#[path = "smtp/certificate.rs"]
mod certificate;
#[path = "smtp/fault.rs"]
mod fault;
#[path = "smtp/plan.rs"]
mod plan;
#[path = "smtp/profile.rs"]
mod profile;
#[path = "smtp/record.rs"]
mod record;
#[path = "smtp/session.rs"]
mod session;
#[path = "smtp/transaction.rs"]
mod transaction;
#[path = "smtp/wire.rs"]
mod wire;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

#[allow(unused_imports)] // As above.
pub use certificate::Handshake;
#[allow(unused_imports)]
pub use fault::{Fault, Stage};
#[allow(unused_imports)]
pub use plan::Plan;
#[allow(unused_imports)]
pub use profile::{GMAIL, NETEASE, OFFICE365, PLAIN, Profile, QQ};
#[allow(unused_imports)]
pub use record::{Command, Mail, Record};

/// What the kernel keeps of our words until they are read. Small, so that [`Record::written`]
/// shows how much a client has let itself be told.
const SEND_BUFFER: u32 = 32 * 1024;

/// A running server.
pub struct SmtpServer {
    shared: Arc<Shared>,
    port: u16,
    tls_port: u16,
    folder: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What all connections share.
struct Shared {
    plan: Mutex<Arc<Plan>>,
    record: Mutex<Record>,
    /// When a sender first asked for a recipient
    grey: Mutex<HashMap<(String, String), Instant>>,
}

impl SmtpServer {
    /// Starts a server and returns when it listens.
    pub fn start(plan: Plan) -> SmtpServer {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate::authority_pem()).unwrap();
        let shared = Arc::new(Shared {
            plan: Mutex::new(Arc::new(plan)),
            record: Mutex::default(),
            grey: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let theirs = shared.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async move {
                let (host, port, tls_port) = {
                    let plan = theirs.plan();
                    (plan.host.clone(), plan.port, plan.tls_port)
                };
                let (plain, implicit) = (listen(&host, port), listen(&host, tls_port));
                let ports = [&plain, &implicit].map(|l| l.local_addr().unwrap().port());
                tell.send(ports).unwrap();
                tokio::spawn(accept(plain, theirs.clone(), false));
                tokio::spawn(accept(implicit, theirs, true));
                let _ = stopped.await;
            });
        });
        let [port, tls_port] = told.recv().expect("the server could not listen");
        SmtpServer { shared, port, tls_port, folder, stop: Some(stop), thread: Some(thread) }
    }

    /// The port that begins plain and offers STARTTLS.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port that speaks TLS from the first byte.
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// The authority behind its certificates, as PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What has happened so far.
    pub fn record(&self) -> Record {
        self.shared.record().clone()
    }

    /// The mails so far, which it remembers no longer.
    pub fn take_mails(&self) -> Vec<Mail> {
        std::mem::take(&mut self.shared.record().mails)
    }

    /// Waits until something has happened.
    ///
    /// # Panics
    /// When it does not within some seconds.
    pub async fn until(&self, happened: impl Fn(&Record) -> bool) -> Record {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let record = self.record();
            if happened(&record) {
                return record;
            }
            assert!(Instant::now() < end, "it did not happen: {record:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Behaves otherwise from the next connection on.
    pub fn change(&self, plan: Plan) {
        *self.shared.plan.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(plan);
    }

    /// The environment of a program that sends through one of its ports.
    pub fn environment(&self, port: u16) -> Vec<(&'static str, String)> {
        let plan = self.shared.plan();
        let tls = if port == self.tls_port { "SMTP_SSL" } else { "SMTP_TLS" };
        vec![
            ("SMTP_SERVER", "localhost".into()),
            ("SMTP_PORT", port.to_string()),
            (tls, "true".into()),
            ("SMTP_USER", plan.user.clone()),
            ("SMTP_PASSWORD", plan.password.clone()),
            ("EMAILS_FROM_EMAIL", plan.user.clone()),
            ("SMTP_CA_FILE", self.ca_file().to_string_lossy().into_owned()),
        ]
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if let (Some(Err(panic)), false) = (ended, std::thread::panicking()) {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Shared {
    fn plan(&self) -> Arc<Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listen(host: &str, port: u16) -> TcpListener {
    let address: SocketAddr = format!("{host}:{port}").parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.set_send_buffer_size(SEND_BUFFER).unwrap();
    socket.bind(address).unwrap();
    socket.listen(64).unwrap()
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, implicit: bool) {
    while let Ok((tcp, _)) = listener.accept().await {
        let _ = tcp.set_nodelay(true);
        let number = {
            let mut record = shared.record();
            record.connections += 1;
            record.connections
        };
        let shared = shared.clone();
        tokio::spawn(async move {
            // How a connection ends is the plan's business, or the client's.
            let _ = session::Session::new(shared.clone(), tcp, number).run(implicit).await;
            shared.record().ended += 1;
        });
    }
}
