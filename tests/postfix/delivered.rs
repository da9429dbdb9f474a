//! What arrives is what was composed, to the byte.

use std::path::Path;

use hongyan::composer::Draft;
use hongyan::locale::Locale;
use hongyan::mail::Attachment;
use hongyan::source::Tree;
use hongyan::{Mailer, vars};

use crate::server::{Server, Watched};

const LARGE: usize = 4 * 1024 * 1024;

async fn every_mail_arrives_by(port: &str, mechanism: &str) {
    let server = Server::take();
    let watched = server.transport(port);
    let mailer = Mailer::builder().transport(watched.clone()).build().unwrap();
    let (mut recipients, mut ids) = (Vec::new(), Vec::new());
    for draft in drafts(&mailer, port) {
        let delivery = mailer.send(&draft).await.unwrap();
        assert_eq!(delivery.reply.as_ref().unwrap().code, "250");
        ids.push(delivery.provider_id.unwrap());
        recipients.push(draft.to.address().as_str().to_owned());
    }
    mailer.close().await;
    for recipient in &recipients {
        assert!(*server.delivered(recipient) == *watched.bytes(recipient), "{recipient} differs");
    }
    assert_eq!(recipients.len(), 8);
    let log = server.log_of(1);
    assert!(ids.iter().all(|id| log.contains(&format!("{id}: client="))), "{log}");
    let login = format!("sasl_method={mechanism}, sasl_username={}", server.get("user"));
    assert_eq!(log.matches(&login).count(), 8, "{log}");
    assert!(log.contains("TLS connection established from"), "{log}");
}

/// Every shipped kind in every locale, each with attachments, the first with a large one.
fn drafts(mailer: &Mailer, port: &str) -> Vec<Draft> {
    let composer = mailer.composer();
    let mut drafts = Vec::new();
    for kind in composer.catalog().kinds() {
        for locale in ["zh-CN", "en"] {
            let to = format!("{port}.{}.{locale}@hongyan.test", kind.name);
            let mut draft = Draft::new(&kind.name, locale, &format!("王伟 <{to}>")).unwrap();
            draft.vars = kind.sample("typical", &Locale::parse(locale).unwrap()).unwrap();
            draft.attachments = vec![
                Attachment::new("报告 1.pdf", None, *b"%PDF-1.7\n\x00\xff\r.\r\n.\r\n").unwrap(),
                Attachment::new("notes.txt", None, *b"first\nFrom here\n.\n").unwrap(),
            ];
            drafts.push(draft);
        }
    }
    let bytes: Vec<u8> = (0..LARGE).map(|at| (at * at / 7) as u8).collect();
    drafts[0].attachments.push(Attachment::new("large.zip", None, bytes).unwrap());
    drafts
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn starttls_and_plain() {
    every_mail_arrives_by("starttls", "PLAIN").await;
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn starttls_and_login() {
    every_mail_arrives_by("starttls_login", "LOGIN").await;
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn implicit_tls_and_plain() {
    every_mail_arrives_by("tls", "PLAIN").await;
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn implicit_tls_and_login() {
    every_mail_arrives_by("tls_login", "LOGIN").await;
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn dots_and_long_lines() {
    let server = Server::take();
    let watched = server.transport("tls");
    let long = format!(".{}", "x".repeat(997));
    let text = format!(".\n..\n.a dot\n{long}\nthe last line is a dot\n.\n");
    let mailer = mailer_with_text(&text, &watched);
    let to = "dots@hongyan.test";
    let delivery = mailer.to(to).render_and_send(
        "verify",
        "en",
        vars! { code: "483920", name: "Ada", link: "https://example.test/" },
    );
    delivery.await.unwrap();
    mailer.close().await;
    let sent = watched.bytes(to);
    let on_the_wire = format!("\r\n{}", text.replace('\n', "\r\n"));
    assert!(holds(&sent, on_the_wire.as_bytes()), "{}", String::from_utf8_lossy(&sent));
    assert!(*server.delivered(to) == *sent);
}

/// A project whose text part is this.
fn mailer_with_text(text: &str, watched: &Watched) -> Mailer {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/verify");
    let mut tree = Tree::open(&root).unwrap();
    tree.insert("templates/verify/body.txt.j2", text.to_owned().into_bytes());
    Mailer::builder().project(tree).transport(watched.clone()).build().unwrap()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
