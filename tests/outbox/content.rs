//! A mail that was kept composes to the same bytes; nobody else can read it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hongyan::compose::{Form, Profile, Rendered, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::inline::ImageMode;
use hongyan::mail::{Address, Attachment, CustomHeader, Mailbox};
use hongyan::outbox::{Outbox, OutboxPlace, State, Thaw};
use hongyan::secret::Secret;
use hongyan::vars::Value;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::things::{self, NOW, accepted, key, mail};

fn outbox() -> (Outbox, TempDir) {
    let folder = TempDir::new().unwrap();
    let place = OutboxPlace::Sqlite(folder.path().join("deep/er/outbox.db"));
    (Outbox::open(&place, key()).unwrap(), folder)
}

fn shipped() -> Vec<Rendered> {
    let composer = Composer::load(&hongyan::shipped()).unwrap();
    let mut all = Vec::new();
    for kind in composer.catalog().kinds() {
        for locale in composer.catalog().locales() {
            for (sample, _) in kind.sample_names() {
                let mut draft =
                    Draft::new(&kind.name, locale.as_str(), "王伟 <wang.wei@example.com>").unwrap();
                draft.vars = kind.sample(sample, locale).unwrap();
                all.push(composer.render(&draft).unwrap());
            }
        }
    }
    all
}

fn profiles() -> [Profile; 4] {
    let from = Mailbox::parse("鸿雁 <no-reply@example.com>").unwrap();
    let hosted = ImageMode::Hosted("https://img.example.com/m".into());
    let plain = |images| Profile::new(from.clone(), images);
    let mut fields = plain(ImageMode::Wordmark);
    fields.form = Form::Fields { name: 3 };
    [plain(ImageMode::Inside), plain(hosted), plain(ImageMode::Wordmark), fields]
}

fn seal(from: &Mailbox) -> Seal {
    Seal::new(&things::id(), 1_767_225_600, from).unwrap()
}

/// Values with their types, which the file inbox shows.
fn vars(rendered: &Rendered) -> BTreeMap<String, Value> {
    rendered.vars.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// Frozen and thawed, it composes to the same bytes for every profile.
fn comes_back(outbox: &Outbox, rendered: &Rendered) {
    let seal = seal(&profiles()[0].from);
    let content = outbox.freeze(rendered, &seal);
    let (thawed, unsealed) = outbox.thaw(seal.id(), &content).unwrap();
    assert_eq!(unsealed, seal);
    assert!(vars(&thawed) == vars(rendered), "{}", rendered.kind);
    assert_eq!(thawed.preheader, rendered.preheader);
    assert_eq!(thawed.category, rendered.category);
    assert_eq!(thawed.recipients.bcc, rendered.recipients.bcc);
    for profile in profiles() {
        let before = compose(rendered, &seal, &profile).unwrap();
        let after = compose(&thawed, &unsealed, &profile).unwrap();
        assert_eq!(before.bytes(), after.bytes(), "{}", rendered.kind);
        assert_eq!(before.envelope(), after.envelope());
        assert_eq!(before.adapted(), after.adapted());
    }
}

#[test]
fn every_shipped_mail_comes_back_as_it_was() {
    let (outbox, _folder) = outbox();
    let all = shipped();
    assert!(all.len() >= 30, "{}", all.len());
    all.iter().for_each(|rendered| comes_back(&outbox, rendered));
}

fn mailbox() -> impl Strategy<Value = Mailbox> {
    ("[a-z]{1,12}(\\.[a-z]{1,8})?", prop::option::of("\\PC{1,60}")).prop_map(|(local, name)| {
        let address = Address::parse(&format!("{local}@example.com")).unwrap();
        match name.and_then(|name| hongyan::mail::DisplayName::new(&name).ok()) {
            Some(name) => Mailbox::new(name, address),
            None => Mailbox::bare(address),
        }
    })
}

fn attachment() -> impl Strategy<Value = Option<Attachment>> {
    let types = prop::option::of(prop::sample::select(vec!["application/pdf", "text/csv"]));
    ("\\PC{1,40}", types, prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(name, kind, bytes)| Attachment::new(&name, kind, bytes).ok())
}

fn header() -> impl Strategy<Value = Option<CustomHeader>> {
    ("X-[A-Za-z-]{1,20}", "\\PC{1,80}")
        .prop_map(|(name, value)| CustomHeader::new(&name, &value).ok())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_a_caller_adds_comes_back(
        at in any::<prop::sample::Index>(),
        cc in prop::collection::vec(mailbox(), 0..3),
        bcc in prop::collection::vec(mailbox(), 0..3),
        from in prop::option::of(mailbox()),
        reply_to in prop::option::of(mailbox()),
        files in prop::collection::vec(attachment(), 0..4),
        headers in prop::collection::vec(header(), 0..4),
        subject in "\\PC{0,120}",
    ) {
        thread_local! {
            static ALL: (Outbox, TempDir, Vec<Rendered>) = {
                let (outbox, folder) = outbox();
                (outbox, folder, shipped())
            };
        }
        ALL.with(|(outbox, _, all)| {
            let mut rendered = at.get(all).clone();
            rendered.recipients.cc = cc;
            rendered.recipients.bcc = bcc;
            rendered.recipients.from = from;
            rendered.recipients.reply_to = reply_to;
            rendered.attachments = files.into_iter().flatten().collect();
            rendered.headers = headers.into_iter().flatten().collect();
            rendered.subject = hongyan::mail::Subject::new(&subject);
            comes_back(outbox, &rendered);
        });
    }
}

#[test]
fn a_content_opens_for_its_row_under_its_key_and_unaltered() {
    let (outbox, _folder) = outbox();
    let rendered = &shipped()[0];
    let seal = seal(&profiles()[0].from);
    let mut content = outbox.freeze(rendered, &seal);
    assert_eq!(outbox.thaw(&things::id(), &content).unwrap_err(), Thaw::NotOurs);
    let other = Outbox::with_store(Arc::clone(outbox.store()), hongyan::outbox::Key::new(&[8; 32]));
    assert_eq!(other.thaw(seal.id(), &content).unwrap_err(), Thaw::NotOurs);
    let images = std::mem::take(&mut content.images);
    let fresh = Outbox::with_store(Arc::clone(outbox.store()), key());
    assert_eq!(fresh.thaw(seal.id(), &content).unwrap_err(), Thaw::Image);
    content.images = images;
    content.images[0].bytes = b"another image"[..].into();
    assert_eq!(fresh.thaw(seal.id(), &content).unwrap_err(), Thaw::Image);
    let last = content.sealed.len() - 1;
    content.sealed[last] ^= 1;
    assert_eq!(outbox.thaw(seal.id(), &content).unwrap_err(), Thaw::NotOurs);
    content.sealed.truncate(3);
    assert_eq!(outbox.thaw(seal.id(), &content).unwrap_err(), Thaw::NotOurs);
}

#[test]
fn what_is_stored_shows_nothing() {
    let (outbox, _folder) = outbox();
    let mut rendered = shipped().remove(0);
    rendered.text = "CANARY-483920".repeat(20);
    let sealed = outbox.freeze(&rendered, &seal(&profiles()[0].from)).sealed;
    assert!(!sealed.windows(6).any(|window| window == b"CANARY"));
    let address = outbox.seal_text("a", "ada@example.com");
    assert!(!address.windows(3).any(|window| window == b"ada"));
    assert_eq!(outbox.open_text("a", &address).unwrap(), "ada@example.com");
    assert!(outbox.open_text("b", &address).is_err());
}

#[test]
fn addresses_are_counted_as_people_and_found_as_mailboxes() {
    let (outbox, _folder) = outbox();
    let address = |text| Address::parse(text).unwrap();
    let (one, two) = (address("a.da+x@gmail.com"), address("ADA@googlemail.com"));
    assert_eq!(outbox.recipient(&one), outbox.recipient(&two));
    assert_ne!(outbox.mailbox(&one), outbox.mailbox(&two));
    assert_ne!(outbox.recipient(&one), outbox.mailbox(&one));
    assert_ne!(outbox.hash("a", &[b"bc"]), outbox.hash("a", &[b"b", b"c"]));
}

#[test]
fn a_key_is_made_once_and_read_again() {
    use hongyan::outbox::Key;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("deep/outbox.key");
    let made = Key::open_or_make(&path).unwrap();
    let read = Key::open_or_make(&path).unwrap();
    assert_eq!(read.hash("x", &[]), made.hash("x", &[]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&path, "not a key").unwrap();
    let error = Key::open_or_make(&path).unwrap_err();
    assert!(!error.to_string().contains("not a key"));
    assert!(Key::from_base64(&Secret::new("c2hvcnQ=")).is_err());
    assert_eq!(format!("{made:?}"), "Key(***)");
}

#[tokio::test]
async fn whoever_waits_for_a_mail_is_told() {
    use hongyan::outbox::Next;
    use std::time::Duration;
    let (outbox, _folder) = outbox();
    let new = mail("ada");
    let store = Arc::clone(outbox.store());
    accepted(&*store, vec![new.clone()]).await;
    assert!(outbox.wait_for(&new.id, Duration::from_millis(20)).await.is_none());
    assert!(outbox.wait_for("nothing", Duration::from_secs(9)).await.is_none());
    outbox.ring();
    outbox.rung().await;
    let waiting = {
        let (outbox, id) = (outbox.clone(), new.id.clone());
        tokio::spawn(async move { outbox.wait_for(&id, Duration::from_secs(9)).await })
    };
    let lease = things::claimed(&*store, NOW).await;
    store.record(&lease.fence, things::record(NOW, Next::Sent)).await.unwrap();
    outbox.done(&new.id);
    assert_eq!(waiting.await.unwrap().unwrap().state, State::Sent);
}
