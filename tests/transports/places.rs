//! The transports, each with the place where its mails arrive.

use std::sync::Arc;

use hongyan::config::{Environment, MailSettings, Tls, TransportSetting, WhenUnset};
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::transport::{
    DirectMailTransport, Feature, FileTransport, InboxTransport, Recording, Taken, Transport,
};

use super::directmail;
use super::mails::{Mail, profile};
use super::scenario::{transport, with_canaries};
use super::smtp::{Plan, SmtpServer};

/// A transport and the place where its mails arrive.
pub struct Place {
    pub name: &'static str,
    pub transport: Box<dyn Transport>,
    pub taken: Taken,
    /// What has arrived
    pub arrived: Arc<dyn Fn() -> Vec<Vec<u8>> + Send + Sync>,
    /// What of a mail arrives
    pub expected: fn(&Mail) -> Vec<u8>,
    /// What lasts as long as the place
    pub keep: Box<dyn std::any::Any + Send>,
}

/// The table: one line a transport.
pub async fn places() -> Vec<Place> {
    vec![
        recording(),
        file(),
        inbox(),
        smtp("starttls", Tls::StartTls),
        smtp("tls", Tls::Implicit),
        #[cfg(feature = "dkim")]
        signed(),
        directmail().await,
    ]
}

fn recording() -> Place {
    let recording = Recording::new(profile());
    let seen = recording.clone();
    let arrived = move || seen.mails().iter().map(|mail| mail.message.bytes().to_vec()).collect();
    place("recording", recording, Taken::Caught, arrived, ())
}

fn file() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let transport = FileTransport::new(folder.path().join("out"), profile());
    place("file", transport, Taken::Caught, emls(folder.path().join("out")), folder)
}

fn inbox() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let transport = InboxTransport::new(folder.path().join("in"), profile());
    place("inbox", transport, Taken::Caught, emls(folder.path().join("in")), folder)
}

fn smtp(name: &'static str, tls: Tls) -> Place {
    let server = Arc::new(SmtpServer::start(with_canaries(Plan::default())));
    let (client, seen) = (transport(&server, tls), server.clone());
    let arrived = move || seen.record().mails.into_iter().map(|mail| mail.bytes).collect();
    place(name, client, Taken::Sent, arrived, server)
}

/// The signature stands in front, the mail behind it as it was.
#[cfg(feature = "dkim")]
fn signed() -> Place {
    let server = Arc::new(SmtpServer::start(with_canaries(Plan::default())));
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
    let signer = hongyan::transport::DkimSigner::new("s", "hongyan.test", key.as_bytes()).unwrap();
    let (client, seen) = (transport(&server, Tls::Implicit).signed_by(signer), server.clone());
    let unsigned = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; s=s; d=hongyan.test;"));
        let lines = text.split_inclusive("\r\n").skip(1);
        lines.skip_while(|line| line.starts_with('\t')).collect::<String>().into_bytes()
    };
    let arrived =
        move || seen.record().mails.into_iter().map(|mail| unsigned(mail.bytes)).collect();
    place("signed", client, Taken::Sent, arrived, server)
}

/// It takes fields instead of a message.
async fn directmail() -> Place {
    let server = Arc::new(directmail::Server::start().await);
    let variables = server.variables().into_iter().map(|(name, value)| (name.into(), value.into()));
    let (environment, _) = Environment::gather(variables, &[], &|_| unreachable!());
    let (settings, faults) = MailSettings::from_environment(&environment, WhenUnset::Fault);
    let Some(TransportSetting::DirectMail(settings)) = settings.transports.first() else {
        panic!("{faults:?}");
    };
    let from = Mailbox::parse(directmail::ACCOUNT).unwrap();
    let (client, seen) = (DirectMailTransport::new(settings, from).unwrap(), server.clone());
    let fields = |fields: &directmail::Fields| {
        ["ToAddress", "Subject", "TextBody", "HtmlBody"].map(|name| &*fields[name]).join("\0")
    };
    let arrived = move || seen.mails().iter().map(|mail| fields(mail).into_bytes()).collect();
    let expected = |mail: &Mail| {
        let (rendered, to) = (&mail.rendered, mail.message.envelope().to.as_str());
        let html = rendered.page(&ImageMode::Wordmark);
        [to, rendered.subject.as_str(), &rendered.text, &html].join("\0").into_bytes()
    };
    Place { expected, ..place("directmail", client, Taken::Sent, arrived, server) }
}

fn place(
    name: &'static str,
    transport: impl Transport + 'static,
    taken: Taken,
    arrived: impl Fn() -> Vec<Vec<u8>> + Send + Sync + 'static,
    keep: impl std::any::Any + Send,
) -> Place {
    Place {
        name,
        transport: Box::new(transport),
        taken,
        arrived: Arc::new(arrived),
        expected: |mail| mail.message.bytes().to_vec(),
        keep: Box::new(keep),
    }
}

/// Finished mails, and whatever else a folder holds that could be taken for one.
fn emls(folder: std::path::PathBuf) -> impl Fn() -> Vec<Vec<u8>> + Send + Sync {
    move || {
        let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        let mails = paths.filter(|path| path.extension().is_some_and(|end| end == "eml"));
        mails.map(|path| std::fs::read(path).unwrap()).collect()
    }
}

impl Place {
    pub fn count(&self) -> usize {
        (self.arrived)().len()
    }

    /// Whether it says that it can carry a mail.
    pub fn carries(&self, mail: &Mail) -> bool {
        let limits = self.transport.limits();
        mail.rendered.attachments.is_empty() || !limits.lacks.contains(&Feature::Attachments)
    }
}
