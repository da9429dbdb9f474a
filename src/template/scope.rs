//! What a template sees while one mail is rendered: the kind's variables, `brand`, `locale`,
//! `subject`, `preheader`, and behind them what `t()` and `image()` need.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::value::{Object, ObjectRepr, Value as JinjaValue};
use minijinja::{Error, ErrorKind, State};

use super::fault::Carried;
use crate::catalog::{BRAND_TEXTS, Catalog, Kind, Strings};
use crate::diagnostic::{Code, Diagnostic};
use crate::image::Image;
use crate::locale::{Formats, Locale, TimeZone};
use crate::text;
use crate::vars::{Declaration, Show, Value, VariableType, Vars};

/// The name under which functions find the scope; no template can write it.
const SELF: &str = " scope";

/// What does not change between two mails of one kind in one locale.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub catalog: Arc<Catalog>,
    pub kind: Arc<Kind>,
    pub locale: Locale,
    pub strings: Arc<Strings>,
    pub formats: Arc<Formats>,
    pub time_zone: TimeZone,
    pub brand_name: String,
    brand: JinjaValue,
    locale_value: JinjaValue,
}

impl Frame {
    pub fn new(catalog: &Arc<Catalog>, kind: &Arc<Kind>, locale: &Locale, name: &str) -> Frame {
        let brand_name = catalog.brand.text("name", locale).unwrap_or(name).to_owned();
        Frame {
            brand: brand_value(catalog, locale, &brand_name),
            locale_value: JinjaValue::from_object(LocaleValue(locale.clone())),
            strings: catalog.strings(locale),
            formats: catalog.formats(locale),
            time_zone: kind.time_zone.clone().unwrap_or(catalog.settings.time_zone.clone()),
            catalog: catalog.clone(),
            kind: kind.clone(),
            locale: locale.clone(),
            brand_name,
        }
    }

    /// The same for a reader in this zone.
    pub fn within(&self, zone: &TimeZone) -> Frame {
        Frame { time_zone: zone.clone(), ..self.clone() }
    }

    /// The string at `<kind>.<key>`, else `common.<key>`, with its full key.
    pub fn find(&self, key: &str) -> Option<(String, &crate::catalog::Entry)> {
        [format!("{}.{key}", self.kind.name), format!("common.{key}")]
            .into_iter()
            .find_map(|path| self.strings.get(&path).map(|entry| (path, entry)))
    }

    /// A variable's value in the locale's way.
    pub fn show(&self, name: &str, value: &Value) -> String {
        let label = |case: &str| {
            let (_, entry) = self.find(&format!("{name}.{case}"))?;
            match &entry.content {
                crate::catalog::Content::Text(pattern) => pattern
                    .fill(|name| match name {
                        "brand" => Ok(self.brand_name.clone()),
                        _ => Err(()),
                    })
                    .ok(),
                crate::catalog::Content::Cases(_) => None,
            }
        };
        let show = Show { formats: &self.formats, time_zone: &self.time_zone, label: &label };
        value.show(&show)
    }
}

fn brand_value(catalog: &Catalog, locale: &Locale, name: &str) -> JinjaValue {
    let mut texts: BTreeMap<&str, JinjaValue> = BRAND_TEXTS
        .into_iter()
        .map(|key| {
            let text = catalog.brand.text(key, locale);
            (key, text.map_or(JinjaValue::from(()), JinjaValue::from))
        })
        .collect();
    texts.insert("name", name.into());
    let colors = catalog.brand.colors().iter();
    let colors = colors.map(|(key, color)| (key.as_str(), JinjaValue::from(color.as_str())));
    texts.insert("colors", colors.collect::<BTreeMap<_, _>>().into());
    texts.into()
}

/// One rendering.
pub(super) struct Scope {
    pub frame: Arc<Frame>,
    pub vars: Vars,
    values: BTreeMap<String, JinjaValue>,
    lines: Lines,
    images: Arc<Mutex<Vec<Arc<Image>>>>,
}

/// Subject and preheader, once they are rendered.
#[derive(Clone, Default)]
pub(super) struct Lines {
    pub subject: Option<String>,
    pub preheader: Option<String>,
}

impl Scope {
    pub fn new(frame: &Arc<Frame>, vars: &Vars) -> Scope {
        let variables = frame.kind.variables.variables();
        let values = variables.iter().map(|variable| {
            let value = vars.get(&variable.name);
            let shown =
                value.map(|value| jinja_value(frame, &variable.name, &variable.kind, value));
            (variable.name.clone(), shown.unwrap_or(JinjaValue::from(())))
        });
        Scope {
            values: values.collect(),
            frame: frame.clone(),
            vars: vars.clone(),
            lines: Lines::default(),
            images: Arc::default(),
        }
    }

    /// The same values with subject and preheader known.
    pub fn with_lines(&self, lines: Lines) -> Scope {
        Scope {
            frame: self.frame.clone(),
            vars: self.vars.clone(),
            values: self.values.clone(),
            images: self.images.clone(),
            lines,
        }
    }

    /// Subject and preheader, as far as they are known.
    pub fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Notes that the mail shows an image.
    pub fn note(&self, image: &Arc<Image>) {
        let mut images = self.images.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !images.iter().any(|known| known.content_id() == image.content_id()) {
            images.push(image.clone());
        }
    }

    /// The images that were shown, in order.
    pub fn images(&self) -> Vec<Arc<Image>> {
        self.images.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The scope of the rendering that a function was called in.
    pub fn of(state: &State<'_, '_>) -> Result<Arc<Scope>, Error> {
        state
            .lookup(SELF)
            .and_then(|value| value.downcast_object::<Scope>())
            .ok_or_else(|| Error::from(ErrorKind::UndefinedError))
    }

    /// What a placeholder `{name}` is filled with.
    pub fn placeholder(&self, name: &str) -> Result<String, Error> {
        if let Some(value) = self.vars.get(name) {
            return Ok(self.frame.show(name, value));
        }
        if name == "brand" {
            return Ok(self.frame.brand_name.clone());
        }
        Err(Carried::error(match self.frame.kind.variables.get(name) {
            Some(_) => optional_unguarded(name),
            None => unknown_placeholder(name, &self.frame.kind.variables),
        }))
    }
}

/// The fault of an optional variable that is printed where it may be missing.
pub(super) fn optional_unguarded(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::OptionalUnguarded,
        text!(
            "the optional variable `{name}` may be missing here",
            "可选变量 `{name}` 在此处可能缺失"
        ),
    )
    .hint(text!(
        "guard it with `{{% if {name} %}}`, or pick the string with `by={name}` from `set:` and `unset:`",
        "请用 `{{% if {name} %}}` 包住，或用 `by={name}` 在 `set:` 与 `unset:` 之间选择"
    ))
}

/// The fault of a placeholder that nothing fills.
pub(super) fn unknown_placeholder(name: &str, declared: &Declaration) -> Diagnostic {
    Diagnostic::error(
        Code::StringUnknownPlaceholder,
        text!("nothing fills the placeholder `{{{name}}}`", "没有内容填入占位符 `{{{name}}}`"),
    )
    .hint(text!(
        "declare the variable `{name}`, or pass it: `t(…, {name}=…)`",
        "请声明变量 `{name}`，或在 `t(…, {name}=…)` 中传入"
    ))
    .did_you_mean(name, declared.names().chain(["brand"]))
}

fn jinja_value(frame: &Frame, name: &str, kind: &VariableType, value: &Value) -> JinjaValue {
    match (value, kind) {
        (Value::Text(text) | Value::Code(text) | Value::Url(text) | Value::Enum(text), _) => {
            JinjaValue::from(text.as_str())
        }
        (Value::Integer(number), _) => JinjaValue::from(*number),
        (Value::Boolean(yes), _) => JinjaValue::from(*yes),
        (Value::List(items), VariableType::List { items: item, .. }) => {
            items.iter().map(|value| jinja_value(frame, name, &item.kind, value)).collect()
        }
        (Value::Object(given), VariableType::Object { fields }) => fields
            .variables()
            .iter()
            .map(|field| {
                let value = given.iter().find(|(name, _)| *name == field.name);
                let shown = value.map(|(_, value)| jinja_value(frame, name, &field.kind, value));
                (field.name.clone(), shown.unwrap_or(JinjaValue::from(())))
            })
            .collect::<BTreeMap<_, _>>()
            .into(),
        _ => JinjaValue::from_object(Shown(frame.show(name, value), value.clone())),
    }
}

impl Object for Scope {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &JinjaValue) -> Option<JinjaValue> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<JinjaValue> {
        match key {
            SELF => Some(JinjaValue::from_dyn_object(self.clone())),
            "brand" => Some(self.frame.brand.clone()),
            "locale" => Some(self.frame.locale_value.clone()),
            "subject" => self.lines.subject.as_deref().map(JinjaValue::from),
            "preheader" => self.lines.preheader.as_deref().map(JinjaValue::from),
            name => self.values.get(name).cloned(),
        }
    }
}

/// Never the values: some are secret.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// A date, an amount, a duration: printed as its text; filters show the value in other ways.
pub(super) struct Shown(String, Value);

impl Shown {
    /// The checked value behind a template's value, if it is one of these.
    pub fn value_of(value: &JinjaValue) -> Option<Value> {
        value.downcast_object_ref::<Shown>().map(|shown| shown.1.clone())
    }
}

impl Object for Shown {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown")
    }
}

#[derive(Debug)]
struct LocaleValue(Locale);

impl Object for LocaleValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &JinjaValue) -> Option<JinjaValue> {
        match key.as_str()? {
            "tag" => Some(self.0.to_string().into()),
            "language" => Some(self.0.language().into()),
            "direction" => Some(self.0.direction().as_str().into()),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
