//! Everything wrong with a project that can be known before anything is sent.
//!
//! First what loading finds, then what only rendering finds: each kind in each locale with each
//! sample. Last the `rules` about the quality of the mails that come out.

mod rules;

use crate::catalog::Kind;
use crate::compose::{Profile, Rendered, Seal, compose};
use crate::composer::{Composer, Draft};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::inline::ImageMode;
use crate::locale::Locale;
use crate::mail::Mailbox;
use crate::snapshot::{CLOCK, RECIPIENT, SENDER};
use crate::source::Tree;
use crate::text;

/// Checks a project; `only` names the kinds to look at, none meaning all.
pub fn check(tree: &Tree, only: &[String]) -> Diagnostics {
    let composer = match Composer::load(tree) {
        Ok(composer) => composer,
        Err(faults) => return faults,
    };
    let mut faults = Diagnostics::new();
    faults.extend(only.iter().filter_map(|name| composer.catalog().kind(name).err()));
    faults.extend(composer.warnings().iter().cloned());
    let kinds =
        composer.catalog().kinds().filter(|kind| only.is_empty() || only.contains(&kind.name));
    for kind in kinds {
        for locale in composer.catalog().locales() {
            for (sample, derived) in kind.sample_names() {
                faults.extend(check_sample(&composer, kind, locale, sample, derived));
            }
        }
    }
    faults
}

fn check_sample(
    composer: &Composer,
    kind: &Kind,
    locale: &Locale,
    sample: &str,
    derived: bool,
) -> Diagnostics {
    let part = text!("sample `{sample}` in `{locale}`", "样例 `{sample}`（{locale}）");
    let about = |fault: Diagnostic| {
        let fault = fault.kind(&kind.name).locale(locale);
        match fault.file() {
            Some(_) => fault,
            None => fault.in_file(kind.source().name()).within(&part),
        }
    };
    let faults = match render_sample(composer, kind, locale, sample) {
        Err(faults) => faults,
        // What nobody wrote may be as long as the declaration lets it be.
        Ok(_) if derived => Diagnostics::new(),
        Ok(mail) => rules::run(&mail),
    };
    faults.into_iter().map(about).collect()
}

fn render_sample(
    composer: &Composer,
    kind: &Kind,
    locale: &Locale,
    sample: &str,
) -> Result<Rendered, Diagnostics> {
    let mut draft = Draft::new(&kind.name, locale.as_str(), RECIPIENT)?;
    draft.vars = kind.sample(sample, locale).unwrap_or_default();
    let rendered = composer.render(&draft)?;
    let from = Mailbox::parse(SENDER).map_err(|error| error.diagnostic())?;
    let seal = Seal::reproducible(&rendered, CLOCK, &from).map_err(|error| error.diagnostic())?;
    let profile = Profile { from, images: ImageMode::Inside };
    compose(&rendered, &seal, &profile).map_err(|error| error.diagnostic())?;
    Ok(rendered)
}
