//! What lies between: names, ports, TLS.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::deployment::{FILE, MAIL_163, QQ_MAIL, doctor, reviewed, run, steps, stops};
use crate::namespace::{deployed, look_up_by};
use crate::place::Place;
use crate::smtp::{Fault, Handshake, Plan, SmtpServer, Stage};

const SOON: Duration = Duration::from_secs(30);

#[test]
fn nothing_listens() {
    deployed(|| {
        let place = QQ_MAIL.place();
        let tcp = stops(&place, "tcp", 75);
        assert_eq!(tcp["code"], "send_network");
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(75);
        reviewed("doctor_refused_connection", &[&run(&place, ["doctor", "--lang", "en"]), &zh]);
        run(&place, ["send", "notification", "--sample", "typical", "--to", "ada@example.com"])
            .exits(75);
    });
}

#[test]
fn a_name_that_is_not_there() {
    deployed(|| {
        let place = QQ_MAIL.place();
        place.edit(FILE, "smtp.qq.com", "smtp.qq.example");
        let dns = stops(&place, "dns", 75);
        assert_eq!(dns["code"], "send_network");
        assert!(dns["detail"].as_str().unwrap().contains("DNS knows no name `smtp.qq.example`"));
        assert!(dns["hint"].as_str().unwrap().contains("spelling of `SMTP_SERVER`"), "{dns:#}");
    });
}

#[test]
fn no_name_server_can_be_reached() {
    deployed(|| {
        // Loopback is all there is: the kernel says at once that there is no way.
        look_up_by("nameserver 192.0.2.53\n");
        let place = QQ_MAIL.place();
        place.edit(FILE, "smtp.qq.com", "smtp.qq.example");
        unanswered(&place, Duration::from_secs(10));
        run(&place, ["send", "notification", "--sample", "typical", "--to", "ada@example.com"])
            .exits(75);
    });
}

#[test]
fn the_name_server_is_silent() {
    deployed(|| {
        let _silent = UdpSocket::bind("127.0.0.54:53").unwrap();
        look_up_by("nameserver 127.0.0.54\n");
        let place = QQ_MAIL.place();
        place.edit(FILE, "smtp.qq.com", "smtp.qq.example");
        unanswered(&place, SOON);
    });
}

#[track_caller]
fn unanswered(place: &Place, within: Duration) {
    let began = Instant::now();
    let document = doctor(place).exits(75).json();
    assert!(began.elapsed() < within, "{:?}", began.elapsed());
    let dns = crate::deployment::wrong(&document);
    assert_eq!(dns["step"], "dns");
    assert!(dns["detail"].as_str().unwrap().contains("DNS does not answer"), "{dns:#}");
    for record in ["spf", "dkim", "dmarc"] {
        assert_eq!(document["domain"][record]["status"], "not_tried", "{document:#}");
    }
}

#[test]
fn the_wrong_kind_of_port() {
    deployed(|| {
        // What begins plain stands where TLS is expected, and the other way round.
        let crossed = |plan: Plan| Plan { port: plan.tls_port, tls_port: plan.port, ..plan };
        let (place, _server) = MAIL_163.with_server(crossed(MAIL_163.plan()));
        let tls = stops(&place, "tls", 3);
        assert_eq!(tls["code"], "send_tls");
        let screen = run(&place, ["doctor", "--lang", "en"]);
        // It waits for a handshake, and then it has enough.
        let tired = Fault::at(Stage::Tls).delay(Duration::from_millis(300)).close_before();
        let (place, _server) = QQ_MAIL.with_server(crossed(QQ_MAIL.plan()).with(tired));
        let document = doctor(&place).exits(75).json();
        assert_eq!(steps(&document).join("|"), "config ok|dns ok|tcp ok|tls not_tried|ehlo wrong");
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(75);
        reviewed("doctor_crossed", &[&screen, &zh]);
    });
}

#[test]
fn certificates_that_are_no_good() {
    deployed(|| {
        let (place, server) = QQ_MAIL.with_server(QQ_MAIL.plan());
        let mut screens = Vec::new();
        for (handshake, named) in [
            (Handshake::Expired, "2020-12-31"),
            (Handshake::NotYet, "2090-01-01"),
            (Handshake::WrongName, "wrong.hongyan.test"),
            (Handshake::SelfSigned, "smtp.qq.com"),
        ] {
            server.change(Plan { handshake, ..QQ_MAIL.plan() });
            let tls = stops(&place, "tls", 3);
            assert_eq!(tls["code"], "send_tls");
            let told = format!("{} {}", tls["detail"], tls["hint"]);
            assert!(told.contains(named), "{handshake:?}: {told}");
            screens.push(run(&place, ["doctor", "--lang", "zh"]));
        }
        assert_eq!(server.record().count("AUTH"), 0);
        reviewed("doctor_certificates", &screens.iter().collect::<Vec<_>>());
    });
}

#[test]
fn an_authority_that_nobody_knows() {
    deployed(|| {
        let _server = SmtpServer::start(QQ_MAIL.plan());
        let place = QQ_MAIL.place();
        let tls = stops(&place, "tls", 3);
        assert_eq!(tls["code"], "send_tls");
        assert!(tls["hint"].as_str().unwrap().contains("SMTP_CA_FILE"), "{tls:#}");
        let zh = run(&place, ["doctor", "--lang", "zh"]).exits(3);
        reviewed("doctor_unknown_authority", &[&run(&place, ["doctor", "--lang", "en"]), &zh]);
    });
}
