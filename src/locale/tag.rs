//! A checked language tag.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use icu_locale::{LanguageIdentifier, LocaleCanonicalizer, LocaleDirectionality, LocaleExpander};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::LocaleError;

/// Longer than any tag in use; RFC 5646, section 4.4.1 asks for 35.
const LONGEST: usize = 64;

/// Languages that CLDR lists apart and whose readers read standard written Chinese.
const CHINESE: &[&str] = &["zh", "yue", "wuu", "hak", "nan", "gan", "hsn", "lzh", "cmn"];

/// A language tag in its canonical form: `zh_CN` is `zh-CN`, `iw` is `he`, `zh-yue` is `yue`.
///
/// Two locales are equal when their canonical tags are; cloning costs no allocation. The tag holds
/// ASCII letters, digits and `-` only, so that it is safe as part of a file name.
#[derive(Clone)]
pub struct Locale {
    tag: Arc<str>,
    /// With the likely script and region filled in: `zh` is `zh-Hans-CN`.
    likely: LanguageIdentifier,
}

impl Locale {
    /// Reads a BCP 47 tag, `_` being taken for `-`. Unicode extensions (`-u-…`) choose no other
    /// text and are dropped. A POSIX encoding (`zh_CN.UTF-8`) is malformed here.
    pub fn parse(tag: &str) -> Result<Locale, LocaleError> {
        if tag.len() > LONGEST {
            return Err(LocaleError::malformed(tag));
        }
        let tag_with_hyphens = without_macrolanguage(tag.replace('_', "-"));
        let mut parsed = icu_locale::Locale::try_from_str(&tag_with_hyphens)
            .map_err(|_| LocaleError::malformed(tag))?;
        LocaleCanonicalizer::new_extended().canonicalize(&mut parsed);
        let mut likely = parsed.id.clone();
        // Filling in an unknown language would make English of `und`.
        if !likely.language.is_unknown() {
            LocaleExpander::new_extended().maximize(&mut likely);
        }
        Ok(Locale { tag: parsed.id.to_string().into(), likely })
    }

    /// Simplified Chinese as written in mainland China: what a project speaks unless it says so.
    pub fn zh_cn() -> Locale {
        Locale { tag: "zh-CN".into(), likely: icu_locale::langid!("zh-Hans-CN") }
    }

    /// The canonical tag.
    pub fn as_str(&self) -> &str {
        &self.tag
    }

    /// The primary language: `zh` of `zh-CN`.
    pub fn language(&self) -> &str {
        self.likely.language.as_str()
    }

    /// The script that it is written in, guessed from language and region where the tag does not
    /// say: `Hans` for `zh`, `Hant` for `zh-TW`. `None` for a language that CLDR does not know.
    pub fn script(&self) -> Option<&str> {
        self.likely.script.as_ref().map(|script| script.as_str())
    }

    /// The region, guessed in the same way: `CN` for `zh`.
    pub fn region(&self) -> Option<&str> {
        self.likely.region.as_ref().map(|region| region.as_str())
    }

    /// Which way its script runs, as HTML's `dir` wants it.
    pub fn direction(&self) -> Direction {
        match LocaleDirectionality::new_extended().is_right_to_left(&self.likely) {
            true => Direction::RightToLeft,
            false => Direction::LeftToRight,
        }
    }

    /// Whether its readers read standard written Chinese, in whichever script.
    pub fn is_chinese(&self) -> bool {
        CHINESE.contains(&self.language())
    }
}

/// The way a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `ltr`
    LeftToRight,
    /// `rtl`
    RightToLeft,
}

impl Direction {
    /// The value of HTML's `dir`.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }
}

/// RFC 5646, section 4.5: `zh-yue-HK` is canonically `yue-HK`. ICU4X does not read the old form.
fn without_macrolanguage(tag: String) -> String {
    let mut subtags = tag.splitn(3, '-');
    let (first, second) = (subtags.next().unwrap_or(""), subtags.next().unwrap_or(""));
    let is_extended = second.len() == 3 && second.bytes().all(|b| b.is_ascii_alphabetic());
    match matches!(first.len(), 2 | 3) && is_extended {
        true => tag[first.len() + 1..].to_owned(),
        false => tag,
    }
}

impl FromStr for Locale {
    type Err = LocaleError;

    fn from_str(tag: &str) -> Result<Self, LocaleError> {
        Locale::parse(tag)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.tag)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.tag)
    }
}

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

impl Eq for Locale {}

impl PartialOrd for Locale {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Locale {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tag.cmp(&other.tag)
    }
}

impl Hash for Locale {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tag.hash(state);
    }
}

impl Serialize for Locale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.tag)
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Locale::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
