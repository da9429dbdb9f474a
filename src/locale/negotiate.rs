//! Which of a project's locales a request gets.

use super::{Locale, LocaleError};

/// A locale that the project has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Its tag
    pub locale: Locale,
    /// Unfinished: taken only when asked for by its very tag
    pub draft: bool,
}

/// Picks a locale for `requested`, which is a tag or the value of an `Accept-Language` header.
///
/// The wishes are tried in order of preference, each by its very tag, then by language and likely
/// script (`zh`, `zh-Hans` and `zh-SG` get `zh-CN`; `en-US` gets `en`). When none is met, whoever
/// reads Traditional Chinese gets the first finished locale that is not Chinese, and everyone
/// else, like an empty request and `*`, gets `default`.
///
/// A malformed item of a list is passed over as long as another one can be read. A bare `zh`
/// behind a Traditional Chinese wish is no wish for Simplified: browsers add it by themselves
/// (`zh-TW,zh;q=0.9`).
pub fn negotiate(
    requested: &str,
    offered: &[Offered],
    default: &Locale,
) -> Result<Locale, LocaleError> {
    let wishes = wishes(requested)?;
    if let Some(found) = wishes.iter().find_map(|wish| pick(wish, offered)) {
        return Ok(found.clone());
    }
    match wishes.iter().find(|wish| reads_traditional(wish)) {
        Some(wish) => instead_of_traditional(wish, offered),
        None => Ok(default.clone()),
    }
}

fn pick<'a>(wish: &Locale, offered: &'a [Offered]) -> Option<&'a Locale> {
    let exact = offered.iter().find(|offer| offer.locale == *wish);
    let near = || {
        finished(offered)
            .filter(|locale| same_writing(wish, locale))
            .min_by_key(|locale| distance(wish, locale))
    };
    exact.map(|offer| &offer.locale).or_else(near)
}

fn finished(offered: &[Offered]) -> impl Iterator<Item = &Locale> {
    offered.iter().filter(|offer| !offer.draft).map(|offer| &offer.locale)
}

fn same_writing(a: &Locale, b: &Locale) -> bool {
    let same_language = a.language() == b.language() || (a.is_chinese() && b.is_chinese());
    same_language && a.script().is_some() && a.script() == b.script()
}

/// The same language before a related one, then the same region, then the more general tag.
fn distance(wish: &Locale, locale: &Locale) -> (bool, bool, usize) {
    (wish.language() != locale.language(), wish.region() != locale.region(), locale.as_str().len())
}

fn reads_traditional(wish: &Locale) -> bool {
    wish.is_chinese() && wish.script() == Some("Hant")
}

/// Simplified Chinese is not a courtesy to a reader in Taipei or Hong Kong; English is.
fn instead_of_traditional(wish: &Locale, offered: &[Offered]) -> Result<Locale, LocaleError> {
    finished(offered).find(|locale| !locale.is_chinese()).cloned().ok_or_else(|| {
        LocaleError::Unavailable {
            requested: wish.clone(),
            offered: offered.iter().map(|offer| offer.locale.clone()).collect(),
        }
    })
}

/// What is asked for, best first, up to `*`.
fn wishes(requested: &str) -> Result<Vec<Locale>, LocaleError> {
    let written: Vec<&str> =
        requested.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    let mut items: Vec<Item> = written.iter().filter_map(|item| Item::parse(item)).collect();
    if items.is_empty() && !written.is_empty() {
        return Err(LocaleError::malformed(requested));
    }
    items.retain(|item| item.quality > 0);
    items.sort_by_key(|item| std::cmp::Reverse(item.quality));
    Ok(without_echo(items.into_iter().map_while(|item| item.locale).collect()))
}

/// Drops the `zh` that a browser writes behind `zh-TW`.
fn without_echo(wishes: Vec<Locale>) -> Vec<Locale> {
    let traditional = wishes.iter().position(reads_traditional).unwrap_or(wishes.len());
    let is_echo = |at: usize, wish: &Locale| at > traditional && wish.as_str() == "zh";
    wishes.into_iter().enumerate().filter(|(at, w)| !is_echo(*at, w)).map(|(_, w)| w).collect()
}

/// One item of `Accept-Language` (RFC 9110, section 12.5.4).
struct Item {
    /// `None` for `*`
    locale: Option<Locale>,
    /// In thousandths
    quality: u16,
}

impl Item {
    fn parse(item: &str) -> Option<Item> {
        let (tag, parameters) = item.split_once(';').unwrap_or((item, "q=1"));
        let locale = match tag.trim() {
            "*" => None,
            tag => Some(Locale::parse(tag).ok()?),
        };
        Some(Item { locale, quality: quality(parameters.trim())? })
    }
}

fn quality(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    let value: f32 = value.trim().parse().ok()?;
    let is_quality = name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&value);
    is_quality.then_some((value * 1000.0).round() as u16)
}
