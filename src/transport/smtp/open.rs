//! From a host's name to a connection that is logged in.
//!
//! Every step is noted with its time, so that `doctor` can show how far it came.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use lettre::transport::smtp::commands::{Ehlo, Starttls};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::{TcpStream, lookup_host};

use super::answer::Answer;
use super::capabilities::Capabilities;
use super::login::log_in;
use super::stream::Stream;
use super::wire::{REPLY, Wire, within};
use super::{Step, fault};
use crate::config::{SmtpSettings, Tls};
use crate::text;
use crate::transport::{Cause, SendError, Stage, tls};

/// How long a name lookup, opening a connection or a handshake may take.
const OPEN: Duration = Duration::from_secs(10);

/// A server and how it is spoken to.
pub(super) struct Server {
    pub settings: SmtpSettings,
    pub tls: tls::Config,
}

/// A connection that is ready for mail.
pub(super) struct Connection {
    pub wire: Wire,
    pub capabilities: Capabilities,
    /// How many mails it has carried
    pub carried: usize,
}

impl Server {
    /// Looks up, connects, encrypts and greets.
    ///
    /// # Errors
    /// The step that failed is the error's stage.
    pub async fn greet(
        &self,
        until: Instant,
        steps: &mut Vec<Step>,
    ) -> Result<Connection, SendError> {
        let mut log = StepLog::new(steps);
        let addresses = self.resolve(until).await?;
        log.done(Stage::Resolve, || join(addresses.iter().map(|address| address.ip())));
        let tcp = connect(&addresses, until).await?;
        log.done(Stage::Connect, || {
            tcp.peer_addr().map_or_else(|_| String::new(), |a| a.to_string())
        });
        let stream = match self.settings.tls {
            Tls::Implicit => self.encrypt(tcp, until, &mut log).await?,
            Tls::StartTls | Tls::None => Stream::Plain(tcp),
        };
        let mut wire = Wire::new(stream, until);
        let greeting = wire.read(Stage::Greeting, REPLY).await?;
        self.expect(Stage::Greeting, 220, &greeting)?;
        log.done(Stage::Greeting, || greeting.lines.join(" "));
        let mut capabilities = self.ehlo(&mut wire).await?;
        if self.settings.tls == Tls::StartTls {
            wire = self.start_tls(wire, &capabilities, &mut log).await?;
            capabilities = self.ehlo(&mut wire).await?;
        }
        log.done(Stage::Ehlo, || capabilities.keywords.join(" "));
        Ok(Connection { wire, capabilities, carried: 0 })
    }

    /// Greets and logs in.
    ///
    /// # Errors
    /// As [`Server::greet`]; a refused login.
    pub async fn open(
        &self,
        until: Instant,
        steps: &mut Vec<Step>,
    ) -> Result<Connection, SendError> {
        let mut connection = self.greet(until, steps).await?;
        if let Some(login) = &self.settings.login {
            let mut log = StepLog::new(steps);
            let mechanism = log_in(&mut connection, login, self.provider()).await?;
            log.done(Stage::Auth, || mechanism);
        }
        Ok(connection)
    }

    /// The name that the reply dictionary knows it by.
    pub fn provider(&self) -> &'static str {
        self.settings.preset.id
    }

    /// Whether an answer is the one that is due; else what it means.
    pub fn expect(&self, stage: Stage, code: u16, answer: &Answer) -> Result<(), SendError> {
        match answer.class() {
            _ if answer.code == code => Ok(()),
            4 | 5 => Err(SendError::refused(self.provider(), stage, answer.to_reply())),
            _ => Err(fault::unexpected(stage, answer)),
        }
    }

    async fn resolve(&self, until: Instant) -> Result<Vec<SocketAddr>, SendError> {
        let host = &self.settings.host;
        // What the system says of a failure tells a missing name and a missing network apart by
        // words in its own language only.
        let lookup = async { Ok(lookup_host((host.as_str(), self.settings.port)).await.ok()) };
        let found = within(OPEN, until, Stage::Resolve, lookup).await?;
        let found: Vec<SocketAddr> = found.into_iter().flatten().collect();
        if found.is_empty() { Err(fault::unresolved(host)) } else { Ok(found) }
    }

    async fn encrypt(
        &self,
        tcp: TcpStream,
        until: Instant,
        log: &mut StepLog<'_>,
    ) -> Result<Stream, SendError> {
        let host = &self.settings.host;
        let handshake = async { Ok(tls::handshake(&self.tls, host, tcp).await) };
        let stream = within(OPEN, until, Stage::Tls, handshake).await?;
        let stream = stream.map_err(|error| {
            tls::fault(&error, host).unwrap_or_else(|| fault::network(Stage::Tls, &error))
        })?;
        let (version, certificate) = tls::describe(&stream);
        log.done(Stage::Tls, || version.to_owned());
        log.certificate(certificate);
        Ok(Stream::Tls(Box::new(stream)))
    }

    /// STARTTLS (RFC 3207) is required where it is chosen. What the server sends between its 220
    /// and the handshake could come from anyone, so the connection ends there.
    async fn start_tls(
        &self,
        mut wire: Wire,
        capabilities: &Capabilities,
        log: &mut StepLog<'_>,
    ) -> Result<Wire, SendError> {
        if !capabilities.starttls {
            return Err(no_starttls());
        }
        let answer = wire.ask(&Starttls.to_string(), Stage::StartTls).await?;
        self.expect(Stage::StartTls, 220, &answer)?;
        wire.check_silence(Stage::StartTls)?;
        log.done(Stage::StartTls, String::new);
        let until = wire.until;
        let Stream::Plain(tcp) = wire.stream else { return Err(fault::unasked(Stage::StartTls)) };
        Ok(Wire::new(self.encrypt(tcp, until, log).await?, until))
    }

    /// No fall-back to HELO: a server without EHLO has neither TLS nor AUTH.
    async fn ehlo(&self, wire: &mut Wire) -> Result<Capabilities, SendError> {
        // The name of this machine is nobody's business; a literal is what RFC 5321 section 4.1.3
        // has for a client without one.
        let name = ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST);
        let answer = wire.ask(&Ehlo::new(name).to_string(), Stage::Ehlo).await?;
        self.expect(Stage::Ehlo, 250, &answer)?;
        Ok(Capabilities::read(&answer))
    }
}

/// Tries the addresses in turn; each gets its share of the time.
async fn connect(addresses: &[SocketAddr], until: Instant) -> Result<TcpStream, SendError> {
    let end = until.min(Instant::now() + OPEN);
    let mut failed = fault::timeout(Stage::Connect);
    for (index, address) in addresses.iter().enumerate() {
        let left = end.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(1);
        match within(share, end, Stage::Connect, TcpStream::connect(address)).await {
            Ok(tcp) => {
                // A command is one small packet: it must not wait for the answer to the last.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn no_starttls() -> SendError {
    let what = text!(
        "the server does not offer STARTTLS, so nothing was said to it",
        "服务器不支持 STARTTLS，因此没有继续"
    );
    SendError::new(Stage::StartTls, Cause::Tls, what).hint(text!(
        "use port 465, or a server that encrypts; if it usually does, something stands between you and the server",
        "请使用 465 端口，或换用支持加密的服务器；如果它平时支持，可能有设备在中间拦截连接"
    ))
}

fn join<T: ToString>(parts: impl Iterator<Item = T>) -> String {
    parts.map(|part| part.to_string()).collect::<Vec<_>>().join(" ")
}

/// Notes steps as they are done.
struct StepLog<'a> {
    steps: &'a mut Vec<Step>,
    began: Instant,
}

impl StepLog<'_> {
    fn new(steps: &mut Vec<Step>) -> StepLog<'_> {
        StepLog { steps, began: Instant::now() }
    }

    fn done(&mut self, stage: Stage, detail: impl FnOnce() -> String) {
        let now = Instant::now();
        let took = now - self.began;
        self.began = now;
        self.steps.push(Step { stage, took, detail: detail(), certificate: None });
    }

    fn certificate(&mut self, der: Option<Vec<u8>>) {
        if let Some(step) = self.steps.last_mut() {
            step.certificate = der;
        }
    }
}
