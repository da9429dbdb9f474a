//! One mail to one server that misbehaves, and what must come of it.

use std::time::{Duration, Instant};

use hongyan::config::{Login, Preset, Proof, SmtpSettings, Tls, TokenSource};
use hongyan::secret::Secret;
use hongyan::transport::{Cause, Receipt, Retry, SendError, SmtpTransport, Stage, Transport};

use super::ears;
use super::hands::Hands;
use super::mails::{Mail, PASSWORD, SENDER, TOKEN, profile};
use super::smtp::{Fault, Plan, Record, SmtpServer};

/// What must come of a mail.
#[derive(Clone, Debug)]
pub enum Comes {
    /// It is sent
    Sent,
    /// It fails at one of these stages
    Fails(&'static [Stage], Cause, Retry),
    /// The server's words decide what it means; its code is kept
    Refused(Stage, &'static str),
    /// It may have been sent
    InDoubt,
}

/// A server, and what must come of a mail to it.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub plan: Plan,
    pub comes: Comes,
    /// How many mails the server has then; as many as were sent, unless said otherwise
    pub recorded: usize,
    /// Whether it ends at the deadline
    pub hangs: bool,
}

impl Scenario {
    pub fn new(name: &str, plan: Plan, comes: Comes) -> Scenario {
        let recorded = usize::from(matches!(comes, Comes::Sent));
        let plan = with_canaries(plan);
        Scenario { name: name.to_owned(), plan, comes, recorded, hangs: false }
    }

    /// A usual server with one fault.
    pub fn fault(name: &str, fault: Fault, comes: Comes) -> Scenario {
        Scenario::new(name, Plan::default().with(fault), comes)
    }

    /// The server has so many mails then.
    pub fn recorded(self, recorded: usize) -> Scenario {
        Scenario { recorded, ..self }
    }

    /// Nothing but the deadline ends it.
    pub fn hangs(self) -> Scenario {
        Scenario { hangs: true, ..self }
    }

    /// Runs it through STARTTLS.
    pub async fn run(&self) {
        self.run_over(Tls::StartTls).await;
    }

    /// Runs it and returns what the server remembers.
    pub async fn run_over(&self, tls: Tls) -> Record {
        ears::listen();
        let server = SmtpServer::start(self.plan.clone());
        let transport = transport(&server, tls);
        let mail = Mail::short();
        // Two seconds let a busy machine reach the stage that hangs.
        let time = Duration::from_secs(if self.hangs { 2 } else { 20 });
        let (began, mut hands) = (Instant::now(), Hands::default());
        let result = transport.deliver(mail.within(time), &mut hands).await;
        let took = began.elapsed();
        self.check(&result);
        let name = &self.name;
        let least = if self.hangs { time - Duration::from_millis(50) } else { Duration::ZERO };
        let most = if self.hangs { time } else { Duration::from_secs(8) } + Duration::from_secs(2);
        assert!(took >= least && took <= most, "{name}: {took:?}");
        assert!(hands.asked() <= 1, "{name}: {} commits", hands.asked());
        transport.close().await;
        let record = server.record();
        record.assert_private();
        assert_eq!(record.mails.len(), self.recorded, "{name}: {result:?} {record:?}");
        let own = |kept: &super::smtp::Mail| kept.bytes == mail.message.bytes()[..];
        assert!(record.mails.iter().all(own), "{name}: other bytes");
        record
    }

    fn check(&self, result: &Result<Receipt, SendError>) {
        let name = &self.name;
        if let Err(error) = result {
            ears::error_hides(name, error);
            assert_eq!(error.in_doubt(), matches!(self.comes, Comes::InDoubt), "{name}: {error:?}");
        }
        match (&self.comes, result) {
            (Comes::Sent, Ok(receipt)) => assert!(receipt.reply.is_some(), "{name}"),
            (Comes::Fails(stages, cause, retry), Err(error)) => {
                assert!(stages.contains(&error.stage), "{name}: {error:?}");
                assert_eq!((error.cause, error.retry), (*cause, *retry), "{name}: {error:?}");
            }
            (Comes::Refused(stage, code), Err(error)) => {
                let said = error.reply.as_ref().map(|reply| &*reply.code);
                assert_eq!((error.stage, said), (*stage, Some(*code)), "{name}: {error:?}");
            }
            (Comes::InDoubt, Err(error)) => assert_eq!(error.stage, Stage::HandOver, "{name}"),
            (comes, result) => panic!("{name}: {comes:?} expected, {result:?} came"),
        }
    }
}

/// Runs several at once, some at a time.
pub async fn run_all(scenarios: Vec<Scenario>) {
    let mut running = tokio::task::JoinSet::new();
    for scenario in scenarios {
        if running.len() >= 8 {
            running.join_next().await.unwrap().unwrap();
        }
        running.spawn(async move { scenario.run().await });
    }
    while let Some(result) = running.join_next().await {
        result.unwrap();
    }
}

/// A client of a server.
pub fn transport(server: &SmtpServer, tls: Tls) -> SmtpTransport {
    SmtpTransport::new("smtp", &settings(server, tls), profile()).unwrap()
}

/// Settings that a server takes.
pub fn settings(server: &SmtpServer, tls: Tls) -> SmtpSettings {
    let proof = Proof::Password(Secret::new(PASSWORD));
    SmtpSettings {
        preset: Preset::by_id("smtp").unwrap(),
        host: "localhost".into(),
        port: if tls == Tls::Implicit { server.tls_port() } else { server.port() },
        tls,
        login: Some(Login { user: SENDER.into(), proof }),
        ca_file: Some(server.ca_file()),
    }
}

/// The same settings with a token in place of the password.
pub fn with_token(settings: SmtpSettings) -> SmtpSettings {
    let proof = Proof::Token(TokenSource::Given(Secret::new(TOKEN)));
    SmtpSettings { login: Some(Login { user: SENDER.into(), proof }), ..settings }
}

/// The same server, with the canaries for credentials.
pub fn with_canaries(plan: Plan) -> Plan {
    let (user, password, token) = (SENDER.into(), PASSWORD.into(), TOKEN.into());
    Plan { user, password, token, ..plan }
}
