//! What servers say, through the worker: R03 to R05, and the classes of R20 to R26.

use std::time::{Duration, Instant};

use hongyan::outbox::State;

use super::house::{House, code, enqueue, notice, relay, smtp, work, work_off};
use super::smtp::{Fault, Plan, SmtpServer, Stage};

/// R03: the server took it, and its answer is lost.
#[tokio::test]
async fn a_lost_answer_is_sent_again_with_the_same_bytes_or_held() {
    let lost = || Fault::at(Stage::Eod).on_connection(1).accepting().close_before();
    let server = SmtpServer::start(relay().with(lost()));
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 1));
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Sent);
    let mails = server.record().mails;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes);
    let attempts = house.outbox.store().attempts(&id).await.unwrap();
    assert_eq!(attempts[0].cause.as_deref(), Some("in_doubt"));

    let server = SmtpServer::start(relay().with(lost()));
    let mailer = house.mailer(smtp(&server, 1));
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Unknown);
    assert_eq!(server.record().mails.len(), 1);
}

/// R03: the server took it, and says nothing for longer than anybody waits.
#[tokio::test]
async fn an_answer_that_never_comes_is_in_doubt() {
    let server = SmtpServer::start(relay().with(Fault::at(Stage::Eod).accepting().hang()));
    let house = House::new();
    let settings = super::house::quick().lease(Duration::from_secs(3), Duration::from_secs(2));
    let builder = house.builder().worker(settings).transport(smtp(&server, 1));
    let mailer = builder.build().unwrap();
    let id = enqueue(&mailer, notice("ada@x.test")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Unknown);
    assert_eq!(server.record().mails.len(), 1);
}

/// R05: nobody can tell that a server does not keep what it took. Here ends what is promised.
#[tokio::test]
async fn a_server_that_keeps_nothing_is_believed() {
    let server = SmtpServer::start(relay().with(Fault::at(Stage::Eod).losing()));
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 1));
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    assert_eq!(house.find(&id).await.state, State::Sent);
    assert!(server.record().mails.is_empty());
}

/// R04: the server says 451 and keeps the mail. Nobody can know: one copy, of the same bytes.
#[tokio::test]
async fn a_refusal_of_what_was_kept_makes_one_copy_of_the_same_bytes() {
    let liar = Fault::at(Stage::Eod).time(1).reply("451 4.3.0 try again").accepting();
    let server = SmtpServer::start(relay().with(liar.on_connection(1)));
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 1));
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    work_off(&house, &mailer).await;
    let mail = house.find(&id).await;
    assert_eq!((mail.state, mail.attempts), (State::Sent, 2));
    let mails = server.record().mails;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes);
}

/// R20: what becomes of the mail follows from the class of the answer.
#[tokio::test]
async fn answers_of_every_stage_end_in_their_class() {
    let kept = State::Queued;
    let cases = [
        (Stage::Banner, "421 busy", kept),
        (Stage::Ehlo, "421 busy", kept),
        (Stage::Mail, "451 later", kept),
        (Stage::Mail, "550 5.7.1 sender not allowed", kept),
        (Stage::Rcpt, "450 4.2.1 later", kept),
        (Stage::Rcpt, "452 4.2.2 over quota", kept),
        (Stage::Rcpt, "550 5.1.1 no such user", State::Failed),
        (Stage::Data, "451 later", kept),
        (Stage::Data, "554 5.7.1 refused", State::Failed),
        (Stage::Eod, "452 4.3.1 full", kept),
        (Stage::Eod, "552 5.3.4 too large", State::Failed),
        (Stage::Eod, "554 5.7.1 spam", State::Failed),
    ];
    let mut running = tokio::task::JoinSet::new();
    for (stage, reply, expected) in cases {
        running.spawn(async move {
            let server = SmtpServer::start(relay().with(Fault::at(stage).reply(reply)));
            let house = House::new();
            let mailer = house.mailer(smtp(&server, 1));
            let id = enqueue(&mailer, notice("ada@x.test")).await;
            work(&mailer, async || {
                let mail = house.find(&id).await;
                mail.attempts > 0 && !matches!(mail.state, State::Leased | State::HandingOver)
            })
            .await;
            let mail = house.find(&id).await;
            assert_eq!(mail.state, expected, "{stage:?} {reply}: {:?}", mail.cause);
            assert!(server.record().mails.is_empty());
        });
    }
    while let Some(result) = running.join_next().await {
        result.unwrap();
    }
}

/// A refusal that blames the sender, or nobody, fails the mail and leaves the address alone.
#[tokio::test]
async fn only_a_mailbox_that_is_gone_is_suppressed() {
    let cases = [
        (Stage::Rcpt, "554 5.7.1 blocked using zen.spamhaus.org", "policy", 0),
        (Stage::Rcpt, "550 5.7.1 Relaying denied", "policy", 0),
        (Stage::Rcpt, "550 5.7.26 unauthenticated: DMARC policy", "policy", 0),
        (Stage::Rcpt, "550 nope", "recipient", 0),
        (Stage::Data, "550 5.7.1 message rejected as spam", "content", 0),
        (Stage::Rcpt, "550 5.1.1 user unknown", "recipient", 1),
        (Stage::Eod, "550 no such user", "recipient", 1),
    ];
    for (stage, reply, cause, suppressed) in cases {
        let server = SmtpServer::start(relay().with(Fault::at(stage).reply(reply)));
        let house = House::new();
        let mailer = house.mailer(smtp(&server, 1));
        let id = enqueue(&mailer, notice("ada@x.test")).await;
        work_off(&house, &mailer).await;
        let mail = house.find(&id).await;
        assert_eq!((mail.state, mail.cause.as_deref()), (State::Failed, Some(cause)), "{reply}");
        let list = house.outbox.store().suppressions(9).await.unwrap();
        assert_eq!(list.len(), suppressed, "{reply}");
        assert_eq!(mail.suppressed, suppressed > 0, "{reply}");
    }
}

/// R21: whoever is told to wait comes back as the same sender with the same mail, and not before.
#[tokio::test]
async fn greylisting_is_waited_out() {
    let wait = Duration::from_millis(300);
    let server = SmtpServer::start(Plan { greylist: Some(wait), ..relay() });
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 1));
    let id = enqueue(&mailer, code("ada@x.test", "483920")).await;
    let asked = async || house.find(&id).await.attempts;
    work(&mailer, async || asked().await == 1 && house.find(&id).await.state == State::Queued)
        .await;
    let mail = house.find(&id).await;
    let waits = mail.available_at - mail.accepted_at;
    assert!((1_000..600_000).contains(&waits), "{waits}");
    // Nobody waits that long in a test: a person hurries it.
    tokio::time::sleep(wait).await;
    let now = house.outbox.clock().now();
    house.outbox.store().retry(&id, now, mail.expires_at).await.unwrap();
    work_off(&house, &mailer).await;
    let record = server.record();
    assert_eq!((house.find(&id).await.state, record.mails.len()), (State::Sent, 1));
    let senders: std::collections::BTreeSet<_> =
        record.commands.iter().filter(|line| line.verb() == "MAIL").map(|c| &c.line).collect();
    assert_eq!(senders.len(), 1);
}

/// R22: a server that hangs up after some mails costs nothing.
#[tokio::test]
async fn a_server_that_hangs_up_between_mails_costs_nothing() {
    let server = SmtpServer::start(Plan { max_per_connection: Some(3), ..relay() });
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 2));
    for number in 0..20 {
        enqueue(&mailer, code(&format!("u{number}@x.test"), "483920")).await;
    }
    work_off(&house, &mailer).await;
    assert_eq!(house.count(State::Sent).await, 20);
    let mut to: Vec<String> = server.record().mails.into_iter().flat_map(|m| m.to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), server.record().mails.len()), (20, 20));
}

/// R25: every recipient is a mail of its own.
#[tokio::test]
async fn one_bad_recipient_costs_itself_only() {
    let bad = Fault::at(Stage::Rcpt).containing("bad@").reply("550 5.1.1 no such user");
    let server = SmtpServer::start(relay().with(bad));
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 2));
    let mut draft = notice("ada@x.test");
    for copy in ["bad@x.test", "bob@x.test"] {
        draft.cc.push(hongyan::mail::Mailbox::parse(copy).unwrap());
    }
    enqueue(&mailer, draft).await;
    work_off(&house, &mailer).await;
    assert_eq!((house.count(State::Sent).await, house.count(State::Failed).await), (2, 1));
    assert_eq!(server.record().mails.len(), 2);
}

/// R26: a rate reply pauses the transport and keeps the mails, without asking again and again.
#[tokio::test]
async fn a_rate_reply_pauses_and_keeps_the_mails() {
    let rate = Fault::at(Stage::Mail).reply("450 4.7.1 too many mails, RP:TRC rate limit");
    let server = SmtpServer::start(relay().with(rate));
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 1));
    for number in 0..10 {
        enqueue(&mailer, notice(&format!("u{number}@x.test"))).await;
    }
    let until = Instant::now() + Duration::from_secs(3);
    work(&mailer, async || Instant::now() > until).await;
    assert_eq!(house.count(State::Queued).await, 10);
    let tried: u32 = house.all().await.iter().map(|mail| mail.attempts).sum();
    let asked = server.record().count("MAIL");
    assert!(asked <= 20 && tried <= 20, "{asked} asked, {tried} attempts");
}
