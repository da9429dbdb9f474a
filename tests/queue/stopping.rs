//! R35: a process that is stopped for longer than its lease, and goes on. Whoever took its mails
//! over ends them; it sends nothing more of them, and what it writes is not taken.

use std::time::Duration;

use hongyan::outbox::{Mail, State};

use super::house::{House, code, enqueue, notice, relay, smtp, until, work};
use super::smtp::{Fault, Record, SmtpServer, Stage};
use super::victim::Orders;

/// A process with one mail, stopped at a moment of the first connection.
struct Stopped {
    house: House,
    server: SmtpServer,
    id: String,
}

/// What was seen before it went on, and after.
struct Seen {
    before: (Mail, Vec<String>),
    after: (Mail, Vec<String>),
    record: Record,
}

impl Stopped {
    /// Its first connection is slow in a way, so that there is time to stop it.
    fn new(slow: Fault) -> Stopped {
        let server = SmtpServer::start(relay().with(slow.on_connection(1)));
        Stopped { house: House::new(), server, id: String::new() }
    }

    async fn accept(&mut self, draft: hongyan::composer::Draft) {
        let mailer = self.house.mailer(smtp(&self.server, 1));
        self.id = enqueue(&mailer, draft).await;
    }

    /// Stops it once `reached`, has another worker take over, and lets it go on.
    async fn sleeps_over_its_lease(&self, reached: impl Fn(&Record) -> bool) -> Seen {
        let lease = Duration::from_millis(1_500);
        let orders = Orders { lease, ..Orders::deliver(self.house.path(), self.server.port()) };
        let sleeper = orders.start();
        until(async || reached(&self.server.record())).await;
        sleeper.signal("STOP");
        let other = self.house.mailer(smtp(&self.server, 1));
        work(&other, async || self.house.find(&self.id).await.state.is_done()).await;
        let before = self.look().await;
        sleeper.signal("CONT");
        assert!(sleeper.ends().await);
        Seen { before, after: self.look().await, record: self.server.record() }
    }

    /// The mail, and what became of each attempt.
    async fn look(&self) -> (Mail, Vec<String>) {
        let attempts = self.house.outbox.store().attempts(&self.id).await.unwrap();
        let actions = attempts.into_iter().map(|attempt| attempt.action).collect();
        (self.house.find(&self.id).await, actions)
    }
}

impl Seen {
    /// What the one wrote that had lost its lease was not taken.
    #[track_caller]
    fn nothing_was_overwritten(&self) {
        let told = |(mail, actions): &(Mail, Vec<String>)| {
            (mail.state, mail.attempts, mail.done_at, mail.reply.clone(), actions.clone())
        };
        assert_eq!(told(&self.before), told(&self.after));
    }
}

fn has_asked(verb: &'static str) -> impl Fn(&Record) -> bool {
    move |record| record.count(verb) > 0
}

#[tokio::test]
async fn in_front_of_the_hand_over_it_sends_nothing() {
    let slow = Fault::at(Stage::Data).delay(Duration::from_millis(400));
    let mut stopped = Stopped::new(slow);
    stopped.accept(code("ada@x.test", "483920")).await;
    let seen = stopped.sleeps_over_its_lease(has_asked("DATA")).await;
    assert_eq!(seen.before.0.state, State::Sent);
    seen.nothing_was_overwritten();
    assert_eq!(seen.record.mails.len(), 1, "the other one sent it, and nobody else");
    assert_eq!(seen.record.mails[0].connection, 2);
}

/// The server has the mail when the process stops: one copy more, of the same bytes, by the other.
#[tokio::test]
async fn behind_the_final_dot_there_is_one_copy_and_no_second_word() {
    let slow = || Fault::at(Stage::Eod).delay(Duration::from_millis(400));
    let mut stopped = Stopped::new(slow());
    stopped.accept(code("ada@x.test", "483920")).await;
    let seen = stopped.sleeps_over_its_lease(|record| !record.mails.is_empty()).await;
    assert_eq!(seen.before.0.state, State::Sent);
    seen.nothing_was_overwritten();
    let mails = &seen.record.mails;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes);

    let mut stopped = Stopped::new(slow());
    stopped.accept(notice("ada@x.test")).await;
    let seen = stopped.sleeps_over_its_lease(|record| !record.mails.is_empty()).await;
    assert_eq!(seen.before.0.state, State::Unknown, "a person is asked");
    seen.nothing_was_overwritten();
    assert_eq!(seen.record.mails.len(), 1);
}

/// In the midst of the content: it has not written the final dot when it is stopped, and does not
/// when it goes on.
#[tokio::test]
async fn amid_the_content_it_does_not_end_what_another_has() {
    use hongyan::mail::Attachment;
    // More than the buffers of both sides hold, so that it stands still before the dot.
    let slow = Fault::at(Stage::Body).delay(Duration::from_secs(9)).after_bytes(1_000);
    let mut stopped = Stopped::new(slow);
    let mut draft = code("ada@x.test", "483920");
    draft.attachments.push(Attachment::new("data.bin", None, vec![7; 4_000_000]).unwrap());
    stopped.accept(draft).await;
    let house = &stopped.house;
    let lease = Duration::from_secs(6);
    let orders = Orders { lease, ..Orders::deliver(house.path(), stopped.server.port()) };
    let sleeper = orders.start();
    until(async || house.find(&stopped.id).await.state == State::HandingOver).await;
    sleeper.signal("STOP");
    let other = house.mailer(smtp(&stopped.server, 1));
    work(&other, async || house.find(&stopped.id).await.state.is_done()).await;
    let before = stopped.look().await;
    // Its peer reads on by then.
    until(async || stopped.server.record().mails.len() == 1).await;
    sleeper.signal("CONT");
    assert!(sleeper.ends().await);
    let (after, record) = (stopped.look().await, stopped.server.record());
    Seen { before, after, record: record.clone() }.nothing_was_overwritten();
    assert_eq!(record.mails.len(), 1, "{:?}", record.commands);
    assert_eq!(record.mails[0].connection, 2);
}
