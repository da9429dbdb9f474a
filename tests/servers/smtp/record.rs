//! What a server remembers.

use std::time::Instant;

/// Everything that happened since it was started.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Mails for which the server took responsibility, whatever it said then
    pub mails: Vec<Mail>,
    /// Every line that was no content
    pub commands: Vec<Command>,
    /// How many connections were opened
    pub connections: usize,
    /// How many of them are over
    pub ended: usize,
    /// Handshakes that were completed
    pub handshakes: usize,
    /// How many logins were good
    pub logins: usize,
    /// What came in clear behind STARTTLS
    pub surplus: Vec<u8>,
    /// How many bytes of endless replies left
    pub written: usize,
}

/// One mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Which connection it came by, from 1
    pub connection: usize,
    /// The envelope's sender
    pub from: String,
    /// The envelope's recipients
    pub to: Vec<String>,
    /// Who had logged in
    pub login: Option<String>,
    /// Whether it came over TLS
    pub encrypted: bool,
    /// The content, dots un-stuffed
    pub bytes: Vec<u8>,
    /// Whether a line ended in LF alone
    pub bare_lf: bool,
    /// When its last line came
    pub at: Instant,
}

/// One line of a client.
#[derive(Clone, Debug)]
pub struct Command {
    /// Which connection it came by, from 1
    pub connection: usize,
    /// Without its line end
    pub line: String,
    /// Whether it came over TLS
    pub encrypted: bool,
    /// Whether it ended in LF alone
    pub bare_lf: bool,
    /// When it came
    pub at: Instant,
}

impl Record {
    /// How many commands began with a verb.
    pub fn count(&self, verb: &str) -> usize {
        self.commands.iter().filter(|command| command.verb() == verb).count()
    }

    /// The verbs of one connection, in order.
    pub fn verbs(&self, connection: usize) -> Vec<String> {
        let own = self.commands.iter().filter(|command| command.connection == connection);
        own.map(Command::verb).collect()
    }

    /// Asserts that neither a login nor a mail was begun in clear, that nothing came in clear
    /// behind STARTTLS, and that no line ended in LF alone.
    ///
    /// # Panics
    /// When one did.
    #[track_caller]
    pub fn assert_private(&self) {
        for command in &self.commands {
            let open = matches!(&*command.verb(), "EHLO" | "STARTTLS" | "QUIT");
            assert!(command.encrypted || open, "in clear: {command:?}");
            assert!(!command.bare_lf, "{command:?}");
        }
        assert!(self.surplus.is_empty(), "in clear behind STARTTLS: {:?}", self.surplus);
        assert!(self.mails.iter().all(|mail| mail.encrypted && !mail.bare_lf));
    }
}

impl Command {
    /// The first word, in upper case.
    pub fn verb(&self) -> String {
        self.line.split(' ').next().unwrap_or_default().to_ascii_uppercase()
    }
}
