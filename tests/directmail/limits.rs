//! What the API cannot carry is refused before anything is sent.

use hongyan::compose::Rendered;
use hongyan::mail::{Attachment, CustomHeader, Mailbox, Subject};
use hongyan::transport::{
    Cause, Feature, HandOver, NotRecorded, Outgoing, Retry, Stage, Transport,
};

use crate::server::Server;
use crate::{SOON, deliver, draft, finish, rendered, transport};

#[tokio::test]
async fn what_has_no_field_is_refused_with_the_way_that_has() {
    let header = |name, value| CustomHeader::new(name, value).unwrap();
    let attachment = Attachment::new("a.txt", None, *b"a").unwrap();
    type Change<'a> = &'a dyn Fn(&mut Rendered);
    let cases: [(&str, Cause, Change<'_>); 6] = [
        ("no attachments", Cause::Content, &|mail| mail.attachments.push(attachment.clone())),
        ("no Cc", Cause::Content, &|mail| {
            mail.recipients.cc.push(Mailbox::parse("c@example.com").unwrap());
        }),
        ("256", Cause::Content, &|mail| mail.subject = Subject::new(&"题".repeat(257))),
        ("`X-Trace`", Cause::Content, &|mail| mail.headers.push(header("X-Trace", "1"))),
        ("`References`", Cause::Content, &|mail| {
            mail.headers.push(header("References", "<a@example.com>"));
        }),
        ("6 MB", Cause::Size, &|mail| mail.text = "字".repeat(700_000)),
    ];
    let server = Server::start().await;
    for (words, cause, change) in cases {
        let mut mail = rendered(&draft());
        change(&mut mail);
        let error = deliver(&transport(&server), &mail, SOON).await.unwrap_err();
        assert_eq!((error.stage, error.cause, error.retry), (Stage::Prepare, cause, Retry::Never));
        assert!(error.to_string().contains(words), "{error}");
        let hint = error.hint.unwrap();
        assert!(hint.en.contains("aliyun-smtp") && hint.en.contains("smtpdm.aliyun.com"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_limits_are_told_to_those_who_plan() {
    let server = Server::start().await;
    let transport = transport(&server);
    let limits = transport.limits();
    assert_eq!(limits.lacks, [Feature::Attachments, Feature::Cc]);
    assert_eq!((limits.subject, limits.name), (Some(256), Some(14)));
    for (name, carried) in
        [("list-unsubscribe", true), ("List-Unsubscribe-Post", true), ("X-Trace", false)]
    {
        assert_eq!((limits.carries_header)(name), carried, "{name}");
    }
}

struct FullDisk;

#[async_trait::async_trait]
impl HandOver for FullDisk {
    async fn commit(&mut self) -> Result<(), NotRecorded> {
        Err(NotRecorded)
    }
}

#[tokio::test]
async fn nothing_is_sent_that_is_not_recorded() {
    let server = Server::start().await;
    let (transport, mail) = (transport(&server), rendered(&draft()));
    let (seal, message) = finish(&mail, &transport);
    let deadline = std::time::Instant::now() + SOON;
    let outgoing = Outgoing { rendered: &mail, seal: &seal, message: &message, deadline };
    let error = transport.deliver(outgoing, &mut FullDisk).await.unwrap_err();
    assert_eq!(error.cause, Cause::NotRecorded);
    assert!(server.requests().is_empty());
}
