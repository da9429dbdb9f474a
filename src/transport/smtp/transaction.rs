//! One mail over an open connection (RFC 5321 section 3.3): one recipient, two round trips where
//! the server takes commands in groups (RFC 2920).
//!
//! Nothing is asked of SMTPUTF8 and 8BITMIME: addresses are ASCII by their type, and finished mails
//! are 7-bit by their last check, so every server can carry them.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::MailParameter;

use super::answer::Answer;
use super::open::{Connection, Server};
use super::wire::{FINAL_REPLY, REPLY, Wire};
use super::{Step, fault};
use crate::mail::Envelope;
use crate::text;
use crate::transport::{Cause, HandOver, SendError, Stage};

/// What is written at once; only the last write can complete a mail.
const CHUNK: usize = 64 * 1024;
/// How long to look for the reason when the server hangs up in the middle of the content.
const REASON: Duration = Duration::from_secs(2);

/// A mail that was not taken, and whether the connection can carry another.
pub(super) struct Broken {
    pub error: SendError,
    pub reusable: bool,
}

impl From<SendError> for Broken {
    fn from(error: SendError) -> Self {
        Broken { error, reusable: false }
    }
}

/// What goes over the wire for one mail.
pub(super) struct Parcel<'a> {
    pub envelope: &'a Envelope,
    pub bytes: Cow<'a, [u8]>,
    /// When it came to be sent
    pub came: Instant,
    /// When to give up
    pub deadline: Instant,
}

/// Sends one mail and returns the answer to its final dot.
pub(super) async fn run(
    server: &Server,
    connection: &mut Connection,
    Parcel { envelope, bytes, .. }: &Parcel<'_>,
    handing_over: &mut dyn HandOver,
    steps: &mut Vec<Step>,
) -> Result<Answer, Broken> {
    let began = Instant::now();
    check_size(connection.capabilities.size, bytes.len())?;
    let commands = Commands::new(envelope, connection, bytes.len())?;
    let wire = &mut connection.wire;
    announce(server, wire, &commands, connection.capabilities.pipelining).await?;
    wire.check_silence(Stage::Data)?;
    handing_over.commit().await.map_err(SendError::from)?;
    steps.push(Step::new(Stage::Data, began.elapsed()));
    let began = Instant::now();
    write_content(server, wire, bytes).await?;
    steps.push(Step::new(Stage::HandOver, began.elapsed()));
    let began = Instant::now();
    crate::crash::here("after_dot");
    let answer = wire.read(Stage::HandOver, FINAL_REPLY).await;
    let answer = answer.map_err(|error| fault::in_doubt(&error))?;
    steps.push(Step::new(Stage::HandOver, began.elapsed()));
    match answer.class() {
        _ if consents(&answer) => Ok(answer),
        4 | 5 => Err(refused(server, Stage::HandOver, &answer)),
        _ => Err(fault::in_doubt(&fault::unexpected(Stage::HandOver, &answer)).into()),
    }
}

/// MAIL alone, which QUIT takes back: whether the server lets this sender send.
pub(super) async fn ask_for_sender(
    server: &Server,
    wire: &mut Wire,
    sender: &crate::mail::Address,
) -> Result<Duration, SendError> {
    let began = Instant::now();
    let command = Mail::new(Some(address(sender, Stage::Mail)?), Vec::new()).to_string();
    let answer = wire.ask(&command, Stage::Mail).await?;
    server.expect(Stage::Mail, 250, &answer)?;
    Ok(began.elapsed())
}

/// A server that says how much it takes is not asked to take more (RFC 1870).
fn check_size(limit: Option<usize>, size: usize) -> Result<(), Broken> {
    let Some(limit) = limit.filter(|limit| size > *limit) else { return Ok(()) };
    let what = text!(
        "the mail has {size} bytes, the server takes {limit}",
        "邮件有 {size} 字节，服务器最多接收 {limit} 字节"
    );
    let error = SendError::new(Stage::Mail, Cause::Size, what)
        .hint(text!("attach less, or link to it", "请减少附件，或改为链接"));
    Err(Broken { error, reusable: true })
}

/// The commands in front of the content.
struct Commands {
    mail: String,
    rcpt: String,
    data: String,
}

impl Commands {
    fn new(envelope: &Envelope, connection: &Connection, size: usize) -> Result<Self, SendError> {
        let with_size = connection.capabilities.keywords.iter().any(|word| word == "SIZE");
        let parameters = if with_size { vec![MailParameter::Size(size)] } else { Vec::new() };
        let sender = address(&envelope.from, Stage::Mail)?;
        let recipient = address(&envelope.to, Stage::Rcpt)?;
        Ok(Commands {
            mail: Mail::new(Some(sender), parameters).to_string(),
            rcpt: Rcpt::new(recipient, Vec::new()).to_string(),
            data: Data.to_string(),
        })
    }
}

/// lettre looks at the address once more.
fn address(address: &crate::mail::Address, stage: Stage) -> Result<Address, SendError> {
    Address::new(address.local_part(), address.domain()).map_err(|_| {
        let what = text!("the address cannot stand in an envelope", "该地址无法用于信封");
        SendError::new(stage, Cause::Recipient, what)
    })
}

/// MAIL, RCPT and DATA, up to the 354.
async fn announce(
    server: &Server,
    wire: &mut Wire,
    commands: &Commands,
    pipelining: bool,
) -> Result<(), Broken> {
    match pipelining {
        true => announce_at_once(server, wire, commands).await,
        false => announce_in_turn(server, wire, commands).await,
    }
}

async fn announce_in_turn(
    server: &Server,
    wire: &mut Wire,
    commands: &Commands,
) -> Result<(), Broken> {
    let steps = [
        (&commands.mail, Stage::Mail),
        (&commands.rcpt, Stage::Rcpt),
        (&commands.data, Stage::Data),
    ];
    for (command, stage) in steps {
        let answer = wire.ask(command, stage).await?;
        judge(server, stage, &answer)?;
    }
    Ok(())
}

/// All answers are read, so that each stands with its command; the first refusal is the reason of
/// those that follow.
async fn announce_at_once(
    server: &Server,
    wire: &mut Wire,
    commands: &Commands,
) -> Result<(), Broken> {
    let Commands { mail, rcpt, data } = commands;
    wire.send(&format!("{mail}{rcpt}{data}"), Stage::Mail).await?;
    let mut verdict = Ok(());
    for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
        let answer = match wire.read(stage, REPLY).await {
            Ok(answer) => answer,
            // A server may hang up behind its refusal.
            Err(_) if verdict.is_err() => return verdict,
            Err(error) => return Err(error.into()),
        };
        verdict = match verdict {
            // DATA was let in although something before it went wrong. A lone dot (RFC 2920 section
            // 3.1) could send an empty mail; only the end of the connection surely sends none.
            Err(Broken { error, .. }) if answer.code == 354 => Err(error.into()),
            verdict => verdict.and_then(|()| judge(server, stage, &answer)),
        };
    }
    verdict
}

fn judge(server: &Server, stage: Stage, answer: &Answer) -> Result<(), Broken> {
    let consent = match stage {
        Stage::Data => answer.code == 354,
        _ => consents(answer),
    };
    match answer.class() {
        _ if consent => Ok(()),
        4 | 5 => Err(refused(server, stage, answer)),
        _ => Err(fault::unexpected(stage, answer).into()),
    }
}

/// Other codes of the same class answer other commands: 221 says good-bye.
fn consents(answer: &Answer) -> bool {
    matches!(answer.code, 250..=252)
}

/// 421 says that the server is about to hang up (RFC 5321 section 3.8).
fn refused(server: &Server, stage: Stage, answer: &Answer) -> Broken {
    let error = SendError::refused(server.provider(), stage, answer.to_reply());
    Broken { error, reusable: answer.code != 421 }
}

/// The content and the final dot. Up to the write that holds the dot the server cannot have a whole
/// mail; from it on it may. The record and the content may have taken long, so the time and the
/// server are looked at once more before it.
async fn write_content(server: &Server, wire: &mut Wire, bytes: &[u8]) -> Result<(), Broken> {
    let content = stuffed(bytes);
    let last = content.len().saturating_sub(1) / CHUNK * CHUNK;
    for chunk in content[..last].chunks(CHUNK) {
        if let Err(error) = wire.write(chunk, Stage::HandOver).await {
            return Err(reason(server, wire).await.unwrap_or(error.into()));
        }
        crate::crash::here("mid_body");
    }
    wire.check_time(Stage::HandOver)?;
    if let Err(error) = wire.check_silence(Stage::HandOver) {
        return Err(reason(server, wire).await.unwrap_or(error.into()));
    }
    let end = [&content[last..], b".\r\n"].concat();
    let written = wire.write(&end, Stage::HandOver).await;
    written.map_err(|error| fault::in_doubt(&error).into())
}

/// What a server said before it hung up in the middle of the content, such as 552.
async fn reason(server: &Server, wire: &mut Wire) -> Option<Broken> {
    let answer = wire.read(Stage::HandOver, REASON).await.ok()?;
    let broken = refused(server, Stage::HandOver, &answer);
    matches!(answer.class(), 4 | 5).then_some(Broken { reusable: false, ..broken })
}

/// A line that begins with a dot gets another one (RFC 5321 section 4.5.2). Finished mails have
/// CRLF only and end in one.
fn stuffed(bytes: &[u8]) -> Cow<'_, [u8]> {
    let dotted = |line: &[u8]| line.first() == Some(&b'.');
    let lines = || bytes.split_inclusive(|byte| *byte == b'\n');
    let dots = lines().filter(|line| dotted(line)).count();
    if dots == 0 {
        return Cow::Borrowed(bytes);
    }
    let mut stuffed = Vec::with_capacity(bytes.len() + dots);
    for line in lines() {
        if dotted(line) {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    Cow::Owned(stuffed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_doubled_at_the_beginning_of_lines_only() {
        assert_eq!(*stuffed(b".a\r\nb.\r\n..\r\n"), *b"..a\r\nb.\r\n...\r\n");
        assert!(matches!(stuffed(b"a\r\nb.c\r\n"), Cow::Borrowed(_)));
    }
}
