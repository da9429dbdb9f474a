//! What the provider gets is what was rendered.

use hongyan::mail::{CustomHeader, Mailbox};
use hongyan::transport::{Taken, Transport};
use serde_json::{Value as Json, json};

use crate::server::{ACCOUNT, Server};
use crate::{SOON, composer, deliver, draft, finish, rendered, send, transport};
use hongyan::composer::Draft;
use hongyan::inline::ImageMode;
use hongyan::snapshot::RECIPIENT;

#[tokio::test]
async fn every_shipped_mail_arrives_as_it_was_rendered() {
    let server = Server::start().await;
    let transport = transport(&server);
    let composer = composer();
    let mut count = 0;
    for kind in composer.catalog().kinds() {
        for locale in composer.catalog().locales() {
            for (sample, _) in kind.sample_names() {
                let mut draft = Draft::new(&kind.name, locale.as_str(), RECIPIENT).unwrap();
                draft.vars = kind.sample(sample, locale).unwrap();
                let mail = composer.render(&draft).unwrap();
                let receipt = deliver(&transport, &mail, SOON).await.unwrap();
                assert_eq!(receipt.taken, Taken::Sent);
                let (seal, message) = finish(&mail, &transport);
                let sent = server.mails().pop().unwrap();
                let name = format!("{}/{locale}/{sample}", kind.name);
                assert_eq!(sent["ToAddress"], RECIPIENT, "{name}");
                assert_eq!(sent["Subject"], mail.subject.as_str(), "{name}");
                assert_eq!(sent["TextBody"], mail.text, "{name}");
                assert_eq!(sent["HtmlBody"], mail.page(&ImageMode::Wordmark), "{name}");
                assert!(!sent["HtmlBody"].contains("cid:"), "{name}");
                let headers: Json = serde_json::from_str(&sent["Headers"]).unwrap();
                assert_eq!(headers["Message-ID"], seal.message_id().as_str(), "{name}");
                assert_eq!(headers.get("List-Unsubscribe").is_some(), mail.opt_out.is_some());
                let adapted: Vec<_> =
                    message.adapted().iter().map(|one| (one.what, one.how)).collect();
                assert_eq!(adapted, [("images", "wordmark"), ("headers", "provider")], "{name}");
                count += 1;
            }
        }
    }
    assert_eq!(server.mails().len(), count);
    assert!(count >= 40, "only {count} mails");
}

#[tokio::test]
async fn the_request_is_what_the_provider_documents() {
    let server = Server::start().await;
    let receipt = send(&server).await.unwrap();
    assert_eq!(receipt.provider_id.as_deref(), Some("600000001"));
    assert_eq!(receipt.reply.unwrap().to_string(), "200 R-1");
    let request = server.requests().pop().unwrap();
    assert_eq!(request.line, "POST / HTTP/1.1");
    assert_eq!(request.header("user-agent"), concat!("hongyan/", env!("CARGO_PKG_VERSION")));
    assert_eq!(request.header("accept"), "application/json");
    assert_eq!(request.header("accept-encoding"), "");
    assert_eq!(request.header("x-acs-version"), "2015-11-23");
    let fields = request.fields();
    let expected = [
        ("AccountName", ACCOUNT),
        ("AddressType", "1"),
        ("ReplyToAddress", "false"),
        ("FromAlias", "鸿雁"),
        ("ClickTrace", "0"),
        ("UnSubscribeLinkType", "disabled"),
    ];
    for (name, value) in expected {
        assert_eq!(fields[name], value, "{name}");
    }
}

#[tokio::test]
async fn temporary_keys_send_their_token() {
    let server = Server::start().await;
    server.want_token();
    send(&server).await.unwrap();
    assert_eq!(server.requests()[0].header("x-acs-security-token"), crate::server::TOKEN);
}

#[tokio::test]
async fn replies_and_unsubscribing_go_where_they_should() {
    let server = Server::start().await;
    let mut mail = rendered(&draft());
    mail.recipients.reply_to = Some(Mailbox::parse("客服 <help@example.com>").unwrap());
    mail.opt_out = Some("https://example.com/u".into());
    deliver(&transport(&server), &mail, SOON).await.unwrap();
    mail.headers = vec![CustomHeader::new("List-Unsubscribe", "<mailto:u@example.com>").unwrap()];
    deliver(&transport(&server), &mail, SOON).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails[0]["ReplyAddress"], "help@example.com");
    assert_eq!(mails[0]["ReplyAddressAlias"], "客服");
    let headers = |at: usize| {
        let mut headers: Json = serde_json::from_str(&mails[at]["Headers"]).unwrap();
        headers.as_object_mut().unwrap().remove("Message-ID").unwrap();
        headers
    };
    let one_click = json!({
        "List-Unsubscribe": "<https://example.com/u>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    assert_eq!(headers(0), one_click);
    assert_eq!(headers(1), json!({"List-Unsubscribe": "<mailto:u@example.com>"}));
}

#[tokio::test]
async fn a_copy_goes_to_its_own_recipient() {
    let server = Server::start().await;
    let (transport, mail) = (transport(&server), rendered(&draft()));
    let (seal, message) = finish(&mail, &transport);
    let copy = message.for_recipient(Mailbox::parse("b@example.com").unwrap().address());
    let deadline = std::time::Instant::now() + SOON;
    let copy =
        hongyan::transport::Outgoing { rendered: &mail, seal: &seal, message: &copy, deadline };
    transport.deliver(copy, &mut hongyan::transport::Unrecorded).await.unwrap();
    assert_eq!(server.mails()[0]["ToAddress"], "b@example.com");
}

#[tokio::test]
async fn the_sender_is_the_account_and_changes_are_told() {
    let server = Server::start().await;
    let transport = transport(&server).hosted_images("https://images.example.com");
    let mut mail = rendered(&draft());
    let long = "一二三四五六七八九十一二三四五六七八九十";
    mail.recipients.from = Some(Mailbox::parse(&format!("{long} <a@example.com>")).unwrap());
    deliver(&transport, &mail, SOON).await.unwrap();
    let sent = server.mails().pop().unwrap();
    assert_eq!(sent["AccountName"], ACCOUNT);
    assert_eq!(sent["FromAlias"], "一二三四五六七八九十一二三四");
    assert!(sent["HtmlBody"].contains("https://images.example.com/"));
    let (_, message) = finish(&mail, &transport);
    let adapted: Vec<_> = message.adapted().iter().map(|one| (one.what, one.how)).collect();
    let expected = [
        ("images", "hosted"),
        ("from", "account"),
        ("from_name", "shortened"),
        ("headers", "provider"),
    ];
    assert_eq!(adapted, expected);
    assert_eq!(message.envelope().from.as_str(), ACCOUNT);
}
