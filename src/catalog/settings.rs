//! `hongyan.yaml`: the locales of a project, their fall-backs, its time zone, and whom the studio
//! may send tests to. Its `transports`, `routes`, `outbox` and `limits` are no concern of the pure
//! half.

use super::allowed::SendTo;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::{Locale, Offered, TimeZone};
use crate::source::Tree;
use crate::text;
use crate::yaml::{self, Fields, Key, Node, Value};

/// What a project says of itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The locale that unknown requests get
    pub default_locale: Locale,
    /// All locales, the default first, the others by tag
    pub locales: Vec<LocaleSetting>,
    /// The zone that instants are shown in
    pub time_zone: TimeZone,
    /// Whom the studio may send tests to
    pub send_to: SendTo,
}

/// One locale of a project.
#[derive(Clone, Debug)]
pub struct LocaleSetting {
    /// Its tag
    pub locale: Locale,
    /// Still being translated: falls back key by key, never offered for another
    pub draft: bool,
    /// Where a draft's missing keys come from
    pub fallback: Option<Locale>,
}

impl Settings {
    /// Reads `hongyan.yaml` if there is one; the locales are else those that have a file.
    pub fn load(tree: &Tree, faults: &mut Diagnostics) -> Settings {
        let found_locales = found_locales(tree, faults);
        let source = tree.get("hongyan.yaml").and_then(|_| tree.text("hongyan.yaml", faults));
        let mut settings = Settings {
            default_locale: Locale::zh_cn(),
            locales: Vec::new(),
            time_zone: TimeZone::asia_shanghai(),
            send_to: SendTo::default(),
        };
        if let Some(source) = &source {
            let mut found = Diagnostics::new();
            if let Some(node) = yaml::parse(source, &mut found) {
                settings.read(&node, &mut found);
            }
            faults.extend(yaml::veiled(source, found));
        }
        let declared = !settings.locales.is_empty();
        settings.complete(found_locales, declared, faults);
        settings
    }

    /// What [`negotiate`](crate::locale::negotiate) chooses from.
    pub fn offered(&self) -> Vec<Offered> {
        let offer =
            |known: &LocaleSetting| Offered { locale: known.locale.clone(), draft: known.draft };
        self.locales.iter().map(offer).collect()
    }

    fn read(&mut self, node: &Node, faults: &mut Diagnostics) {
        if matches!(node.value, Value::Null) {
            return;
        }
        let mut fields = Fields::of(node, faults);
        if let Some(zone) = fields.get("time_zone") {
            match TimeZone::parse(zone.text().unwrap_or_default()) {
                Ok(parsed) => self.time_zone = parsed,
                Err(error) => faults.push(error.diagnostic().at(zone.span.clone())),
            }
        }
        let mut default = None;
        for (key, node) in fields.entries("locales", faults) {
            match key.name.as_str() {
                "default" => default = read_tag(node, faults),
                _ => self.locales.extend(read_locale(key, node, faults)),
            }
        }
        if let Some(preview) = fields.get("preview") {
            self.send_to = SendTo::read(preview, faults);
        }
        // How mail is kept and leaves is read by those who send it.
        for key in ["transports", "routes", "outbox", "limits"] {
            fields.get(key);
        }
        fields.finish(faults);
        if let Some(default) = default {
            self.default_locale = default;
        }
    }

    fn complete(&mut self, found: Vec<Locale>, declared: bool, faults: &mut Diagnostics) {
        for locale in found {
            let known = self.locales.iter().any(|setting| setting.locale == locale);
            if !known && declared && locale != self.default_locale {
                faults.push(undeclared(&locale));
            } else if !known {
                self.locales.push(LocaleSetting { locale, draft: false, fallback: None });
            }
        }
        if !self.locales.iter().any(|setting| setting.locale == self.default_locale) {
            match self.locales.first() {
                Some(first) if !declared => self.default_locale = first.locale.clone(),
                _ => faults.push(no_default(&self.default_locale)),
            }
        }
        let default = self.default_locale.clone();
        self.locales.sort_by_key(|setting| (setting.locale != default, setting.locale.to_string()));
    }
}

fn read_tag(node: &Node, faults: &mut Diagnostics) -> Option<Locale> {
    match Locale::parse(node.text().unwrap_or_default()) {
        Ok(locale) => Some(locale),
        Err(error) => {
            faults.push(error.diagnostic().at(node.span.clone()));
            None
        }
    }
}

fn read_locale(key: &Key, node: &Node, faults: &mut Diagnostics) -> Option<LocaleSetting> {
    let locale = match Locale::parse(&key.name) {
        Ok(locale) => locale,
        Err(error) => {
            faults.push(error.diagnostic().at(key.span.clone()));
            return None;
        }
    };
    let mut setting = LocaleSetting { locale, draft: false, fallback: None };
    if !matches!(node.value, Value::Null) {
        let mut fields = Fields::of(node, faults);
        setting.draft = fields.boolean("draft", faults).unwrap_or(false);
        setting.fallback = fields.get("fallback").and_then(|tag| read_tag(tag, faults));
        fields.finish(faults);
    }
    Some(setting)
}

/// `locales/<tag>.yaml` and `locales/<tag>/*.yaml`.
fn found_locales(tree: &Tree, faults: &mut Diagnostics) -> Vec<Locale> {
    let mut tags: Vec<&str> = tree
        .below("locales")
        .filter_map(|name| name.strip_prefix("locales/"))
        .filter(|name| name.ends_with(".yaml"))
        .map(|name| name.split('/').next().unwrap_or(name).trim_end_matches(".yaml"))
        .collect();
    tags.dedup();
    tags.into_iter()
        .filter_map(|tag| match Locale::parse(tag) {
            Ok(locale) => Some(locale),
            Err(error) => {
                faults.push(error.diagnostic().in_file(format!("locales/{tag}.yaml")));
                None
            }
        })
        .collect()
}

fn undeclared(locale: &Locale) -> Diagnostic {
    Diagnostic::warning(
        Code::LocaleUndeclared,
        text!("`{locale}` has strings but is not declared", "`{locale}` 有文案但未声明"),
    )
    .in_file("hongyan.yaml")
    .hint(text!("add `{locale}: {{}}` under `locales:`", "请在 `locales:` 下添加 `{locale}: {{}}`"))
}

fn no_default(locale: &Locale) -> Diagnostic {
    Diagnostic::error(
        Code::LocaleMissing,
        text!("there is no `locales/{locale}.yaml`", "没有 `locales/{locale}.yaml`"),
    )
    .in_file("hongyan.yaml")
    .hint(text!("the default locale needs strings", "默认语言需要有文案文件"))
}
