//! `templates/brand.yaml`: who the mail is from, per locale where it differs.

use std::collections::BTreeMap;

use super::settings::{LocaleSetting, Settings};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::Locale;
use crate::source::Tree;
use crate::text;
use crate::yaml::{self, Fields, Node, Value};

/// The texts that `brand` has in templates; all but `name` may be missing.
pub const BRAND_TEXTS: [&str; 7] =
    ["name", "team", "company", "address", "url", "support_email", "support_url"];

/// The brand, not yet resolved for a locale.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// Where a locale's texts come from when it has none: itself, its fall-back, the default
    chains: BTreeMap<Locale, Vec<Locale>>,
    unread: bool,
    texts: BTreeMap<&'static str, Localised>,
    colors: BTreeMap<String, String>,
    alts: BTreeMap<String, Localised>,
}

/// A text for all locales, or one for each.
#[derive(Clone, Debug)]
enum Localised {
    All(String),
    Each(BTreeMap<String, String>),
}

impl Localised {
    /// The first locale's that has one, else one of its language; else any.
    fn get(&self, chain: &[Locale]) -> &str {
        let texts = match self {
            Localised::All(text) => return text,
            Localised::Each(texts) => texts,
        };
        let of =
            |locale: &Locale| texts.get(locale.as_str()).or_else(|| texts.get(locale.language()));
        chain.iter().find_map(of).or_else(|| texts.values().next()).map_or("", String::as_str)
    }
}

impl Brand {
    /// Reads `templates/brand.yaml`; a project without one has no brand texts of its own.
    pub fn load(tree: &Tree, settings: &Settings, faults: &mut Diagnostics) -> Brand {
        let name = "templates/brand.yaml";
        let Some(source) = tree.get(name).and_then(|_| tree.text(name, faults)) else {
            return Brand::default();
        };
        let Some(node) = yaml::parse(&source, faults) else {
            return Brand { unread: true, ..Brand::default() };
        };
        let mut brand = Brand { chains: chains(settings), ..Brand::default() };
        let mut fields = Fields::of(&node, faults);
        for key in BRAND_TEXTS {
            if let Some(text) = fields.get(key).and_then(|node| read_localised(node, faults)) {
                brand.texts.insert(key, text);
            }
        }
        for key in ["url", "support_url"] {
            if let Some(node) = fields.get(key).filter(|node| !is_https(node)) {
                faults.push(node.bad_value(text!(
                    "`{key}` begins with `https://`",
                    "`{key}` 应以 `https://` 开头"
                )));
            }
        }
        for (key, node) in fields.entries("colors", faults) {
            // A colour that is refused is there all the same: it is told of once.
            let color = read_color(node, faults).unwrap_or_default();
            brand.colors.insert(key.name.clone(), color);
        }
        for (key, node) in fields.entries("images", faults) {
            let mut image = Fields::of(node, faults);
            if let Some(alt) = image.get("alt").and_then(|node| read_localised(node, faults)) {
                brand.alts.insert(key.name.clone(), alt);
            }
            image.finish(faults);
        }
        fields.finish(faults);
        brand
    }

    /// One of [`BRAND_TEXTS`] for a locale.
    pub fn text(&self, key: &str, locale: &Locale) -> Option<&str> {
        let text = self.texts.get(key).map(|text| text.get(self.chain(locale)));
        text.filter(|text| !text.is_empty())
    }

    /// Names and values (`#rrggbb`) of the colours.
    pub fn colors(&self) -> &BTreeMap<String, String> {
        &self.colors
    }

    /// The alternative text of an image.
    pub fn alt(&self, image: &str, locale: &Locale) -> Option<&str> {
        self.alts.get(image).map(|alt| alt.get(self.chain(locale)))
    }

    /// Whether its file is there and cannot be read, so that nothing is known of it.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    fn chain(&self, locale: &Locale) -> &[Locale] {
        self.chains.get(locale).map_or(&[], Vec::as_slice)
    }
}

fn chains(settings: &Settings) -> BTreeMap<Locale, Vec<Locale>> {
    let chain = |setting: &LocaleSetting| {
        let links =
            [Some(&setting.locale), setting.fallback.as_ref(), Some(&settings.default_locale)];
        (setting.locale.clone(), links.into_iter().flatten().cloned().collect())
    };
    settings.locales.iter().map(chain).collect()
}

/// It stands in links, so that nothing else may.
fn is_https(node: &Node) -> bool {
    let https = |node: &Node| node.text().is_none_or(|text| text.starts_with("https://"));
    match &node.value {
        Value::Mapping(entries) => entries.iter().all(|(_, node)| https(node)),
        _ => https(node),
    }
}

fn read_localised(node: &Node, faults: &mut Diagnostics) -> Option<Localised> {
    if let Some(text) = node.text() {
        return Some(Localised::All(text.to_owned()));
    }
    let Value::Mapping(entries) = &node.value else {
        faults.push(node.wrong_type(("a text, or one per locale,", "文本（或每种语言一个）")));
        return None;
    };
    let mut texts = BTreeMap::new();
    for (key, node) in entries {
        match (Locale::parse(&key.name), node.text()) {
            (Ok(locale), Some(text)) => drop(texts.insert(locale.to_string(), text.to_owned())),
            (Err(error), _) => faults.push(error.diagnostic().at(key.span.clone())),
            (_, None) => faults.push(node.wrong_type(("a text", "文本"))),
        }
    }
    Some(Localised::Each(texts))
}

/// Colours stand in style sheets and attributes, so nothing else may slip in.
fn read_color(node: &Node, faults: &mut Diagnostics) -> Option<String> {
    let color = node.text().unwrap_or_default();
    let digits = color.strip_prefix('#').unwrap_or_default();
    if matches!(digits.len(), 3 | 6) && digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Some(color.to_owned());
    }
    faults.push(
        Diagnostic::error(
            Code::YamlBadValue,
            text!("a colour is written `\"#1a2b3c\"`", "颜色应写成 `\"#1a2b3c\"`"),
        )
        .at(node.span.clone())
        .hint(text!(
            "use hexadecimal digits in quotes: mail clients know no other form everywhere",
            "请用引号内的十六进制：其他写法并非所有邮件客户端都支持"
        )),
    );
    None
}
