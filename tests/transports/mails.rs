//! Mails to be delivered. Their variables and the logins are canaries, which no fault may hold.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hongyan::compose::{Message, Profile, Rendered, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::inline::ImageMode;
use hongyan::mail::{Attachment, Mailbox};
use hongyan::transport::Outgoing;
use hongyan::vars;

pub const SENDER: &str = "sender@hongyan.test";
pub const RECIPIENT: &str = "ada@example.test";
/// What no fault may hold.
pub const CODE: &str = "CANARY77";
pub const PASSWORD: &str = "canary-password-7f3a";
pub const TOKEN: &str = "canary-token-9c1e";

static COMPOSER: LazyLock<Composer> =
    LazyLock::new(|| Composer::load(&hongyan::shipped()).unwrap());

/// A finished mail.
pub struct Mail {
    pub rendered: Rendered,
    pub seal: Seal,
    pub message: Message,
}

impl Mail {
    /// A mail of another draft.
    pub fn of(draft: &Draft) -> Mail {
        let rendered = COMPOSER.render(draft).unwrap_or_else(|faults| panic!("{faults:?}"));
        let profile = profile();
        let id = uuid::Uuid::now_v7().to_string();
        let seal = Seal::new(&id, 1_767_225_600, &profile.from).unwrap();
        let message = compose(&rendered, &seal, &profile).unwrap();
        Mail { rendered, seal, message }
    }

    /// A short mail with a code.
    pub fn short() -> Mail {
        let draft = Draft::new("verification_code", "en", RECIPIENT).unwrap();
        Mail::of(&draft.vars(vars! { code: CODE, expires_in: "5m" }).unwrap())
    }

    /// A mail with a file of so many bytes.
    pub fn with_file(bytes: usize) -> Mail {
        let mut draft = Draft::new("verification_code", "zh-CN", RECIPIENT).unwrap();
        let file = Attachment::new("data.bin", None, vec![b'.'; bytes]).unwrap();
        draft.attachments.push(file);
        Mail::of(&draft.vars(vars! { code: CODE, expires_in: "5m" }).unwrap())
    }

    /// The same mail with a deadline.
    pub fn within(&self, time: Duration) -> Outgoing<'_> {
        self.until(Instant::now() + time)
    }

    /// The same mail with a deadline.
    pub fn until(&self, deadline: Instant) -> Outgoing<'_> {
        let Mail { rendered, seal, message } = self;
        Outgoing { rendered, seal, message, deadline }
    }

    /// As long as nothing hangs.
    pub fn in_time(&self) -> Outgoing<'_> {
        self.within(Duration::from_secs(20))
    }
}

/// Every kind in every locale, with its own sample and, once, a file.
pub fn every() -> Vec<Mail> {
    let catalog = COMPOSER.catalog();
    let mut mails = Vec::new();
    for kind in catalog.kinds() {
        for locale in catalog.locales() {
            let mut draft = Draft::new(&kind.name, locale.as_str(), RECIPIENT).unwrap();
            draft.vars = kind.sample("typical", locale).unwrap();
            mails.push(Mail::of(&draft));
        }
    }
    mails.push(Mail::with_file(1000));
    assert!(mails.len() >= 9, "only {} mails", mails.len());
    mails
}

pub fn profile() -> Profile {
    Profile::new(Mailbox::parse(&format!("鸿雁 <{SENDER}>")).unwrap(), ImageMode::Inside)
}
