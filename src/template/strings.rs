//! Strings held against their use and against each other, over all locales.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Context, Event, Place, SLOT};
use crate::catalog::{Catalog, Content, Entry, Part, Pattern, Strings};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::locale::{Locale, PluralCategory};
use crate::text;

/// Tags that `_html` strings may hold.
const STRING_TAGS: [&str; 7] = ["strong", "/strong", "em", "/em", "a", "/a", "br"];

/// Non-draft locales carry the same keys, placeholders and links; drafts are told of as warnings.
pub(super) fn compare_locales(
    catalog: &Catalog,
    told: &BTreeSet<(Locale, String)>,
    faults: &mut Diagnostics,
) {
    let settings = &catalog.settings;
    let skip = |locale: &Locale, key: &str| {
        catalog.strings(locale).is_refused(key)
            || told.iter().any(|(at, path)| at == locale && shared_key(path) == key)
    };
    let all: Vec<(&Locale, bool, BTreeMap<String, Shape>)> = settings
        .locales
        .iter()
        .filter(|setting| !catalog.strings(&setting.locale).is_unread())
        .map(|setting| {
            let strings = catalog.strings(&setting.locale);
            (&setting.locale, setting.draft, shapes(&strings, faults))
        })
        .collect();
    let Some((base_locale, _, base)) = all.first() else { return };
    for (locale, draft, shapes) in &all[1..] {
        if !draft {
            compare((base_locale, base), (locale, shapes), &skip, faults);
        }
    }
}

/// What must be alike in two locales.
struct Shape {
    entry: Entry,
    placeholders: BTreeSet<String>,
    links: usize,
}

/// Plural cases are one string: each locale has those that it needs.
fn shapes(strings: &Strings, faults: &mut Diagnostics) -> BTreeMap<String, Shape> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    for (key, entry) in strings.iter() {
        let Content::Text(pattern) = &entry.content else { continue };
        if pattern.html {
            markup(key, pattern, faults);
        }
        let shape = shapes.entry(shared_key(key).to_owned()).or_insert_with(|| Shape {
            entry: entry.clone(),
            placeholders: BTreeSet::new(),
            links: 0,
        });
        shape.placeholders.extend(pattern.placeholders().into_iter().map(str::to_owned));
        shape.links = shape.links.max(pattern.to_string().matches("<a ").count());
    }
    shapes
}

fn shared_key(key: &str) -> &str {
    match key.rsplit_once('.') {
        Some((path, case)) if PluralCategory::parse(case).is_some() => path,
        _ => key,
    }
}

fn compare(
    (a, a_shapes): (&Locale, &BTreeMap<String, Shape>),
    (b, b_shapes): (&Locale, &BTreeMap<String, Shape>),
    skip: &dyn Fn(&Locale, &str) -> bool,
    faults: &mut Diagnostics,
) {
    let compared = |key: &str| !skip(a, key) && !skip(b, key);
    for (key, shape) in a_shapes.iter().filter(|(key, _)| compared(key)) {
        match b_shapes.get(key) {
            None => faults.push(lacks(key, shape, b)),
            Some(other) => differ(key, (a, shape), (b, other), faults),
        }
    }
    let only_b = b_shapes.iter().filter(|(key, _)| !a_shapes.contains_key(*key));
    for (key, shape) in only_b.filter(|(key, _)| compared(key)) {
        faults.push(lacks(key, shape, a));
    }
}

fn lacks(key: &str, shape: &Shape, locale: &Locale) -> Diagnostic {
    Diagnostic::error(
        Code::StringsDiffer,
        text!("`{locale}` has no string `{key}`", "`{locale}` 没有文案 `{key}`"),
    )
    .at(shape.entry.span.clone())
    .locale(locale)
    .hint(text!(
        "add it to `locales/{locale}.yaml`, or mark the locale `draft: true` in hongyan.yaml",
        "请补到 `locales/{locale}.yaml`，或在 hongyan.yaml 中将该语言标为 `draft: true`"
    ))
}

fn differ(
    key: &str,
    (a, a_shape): (&Locale, &Shape),
    (b, b_shape): (&Locale, &Shape),
    faults: &mut Diagnostics,
) {
    let list = |names: &BTreeSet<String>| {
        names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(" ")
    };
    if a_shape.placeholders != b_shape.placeholders {
        let (in_a, in_b) = (list(&a_shape.placeholders), list(&b_shape.placeholders));
        faults.push(
            Diagnostic::error(
                Code::StringsDiffer,
                text!(
                    "`{key}` has other placeholders in `{b}` than in `{a}`",
                    "`{key}` 在 `{b}` 与 `{a}` 中的占位符不同"
                ),
            )
            .at(b_shape.entry.span.clone())
            .locale(b)
            .hint(text!("`{a}`: {in_a}; `{b}`: {in_b}", "`{a}`：{in_a}；`{b}`：{in_b}")),
        );
    }
    if a_shape.links != b_shape.links {
        let (in_a, in_b) = (a_shape.links, b_shape.links);
        faults.push(
            Diagnostic::error(
                Code::StringsDiffer,
                text!(
                    "`{key}` has {in_b} links in `{b}` and {in_a} in `{a}`",
                    "`{key}` 在 `{b}` 中有 {in_b} 个链接，在 `{a}` 中有 {in_a} 个"
                ),
            )
            .at(b_shape.entry.span.clone())
            .locale(b),
        );
    }
}

/// An `_html` string is a page of its own: few tags, and values only as text or as a whole link.
fn markup(key: &str, pattern: &Pattern, faults: &mut Diagnostics) {
    let mut wrong = Vec::new();
    let mut place = Place::default();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => place.feed(text, &mut |event, _| wrong.extend(refused(event))),
            Part::Placeholder(name) => {
                if !matches!(place.context(), Context::Text | Context::UrlStart) {
                    wrong.push((format!("{{{name}}}"), placeholder_remedy()));
                }
                place.put_value(place.context() == Context::UrlStart);
            }
        }
    }
    if !place.is_text() {
        wrong.push(("<".into(), text!("close every tag and quote", "请闭合每个标签和引号")));
    }
    for (wrong, remedy) in wrong {
        faults.push(
            Diagnostic::error(
                Code::StringMarkup,
                text!("`{key}` may not hold `{wrong}`", "`{key}` 中不能有 `{wrong}`"),
            )
            .at(pattern.span.clone())
            .hint(remedy),
        );
    }
}

fn placeholder_remedy() -> Text {
    text!(
        "a placeholder stands in text, or alone in quotes as `href=\"{{url}}\"`",
        "占位符只能出现在文本中，或单独写在引号里：`href=\"{{url}}\"`"
    )
}

fn refused(event: Event) -> Option<(String, Text)> {
    match event {
        Event::Tag(tag) if !STRING_TAGS.contains(&tag.as_str()) => Some((
            format!("<{tag}>"),
            text!("use `<strong> <em> <a> <br>`", "只用 `<strong> <em> <a> <br>`"),
        )),
        Event::Attribute { tag, name, value } if !is_link(&tag, &name, &value) => Some((
            format!("{name}=\"{}\"", value.replace(SLOT, "{…}")),
            text!(
                "`<a>` takes only `href`, an https URL or one placeholder",
                "`<a>` 只能带 `href`，值为 https 网址或单个占位符"
            ),
        )),
        Event::BehindUrl => Some(("href".into(), placeholder_remedy())),
        _ => None,
    }
}

fn is_link(tag: &str, name: &str, value: &str) -> bool {
    let whole = value.chars().eq([SLOT]);
    let https = value.starts_with("https://") && !value.contains(SLOT);
    tag == "a" && name == "href" && (whole || https)
}

/// The placeholders of an `_html` string that are links: each must be a URL.
pub(super) fn link_placeholders(pattern: &Pattern) -> Vec<&str> {
    let mut place = Place::default();
    let mut links = Vec::new();
    for part in pattern.parts().filter(|_| pattern.html) {
        match part {
            Part::Text(text) => place.feed(text, &mut |_, _| {}),
            Part::Placeholder(name) => {
                let link = place.context() == Context::UrlStart;
                links.extend(link.then_some(name));
                place.put_value(link);
            }
        }
    }
    links
}

/// Strings of the default locale that no kind uses.
pub(super) fn unused(catalog: &Catalog, used: &BTreeSet<String>, faults: &mut Diagnostics) {
    let strings = catalog.strings(&catalog.settings.default_locale);
    for (key, entry) in strings.iter() {
        let Content::Text(_) = entry.content else { continue };
        let parts: Vec<&str> = key.split('.').collect();
        let reached = (1..=parts.len()).any(|length| used.contains(&parts[..length].join(".")));
        if !reached {
            faults.push(
                Diagnostic::warning(
                    Code::StringUnused,
                    text!("nothing uses the string `{key}`", "没有地方使用文案 `{key}`"),
                )
                .at(entry.span.clone())
                .hint(text!("remove it from every locale", "请从每种语言中删除")),
            );
        }
    }
}
