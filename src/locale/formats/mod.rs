//! How one locale writes values.

mod amount;
mod calendar;
mod list;

use std::fmt;
use std::sync::Arc;

use icu_decimal::DecimalFormatter;
use icu_decimal::options::DecimalFormatterOptions;
use icu_list::ListFormatter;
use icu_list::options::{ListFormatterOptions, ListLength};
use icu_plurals::{PluralRuleType, PluralRules, PluralRulesOptions};
use serde::Deserialize;

use super::data::{Chain, Tables};
use super::{Decimal, Locale};

/// How one locale writes numbers, lists, dates, money and durations. Built once for a locale;
/// cloning it is cheap and threads can share it.
#[derive(Clone)]
pub struct Formats(Arc<Engines>);

struct Engines {
    locale: Locale,
    plural: PluralRules,
    decimal: DecimalFormatter,
    list: ListFormatter,
    patterns: Chain<'static>,
}

impl Formats {
    /// Collects what CLDR and `formats.yaml` say about a locale. Every locale gets an answer:
    /// what a language does not have comes from the general entry.
    pub fn new(locale: &Locale) -> Formats {
        let tag = with_latin_digits(locale);
        // CLDR's data is compiled in, and its look-up ends at the root locale.
        const COMPILED: &str = "the compiled data has the root locale";
        let plural = PluralRulesOptions::default().with_type(PluralRuleType::Cardinal);
        let list = ListFormatterOptions::default().with_length(ListLength::Wide);
        Formats(Arc::new(Engines {
            locale: locale.clone(),
            plural: PluralRules::try_new((&tag).into(), plural).expect(COMPILED),
            decimal: DecimalFormatter::try_new((&tag).into(), DecimalFormatterOptions::default())
                .expect(COMPILED),
            list: ListFormatter::try_new_and((&tag).into(), list).expect(COMPILED),
            patterns: Tables::shipped().chain(locale),
        }))
    }

    /// The locale that it writes for.
    pub fn locale(&self) -> &Locale {
        &self.0.locale
    }

    /// The plural form that goes with a number as written: in English `1` is `one`, `1.0` is not.
    pub fn plural(&self, number: &Decimal) -> PluralCategory {
        self.0.plural.category_for(number.engine()).into()
    }

    /// The plural forms that the language has, in CLDR's order; `other` is always among them.
    pub fn plural_categories(&self) -> Vec<PluralCategory> {
        let mut categories: Vec<PluralCategory> =
            self.0.plural.categories().map(PluralCategory::from).collect();
        categories.sort();
        categories
    }
}

impl fmt::Debug for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Formats({})", self.0.locale)
    }
}

/// Codes, dates and times in a mail are in ASCII digits; an amount in others would stand apart.
fn with_latin_digits(locale: &Locale) -> icu_locale::Locale {
    let tag = format!("{locale}-u-nu-latn");
    icu_locale::Locale::try_from_str(&tag).unwrap_or(icu_locale::Locale::UNKNOWN)
}

/// A plural form of CLDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PluralCategory {
    /// `zero`
    Zero,
    /// `one`
    One,
    /// `two`
    Two,
    /// `few`
    Few,
    /// `many`
    Many,
    /// `other`: the form that every language has
    Other,
}

impl PluralCategory {
    /// Every form, in CLDR's order.
    pub const ALL: &[PluralCategory] = &[
        PluralCategory::Zero,
        PluralCategory::One,
        PluralCategory::Two,
        PluralCategory::Few,
        PluralCategory::Many,
        PluralCategory::Other,
    ];

    /// Reads CLDR's name.
    pub fn parse(name: &str) -> Option<PluralCategory> {
        Self::ALL.iter().copied().find(|category| category.as_str() == name)
    }

    /// CLDR's name.
    pub fn as_str(self) -> &'static str {
        match self {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        }
    }
}

impl From<icu_plurals::PluralCategory> for PluralCategory {
    fn from(category: icu_plurals::PluralCategory) -> Self {
        match category {
            icu_plurals::PluralCategory::Zero => PluralCategory::Zero,
            icu_plurals::PluralCategory::One => PluralCategory::One,
            icu_plurals::PluralCategory::Two => PluralCategory::Two,
            icu_plurals::PluralCategory::Few => PluralCategory::Few,
            icu_plurals::PluralCategory::Many => PluralCategory::Many,
            icu_plurals::PluralCategory::Other => PluralCategory::Other,
        }
    }
}
