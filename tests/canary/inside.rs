//! The library's values as `Debug` shows them, and a panic in the midst of a delivery.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use hongyan::composer::{Composer, Draft};
use hongyan::config::{Login, Preset, Proof, SmtpSettings, Tls, TokenSource};
use hongyan::diagnostic::Language;
use hongyan::mail::Mailbox;
use hongyan::secret::Secret;
use hongyan::transport::{DkimSigner, HandOver, NotRecorded, Outgoing, SmtpTransport, Transport};
use hongyan::{Mailer, vars};

use crate::canaries::{
    CODE, LINK, PASSWORD, RECIPIENT, SENDER, TOKEN, USER, hides, hides_all, mail_echoes,
};
use crate::smtp::{Fault, Plan, SmtpServer, Stage};

#[track_caller]
fn debug_hides(what: &str, value: &impl Debug) {
    hides(what, &format!("{value:?} {value:#?}"));
}

fn settings(server: &SmtpServer, proof: Proof) -> SmtpSettings {
    SmtpSettings {
        preset: Preset::by_id("smtp").unwrap(),
        host: "localhost".into(),
        port: server.port(),
        tls: Tls::StartTls,
        login: Some(Login { user: USER.into(), proof }),
        ca_file: Some(server.ca_file()),
    }
}

fn proofs() -> Vec<Proof> {
    vec![
        Proof::Password(Secret::new(PASSWORD)),
        Proof::Token(TokenSource::Given(Secret::new(TOKEN))),
        Proof::Token(TokenSource::Command(Secret::new(format!("echo {TOKEN}")))),
        Proof::Token(TokenSource::File(format!("/run/{TOKEN}").into())),
    ]
}

fn profile() -> hongyan::compose::Profile {
    let from = Mailbox::parse(SENDER).unwrap();
    hongyan::compose::Profile::new(from, hongyan::inline::ImageMode::Inside)
}

fn server(faults: impl IntoIterator<Item = Fault>) -> SmtpServer {
    let (user, password, token) = (USER.into(), PASSWORD.into(), TOKEN.into());
    let plan = Plan { user, password, token, ..Plan::default() };
    SmtpServer::start(faults.into_iter().fold(plan, Plan::with))
}

fn transport(server: &SmtpServer, proof: Proof) -> SmtpTransport {
    SmtpTransport::new("smtp", &settings(server, proof), profile()).unwrap()
}

#[test]
fn settings_and_transports() {
    let server = server([]);
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
    let signer = || DkimSigner::new("s", "hongyan.test", key.as_bytes()).unwrap();
    let line = key.lines().nth(1).unwrap();
    hides_all("signer", &format!("{:?}", signer()), &[line, &line[16..40]]);
    for proof in proofs() {
        let settings = settings(&server, proof.clone());
        debug_hides("proof", &proof);
        debug_hides("settings", &settings);
        let transport = transport(&server, proof).signed_by(signer());
        hides_all("transport", &format!("{transport:?} {transport:#?}"), &[line, &line[16..40]]);
        debug_hides("transport", &transport);
        debug_hides("mailer", &Mailer::builder().transport(transport).build().unwrap());
    }
}

#[tokio::test]
async fn what_became_of_a_mail() {
    let ends = mail_echoes().into_iter().flat_map(|words| {
        ["250 ok", "554", "354"].map(|code| Fault::at(Stage::Eod).reply(&format!("{code} {words}")))
    });
    for fault in ends {
        let what = format!("{fault:?}");
        let server = server([fault]);
        let proof = Proof::Password(Secret::new(PASSWORD));
        let mailer = Mailer::builder().transport(transport(&server, proof)).build().unwrap();
        let sending = mailer.to(RECIPIENT);
        let vars = vars! { verify_url: LINK, code: CODE, email: RECIPIENT };
        let sent = sending.render_and_send("verification_link", "en", vars).await;
        match &sent {
            Ok(delivery) => {
                debug_hides(&what, delivery);
                hides(&what, &serde_json::to_string(delivery).unwrap());
            }
            Err(error) => {
                debug_hides(&what, error);
                hides(&what, &error.to_string());
                debug_hides(&what, &error.diagnostics());
                for language in [Language::En, Language::Zh] {
                    hides(&what, &error.diagnostics().to_terminal(language, false));
                    hides(&what, &error.diagnostics().to_json(language).to_string());
                }
            }
        }
        debug_hides(&what, &mailer);
    }
}

/// What the panic says.
const BROKEN: &str = "the record is broken";

/// A record that panics with the mail under way.
struct Panics;

#[async_trait]
impl HandOver for Panics {
    async fn commit(&mut self) -> Result<(), NotRecorded> {
        panic!("{BROKEN}");
    }
}

#[tokio::test]
async fn a_panic_in_the_midst_of_a_delivery() {
    let server = server([]);
    let transport = transport(&server, Proof::Password(Secret::new(PASSWORD)));
    let composer = Composer::load(&hongyan::shipped()).unwrap();
    let draft = Draft::new("verification_code", "en", RECIPIENT).unwrap();
    let rendered = composer.render(&draft.vars(vars! { code: CODE }).unwrap()).unwrap();
    let profile = profile();
    let id = uuid::Uuid::now_v7().to_string();
    let seal = hongyan::compose::Seal::new(&id, 1_767_225_600, &profile.from).unwrap();
    let message = hongyan::compose::compose(&rendered, &seal, &profile).unwrap();
    let said = Arc::new(Mutex::new(String::new()));
    let heard = said.clone();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.to_string().contains(BROKEN) {
            return usual(panic);
        }
        let trace = std::backtrace::Backtrace::force_capture();
        heard.lock().unwrap().push_str(&format!("{panic} {panic:?} {trace}"));
    }));
    let task = tokio::spawn(async move {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let mail = Outgoing { rendered: &rendered, seal: &seal, message: &message, deadline };
        hides("outgoing", &format!("{mail:?} {mail:#?}"));
        transport.deliver(mail, &mut Panics).await.map(drop)
    });
    let ended = task.await;
    let panic = ended.unwrap_err();
    let said = said.lock().unwrap().clone();
    assert!(said.contains(BROKEN), "{said}");
    hides("panic", &said);
    debug_hides("panic", &panic);
    hides("panic", &panic.to_string());
    assert!(server.record().mails.is_empty());
}
