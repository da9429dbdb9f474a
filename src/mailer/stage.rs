//! A project and what its mails are composed with when they are not sent.

use serde_json::{Value as Json, json};

use super::fresh_seal;
use super::setup::Setup;
use crate::check::check_samples;
use crate::compose::{Message, Profile, Rendered, Seal, compose};
use crate::composer::{Composer, Draft};
use crate::diagnostic::{Diagnostics, Severity};
use crate::error::Error;
use crate::inline::ImageMode;
use crate::mail::Mailbox;
use crate::source::Tree;

/// Where mails are looked at: `render` and the studio show the same bytes because both make them
/// here.
pub struct Stage {
    /// The project
    pub composer: Composer,
    profile: Profile,
    epoch: Option<i64>,
}

impl Stage {
    /// The project of a setup, read from disk.
    ///
    /// # Errors
    /// Files that cannot be read, every fault of the project.
    pub fn open(setup: &Setup) -> Result<Stage, Error> {
        Stage::load(setup, &setup.open_project()?)
    }

    /// A project that was read already.
    ///
    /// # Errors
    /// Every fault of the project, a sender that cannot be used.
    pub fn load(setup: &Setup, tree: &Tree) -> Result<Stage, Error> {
        let from = setup.from()?;
        let name = from.name().map_or(from.address().as_str(), |name| name.as_str());
        Ok(Stage {
            composer: Composer::load_named(tree, name)?,
            profile: Profile::new(from, ImageMode::Inside),
            epoch: setup.settings.epoch,
        })
    }

    /// The same for those who send for others: a project that [`check`](crate::check::check)
    /// rejects is not taken, also where only rendering tells.
    ///
    /// # Errors
    /// Every fault of the project, those of its samples included; a sender that cannot be used.
    pub fn load_checked(setup: &Setup, tree: &Tree) -> Result<Stage, Error> {
        let stage = Stage::load(setup, tree)?;
        let faults = check_samples(&stage.composer, &[]);
        let errors = faults.into_iter().filter(|fault| fault.severity() == Severity::Error);
        Ok(errors.collect::<Diagnostics>().ok(stage)?)
    }

    /// The brand's name where the project says none.
    pub fn brand_name(&self) -> &str {
        let from = &self.profile.from;
        from.name().map_or(from.address().as_str(), |name| name.as_str())
    }

    /// Who mails are from, where a kind has no sender of its own.
    pub fn from(&self) -> &Mailbox {
        &self.profile.from
    }

    /// Renders, seals and composes.
    ///
    /// # Errors
    /// What is wrong with the draft.
    pub fn finish(&self, draft: &Draft) -> Result<(Rendered, Message), Error> {
        let rendered = self.composer.render(draft)?;
        let from = rendered.recipients.from.as_ref().unwrap_or(&self.profile.from);
        let seal = match self.epoch {
            Some(epoch) => Seal::reproducible(&rendered, epoch, from)?,
            None => fresh_seal(from)?,
        };
        let message = compose(&rendered, &seal, &self.profile)?;
        Ok((rendered, message))
    }
}

/// The page of a mail; images are named by `cid:`.
pub fn finished_html(rendered: &Rendered) -> String {
    rendered.html.with_images(&ImageMode::Inside, |_| String::new())
}

/// A mail that was rendered, as `render --json` prints it.
pub fn finished(rendered: &Rendered, message: &Message) -> Json {
    let images: Vec<Json> = rendered
        .images
        .iter()
        .map(|image| {
            json!({"name": image.name(), "cid": image.content_id(), "sha256": image.sha256()})
        })
        .collect();
    let adapted: Vec<Json> =
        message.adapted().iter().map(|one| json!({"what": one.what, "how": one.how})).collect();
    json!({
        "kind": rendered.kind,
        "locale": rendered.locale.as_str(),
        "subject": rendered.subject.as_str(),
        "preheader": rendered.preheader,
        "text": rendered.text,
        "html": finished_html(rendered),
        "headers": message.headers(),
        "images": images,
        "adapted": adapted,
    })
}
