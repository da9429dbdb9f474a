//! The page on which a release is signed off: every mail that is not what was reviewed, old beside
//! new, in each language and both colour schemes, in one file that loads nothing.
//!
//! What is old comes as [`Snapshots`], from the working tree or from an earlier revision ([`past`]).
//! This module does not know where the page goes, and looks at no clock: the same mails give the
//! same page.

mod fill;
mod page;
pub mod past;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Kind};
use crate::diagnostic::Language;
use crate::snapshot::{Difference, Snapshots, compare};

/// Both sides of a review.
pub struct Review<'a> {
    catalog: &'a Catalog,
    old: Snapshots,
    new: Snapshots,
    differences: BTreeMap<String, Difference>,
}

impl Review<'_> {
    /// Lays the new mails beside the old. Drafts of locales are nothing to sign off.
    pub fn new(catalog: &Catalog, mut old: Snapshots, mut new: Snapshots) -> Review<'_> {
        let settings = catalog.settings.locales.iter().filter(|setting| setting.draft);
        let drafts: Vec<&str> = settings.map(|setting| setting.locale.as_str()).collect();
        let is_shown =
            |path: &str| !path.split('/').nth(1).is_some_and(|tag| drafts.contains(&tag));
        old.retain(|path, _| is_shown(path));
        new.retain(|path, _| is_shown(path));
        let differences = compare(&old, &new);
        Review { catalog, old, new, differences }
    }

    /// What differs, by path below `snapshots/`.
    pub fn differences(&self) -> &BTreeMap<String, Difference> {
        &self.differences
    }

    /// The page; `revision` is where the old mails come from, if not the working tree.
    pub fn page(&self, revision: Option<&str>, language: Language) -> String {
        page::page(self, revision, language)
    }

    /// All kinds, those that are only old included.
    fn kinds(&self) -> BTreeSet<&str> {
        let paths = self.old.keys().chain(self.new.keys());
        paths.filter_map(|path| path.split('/').next()).collect()
    }

    fn declared(&self, kind: &str) -> Option<&Kind> {
        self.catalog.kinds().find(|known| known.name == kind).map(|known| known.as_ref())
    }

    /// The samples of a kind: as written, then derived, then those that are only old.
    fn samples(&self, kind: &str) -> Vec<Sample> {
        let declared = self.declared(kind).map(Kind::sample_names).unwrap_or_default();
        let mut samples: Vec<Sample> = declared
            .into_iter()
            .map(|(name, derived)| Sample { name: name.to_owned(), derived })
            .collect();
        for address in self.addresses(kind) {
            if !samples.iter().any(|known| known.name == address.sample) {
                samples.push(Sample { name: address.sample.to_owned(), derived: false });
            }
        }
        samples
    }

    /// The mails of one sample: the project's languages in their order, then others.
    fn mails(&self, kind: &str, sample: &str) -> Vec<Address<'_>> {
        let rank = |tag: &str| {
            let found = self.catalog.locales().position(|known| known.as_str() == tag);
            found.unwrap_or(usize::MAX)
        };
        let mut mails: Vec<Address> =
            self.addresses(kind).into_iter().filter(|address| address.sample == sample).collect();
        mails.sort_by_key(|address| (rank(address.locale), address.locale));
        mails
    }

    fn addresses(&self, kind: &str) -> BTreeSet<Address<'_>> {
        let paths = self.old.keys().chain(self.new.keys());
        paths.filter_map(|path| Address::of(path)).filter(|found| found.kind == kind).collect()
    }

    fn differs(&self, address: &Address) -> bool {
        FILES.iter().any(|file| self.differences.contains_key(&address.path(file)))
    }
}

/// The files of one mail, in the order in which they are looked at.
const FILES: [&str; 4] = ["subject", "txt", "html", "eml"];

struct Sample {
    name: String,
    derived: bool,
}

/// Which mail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Address<'a> {
    kind: &'a str,
    locale: &'a str,
    sample: &'a str,
}

impl Address<'_> {
    fn of(path: &str) -> Option<Address<'_>> {
        let (kind, rest) = path.split_once('/')?;
        let (locale, file) = rest.split_once('/')?;
        Some(Address { kind, locale, sample: file.rsplit_once('.')?.0 })
    }

    fn path(&self, file: &str) -> String {
        format!("{}/{}/{}.{file}", self.kind, self.locale, self.sample)
    }
}
