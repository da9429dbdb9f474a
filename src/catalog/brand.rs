//! `templates/brand.yaml`: who the mail is from, per locale where it differs.

use std::collections::BTreeMap;

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
    /// The locale's own, else that of its language, else the first.
    fn get(&self, locale: &Locale) -> &str {
        match self {
            Localised::All(text) => text,
            Localised::Each(texts) => texts
                .get(&locale.to_string())
                .or_else(|| texts.get(locale.language()))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }
}

impl Brand {
    /// Reads `templates/brand.yaml`; a project without one has no brand texts of its own.
    pub fn load(tree: &Tree, faults: &mut Diagnostics) -> Brand {
        let name = "templates/brand.yaml";
        let Some(source) = tree.get(name).and_then(|_| tree.text(name, faults)) else {
            return Brand::default();
        };
        let Some(node) = yaml::parse(&source, faults) else { return Brand::default() };
        let mut brand = Brand::default();
        let mut fields = Fields::of(&node, faults);
        for key in BRAND_TEXTS {
            if let Some(text) = fields.get(key).and_then(|node| read_localised(node, faults)) {
                brand.texts.insert(key, text);
            }
        }
        for (key, node) in fields.entries("colors", faults) {
            if let Some(color) = read_color(node, faults) {
                brand.colors.insert(key.name.clone(), color);
            }
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
        self.texts.get(key).map(|text| text.get(locale)).filter(|text| !text.is_empty())
    }

    /// Names and values (`#rrggbb`) of the colours.
    pub fn colors(&self) -> &BTreeMap<String, String> {
        &self.colors
    }

    /// The alternative text of an image.
    pub fn alt(&self, image: &str, locale: &Locale) -> Option<&str> {
        self.alts.get(image).map(|alt| alt.get(locale))
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
