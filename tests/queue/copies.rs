//! Copies are mails of their own that leave behind the first, with its Message-ID.

use hongyan::composer::Draft;
use hongyan::mail::Mailbox;
use hongyan::outbox::State;
use hongyan::transport::{Cause, Retry, Stage};

use super::house::{House, enqueue, notice, work_off};
use super::scripted::{Act, Scripted};

fn with_copies() -> Draft {
    let mut draft = notice("ada@x.test");
    draft.cc.push(Mailbox::parse("cc@x.test").unwrap());
    draft.bcc.push(Mailbox::parse("bcc@x.test").unwrap());
    draft
}

#[tokio::test]
async fn copies_leave_behind_the_mail_with_its_bytes() {
    let house = House::new();
    let transport = Scripted::new("one");
    let mailer = house.mailer(transport.clone());
    let id = enqueue(&mailer, with_copies()).await;
    work_off(&house, &mailer).await;
    let got = transport.got();
    assert_eq!(got[0].to, "ada@x.test");
    let mut to: Vec<&str> = got.iter().map(|got| &*got.to).collect();
    to.sort();
    assert_eq!(to, ["ada@x.test", "bcc@x.test", "cc@x.test"]);
    assert!(got.iter().all(|one| one.bytes == got[0].bytes));
    assert!(got.iter().all(|one| one.message_id == got[0].message_id));
    let all = house.all().await;
    assert_eq!(all.iter().filter(|mail| mail.parent.as_deref() == Some(&*id)).count(), 2);
    assert!(all.iter().all(|mail| mail.state == State::Sent && !mail.has_content));
}

#[tokio::test]
async fn a_mailbox_that_is_named_twice_gets_one_copy() {
    let house = House::new();
    let transport = Scripted::new("one");
    let mailer = house.mailer(transport.clone());
    let mut draft = with_copies();
    draft.cc.push(Mailbox::parse("ADA@x.test").unwrap());
    draft.bcc.push(Mailbox::parse("Cc <CC@x.test>").unwrap());
    enqueue(&mailer, draft).await;
    work_off(&house, &mailer).await;
    assert_eq!(transport.got().len(), 3);
}

#[tokio::test]
async fn a_mail_that_fails_takes_its_copies_along() {
    let house = House::new();
    let no = Act::Fail(Stage::Rcpt, Cause::Recipient, Retry::Never);
    let transport = Scripted::new("one").first([no]);
    let mailer = house.mailer(transport.clone());
    enqueue(&mailer, with_copies()).await;
    work_off(&house, &mailer).await;
    assert!(transport.got().is_empty());
    assert_eq!(house.count(State::Failed).await, 3);
}

/// A copy that fails costs itself only.
#[tokio::test]
async fn copies_fail_apart() {
    let house = House::new();
    let no = Act::Fail(Stage::Rcpt, Cause::Recipient, Retry::Never);
    let transport = Scripted::new("one").first([Act::Take, no]);
    let mailer = house.mailer(transport.clone());
    enqueue(&mailer, with_copies()).await;
    work_off(&house, &mailer).await;
    assert_eq!((house.count(State::Sent).await, house.count(State::Failed).await), (2, 1));
}
