//! R34: processes that share an outbox send each mail once. 2,000 mails, or as many as
//! `HONGYAN_RACE_MAILS` says.

use std::collections::BTreeMap;
use std::time::Duration;

use hongyan::outbox::State;

use super::house::{House, all, crowd, enqueue_all, notice, open, relay};
use super::smtp::SmtpServer;
use super::victim::{Mails, Orders};

#[tokio::test]
async fn two_processes_send_each_mail_once() {
    race(2).await;
}

#[tokio::test]
async fn four_processes_send_each_mail_once() {
    race(4).await;
}

async fn race(processes: usize) {
    let mails = std::env::var("HONGYAN_RACE_MAILS").ok().and_then(|text| text.parse().ok());
    let mails = mails.unwrap_or(2_000);
    let server = SmtpServer::start(relay());
    let house = House::new();
    let mailer = house.mailer(super::house::smtp(&server, 1));
    enqueue_all(&mailer, crowd(&notice("a@x.test"), mails)).await;
    house.outbox.store().close().await;
    let path = house.path();
    let orders = Orders {
        outbox: &path,
        port: server.port(),
        mails: 0,
        which: Mails::Notices,
        pause: Duration::ZERO,
        at_once: 5,
    };
    let racers: Vec<_> = (0..processes).map(|_| orders.start(None)).collect();
    for mut racer in racers {
        loop {
            match racer.try_wait().unwrap() {
                Some(status) => break assert!(status.success()),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for mail in server.record().mails {
        *seen.entry(mail.to.concat()).or_default() += 1;
    }
    let lost = mails - seen.len();
    let doubled = seen.values().filter(|count| **count > 1).count();
    let left = all(&open(&path), &[]).await;
    let unsent = left.iter().filter(|mail| mail.state != State::Sent).count();
    assert_eq!((lost, doubled, unsent), (0, 0, 0));
}
