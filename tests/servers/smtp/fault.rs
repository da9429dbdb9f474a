//! What goes wrong, and where.

use std::time::Duration;

/// Where something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    Connect,
    Banner,
    Ehlo,
    StartTls,
    Tls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// While the content comes
    Body,
    /// The answer to the final dot
    Eod,
    Rset,
    Quit,
    /// Every answer
    Any,
}

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(super) stage: Stage,
    pub(super) connection: Option<usize>,
    pub(super) time: Option<usize>,
    pub(super) containing: String,
    pub(super) act: Act,
}

/// What happens in place of an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Act {
    pub delay: Duration,
    pub drip: Option<Duration>,
    pub words: Words,
    pub end: End,
    pub inject: Vec<u8>,
    pub after_bytes: usize,
    pub accept: Option<bool>,
}

#[derive(Clone, Debug, Default)]
pub(super) enum Words {
    #[default]
    Usual,
    Reply(String),
    Raw(Vec<u8>),
    /// This many continuation lines in front of the usual answer
    Lines(usize),
    /// This many bytes in one line
    Long(usize),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    #[default]
    Stay,
    Hang,
    CloseBefore,
    CloseAfter,
    ResetBefore,
    ResetAfter,
}

impl Fault {
    /// Something at a stage, on every connection and every time until said otherwise. What
    /// happens is said by the methods below; one that says nothing changes nothing.
    pub fn at(stage: Stage) -> Fault {
        let (connection, time) = (None, None);
        Fault { stage, connection, time, containing: String::new(), act: Act::default() }
    }

    /// Only on this connection, from 1.
    pub fn on_connection(self, number: usize) -> Fault {
        Fault { connection: Some(number), ..self }
    }

    /// Only this time on a connection, from 1.
    pub fn time(self, number: usize) -> Fault {
        Fault { time: Some(number), ..self }
    }

    /// Only for a command that holds this.
    pub fn containing(self, words: &str) -> Fault {
        Fault { containing: words.to_owned(), ..self }
    }

    /// Another reply; lines are joined by LF, `{line}` is what the client said.
    pub fn reply(self, reply: &str) -> Fault {
        self.words(Words::Reply(reply.to_owned()))
    }

    /// Bytes instead of a reply.
    pub fn raw(self, bytes: &[u8]) -> Fault {
        self.words(Words::Raw(bytes.to_vec()))
    }

    /// So many bytes of noise instead of a reply.
    pub fn garbage(self, bytes: usize) -> Fault {
        let noise = |at: usize| (at * 167 + 129) as u8;
        self.raw(&[&(0..bytes).map(noise).collect::<Vec<_>>()[..], b"\r\n"].concat())
    }

    /// So many continuation lines in front of the usual reply, made as they leave.
    pub fn lines(self, lines: usize) -> Fault {
        self.words(Words::Lines(lines))
    }

    /// A line of so many bytes, made as they leave.
    pub fn long(self, bytes: usize) -> Fault {
        self.words(Words::Long(bytes))
    }

    /// Waits before it answers.
    pub fn delay(mut self, delay: Duration) -> Fault {
        self.act.delay = delay;
        self
    }

    /// Waits behind each byte of the answer.
    pub fn drip(mut self, pause: Duration) -> Fault {
        self.act.drip = Some(pause);
        self
    }

    /// Never answers.
    pub fn hang(self) -> Fault {
        self.end(End::Hang)
    }

    /// Closes the connection instead of an answer.
    pub fn close_before(self) -> Fault {
        self.end(End::CloseBefore)
    }

    /// Answers and closes the connection.
    pub fn close_after(self) -> Fault {
        self.end(End::CloseAfter)
    }

    /// Resets the connection instead of an answer.
    pub fn reset(self) -> Fault {
        self.end(End::ResetBefore)
    }

    /// Answers and resets the connection.
    pub fn reset_after(self) -> Fault {
        self.end(End::ResetAfter)
    }

    /// Plain text in one segment with the 220 of STARTTLS.
    pub fn inject(mut self, bytes: &[u8]) -> Fault {
        self.act.inject = bytes.to_vec();
        self
    }

    /// In the body: acts once so many bytes have come.
    pub fn after_bytes(mut self, bytes: usize) -> Fault {
        self.act.after_bytes = bytes;
        self
    }

    /// At the final dot: takes the mail, whatever it says or does then.
    pub fn accepting(mut self) -> Fault {
        self.act.accept = Some(true);
        self
    }

    /// At the final dot: does not take the mail, whatever it says.
    pub fn losing(mut self) -> Fault {
        self.act.accept = Some(false);
        self
    }

    fn words(mut self, words: Words) -> Fault {
        self.act.words = words;
        self
    }

    fn end(mut self, end: End) -> Fault {
        self.act.end = end;
        self
    }
}

impl Act {
    /// Whether it leaves a positive answer behind; a server that says so has taken the mail.
    pub fn consents(&self, usual: &str) -> bool {
        let stays = !matches!(self.end, End::Hang | End::CloseBefore | End::ResetBefore);
        stays
            && match &self.words {
                Words::Reply(text) => text.starts_with('2'),
                Words::Raw(bytes) => bytes.starts_with(b"2"),
                Words::Usual | Words::Lines(_) | Words::Long(_) => usual.starts_with('2'),
            }
    }
}
