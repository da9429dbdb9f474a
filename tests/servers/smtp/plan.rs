//! How a server behaves, as data.

use std::time::Duration;

use super::certificate::Handshake;
use super::fault::Fault;
use super::profile::{PLAIN, Profile};

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How it sounds
    pub profile: &'static Profile,
    /// Where it listens
    pub host: String,
    /// The port that begins plain; 0 for any
    pub port: u16,
    /// The port that speaks TLS at once; 0 for any
    pub tls_port: u16,
    /// The names in its certificate
    pub names: Vec<String>,
    /// What is wrong with its TLS
    pub handshake: Handshake,
    /// Whether it offers STARTTLS
    pub starttls: bool,
    /// Whether it takes commands in groups
    pub pipelining: bool,
    /// The largest mail
    pub size: Option<usize>,
    /// The mechanisms of AUTH; none for a relay without logins
    pub mechanisms: Vec<&'static str>,
    /// Whether it lets a login come in clear
    pub login_in_clear: bool,
    /// Who may log in
    pub user: String,
    /// By PLAIN and LOGIN
    pub password: String,
    /// By XOAUTH2
    pub token: String,
    /// Whether the sender must be the login
    pub mail_must_match_login: bool,
    /// After so many mails the next command gets 421
    pub max_per_connection: Option<usize>,
    /// How long a sender waits for its first mail to a recipient
    pub greylist: Option<Duration>,
    /// So many mails in so long
    pub rate: Option<(usize, Duration)>,
    /// What goes wrong
    pub faults: Vec<Fault>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan::of(&PLAIN)
    }
}

impl Plan {
    /// A server that works.
    pub fn of(profile: &'static Profile) -> Plan {
        Plan {
            profile,
            host: "127.0.0.1".into(),
            port: 0,
            tls_port: 0,
            names: vec!["localhost".into(), "127.0.0.1".into()],
            handshake: Handshake::Good,
            starttls: true,
            pipelining: profile.pipelining,
            size: profile.size,
            mechanisms: profile.mechanisms.to_vec(),
            login_in_clear: false,
            user: "sender@hongyan.test".into(),
            password: "throw-away-password".into(),
            token: "throw-away-token".into(),
            mail_must_match_login: false,
            max_per_connection: None,
            greylist: None,
            rate: None,
            faults: Vec::new(),
        }
    }

    /// The same with a fault.
    pub fn with(mut self, fault: Fault) -> Plan {
        self.faults.push(fault);
        self
    }
}
