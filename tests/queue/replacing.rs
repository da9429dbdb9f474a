//! A code that was replaced while a worker had it does not arrive behind the newer one.

use std::time::Duration;

use async_trait::async_trait;
use hongyan::compose::Profile;
use hongyan::outbox::{Mail, State};
use hongyan::transport::{HandOver, Outgoing, Receipt, SendError, SmtpTransport, Transport};

use super::house::{House, code, enqueue, relay, smtp, until, work};
use super::smtp::{Fault, Record, SmtpServer, Stage};

/// Two codes within a minute are taken where they are not counted.
struct Uncounted(SmtpTransport);

#[async_trait]
impl Transport for Uncounted {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn profile(&self) -> &Profile {
        self.0.profile()
    }

    fn is_inbox(&self) -> bool {
        true
    }

    async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
    ) -> Result<Receipt, SendError> {
        self.0.deliver(mail, handing_over).await
    }
}

/// The older of two codes meets a fault, and the newer one is accepted meanwhile: both of them, and
/// what the server saw.
async fn replaced_amid(fault: Fault) -> (Mail, Mail, Record) {
    let server = SmtpServer::start(relay().with(fault.on_connection(1)));
    let house = House::new();
    let mailer = house.mailer(Uncounted(smtp(&server, 2)));
    let old = enqueue(&mailer, code("ada@x.test", "111111")).await;
    let newer = async {
        until(async || server.record().count("RCPT") > 0).await;
        enqueue(&mailer, code("ada@x.test", "222222")).await
    };
    let both_are_done = async || {
        let all = house.all().await;
        all.len() == 2 && all.iter().all(|mail| mail.state.is_done())
    };
    let (new, ()) = tokio::join!(newer, work(&mailer, both_are_done));
    (house.find(&old).await, house.find(&new).await, server.record())
}

#[tokio::test]
async fn a_code_that_is_refused_for_now_ends_where_a_newer_one_was_accepted() {
    let slow = Fault::at(Stage::Rcpt).delay(Duration::from_secs(2)).reply("451 4.3.0 try later");
    let (old, new, record) = replaced_amid(slow).await;
    assert_eq!((old.state, new.state), (State::Superseded, State::Sent));
    assert_eq!(old.replaced_by.as_ref(), Some(&new.id));
    assert_eq!(record.mails.len(), 1, "the newer one only");
}

#[tokio::test]
async fn a_code_that_was_replaced_is_not_handed_over() {
    let slow = Fault::at(Stage::Rcpt).delay(Duration::from_secs(2));
    let (old, new, record) = replaced_amid(slow).await;
    assert_eq!((old.state, new.state), (State::Superseded, State::Sent));
    assert_eq!(record.mails.len(), 1, "the newer one only");
}
