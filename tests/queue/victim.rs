//! A process of its own that accepts and delivers mails until it is killed, or all are done: this
//! test binary again, told by its environment what to do.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hongyan::Mailer;
use hongyan::mail::Attachment;
use hongyan::mailer::{IdempotencyKey, Wishes};
use hongyan::outbox::State;

use super::house::{code, notice, open, quick, smtp_at};

const ORDERS: &str = "HONGYAN_TEST_VICTIM";

/// What mails it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mails {
    /// Sent again where a copy may be out
    Codes,
    /// Held then
    Notices,
    /// Larger than what is written at once
    Large,
}

/// What a victim is to do.
#[derive(Clone, Debug)]
pub struct Orders<'a> {
    pub outbox: &'a Path,
    pub port: u16,
    /// How many mails it accepts
    pub mails: usize,
    pub which: Mails,
    /// Between two of them
    pub pause: Duration,
    /// How many it delivers at once
    pub at_once: usize,
}

impl Orders<'_> {
    /// Starts it. `crash` is a step at which it ends itself.
    pub fn start(&self, crash: Option<&str>) -> Child {
        let Orders { outbox, port, mails, which, pause, at_once } = self;
        let pause = pause.as_millis();
        let outbox = outbox.display();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["victim::obey", "--exact", "--nocapture"])
            .env(ORDERS, format!("{outbox}|{port}|{mails}|{which:?}|{pause}|{at_once}"))
            .env_remove("HONGYAN_CRASH_AT")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(step) = crash {
            command.env("HONGYAN_CRASH_AT", step);
        }
        command.spawn().unwrap()
    }
}

/// Does nothing unless this process is a victim.
#[test]
fn obey() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let words: Vec<&str> = orders.split('|').collect();
    let [outbox, port, mails, which, pause, at_once] = words[..] else { panic!("{orders}") };
    let which = match which {
        "Codes" => Mails::Codes,
        "Notices" => Mails::Notices,
        _ => Mails::Large,
    };
    let at_once = at_once.parse().unwrap();
    let orders = Orders {
        outbox: Path::new(outbox),
        port: port.parse().unwrap(),
        mails: mails.parse().unwrap(),
        which,
        pause: Duration::from_millis(pause.parse().unwrap()),
        at_once,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(live(&orders));
}

async fn live(orders: &Orders<'_>) {
    let settings = quick().lease(Duration::from_millis(2_500), Duration::from_millis(1_900));
    let mailer = Mailer::builder()
        .outbox(open(orders.outbox))
        .transport(smtp_at(orders.port, orders.at_once))
        .worker(settings.at_once(orders.at_once))
        .build()
        .unwrap();
    accept(&mailer, orders, orders.at_once == 1).await;
    tokio::join!(
        accept(&mailer, orders, orders.at_once > 1),
        super::house::work(&mailer, async || {
            let stats = mailer.outbox().unwrap().store().stats(0).await.unwrap();
            let of = |wanted| stats.states.iter().find(|(state, _)| *state == wanted);
            let left = |state| of(state).is_none_or(|(_, count)| *count == 0);
            let done: u64 = stats.states.iter().map(|(_, count)| count).sum();
            done >= orders.mails as u64
                && left(State::Queued)
                && left(State::Leased)
                && left(State::HandingOver)
        }),
    );
}

/// The same keys each time it is started: what was accepted before is not accepted again.
async fn accept(mailer: &Mailer, orders: &Orders<'_>, now: bool) {
    for number in 0..if now { orders.mails } else { 0 } {
        let to = format!("u{number}@x.test");
        let mut draft = match orders.which {
            Mails::Notices => notice(&to),
            _ => code(&to, "483920"),
        };
        if orders.which == Mails::Large {
            let file = Attachment::new("data.bin", None, vec![7; 150_000]).unwrap();
            draft.attachments.push(file);
        }
        let (scope, key, body) = ("app".into(), to, b"body".to_vec());
        let mut wishes = Wishes::default();
        wishes.idempotency = Some(IdempotencyKey { scope, key, body });
        mailer.enqueue(&[draft], &wishes).await.unwrap();
        tokio::time::sleep(orders.pause).await;
    }
}
