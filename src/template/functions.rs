//! What templates can call: `t()` and `image()`; and how values are printed.

use std::fmt::Write as _;
use std::sync::Arc;

use minijinja::value::{Kwargs, Value as JinjaValue, ValueKind};
use minijinja::{AutoEscape, Error, ErrorKind, HtmlEscape, Output, State};

use super::fault::Carried;
use super::scope::Scope;
use crate::catalog::{Content, Entry, Pattern};
use crate::diagnostic::{Code, Diagnostic};
use crate::image::Image;
use crate::inline::slot;
use crate::locale::{Decimal, PluralCategory};
use crate::text;

/// `t(key, by=value, name=value…)`.
pub(super) fn t(state: &State<'_, '_>, key: &str, kwargs: Kwargs) -> Result<JinjaValue, Error> {
    let scope = Scope::of(state)?;
    let by: Option<JinjaValue> = if kwargs.has("by") { Some(kwargs.get("by")?) } else { None };
    let (path, entry) = scope.frame.find(key).ok_or_else(|| missing(&scope, key))?;
    let pattern = pick(&scope, &path, entry, by.as_ref())?;
    let filled = pattern.fill(|name| {
        let shown = match kwargs.peek::<JinjaValue>(name) {
            Ok(value) if kwargs.has(name) => show_argument(&scope, name, &value)?,
            _ => scope.placeholder(name)?,
        };
        Ok::<_, Error>(if pattern.html { HtmlEscape(&shown).to_string() } else { shown })
    })?;
    Ok(match (pattern.html, state.auto_escape()) {
        (true, AutoEscape::Html) => JinjaValue::from_safe_string(filled),
        (true, _) => JinjaValue::from(crate::plain::strip_tags(&filled)),
        _ => JinjaValue::from(filled),
    })
}

fn show_argument(scope: &Scope, name: &str, value: &JinjaValue) -> Result<String, Error> {
    if value.is_none() || value.is_undefined() {
        return Err(Carried::error(super::scope::optional_unguarded(name)));
    }
    Ok(match i64::try_from(value.clone()) {
        Ok(number) if value.kind() == ValueKind::Number => scope.frame.formats.integer(number),
        _ => value.to_string(),
    })
}

fn missing(scope: &Scope, key: &str) -> Error {
    let (kind, locale) = (&scope.frame.kind.name, &scope.frame.locale);
    Carried::error(
        Diagnostic::error(
            Code::StringMissing,
            text!(
                "`{locale}` has no string `{kind}.{key}` or `common.{key}`",
                "`{locale}` 没有文案 `{kind}.{key}` 或 `common.{key}`"
            ),
        )
        .kind(kind)
        .locale(locale),
    )
}

/// The text itself, or the case that `by` picks.
fn pick<'s>(
    scope: &'s Scope,
    path: &str,
    entry: &'s Entry,
    by: Option<&JinjaValue>,
) -> Result<&'s Pattern, Error> {
    let cases = match &entry.content {
        Content::Text(pattern) => return Ok(pattern),
        Content::Cases(cases) => cases,
    };
    let chosen = case_of(scope, cases, by);
    let found = [chosen.as_str(), "other"]
        .into_iter()
        .find_map(|case| scope.frame.strings.text(&format!("{path}.{case}")));
    found.ok_or_else(|| {
        Carried::error(
            Diagnostic::error(
                Code::StringCases,
                text!(
                    "`{path}` has no case for the value of `by`",
                    "`{path}` 没有与 `by` 的值对应的分支"
                ),
            )
            .at(entry.span.clone())
            .locale(&scope.frame.locale)
            .hint(text!("add the case, or `other`", "请补上该分支，或添加 `other`")),
        )
    })
}

fn case_of(scope: &Scope, cases: &[String], by: Option<&JinjaValue>) -> String {
    let Some(value) = by else { return "other".into() };
    if cases.iter().any(|case| case == "set" || case == "unset") {
        return if value.is_true() { "set" } else { "unset" }.into();
    }
    match Decimal::parse(&value.to_string()) {
        Ok(number) if value.kind() == ValueKind::Number && is_plural(cases) => {
            scope.frame.formats.plural(&number).as_str().into()
        }
        _ => value.to_string(),
    }
}

/// Whether these are CLDR plural categories.
pub(super) fn is_plural(cases: &[String]) -> bool {
    !cases.is_empty() && cases.iter().all(|case| PluralCategory::parse(case).is_some())
}

/// `image(name, width=120, alt="…")`: the tag, and the text that stands for it where a transport
/// cannot carry images.
pub(super) fn image(
    state: &State<'_, '_>,
    name: &str,
    kwargs: Kwargs,
) -> Result<JinjaValue, Error> {
    let scope = Scope::of(state)?;
    let width: Option<u32> = kwargs.get("width")?;
    let alt: Option<String> = kwargs.get("alt")?;
    let class: Option<String> = kwargs.get("class")?;
    kwargs.assert_all_used()?;
    let frame = &scope.frame;
    let found = frame.catalog.image(name, &frame.locale);
    let alt = alt
        .or_else(|| frame.catalog.brand.alt(name, &frame.locale).map(str::to_owned))
        .unwrap_or_else(|| frame.brand_name.clone());
    let wordmark = format!("<span class=\"wordmark\">{}</span>", HtmlEscape(&alt));
    // A project without a logo of its own shows its name.
    let Some(image) = found else {
        return match name {
            "logo" => Ok(JinjaValue::from_safe_string(wordmark)),
            _ => Err(Carried::error(unknown_image(name, frame.catalog.image_names()))),
        };
    };
    scope.note(image);
    let id = image.content_id();
    let tag = image_tag(image, width, &alt, class.as_deref());
    Ok(JinjaValue::from_safe_string(format!(
        "{}{id}-->{tag}{}{wordmark}{}",
        slot::OPEN,
        slot::ELSE,
        slot::CLOSE
    )))
}

/// The fault of an image that does not exist.
pub(super) fn unknown_image<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let list = known.join("`, `");
    let remedy = match known.is_empty() {
        true => text!("put it at `assets/{name}.png`", "请放到 `assets/{name}.png`"),
        false => text!(
            "put it at `assets/{name}.png`; there are: `{list}`",
            "请放到 `assets/{name}.png`；已有：`{list}`"
        ),
    };
    Diagnostic::error(Code::ImageMissing, text!("there is no image `{name}`", "没有图片 `{name}`"))
        .hint(remedy)
        .did_you_mean(name, known)
}

/// Width and height stand as attributes for Outlook and as styles for Apple Mail, which ignores
/// the attributes of CID images (facts: email quality 1.4).
fn image_tag(image: &Arc<Image>, width: Option<u32>, alt: &str, class: Option<&str>) -> String {
    let width = width.unwrap_or(image.width()).max(1);
    let scaled = u64::from(image.height()) * u64::from(width) / u64::from(image.width().max(1));
    let height = scaled.max(1);
    let mut tag =
        format!("<img src=\"cid:{}\" width=\"{width}\" height=\"{height}\"", image.content_id());
    if let Some(class) = class {
        let _ = write!(tag, " class=\"{}\"", HtmlEscape(class));
    }
    let _ = write!(
        tag,
        " style=\"display:block;border:0;width:{width}px;height:{height}px\" alt=\"{}\">",
        HtmlEscape(alt)
    );
    tag
}

/// `value is defined`: whether an optional variable was given.
pub(super) fn is_given(value: &JinjaValue) -> bool {
    !value.is_undefined() && !value.is_none()
}

/// Prints a value: nothing missing is ever printed, numbers and lists in the locale's way.
pub(super) fn print(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &JinjaValue,
) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => Err(Carried::error(
            Diagnostic::error(
                Code::OptionalUnguarded,
                text!("a value that is missing is printed here", "此处打印了缺失的值"),
            )
            .hint(text!(
                "guard it with `{{% if … %}}`: an optional variable may be missing",
                "可选变量可能缺失，请用 `{{% if … %}}` 包住"
            )),
        )),
        ValueKind::Number if value.is_integer() => {
            let scope = Scope::of(state)?;
            let number = i64::try_from(value.clone())?;
            let shown = JinjaValue::from(scope.frame.formats.integer(number));
            minijinja::escape_formatter(out, state, &shown)
        }
        ValueKind::Seq => {
            let scope = Scope::of(state)?;
            let items: Vec<String> = value
                .try_iter()?
                .map(|item| show_argument(&scope, "item", &item))
                .collect::<Result<_, _>>()?;
            let items: Vec<&str> = items.iter().map(String::as_str).collect();
            let shown = JinjaValue::from(scope.frame.formats.list(&items));
            minijinja::escape_formatter(out, state, &shown)
        }
        ValueKind::Map | ValueKind::Iterable | ValueKind::Bytes | ValueKind::Invalid => {
            Err(Error::from(ErrorKind::NonPrimitive))
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}
