//! One connection: greeting, TLS, and which command is for whom.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use tokio::net::TcpStream;

use super::certificate::{Handshake, PROTOCOL_VERSION, acceptor};
use super::fault::{Act, Fault, Stage};
use super::plan::Plan;
use super::record::Command;
use super::wire::{Wire, over};
use super::{Shared, auth, transaction};

/// The state of one connection.
pub(super) struct Session {
    pub shared: Arc<Shared>,
    pub plan: Arc<Plan>,
    pub wire: Wire,
    pub number: usize,
    pub login: Option<String>,
    pub from: Option<String>,
    pub to: Vec<String>,
    /// How many mails it has brought
    pub brought: usize,
    greeted: bool,
    times: HashMap<Stage, usize>,
}

impl Session {
    pub fn new(shared: Arc<Shared>, tcp: TcpStream, number: usize) -> Session {
        let wire = Wire::new(shared.clone(), tcp);
        let plan = shared.plan();
        Session {
            shared,
            plan,
            wire,
            number,
            login: None,
            from: None,
            to: Vec::new(),
            brought: 0,
            greeted: false,
            times: HashMap::new(),
        }
    }

    /// Talks until one side has enough.
    pub async fn run(&mut self, implicit: bool) -> io::Result<()> {
        if let Some(act) = self.due(Stage::Connect, "") {
            self.wire.act(&act, "", "").await?;
        }
        if implicit {
            self.encrypt().await?;
        }
        self.answer(Stage::Banner, self.plan.profile.banner, "").await?;
        loop {
            let line = self.command().await?;
            self.obey(&line).await?;
        }
    }

    async fn obey(&mut self, line: &str) -> io::Result<()> {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        if self.plan.max_per_connection.is_some_and(|most| self.brought >= most) && verb != "QUIT" {
            let too_many = self.plan.profile.too_many;
            self.wire.act(&Fault::at(Stage::Any).close_after().act, too_many, line).await?;
        }
        match &*verb {
            "EHLO" => self.ehlo(line).await,
            "STARTTLS" => self.start_tls(line).await,
            "AUTH" => auth::run(self, line).await,
            "MAIL" if !self.greeted => self.say("503 5.5.1 Send EHLO first").await,
            "MAIL" => transaction::mail(self, line).await,
            "RCPT" => transaction::rcpt(self, line).await,
            "DATA" => transaction::data(self, line).await,
            "RSET" => {
                (self.from, self.to) = (None, Vec::new());
                self.answer(Stage::Rset, "250 2.0.0 Ok", line).await.map(drop)
            }
            "NOOP" => self.answer(Stage::Any, "250 2.0.0 Ok", line).await.map(drop),
            "QUIT" => {
                self.answer(Stage::Quit, "221 2.0.0 Bye", line).await?;
                Err(over())
            }
            _ => self.say("502 5.5.2 Error: command not recognized").await,
        }
    }

    async fn ehlo(&mut self, line: &str) -> io::Result<()> {
        self.greeted = true;
        (self.from, self.to) = (None, Vec::new());
        let keywords = self.keywords();
        self.answer(Stage::Ehlo, &keywords, line).await.map(drop)
    }

    fn keywords(&self) -> String {
        let Plan { profile, mechanisms, .. } = &*self.plan;
        let mut lines = vec![format!("250 {}", profile.name)];
        for keyword in profile.keywords {
            let shown = match keyword.split('=').next().unwrap_or_default() {
                "STARTTLS" => self.plan.starttls && !self.wire.is_encrypted(),
                "PIPELINING" => self.plan.pipelining,
                "SIZE" => self.plan.size.is_some(),
                "AUTH" => {
                    let open = self.wire.is_encrypted() || self.plan.login_in_clear;
                    !mechanisms.is_empty() && (open || profile.name != super::PLAIN.name)
                }
                _ => true,
            };
            if shown {
                lines.push(match *keyword {
                    "SIZE" => format!("250 SIZE {}", self.plan.size.unwrap_or_default()),
                    "AUTH" => format!("250 AUTH {}", mechanisms.join(" ")),
                    other => format!("250 {other}"),
                });
            }
        }
        lines.join("\n")
    }

    async fn start_tls(&mut self, line: &str) -> io::Result<()> {
        if !self.plan.starttls || self.wire.is_encrypted() {
            return self.say("503 5.5.1 STARTTLS not offered").await;
        }
        let ready = "220 2.0.0 Ready to start TLS";
        if self.answer(Stage::StartTls, ready, line).await? / 100 != 2 {
            return Ok(());
        }
        let surplus = self.wire.surplus();
        self.shared.record().surplus.extend(surplus);
        self.encrypt().await?;
        (self.greeted, self.login) = (false, None);
        Ok(())
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        if let Some(act) = self.due(Stage::Tls, "") {
            self.wire.act(&act, "", "").await?;
            return Err(over());
        }
        if self.plan.handshake == Handshake::TooOld {
            return self.wire.answer_hello(&PROTOCOL_VERSION).await.and(Err(over()));
        }
        let acceptor = acceptor(self.plan.handshake, &self.plan.names);
        self.wire.encrypt(&acceptor).await?;
        self.shared.record().handshakes += 1;
        Ok(())
    }

    /// The next line of the client, noted.
    pub async fn command(&mut self) -> io::Result<String> {
        let bytes = self.wire.line().await?;
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        self.shared.record().commands.push(Command {
            connection: self.number,
            line: line.clone(),
            encrypted: self.wire.is_encrypted(),
            bare_lf: !bytes.ends_with(b"\r\n"),
            at: Instant::now(),
        });
        Ok(line)
    }

    /// Answers as usual, or as the plan says. Returns the code that was said, 0 for none.
    pub async fn answer(&mut self, stage: Stage, usual: &str, line: &str) -> io::Result<u16> {
        let act = self.due(stage, line).unwrap_or_default();
        self.wire.act(&act, usual, line).await
    }

    /// Answers what no plan can change.
    pub async fn say(&mut self, reply: &str) -> io::Result<()> {
        self.wire.act(&Act::default(), reply, "").await.map(drop)
    }

    /// What the plan says for this time that the stage is reached.
    pub fn due(&mut self, stage: Stage, line: &str) -> Option<Act> {
        let time = self.times.entry(stage).or_default();
        *time += 1;
        let silent = matches!(stage, Stage::Connect | Stage::Tls | Stage::Body);
        let fits = |fault: &&Fault| {
            (fault.stage == stage || fault.stage == Stage::Any && !silent)
                && fault.connection.is_none_or(|number| number == self.number)
                && fault.time.is_none_or(|number| number == *time)
                && line.contains(&fault.containing)
        };
        self.plan.faults.iter().find(fits).map(|fault| fault.act.clone())
    }
}
