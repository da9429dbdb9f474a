//! The entries of `routes`.

use super::manner::read_domain;
use crate::catalog::Category;
use crate::config::choice::{Choice, Picked, several_smtp};
use crate::config::lines::Route;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Span};
use crate::text;
use crate::yaml::{Fields, Node, Value};

/// A route and where it stands.
pub(in crate::config) struct WrittenRoute {
    pub route: Route,
    pub span: Span,
}

/// The names that routes may use.
pub(super) struct Known<'a> {
    pub transports: Vec<&'a str>,
    pub kinds: &'a [(&'a str, Category)],
}

/// Reads all routes.
pub(super) fn read(node: &Node, known: &Known<'_>, faults: &mut Diagnostics) -> Vec<WrittenRoute> {
    let items = match &node.value {
        Value::Sequence(items) if !items.is_empty() => items,
        Value::Sequence(_) => {
            faults.push(empty(node));
            return Vec::new();
        }
        _ => {
            faults.push(node.wrong_type(("a list of routes", "路由列表")));
            return Vec::new();
        }
    };
    let routes: Vec<_> = items.iter().filter_map(|item| read_one(item, known, faults)).collect();
    faults.extend(two_servers(&routes, known));
    routes
}

fn read_one(node: &Node, known: &Known<'_>, faults: &mut Diagnostics) -> Option<WrittenRoute> {
    let mut fields = Fields::of(node, faults);
    let category = fields.get("category").map(|node| read_category(node, faults));
    let kind = fields.get("kind").map(|node| read_kind(node, known, faults));
    let domains = match fields.get("domains") {
        Some(node) => read_list(node, faults, read_domain),
        None => Some(Vec::new()),
    };
    fields.require("via", faults);
    let via = fields.get("via").and_then(|node| read_via(node, known, faults));
    fields.finish(faults);
    let route = Route {
        category: match category {
            Some(category) => Some(category?),
            None => None,
        },
        kind: match kind {
            Some(kind) => Some(kind?),
            None => None,
        },
        domains: domains?,
        via: via?,
    };
    Some(WrittenRoute { route, span: node.span.clone() })
}

fn read_category(node: &Node, faults: &mut Diagnostics) -> Option<Category> {
    let name = node.scalar().unwrap_or_default();
    let found = Category::NAMES.iter().find(|(known, _)| *known == name);
    if found.is_none() {
        faults.push(
            node.bad_value(text!("there is no category `{name}`", "没有类别 `{name}`"))
                .hint(text!(
                    "one of `security`, `transactional`, `notification`",
                    "可选 `security`、`transactional`、`notification`"
                ))
                .did_you_mean(name, Category::NAMES.iter().map(|(name, _)| *name)),
        );
    }
    found.map(|(_, category)| *category)
}

/// Without a list of kinds (a project that could not be loaded) nothing is held against a name.
fn read_kind(node: &Node, known: &Known<'_>, faults: &mut Diagnostics) -> Option<String> {
    let Some(name) = node.scalar() else {
        faults.push(node.wrong_type(("the name of a kind", "邮件类型的名称")));
        return None;
    };
    let mut names = known.kinds.iter().map(|(name, _)| *name);
    if !known.kinds.is_empty() && !names.any(|known| known == name) {
        let names: Vec<&str> = known.kinds.iter().map(|(name, _)| *name).collect();
        let list = names.join("`, `");
        let title = text!("there is no kind `{name}`", "没有邮件类型 `{name}`");
        let fault = Diagnostic::error(Code::KindUnknown, title).at(node.span.clone());
        let hint = text!("the kinds of this project: `{list}`", "本项目的邮件类型：`{list}`");
        faults.push(fault.hint(hint).did_you_mean(name, names));
        return None;
    }
    Some(name.to_owned())
}

fn read_via(node: &Node, known: &Known<'_>, faults: &mut Diagnostics) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    read_list(node, faults, |item, faults| {
        let Some(name) = item.scalar() else {
            faults.push(item.wrong_type(("the name of a transport", "传输方式的名称")));
            return None;
        };
        let Some(picked) = Picked::named(name, &known.transports) else {
            faults.push(unknown_transport(item, name, known));
            return None;
        };
        if names.iter().any(|known| known == picked.name()) {
            let title = text!("`{name}` stands here twice", "`{name}` 在此处出现两次");
            let hint = text!("name each transport once", "每个传输方式只写一次");
            faults.push(item.bad_value(title).hint(hint));
            return None;
        }
        names.push(picked.name().to_owned());
        names.last().cloned()
    })
}

/// A list with something in it; `None` when any item is wrong.
fn read_list<T>(
    node: &Node,
    faults: &mut Diagnostics,
    mut read: impl FnMut(&Node, &mut Diagnostics) -> Option<T>,
) -> Option<Vec<T>> {
    match &node.value {
        Value::Sequence(items) if items.is_empty() => {
            let title = text!("the list is empty", "列表为空");
            let hint = text!("name at least one, or remove the key", "请至少写一个，或删除这个键");
            faults.push(node.bad_value(title).hint(hint));
            None
        }
        Value::Sequence(items) => {
            let read: Vec<_> = items.iter().map(|item| read(item, faults)).collect();
            read.into_iter().collect()
        }
        _ => {
            let hint = text!("write it in brackets: `[…]`", "请写在方括号里：`[…]`");
            faults.push(node.wrong_type(("a list", "列表")).hint(hint));
            None
        }
    }
}

fn unknown_transport(node: &Node, name: &str, known: &Known<'_>) -> Diagnostic {
    let list = known.transports.join("`, `");
    let hint = match known.transports.is_empty() {
        true => Choice::names_hint(),
        false => text!("declared under `transports`: `{list}`", "`transports` 中声明了：`{list}`"),
    };
    let names = known.transports.iter().copied().chain(Choice::names());
    node.bad_value(text!("there is no transport `{name}`", "没有传输方式 `{name}`"))
        .hint(hint)
        .did_you_mean(name, names)
}

/// Providers that are no transports of the file share the one set of `SMTP_*`.
fn two_servers(routes: &[WrittenRoute], known: &Known<'_>) -> Option<Diagnostic> {
    let mut first: Option<&str> = None;
    for written in routes {
        for name in &written.route.via {
            if !Picked::named(name, &known.transports).is_some_and(|picked| picked.is_smtp()) {
                continue;
            }
            if *first.get_or_insert(name) != name {
                return Some(several_smtp("routes").at(written.span.clone()));
            }
        }
    }
    None
}

fn empty(node: &Node) -> Diagnostic {
    node.bad_value(text!("there is no route here", "此处没有任何路由")).hint(text!(
        "write `- {{ via: [NAME] }}`, or remove `routes`",
        "请写 `- {{ via: [名称] }}`，或删除 `routes`"
    ))
}
