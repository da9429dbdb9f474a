//! Mails that a provider refuses after the login.

use crate::deployment::{QQ_MAIL, run, steps};
use crate::namespace::deployed;
use crate::smtp::{Fault, Stage};

#[test]
fn too_many_mails_at_qq() {
    deployed(|| {
        let refusal = "550 Too many attempts, please try again later.";
        let plan = QQ_MAIL.plan().with(Fault::at(Stage::Eod).reply(refusal));
        let (place, server) = QQ_MAIL.with_server(plan);
        let args =
            ["send", "notification", "--sample", "typical", "--to", "ada@example.com", "--json"];
        let receipt = run(&place, args).exits(75).json();
        assert_eq!(receipt[0]["state"], "failed");
        assert_eq!(receipt[0]["error"]["code"], "send_rate");
        assert_eq!(receipt[0]["reply"]["code"], "550");
        assert!(server.record().mails.is_empty());
    });
}

#[test]
fn the_test_mail_is_refused() {
    deployed(|| {
        let refusal = "550 5.1.1 Mailbox not found";
        let plan = QQ_MAIL.plan().with(Fault::at(Stage::Rcpt).reply(refusal));
        let (place, server) = QQ_MAIL.with_server(plan);
        let document =
            run(&place, ["doctor", "--json", "--send-to", "nobody@example.com"]).exits(4).json();
        assert_eq!(steps(&document).last().unwrap(), "send wrong");
        let send = document["transports"][0]["steps"][7].clone();
        assert_eq!(send["code"], "send_recipient");
        assert!(!document.to_string().contains("nobody@example.com"), "{document:#}");
        // Without a test mail nothing is wrong.
        run(&place, ["doctor"]).exits(0);
        assert!(server.record().mails.is_empty());
    });
}
