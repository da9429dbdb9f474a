//! R34: processes that share an outbox send each mail once. 2,000 mails, or as many as
//! `HONGYAN_RACE_MAILS` says.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hongyan::outbox::State;

use super::house::{House, all, crowd, enqueue_all, from_environment, notice, open, relay};
use super::smtp::SmtpServer;
use super::victim::Orders;

#[tokio::test]
async fn two_processes_send_each_mail_once() {
    race(2).await;
}

#[tokio::test]
async fn four_processes_send_each_mail_once() {
    race(4).await;
}

async fn race(processes: usize) {
    let mails = from_environment("HONGYAN_RACE_MAILS").unwrap_or(2_000);
    let server = SmtpServer::start(relay());
    let house = House::new();
    let mailer = house.mailer(super::house::smtp(&server, 1));
    enqueue_all(&mailer, crowd(&notice("a@x.test"), mails)).await;
    house.outbox.store().close().await;
    // Nobody is killed here: a machine that is busy is no reason to take a mail from a racer.
    let lease = Duration::from_secs(30);
    let orders = Orders { lease, ..Orders::deliver(house.path(), server.port()) };
    let began = Instant::now();
    let racers: Vec<_> = (0..processes).map(|_| orders.start()).collect();
    for racer in racers {
        assert!(racer.ends().await);
    }
    let took = began.elapsed();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for mail in server.record().mails {
        *seen.entry(mail.to.concat()).or_default() += 1;
    }
    let lost = mails - seen.len();
    let doubled = seen.values().filter(|count| **count > 1).count();
    let left = all(&open(&house.path()), &[]).await;
    let unsent = left.iter().filter(|mail| mail.state != State::Sent).count();
    println!(
        "{processes} processes, {mails} mails, {took:.1?}: lost {lost}, doubled {doubled}, \
         unsent {unsent}"
    );
    assert_eq!((lost, doubled, unsent), (0, 0, 0));
}
