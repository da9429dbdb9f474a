//! What a project declares: kinds, brand, strings, images, locales. One immutable value.
//!
//! [`Catalog::load`] reads a [`Tree`] and gathers every fault of it. Templates are only listed
//! here, by name; what is in them is the business of [`template`](crate::template).

mod allowed;
mod brand;
mod describe;
mod kind;
mod pattern;
mod settings;
mod strings;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use allowed::SendTo;
pub use brand::{BRAND_TEXTS, Brand};
pub use kind::{
    AttachmentRule, Category, DERIVED, InDoubt, Kind, Lifetime, Limits, NewSample, Written,
};
pub use pattern::{Part, Pattern};
pub use settings::{LocaleSetting, Settings};
pub use strings::{Content, Entry, Strings};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText};
use crate::image::Image;
use crate::locale::{Formats, Locale, LocaleError, negotiate};
use crate::source::Tree;
use crate::text;

/// The largest template, in bytes.
pub const MAX_TEMPLATE: usize = 256 * 1024;

/// Everything that a project declares.
#[derive(Debug)]
pub struct Catalog {
    /// Locales and time zone
    pub settings: Settings,
    /// Names, colours, alternative texts
    pub brand: Brand,
    kinds: BTreeMap<String, Arc<Kind>>,
    strings: BTreeMap<Locale, Arc<Strings>>,
    formats: BTreeMap<Locale, Arc<Formats>>,
    images: BTreeMap<String, Arc<Image>>,
    templates: BTreeMap<String, SourceText>,
}

impl Catalog {
    /// Reads a project. The catalog is whole even where there are faults, so that later layers can
    /// add theirs; whoever sends must look at them first.
    pub fn load(tree: &Tree, faults: &mut Diagnostics) -> Catalog {
        let settings = Settings::load(tree, faults);
        let strings = Strings::load(tree, &settings, faults);
        let formats = settings
            .locales
            .iter()
            .map(|setting| (setting.locale.clone(), Arc::new(Formats::new(&setting.locale))));
        Catalog {
            formats: formats.collect(),
            strings: strings.into_iter().map(|(tag, strings)| (tag, Arc::new(strings))).collect(),
            brand: Brand::load(tree, &settings, faults),
            settings,
            kinds: load_kinds(tree, faults),
            images: load_images(tree, faults),
            templates: load_templates(tree, faults),
        }
    }

    /// The kinds, sorted by name.
    pub fn kinds(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds.values()
    }

    /// One kind.
    ///
    /// # Errors
    /// The fault of a kind that does not exist, with the nearest known one.
    pub fn kind(&self, name: &str) -> Result<&Arc<Kind>, Diagnostic> {
        self.kinds.get(name).ok_or_else(|| {
            let name: String = name.chars().take(64).map(harmless).collect();
            let known = self.kinds.keys().cloned().collect::<Vec<_>>().join("`, `");
            Diagnostic::error(
                Code::KindUnknown,
                text!("there is no kind `{name}`", "没有邮件类型 `{name}`"),
            )
            .hint(text!("kinds: `{known}`", "邮件类型：`{known}`"))
            .did_you_mean(&name, self.kinds.keys().map(String::as_str))
        })
    }

    /// The locale that a request gets: a tag or a whole Accept-Language.
    ///
    /// # Errors
    /// A malformed tag, or traditional Chinese where nothing fits.
    pub fn negotiate(&self, requested: &str) -> Result<Locale, LocaleError> {
        negotiate(requested, &self.settings.offered(), &self.settings.default_locale)
    }

    /// All locales, drafts included, the default first.
    pub fn locales(&self) -> impl Iterator<Item = &Locale> {
        self.settings.locales.iter().map(|setting| &setting.locale)
    }

    /// The strings of a locale of this project.
    pub fn strings(&self, locale: &Locale) -> Arc<Strings> {
        self.strings.get(locale).cloned().unwrap_or_default()
    }

    /// The number, date and money formats of a locale of this project.
    pub fn formats(&self, locale: &Locale) -> Arc<Formats> {
        let known = self.formats.get(locale).cloned();
        known.unwrap_or_else(|| Arc::new(Formats::new(locale)))
    }

    /// An image by name, the locale's own first.
    pub fn image(&self, name: &str, locale: &Locale) -> Option<&Arc<Image>> {
        [format!("{name}.{locale}"), format!("{name}.{}", locale.language()), name.to_owned()]
            .iter()
            .find_map(|name| self.images.get(name))
    }

    /// The names of all images.
    pub fn image_names(&self) -> impl Iterator<Item = &str> {
        self.images.keys().map(String::as_str)
    }

    /// The templates' sources by name below `templates/`.
    pub fn templates(&self) -> &BTreeMap<String, SourceText> {
        &self.templates
    }

    /// The body of a kind for a locale: its own, else the one for all.
    pub fn body(&self, kind: &str, locale: &Locale, extension: &str) -> Option<&SourceText> {
        [
            format!("{kind}/body.{locale}.{extension}.j2"),
            format!("{kind}/body.{}.{extension}.j2", locale.language()),
            format!("{kind}/body.{extension}.j2"),
        ]
        .iter()
        .find_map(|name| self.templates.get(name))
    }
}

/// What strangers ask for is repeated without what would be markup, or would move a cursor.
fn harmless(c: char) -> char {
    if c.is_control() || "<>&\"'`".contains(c) { '?' } else { c }
}

fn load_kinds(tree: &Tree, faults: &mut Diagnostics) -> BTreeMap<String, Arc<Kind>> {
    let mut kinds = BTreeMap::new();
    for path in tree.below("templates") {
        let parts: Vec<&str> = path.split('/').collect();
        let [_, name, "message.yaml"] = parts[..] else { continue };
        if !is_kind_name(name) {
            faults.push(bad_kind_name(name).in_file(path));
            continue;
        }
        let source = tree.text(path, faults);
        if let Some(kind) = source.and_then(|source| Kind::read(name, &source, faults)) {
            kinds.insert(name.to_owned(), Arc::new(kind));
        }
    }
    undeclared_kinds(tree, faults);
    if kinds.is_empty() && !faults.has_errors() {
        faults.push(no_kinds());
    }
    kinds
}

/// `[a-z][a-z0-9_]*`, at most 64: it stands in URLs, file names and metrics.
pub fn is_kind_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= 64
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The fault of a name that [`is_kind_name`] refuses.
pub fn bad_kind_name(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::KindBadName,
        text!("`{name}` cannot be a kind's name", "`{name}` 不能作为邮件类型的名称"),
    )
    .hint(text!(
        "begin with a letter; use a–z, 0–9 and `_`, at most 64",
        "以小写字母开头，只用 a–z、0–9 和 `_`，最多 64 个"
    ))
}

/// A body without a declaration is a kind that somebody misses.
fn undeclared_kinds(tree: &Tree, faults: &mut Diagnostics) {
    for path in tree.below("templates") {
        let parts: Vec<&str> = path.split('/').collect();
        let [_, name, file] = parts[..] else { continue };
        let declared = tree.get(&format!("templates/{name}/message.yaml")).is_some();
        if !declared && (file.starts_with("body.") || file == "message.yml") {
            faults.push(
                Diagnostic::error(
                    Code::KindMissing,
                    text!("`{name}` has no `message.yaml`", "`{name}` 缺少 `message.yaml`"),
                )
                .in_file(path)
                .hint(text!(
                    "write `templates/{name}/message.yaml`; the name ends in `.yaml`",
                    "请编写 `templates/{name}/message.yaml`，注意以 `.yaml` 结尾"
                )),
            );
        }
    }
}

fn no_kinds() -> Diagnostic {
    Diagnostic::error(
        Code::KindMissing,
        text!("the project declares no kind", "项目中没有声明任何邮件类型"),
    )
    .in_file("templates/")
    .hint(text!(
        "`hongyan new kind NAME` writes one; a kind is a folder with `message.yaml`",
        "用 `hongyan new kind 名称` 新建；每个类型是一个含 `message.yaml` 的文件夹"
    ))
}

fn load_images(tree: &Tree, faults: &mut Diagnostics) -> BTreeMap<String, Arc<Image>> {
    let mut images = BTreeMap::new();
    for path in tree.below("assets") {
        let Some(file_name) = path.strip_prefix("assets/").filter(|name| !name.contains('/'))
        else {
            continue;
        };
        let Some(bytes) = tree.get(path) else { continue };
        match Image::new(file_name, bytes) {
            Ok(image) => drop(images.insert(image.name().to_owned(), Arc::new(image))),
            Err(fault) => faults.push(fault.in_file(path)),
        }
    }
    images
}

fn load_templates(tree: &Tree, faults: &mut Diagnostics) -> BTreeMap<String, SourceText> {
    let mut templates = BTreeMap::new();
    for path in tree.below("templates") {
        let Some(name) = path.strip_prefix("templates/") else { continue };
        if !(name.ends_with(".j2") || name.ends_with(".css")) {
            continue;
        }
        let source = if tree.get(path).is_some_and(|bytes| bytes.len() > MAX_TEMPLATE) {
            faults.push(template_too_large(path));
            None
        } else {
            tree.text(path, faults)
        };
        // What cannot be read stands as an empty template: it is there, and told of once.
        let source = source.unwrap_or_else(|| SourceText::new(path, ""));
        templates.insert(name.to_owned(), source);
    }
    templates
}

fn template_too_large(path: &str) -> Diagnostic {
    let kibibytes = MAX_TEMPLATE / 1024;
    Diagnostic::error(Code::FileTooLarge, text!("the template is too large", "模板过大"))
        .in_file(path)
        .hint(text!("at most {kibibytes} KiB", "最多 {kibibytes} KiB"))
}
