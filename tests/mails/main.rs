//! The shipped mails as they leave: every kind, locale and sample, read by another crate.

mod reading;
mod structure;

#[cfg(feature = "cli")]
mod reproducible;
#[cfg(feature = "testing")]
mod snapshots_of_mails;

use hongyan::compose::{Message, Profile, Rendered, Seal, compose};
use hongyan::composer::{Composer, Draft};
use hongyan::inline::ImageMode;
use hongyan::mail::Mailbox;
use hongyan::snapshot::{CLOCK, RECIPIENT, SENDER};

/// Where hosted images lie in these tests.
const HOSTED: &str = "https://images.example.com/mail";

fn composer() -> Composer {
    Composer::load(&hongyan::shipped()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// Every kind × locale × sample, written and derived.
fn drafts(composer: &Composer) -> Vec<(String, Draft)> {
    let catalog = composer.catalog();
    let mut drafts = Vec::new();
    for kind in catalog.kinds() {
        for locale in catalog.locales() {
            for (sample, _) in kind.sample_names() {
                let mut draft = Draft::new(&kind.name, locale.as_str(), RECIPIENT).unwrap();
                draft.vars = kind.sample(sample, locale).unwrap();
                drafts.push((format!("{}/{locale}/{sample}", kind.name), draft));
            }
        }
    }
    assert!(drafts.len() >= 40, "only {} mails", drafts.len());
    drafts
}

fn profile(images: ImageMode) -> Profile {
    Profile::new(Mailbox::parse(&format!("鸿雁 <{SENDER}>")).unwrap(), images)
}

fn modes() -> [ImageMode; 3] {
    [ImageMode::Inside, ImageMode::Hosted(HOSTED.into()), ImageMode::Wordmark]
}

fn finish(rendered: &Rendered, profile: &Profile) -> Message {
    let seal = Seal::reproducible(rendered, CLOCK, &profile.from).unwrap();
    let message = compose(rendered, &seal, profile).unwrap();
    let again = compose(rendered, &seal, profile).unwrap();
    assert!(message.bytes() == again.bytes(), "the same seal and profile, other bytes");
    message
}

/// Calls back with every mail in every image mode.
fn for_every_mail(mut look: impl FnMut(&str, &Rendered, &ImageMode, &Message)) {
    let composer = composer();
    for (name, draft) in drafts(&composer) {
        let rendered = composer.render(&draft).unwrap_or_else(|faults| panic!("{faults:?}"));
        for mode in modes() {
            let message = finish(&rendered, &profile(mode.clone()));
            look(&format!("{name} {mode:?}"), &rendered, &mode, &message);
        }
    }
}
