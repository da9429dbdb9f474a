//! A transport that does what it is told, mail by mail, and remembers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hongyan::compose::Profile;
use hongyan::diagnostic::Text;
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::transport::{
    Cause, HandOver, Outgoing, Receipt, Reply, Retry, SendError, Stage, Transport,
};

/// What it does with a mail.
#[derive(Clone, Debug)]
pub enum Act {
    Take,
    /// Fails before the hand-over
    Fail(Stage, Cause, Retry),
    /// Takes it, and says that the answer was lost
    Doubt,
    /// Takes it after a while
    Slow(Duration),
    /// The same, and nothing else runs on its thread meanwhile
    Block(Duration),
    /// Never returns
    Hang,
    /// Takes it, and never returns
    HangAfter,
    Panic,
    PanicAfter,
}

/// A mail that it took.
#[derive(Clone, Debug)]
pub struct Got {
    pub id: String,
    pub message_id: String,
    pub to: String,
    pub bytes: Vec<u8>,
}

/// Clones share what they remember.
#[derive(Clone)]
pub struct Scripted {
    name: String,
    profile: Profile,
    acts: Arc<Mutex<VecDeque<Act>>>,
    usual: Act,
    got: Arc<Mutex<Vec<Got>>>,
    asked: Arc<Mutex<Vec<(String, Instant)>>>,
}

impl Scripted {
    /// Takes every mail.
    pub fn new(name: &str) -> Scripted {
        Scripted::always(name, Act::Take)
    }

    /// Does the same with every mail.
    pub fn always(name: &str, usual: Act) -> Scripted {
        let from = Mailbox::parse(&format!("{name}@hongyan.test")).unwrap();
        Scripted {
            name: name.to_owned(),
            profile: Profile::new(from, ImageMode::Inside),
            acts: Arc::default(),
            usual,
            got: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// Does this with the next mails, then the usual.
    pub fn first(self, acts: impl IntoIterator<Item = Act>) -> Scripted {
        self.acts.lock().unwrap().extend(acts);
        self
    }

    /// The mails so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// When it was asked.
    pub fn asked(&self) -> Vec<Instant> {
        self.asked.lock().unwrap().iter().map(|(_, at)| *at).collect()
    }

    /// The mails with which it was asked, in order.
    pub fn begun(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(id, _)| id.clone()).collect()
    }

    fn take(&self, mail: &Outgoing<'_>) {
        self.got.lock().unwrap().push(Got {
            id: mail.seal.id().to_owned(),
            message_id: mail.seal.message_id().as_str().to_owned(),
            to: mail.message.envelope().to.as_str().to_owned(),
            bytes: mail.message.bytes().to_vec(),
        });
    }
}

/// A failure that a server has told. A recipient who is refused for good is gone.
pub fn failure(stage: Stage, cause: Cause, retry: Retry) -> SendError {
    let what = Text { en: format!("it said {}", cause.as_str()), zh: "它拒绝了".into() };
    let reply = Reply { code: "450".into(), text: "no <ada@x.test>".into() };
    let error = SendError::new(stage, cause, what).retry(retry).reply(reply);
    match (cause, retry) {
        (Cause::Recipient, Retry::Never) => error.mailbox_gone(),
        _ => error,
    }
}

#[async_trait]
impl Transport for Scripted {
    fn name(&self) -> &str {
        &self.name
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        mail.check_time()?;
        let id = mail.seal.id().to_owned();
        self.asked.lock().unwrap().push((id, Instant::now()));
        let act = self.acts.lock().unwrap().pop_front().unwrap_or(self.usual.clone());
        match act {
            Act::Fail(stage, cause, retry) => return Err(failure(stage, cause, retry)),
            Act::Hang => std::future::pending().await,
            Act::Panic => panic!("a transport of somebody's own"),
            _ => handing_over.commit().await?,
        }
        match act {
            Act::PanicAfter => panic!("a transport of somebody's own"),
            Act::Slow(pause) => tokio::time::sleep(pause).await,
            Act::Block(pause) => std::thread::sleep(pause),
            _ => {}
        }
        self.take(&mail);
        match act {
            Act::HangAfter => std::future::pending().await,
            Act::Doubt => Err(failure(Stage::HandOver, Cause::InDoubt, Retry::Later)),
            _ => Ok(Receipt::sent(Reply { code: "250".into(), text: "taken".into() })),
        }
    }
}
