//! Connections carry more than one mail.

use hongyan::transport::Cause;
use hongyan::{Error, Mailer, vars};

use crate::server::Server;

async fn send(mailer: &Mailer, to: &str) -> Result<(), Error> {
    let mail = mailer.to(to);
    let sent = mail.render_and_send("verification_code", "en", vars! { code: "483920" });
    sent.await.map(drop)
}

fn cause(error: &Error) -> Cause {
    error.send_error().unwrap().cause
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn many_mails_one_connection_and_one_login() {
    let server = Server::take();
    let mailer = Mailer::builder().transport(server.transport("starttls")).build().unwrap();
    for number in 0..10 {
        send(&mailer, &format!("in-turn-{number}@hongyan.test")).await.unwrap();
    }
    // A refusal in between does not end it.
    let refused = send(&mailer, "reject@hongyan.test").await.unwrap_err();
    assert_eq!(cause(&refused), Cause::Recipient);
    send(&mailer, "in-turn-10@hongyan.test").await.unwrap();
    mailer.close().await;
    let log = server.log_of(1);
    assert_eq!(log.matches(": connect from ").count(), 1, "{log}");
    assert!(log.contains(" starttls=1 auth=1 mail=12 rcpt=11/12 "), "{log}");
    assert!(log.contains(" quit=1 "), "{log}");
    for number in 0..=10 {
        server.delivered(&format!("in-turn-{number}@hongyan.test"));
    }
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn many_mails_at_once_by_a_relay_without_tls_and_login() {
    let server = Server::take();
    let mailer = Mailer::builder().transport(server.transport("open")).build().unwrap();
    let recipients = (0..40).map(|number| format!("at-once-{number}@hongyan.test"));
    let recipients: Vec<String> = recipients.collect();
    let tasks: Vec<_> = recipients
        .iter()
        .map(|recipient| {
            let (mailer, recipient) = (mailer.clone(), recipient.clone());
            tokio::spawn(async move { send(&mailer, &recipient).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    mailer.close().await;
    let log = server.log_of(5);
    assert_eq!(log.matches(": connect from ").count(), 5, "{log}");
    assert_eq!(log.matches(": client=").count(), 40, "{log}");
    recipients.iter().for_each(|recipient| drop(server.delivered(recipient)));
}

#[tokio::test]
#[ignore = "needs tests/postfix/check"]
async fn what_is_too_large_is_not_even_begun() {
    let server = Server::take();
    let mailer = Mailer::builder().transport(server.transport("tls")).build().unwrap();
    let mail = mailer.to("large@hongyan.test").attach("a.zip", None, &[0; 9 << 20]);
    let sent = mail.render_and_send("verification_code", "en", vars! { code: "483920" });
    assert_eq!(cause(&sent.await.unwrap_err()), Cause::Size);
    mailer.close().await;
    let log = server.log_of(1);
    assert!(log.contains(" auth=1 ") && !log.contains(" mail="), "{log}");
}
