//! Everything wrong with a project that can be known before anything is sent.
//!
//! First what loading finds, then what only rendering finds: each kind in each locale with each
//! sample. Last the `rules` about the quality of the mails that come out.

mod rules;

use crate::catalog::Kind;
use crate::compose::Rendered;
use crate::composer::Composer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::locale::Locale;
use crate::snapshot::compose_sample;
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
    faults.extend(check_samples(&composer, only));
    faults
}

/// What only rendering finds in a project that was loaded; `only` as for [`check`].
pub fn check_samples(composer: &Composer, only: &[String]) -> Diagnostics {
    let mut faults = Diagnostics::new();
    let kinds =
        composer.catalog().kinds().filter(|kind| only.is_empty() || only.contains(&kind.name));
    for kind in kinds {
        for locale in composer.catalog().locales() {
            for sample in kind.sample_names() {
                faults.extend(check_sample(composer, kind, locale, sample));
            }
        }
    }
    faults
}

/// What the rules say about the quality of one mail.
pub fn look_at(mail: &Rendered) -> Diagnostics {
    rules::run(mail)
}

fn check_sample(
    composer: &Composer,
    kind: &Kind,
    locale: &Locale,
    (sample, derived): (&str, bool),
) -> Diagnostics {
    let part = text!("sample `{sample}` in `{locale}`", "样例 `{sample}`（{locale}）");
    let about = |fault: Diagnostic| {
        let fault = fault.kind(&kind.name).locale(locale);
        match fault.file() {
            Some(_) => fault,
            None => fault.in_file(kind.source().name()).within(&part),
        }
    };
    let faults = match compose_sample(composer, kind, locale, sample) {
        Err(faults) => faults,
        // What nobody wrote may be as long as the declaration lets it be.
        Ok(_) if derived => Diagnostics::new(),
        Ok((mail, _)) => rules::run(&mail),
    };
    faults.into_iter().map(about).collect()
}
