//! `locales/`: the strings of every locale, flattened to dotted keys, with their placeholders read.
//!
//! What a placeholder is filled with is not known here; [`Pattern::fill`] asks for it.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::Pattern;
use super::settings::{LocaleSetting, Settings};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Span};
use crate::locale::Locale;
use crate::source::Tree;
use crate::text;
use crate::yaml::{self, Key, Node, Value};

/// The strings of one locale.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    entries: BTreeMap<String, Entry>,
    /// Keys whose text was refused
    refused: BTreeSet<String>,
    /// A file could not be read at all
    unread: bool,
}

/// What stands at a dotted key: a text, or the cases of one.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key stands
    pub span: Span,
    /// What it says
    pub content: Content,
}

/// A text, or a mapping that `t(key, by=…)` may pick from.
#[derive(Clone, Debug)]
pub enum Content {
    /// one text
    Text(Pattern),
    /// the names of the entries below
    Cases(Vec<String>),
}

impl Strings {
    /// Reads all locales; drafts get the missing keys of their fall-backs.
    pub fn load(
        tree: &Tree,
        settings: &Settings,
        faults: &mut Diagnostics,
    ) -> BTreeMap<Locale, Strings> {
        let mut all: BTreeMap<Locale, Strings> = settings
            .locales
            .iter()
            .map(|setting| (setting.locale.clone(), Strings::load_one(tree, setting, faults)))
            .collect();
        for setting in settings.locales.iter().filter(|setting| setting.draft) {
            fall_back(&mut all, setting, &settings.default_locale, faults);
        }
        all
    }

    fn load_one(tree: &Tree, setting: &LocaleSetting, faults: &mut Diagnostics) -> Strings {
        let tag = setting.locale.to_string();
        let (file, folder) = (format!("locales/{tag}.yaml"), format!("locales/{tag}/"));
        let mut strings = Strings::default();
        let names = tree
            .names()
            .filter(|name| *name == file || (name.starts_with(&folder) && name.ends_with(".yaml")));
        for name in names {
            let source = tree.text(name, faults);
            match source.and_then(|source| yaml::parse(&source, faults)) {
                Some(node) => strings.read_file(&node, &tag, faults),
                None => strings.unread = true,
            }
        }
        strings
    }

    /// The entry at a dotted key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// The text at a dotted key.
    pub fn text(&self, key: &str) -> Option<&Pattern> {
        match &self.entries.get(key)?.content {
            Content::Text(pattern) => Some(pattern),
            Content::Cases(_) => None,
        }
    }

    /// Whether a file could not be read: what is missing then says nothing.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    /// Whether the key is there and its text, or that of a case, was refused.
    pub fn is_refused(&self, key: &str) -> bool {
        self.refused.contains(key)
    }

    /// All dotted keys and their entries, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    fn read_file(&mut self, node: &Node, tag: &str, faults: &mut Diagnostics) {
        match &node.value {
            Value::Null => {}
            // Rails writes the locale as the one root key.
            Value::Mapping(entries) if entries.len() == 1 && entries[0].0.name == tag => {
                self.read_file(&entries[0].1, tag, faults);
            }
            Value::Mapping(entries) => self.read_entries("", entries, faults),
            _ => faults.push(node.wrong_type(("a mapping of keys to texts", "键到文本的映射"))),
        }
    }

    fn read_entries(&mut self, prefix: &str, entries: &[(Key, Node)], faults: &mut Diagnostics) {
        for (key, node) in entries {
            let name = &key.name;
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if name.contains('.') || name.is_empty() {
                faults.push(dotted_key(key));
                continue;
            }
            let Some(content) = self.read_content(&path, node, faults) else {
                self.refused.insert(path);
                continue;
            };
            self.insert(path, Entry { span: key.span.clone(), content }, faults);
        }
    }

    fn read_content(
        &mut self,
        path: &str,
        node: &Node,
        faults: &mut Diagnostics,
    ) -> Option<Content> {
        match &node.value {
            Value::Text(text) => Pattern::read(path, text, &node.span, faults).map(Content::Text),
            Value::Number(text) => Pattern::read(path, text, &node.span, faults).map(Content::Text),
            Value::Mapping(entries)
                if !entries.is_empty() && entries.iter().all(|(_, node)| is_null(node)) =>
            {
                faults.push(yaml::unquoted_brace_fault(whole_value(node)));
                None
            }
            Value::Mapping(entries) => {
                self.read_entries(path, entries, faults);
                Some(Content::Cases(entries.iter().map(|(key, _)| key.name.clone()).collect()))
            }
            _ => {
                faults.push(node.wrong_type(("a text", "文本")));
                None
            }
        }
    }

    fn insert(&mut self, path: String, entry: Entry, faults: &mut Diagnostics) {
        match (self.entries.get_mut(&path), &entry.content) {
            (None, _) => drop(self.entries.insert(path, entry)),
            (Some(Entry { content: Content::Cases(known), .. }), Content::Cases(more)) => {
                known.extend(more.iter().cloned());
            }
            (Some(known), _) => {
                let other = known.span.source().name().to_owned();
                faults.push(
                    Diagnostic::error(
                        Code::StringDuplicate,
                        text!("the key `{path}` stands in two places", "键 `{path}` 出现在两处"),
                    )
                    .at(entry.span)
                    .hint(text!("it is in `{other}` already", "它已经在 `{other}` 中")),
                );
            }
        }
    }
}

fn is_null(node: &Node) -> bool {
    matches!(node.value, Value::Null)
}

/// A mapping's span is its first character; this is all of `{name}`.
fn whole_value(node: &Node) -> Span {
    let (text, start) = (node.span.source().text(), node.span.range().start);
    let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    node.span.source().span(start..start + text[start..end].trim_end().len())
}

fn dotted_key(key: &Key) -> Diagnostic {
    let name = &key.name;
    Diagnostic::error(
        Code::YamlBadValue,
        text!("the key `{name}` is empty or holds a dot", "键 `{name}` 为空或含有点号"),
    )
    .at(key.span.clone())
    .hint(text!("nest the keys instead", "请改用嵌套的键"))
}

fn fall_back(
    all: &mut BTreeMap<Locale, Strings>,
    setting: &LocaleSetting,
    default: &Locale,
    faults: &mut Diagnostics,
) {
    let source = setting.fallback.as_ref().unwrap_or(default);
    let Some(base) = all.get(source).cloned() else {
        let (locale, source) = (&setting.locale, source);
        return faults.push(
            Diagnostic::error(
                Code::LocaleMissing,
                text!(
                    "`{locale}` falls back to `{source}`, which is not a locale of this project",
                    "`{locale}` 回退到 `{source}`，但项目中没有这个语言"
                ),
            )
            .in_file("hongyan.yaml"),
        );
    };
    if let Some(strings) = all.get_mut(&setting.locale) {
        let missing = base.entries.keys().filter(|key| !strings.entries.contains_key(*key)).count();
        if missing > 0 {
            faults.push(draft_incomplete(&setting.locale, source, missing));
        }
        for (key, entry) in base.entries {
            strings.entries.entry(key).or_insert(entry);
        }
    }
}

fn draft_incomplete(locale: &Locale, source: &Locale, missing: usize) -> Diagnostic {
    Diagnostic::warning(
        Code::LocaleDraft,
        text!(
            "the draft `{locale}` lacks {missing} strings, taken from `{source}`",
            "草稿 `{locale}` 缺少 {missing} 条文案，暂用 `{source}` 的"
        ),
    )
    .in_file(format!("locales/{locale}.yaml"))
}
