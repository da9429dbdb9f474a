//! SMTP submission (RFC 6409): our connection on tokio and rustls; commands, the parser of replies,
//! SASL and addresses are lettre's.
//!
//! What is ours is what decides whether a mail was sent: each step has a deadline and a name,
//! nothing unread may lie in the connection when a command leaves, replies are bounded, a 354 is
//! taken from DATA alone, and the hand-over is recorded between 354 and the first byte of content.

mod answer;
mod capabilities;
mod fault;
mod gate;
mod login;
mod open;
mod pool;
mod stream;
mod transaction;
mod wire;

use std::borrow::Cow;
use std::time::{Duration, Instant};

use async_trait::async_trait;

#[cfg(feature = "dkim")]
use super::DkimSigner;
use super::hidden::Hidden;
use super::{Cause, HandOver, Limits, Outgoing, Receipt, Reply, SendError, Stage, Transport, tls};
use crate::compose::Profile;
use crate::config::{FromRule, SmtpSettings};
use crate::mail::Address;
use gate::Gate;
use open::{Connection, Server};
use pool::Pool;
use transaction::{Broken, Parcel};

/// How many connections are open at once, unless said otherwise.
const CONNECTIONS: usize = 5;

/// An SMTP server.
pub struct SmtpTransport {
    name: String,
    server: Server,
    profile: Profile,
    limits: Limits,
    pool: Pool,
    gate: Gate,
    #[cfg(feature = "dkim")]
    signer: Option<DkimSigner>,
}

/// One step towards a server, and what was seen there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// Which one
    pub stage: Stage,
    /// How long it took
    pub took: Duration,
    /// What the server said: addresses, its greeting, its keywords
    pub detail: String,
    /// The server's certificate (DER), at the handshake
    pub certificate: Option<Vec<u8>>,
}

impl Step {
    fn new(stage: Stage, took: Duration) -> Step {
        Step { stage, took, detail: String::new(), certificate: None }
    }
}

impl SmtpTransport {
    /// A server by its settings. Nothing is connected yet.
    ///
    /// # Errors
    /// A file of authorities that cannot be read.
    pub fn new(
        name: impl Into<String>,
        settings: &SmtpSettings,
        profile: Profile,
    ) -> Result<SmtpTransport, SendError> {
        let tls = tls::client_config(settings.ca_file.as_deref())?;
        Ok(SmtpTransport {
            name: name.into(),
            limits: Limits { only_sender: only_sender(settings), ..Limits::NONE },
            server: Server { settings: settings.clone(), tls },
            profile,
            pool: Pool::new(CONNECTIONS),
            gate: Gate::default(),
            #[cfg(feature = "dkim")]
            signer: None,
        })
    }

    /// Signs each mail (RFC 6376), for a server that does not.
    #[cfg(feature = "dkim")]
    pub fn signed_by(self, signer: DkimSigner) -> SmtpTransport {
        SmtpTransport { signer: Some(signer), ..self }
    }

    /// Sets how many connections may be open at once, 5 otherwise.
    pub fn connections(self, connections: usize) -> SmtpTransport {
        SmtpTransport { pool: Pool::new(connections), ..self }
    }

    /// Connects, logs in, asks whether the sender may send, and leaves. The steps that were done are
    /// noted even if one fails, whose stage is then the error's.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn probe(&self, until: Instant, steps: &mut Vec<Step>) -> Result<(), SendError> {
        let mut connection = self.server.open(until, steps).await?;
        let sender = self.profile.from.address();
        let asked = transaction::ask_for_sender(&self.server, &mut connection.wire, sender).await;
        steps.extend(asked.as_ref().ok().map(|took| Step::new(Stage::Mail, *took)));
        pool::quit(connection.wire).await;
        asked.map(drop)
    }

    /// The mail as it goes over the wire, with its signature in front.
    fn parcel<'a>(&self, mail: &Outgoing<'a>, came: Instant) -> Result<Parcel<'a>, SendError> {
        let bytes: &'a [u8] = mail.message.bytes();
        #[cfg(feature = "dkim")]
        let bytes = match &self.signer {
            Some(signer) => Cow::Owned([&signer.sign(bytes)?, bytes].concat()),
            None => Cow::Borrowed(bytes),
        };
        #[cfg(not(feature = "dkim"))]
        let bytes = Cow::Borrowed(bytes);
        Ok(Parcel { envelope: mail.message.envelope(), bytes, came, deadline: mail.deadline })
    }

    /// Sends over a connection that is open already, else over a new one.
    async fn send(
        &self,
        parcel: &Parcel<'_>,
        handing_over: &mut dyn HandOver,
        steps: &mut Vec<Step>,
    ) -> Result<answer::Answer, SendError> {
        if let Some(connection) = self.pool.take(parcel.deadline) {
            match self.send_over(connection, parcel, handing_over, steps).await {
                Err(error) if was_dead(&error) && Instant::now() < parcel.deadline => steps.clear(),
                result => return result,
            }
        }
        let connection = self.gate.open(&self.server, parcel, steps).await?;
        self.send_over(connection, parcel, handing_over, steps).await
    }

    async fn send_over(
        &self,
        mut connection: Connection,
        parcel: &Parcel<'_>,
        handing_over: &mut dyn HandOver,
        steps: &mut Vec<Step>,
    ) -> Result<answer::Answer, SendError> {
        let server = &self.server;
        match transaction::run(server, &mut connection, parcel, handing_over, steps).await {
            Ok(answer) => {
                self.pool.give_back(connection);
                Ok(answer)
            }
            Err(Broken { error, reusable }) => {
                if reusable {
                    self.pool.give_back_reset(connection).await;
                }
                Err(error)
            }
        }
    }
}

/// A connection from the pool may have died unseen: then nothing was handed over, and the mail
/// begins again. 421 is how a server says it (RFC 5321 section 3.8).
fn was_dead(error: &SendError) -> bool {
    let hung_up = error.reply.as_ref().is_some_and(|reply| reply.code == "421");
    error.stage < Stage::HandOver && (error.cause == Cause::Network || hung_up)
}

#[async_trait]
impl Transport for SmtpTransport {
    fn name(&self) -> &str {
        &self.name
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    async fn close(&self) {
        self.pool.close().await;
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        mail.check_time()?;
        let came = Instant::now();
        // What is spent here is missing later, when the server takes its time with the answer.
        let half = came + mail.deadline.saturating_duration_since(came) / 2;
        let slot = self.pool.slot(half).await;
        let _slot = slot.ok_or_else(fault::busy)?;
        let mut steps = Vec::new();
        let hidden = Hidden::new(std::iter::empty()).and_mail(&mail);
        let answer = self.send(&self.parcel(&mail, came)?, handing_over, &mut steps).await;
        let answer = answer.map_err(|error| hidden.in_error(error))?;
        let reply = hidden.in_reply(&answer.to_reply()).masked();
        let provider_id = provider_id(&reply);
        let steps = steps.iter().map(|step| (step.stage, step.took)).collect();
        Ok(Receipt::sent(reply).known_as(provider_id).timed(steps))
    }
}

impl std::fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpTransport").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The login, at providers that refuse every other sender.
fn only_sender(settings: &SmtpSettings) -> Option<Address> {
    let login = settings.login.as_ref().filter(|_| settings.preset.from == FromRule::MustBeLogin);
    Address::parse(&login?.user).ok()
}

/// The id under which the provider keeps the mail: DirectMail's `###envid=…`, else what stands
/// behind `queued as`.
fn provider_id(reply: &Reply) -> Option<String> {
    let after = |marker: &str| {
        let at = reply.text.to_ascii_lowercase().find(marker)? + marker.len();
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let id: String = reply.text.get(at..)?.chars().take_while(|c| word(*c)).collect();
        (!id.is_empty()).then_some(id)
    };
    after("envid=").or_else(|| after("queued as "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_providers() {
        let id = |text: &str| provider_id(&Reply { code: "250".into(), text: text.into() });
        let aliyun = "Data Ok: queued as freedom ###envid=148316099###";
        assert_eq!(id(aliyun).as_deref(), Some("148316099"));
        assert_eq!(id("2.0.0 Ok: queued as 4ZbT1x").as_deref(), Some("4ZbT1x"));
        assert_eq!(id("Mail OK"), None);
    }
}
