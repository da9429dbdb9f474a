//! The server of `tests/postfix/up`, its mailbox and its log.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hongyan::compose::Profile;
use hongyan::config::{Login, Preset, Proof, SmtpSettings, Tls};
use hongyan::inline::ImageMode;
use hongyan::mail::{Address, Mailbox};
use hongyan::secret::Secret;
use hongyan::transport::{HandOver, Outgoing, Receipt, SendError, SmtpTransport, Transport};

/// How long Postfix may take to deliver what it has taken, and to write its log.
const PATIENCE: Duration = Duration::from_secs(20);

/// One test at a time, that the log is its own.
static TURN: Mutex<()> = Mutex::new(());

pub struct Server {
    values: BTreeMap<String, String>,
    log_before: usize,
    _turn: MutexGuard<'static, ()>,
}

impl Server {
    pub fn take() -> Server {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = std::env::var("POSTFIX").expect("run tests/postfix/check");
        let ready = fs::read_to_string(Path::new(&folder).join("ready")).unwrap();
        let pair =
            |line: &str| line.split_once('=').map(|(name, value)| (name.into(), value.into()));
        let mut server =
            Server { values: ready.lines().filter_map(pair).collect(), log_before: 0, _turn: turn };
        server.log_before = server.whole_log().len();
        server
    }

    /// A value of the file `ready`.
    pub fn get(&self, name: &str) -> &str {
        &self.values[name]
    }

    /// The settings for one of its ports.
    pub fn settings(&self, port: &str) -> SmtpSettings {
        let tls = match port {
            "open" => Tls::None,
            _ if port.starts_with("starttls") => Tls::StartTls,
            _ => Tls::Implicit,
        };
        let login = Login {
            user: self.get("user").to_owned(),
            proof: Proof::Password(Secret::new(self.get("password").to_owned())),
        };
        SmtpSettings {
            preset: Preset::by_host("localhost"),
            host: "localhost".to_owned(),
            port: self.get(port).parse().unwrap(),
            tls,
            login: (tls != Tls::None).then_some(login),
            ca_file: Some(self.get("authority").into()),
        }
    }

    pub fn transport(&self, port: &str) -> Watched {
        let from = Mailbox::parse(&format!("鸿雁 <{}>", self.get("user"))).unwrap();
        let profile = Profile::new(from, ImageMode::Inside);
        let smtp = SmtpTransport::new(port, &self.settings(port), profile).unwrap();
        Watched { smtp: Arc::new(smtp), handed_over: Arc::default() }
    }

    /// What lies in the mailbox for a recipient. It does not wait.
    pub fn mailbox(&self, recipient: &str) -> Vec<Vec<u8>> {
        let Ok(files) = fs::read_dir(self.get("maildir")) else { return Vec::new() };
        let marker = format!("\nDelivered-To: {recipient}\n");
        let mails = files.map(|file| fs::read(file.unwrap().path()).unwrap());
        mails.filter(|mail| String::from_utf8_lossy(split(mail).0).contains(&marker)).collect()
    }

    /// The one mail for a recipient, behind the headers that its way has put in front, with line
    /// ends as on the wire.
    #[track_caller]
    pub fn delivered(&self, recipient: &str) -> Vec<u8> {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut mails = self.mailbox(recipient);
            assert!(mails.len() <= 1, "{recipient} has {} copies", mails.len());
            if let Some(mail) = mails.pop() {
                return with_crlf(split(&mail).1);
            }
            assert!(Instant::now() < until, "nothing for {recipient}: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its log since this test began, once that many connections have ended.
    #[track_caller]
    pub fn log_of(&self, connections: usize) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            if log.matches(": disconnect from ").count() >= connections {
                return log;
            }
            assert!(Instant::now() < until, "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        self.whole_log().split_off(self.log_before)
    }

    fn whole_log(&self) -> String {
        fs::read_to_string(self.get("log")).unwrap()
    }
}

fn with_crlf(mail: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(mail.len() / 75 * 77);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        wire.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        wire.extend_from_slice(b"\r\n");
    }
    wire
}

/// The headers of the way, and the mail as it was sent.
fn split(mail: &[u8]) -> (&[u8], &[u8]) {
    const OF_THE_WAY: [&[u8]; 4] =
        [b"Return-Path:", b"X-Original-To:", b"Delivered-To:", b"Received:"];
    let folded = |line: &[u8]| line.starts_with(b" ") || line.starts_with(b"\t");
    let own = |line: &&[u8]| folded(line) || OF_THE_WAY.iter().any(|name| line.starts_with(name));
    let lines = mail.split_inclusive(|byte| *byte == b'\n');
    mail.split_at(lines.take_while(own).map(<[u8]>::len).sum())
}

type Bytes = Arc<[u8]>;

/// SMTP, and what was given to it. Clones share what they have seen.
#[derive(Clone)]
pub struct Watched {
    smtp: Arc<SmtpTransport>,
    handed_over: Arc<Mutex<Vec<(Address, Bytes)>>>,
}

impl Watched {
    /// The bytes for a recipient.
    pub fn bytes(&self, recipient: &str) -> Bytes {
        let mails = self.handed_over.lock().unwrap();
        let mail = mails.iter().find(|(to, _)| to.as_str() == recipient);
        mail.expect("it was handed over").1.clone()
    }
}

#[async_trait]
impl Transport for Watched {
    fn name(&self) -> &str {
        self.smtp.name()
    }

    fn profile(&self) -> &Profile {
        self.smtp.profile()
    }

    async fn close(&self) {
        self.smtp.close().await;
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        let (to, bytes) = (mail.message.envelope().to.clone(), mail.message.bytes().clone());
        self.handed_over.lock().unwrap().push((to, bytes));
        self.smtp.deliver(mail, handing_over).await
    }
}
