//! Reads `variables:` of a `message.yaml`.

use super::{
    Declaration, LIST_ITEMS, MAX_DEPTH, MAX_TEXT_BYTES, Pattern, TEXT_LENGTH, TYPE_NAMES,
    URL_LENGTH, Value, Variable, VariableType,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::Duration;
use crate::text;
use crate::yaml::{Fields, Key, Node};

/// A one-time code unless a pattern says otherwise.
const CODE_PATTERN: &str = "[0-9A-Za-z]{4,12}";
/// Names that templates use for something else.
const RESERVED: [&str; 10] =
    ["t", "image", "brand", "locale", "subject", "preheader", "loop", "caller", "self", "super"];

impl Declaration {
    /// Reads the entries of `variables:` or `fields:`.
    pub fn read(entries: &[(Key, Node)], faults: &mut Diagnostics) -> Self {
        read_fields(entries, 0, faults)
    }
}

fn read_fields(entries: &[(Key, Node)], depth: usize, faults: &mut Diagnostics) -> Declaration {
    let mut variables = Vec::new();
    for (key, node) in entries {
        if is_name(key, depth, faults) {
            variables.extend(read_variable(key, node, depth, faults));
        }
    }
    Declaration { variables }
}

fn is_name(key: &Key, depth: usize, faults: &mut Diagnostics) -> bool {
    let name = &key.name;
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !starts || !name.chars().all(letters) || name.len() > 64 {
        faults.push(
            Diagnostic::error(
                Code::VariableBadName,
                text!("`{name}` cannot be a variable's name", "`{name}` 不能作为变量名"),
            )
            .at(key.span.clone())
            .hint(text!(
                "begin with a letter; use a–z, 0–9 and `_`, at most 64",
                "以小写字母开头，只用 a–z、0–9 和 `_`，最多 64 个"
            )),
        );
        return false;
    }
    if depth == 0 && RESERVED.contains(&name.as_str()) {
        faults.push(
            Diagnostic::error(
                Code::VariableBadName,
                text!("`{name}` means something else in templates", "`{name}` 在模板中另有含义"),
            )
            .at(key.span.clone())
            .hint(text!("choose another name", "请换一个名字")),
        );
        return false;
    }
    true
}

fn read_variable(
    key: &Key,
    node: &Node,
    depth: usize,
    faults: &mut Diagnostics,
) -> Option<Variable> {
    let mut fields = Fields::of(node, faults);
    let type_node = fields.require("type", faults);
    let kind = type_node.and_then(|name| read_type(name, &mut fields, depth, faults));
    let default = fields.get("default");
    let mut variable = Variable {
        name: key.name.clone(),
        kind: kind.clone().unwrap_or(VariableType::Boolean),
        optional: fields.boolean("optional", faults).unwrap_or(false),
        default: None,
        secret: fields.boolean("secret", faults).unwrap_or(false),
        untrusted: fields.boolean("untrusted", faults).unwrap_or(false),
        description: fields.text("description", faults).map(str::to_owned),
        span: key.span.clone(),
    };
    if kind.is_some() {
        fields.finish(faults);
    }
    kind?;
    variable.pass_on();
    if let Some(node) = default {
        variable.default = read_default(&variable, node, faults);
    }
    Some(variable)
}

impl Variable {
    /// What holds for a list or an object holds for what is in it.
    fn pass_on(&mut self) {
        let (secret, untrusted) = (self.secret, self.untrusted);
        let mark = |below: &mut Variable| {
            below.secret |= secret;
            below.untrusted |= untrusted;
            below.pass_on();
        };
        match &mut self.kind {
            VariableType::List { items, .. } => mark(items),
            VariableType::Object { fields } => fields.variables.iter_mut().for_each(mark),
            _ => {}
        }
    }
}

fn read_default(variable: &Variable, node: &Node, faults: &mut Diagnostics) -> Option<Value> {
    if variable.optional {
        faults.push(node.bad_value(text!(
            "a variable with a default is not `optional` as well",
            "有默认值的变量不必再写 `optional`"
        )));
    }
    match variable.check_value(&node.to_json()) {
        Ok(value) => Some(value),
        Err(problems) => {
            faults.extend(problems.into_iter().map(|problem| problem.at(node.span.clone())));
            None
        }
    }
}

fn read_type(
    node: &Node,
    fields: &mut Fields<'_>,
    depth: usize,
    faults: &mut Diagnostics,
) -> Option<VariableType> {
    let name = node.text().unwrap_or_default();
    Some(match name {
        "text" => VariableType::Text {
            max_length: size(fields, "max_length", TEXT_LENGTH, MAX_TEXT_BYTES, faults),
            pattern: read_pattern(fields, faults),
        },
        "integer" => VariableType::Integer {
            min: fields.integer("min", faults),
            max: fields.integer("max", faults),
        },
        "decimal" => VariableType::Decimal {
            min: number(fields, "min", faults),
            max: number(fields, "max", faults),
        },
        "boolean" => VariableType::Boolean,
        "enum" => VariableType::Enum { values: read_values(fields, faults)? },
        "code" => VariableType::Code {
            pattern: read_pattern(fields, faults).or_else(|| Pattern::new(CODE_PATTERN).ok())?,
        },
        "url" => VariableType::Url {
            hosts: owned(fields.texts("hosts", faults)),
            max_length: size(fields, "max_length", URL_LENGTH, URL_LENGTH, faults),
        },
        "email" => VariableType::Email,
        "date" => VariableType::Date,
        "datetime" => VariableType::DateTime,
        "duration" => VariableType::Duration {
            min: seconds(fields, "min", faults),
            max: seconds(fields, "max", faults),
        },
        "money" => VariableType::Money { currencies: owned(fields.texts("currencies", faults)) },
        "list" => VariableType::List {
            max_items: size(fields, "max_items", LIST_ITEMS, 1_000, faults),
            items: Box::new(read_items(fields, depth, faults)?),
        },
        "object" => VariableType::Object { fields: read_object(fields, depth, faults) },
        _ => {
            faults.push(unknown_type(node, name));
            return None;
        }
    })
}

fn unknown_type(node: &Node, name: &str) -> Diagnostic {
    // What other schemas call them.
    const ELSEWHERE: [(&str, &str); 9] = [
        ("string", "text"),
        ("str", "text"),
        ("int", "integer"),
        ("bool", "boolean"),
        ("float", "decimal"),
        ("number", "decimal"),
        ("timestamp", "datetime"),
        ("uri", "url"),
        ("array", "list"),
    ];
    let meant = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours);
    let known = TYPE_NAMES.join("`, `");
    Diagnostic::error(
        Code::VariableUnknownType,
        text!("there is no variable type `{name}`", "没有变量类型 `{name}`"),
    )
    .at(node.span.clone())
    .hint(text!("types: `{known}`", "可用类型：`{known}`"))
    .did_you_mean(meant.unwrap_or(name), TYPE_NAMES)
}

fn owned(texts: Option<Vec<&str>>) -> Vec<String> {
    texts.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

fn read_values(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<Vec<String>> {
    let node = fields.require("values", faults)?;
    let values = owned(fields.texts("values", faults));
    let plain = |value: &String| {
        !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    if values.is_empty() || !values.iter().all(plain) {
        faults.push(node.bad_value(text!(
            "the values of an enum are names of a–z, 0–9, `_`, `-`, `.`",
            "枚举的值只用 a–z、0–9、`_`、`-`、`.`"
        )));
    }
    (!values.is_empty()).then_some(values)
}

fn read_pattern(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<Pattern> {
    let node = fields.get("pattern")?;
    let source = fields.text("pattern", faults)?;
    Pattern::new(source)
        .map_err(|reason| {
            faults.push(node.bad_value(text!(
                "the pattern cannot be used: {reason}",
                "此正则表达式无法使用：{reason}"
            )))
        })
        .ok()
}

fn size(
    fields: &mut Fields<'_>,
    name: &'static str,
    usual: usize,
    most: usize,
    faults: &mut Diagnostics,
) -> usize {
    let Some(number) = fields.integer(name, faults) else { return usual };
    match usize::try_from(number) {
        Ok(size) if (1..=most).contains(&size) => size,
        _ => {
            if let Some(node) = fields.get(name) {
                faults.push(node.bad_value(text!(
                    "`{name}` is between 1 and {most}",
                    "`{name}` 应在 1 到 {most} 之间"
                )));
            }
            usual
        }
    }
}

fn number(fields: &mut Fields<'_>, name: &'static str, faults: &mut Diagnostics) -> Option<f64> {
    let node = fields.get(name)?;
    let number = node.scalar().and_then(|digits| digits.parse().ok());
    if number.is_none() {
        faults.push(node.wrong_type(("a number", "数字")));
    }
    number
}

fn seconds(fields: &mut Fields<'_>, name: &'static str, faults: &mut Diagnostics) -> Option<u64> {
    let node = fields.get(name)?;
    let parsed = node.scalar().and_then(|written| Duration::parse(written).ok());
    if parsed.is_none() {
        faults.push(node.wrong_type(("a duration such as `10m`", "时长（例如 `10m`）")));
    }
    parsed.map(|duration| duration.seconds())
}

fn read_items(fields: &mut Fields<'_>, depth: usize, faults: &mut Diagnostics) -> Option<Variable> {
    let node = fields.require("items", faults)?;
    let key = Key { name: "items".into(), span: node.span.clone() };
    if too_deep(node, depth, faults) {
        return None;
    }
    read_variable(&key, node, depth + 1, faults)
}

fn read_object(fields: &mut Fields<'_>, depth: usize, faults: &mut Diagnostics) -> Declaration {
    match fields.require("fields", faults) {
        Some(node) if too_deep(node, depth, faults) => Declaration::default(),
        _ => read_fields(fields.entries("fields", faults), depth + 1, faults),
    }
}

fn too_deep(node: &Node, depth: usize, faults: &mut Diagnostics) -> bool {
    let deep = depth + 1 >= MAX_DEPTH;
    if deep {
        faults.push(node.bad_value(text!(
            "lists and objects are nested more than {MAX_DEPTH} deep",
            "列表和对象的嵌套超过 {MAX_DEPTH} 层"
        )));
    }
    deep
}
