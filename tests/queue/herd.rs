//! R30: after an outage mails do not all come back at once.

use std::collections::HashMap;
use std::time::Duration;

use hongyan::outbox::State;

use super::house::{House, crowd, enqueue_all, notice, relay, smtp, work_off};
use super::smtp::{Fault, SmtpServer, Stage};

#[tokio::test]
async fn a_herd_comes_back_spread() {
    let down = relay().with(Fault::at(Stage::Banner).reply("421 down"));
    let server = SmtpServer::start(down);
    let house = House::new();
    let mailer = house.mailer(smtp(&server, 5));
    enqueue_all(&mailer, crowd(&notice("a@x.test"), 300)).await;
    let change = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        server.change(relay());
    };
    tokio::join!(change, async {
        super::house::work(&mailer, async || server.record().mails.len() >= 5).await;
    });
    let before = house.all().await;
    let waits: HashMap<i64, usize> = before.iter().fold(HashMap::new(), |mut waits, mail| {
        *waits.entry(mail.available_at / 100).or_default() += usize::from(mail.attempts > 0);
        waits
    });
    let crowded = waits.values().max().copied().unwrap_or(0);
    assert!(crowded <= 40, "{crowded} come back at once");
    work_off(&house, &mailer).await;
    assert_eq!(house.count(State::Sent).await, 300);
    assert_eq!(server.record().mails.len(), 300);
}
