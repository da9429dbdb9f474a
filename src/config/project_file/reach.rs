//! Which mails each route takes: routes that no mail reaches, mails that no route takes.
//!
//! Every mail falls into a cell: its kind and category, and the one of the domains named in the
//! routes that its recipient has, or none of them. The cells are few, so they are all looked at.

use super::route::WrittenRoute;
use crate::catalog::Category;
use crate::config::lines::{Mail, Route};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::text;

/// A warning for each route that no mail can reach.
pub(super) fn unreachable(routes: &[WrittenRoute], kinds: &[(&str, Category)]) -> Diagnostics {
    let cells = cells(routes, kinds);
    let taken_by = |mail: &Mail<'_>| routes.iter().position(|written| written.route.takes(mail));
    let reached = |index: usize| cells.iter().any(|mail| taken_by(mail) == Some(index));
    let cut = routes.iter().enumerate().filter(|(index, _)| !reached(*index));
    cut.map(|(_, written)| {
        let first = cells.iter().filter(|mail| written.route.takes(mail)).find_map(taken_by);
        match first {
            Some(first) => covered(written, &routes[first]),
            None => contradicts(written, kinds),
        }
    })
    .collect()
}

/// The kinds of which some mail is taken by no route.
pub(in crate::config) fn untaken<'k>(
    routes: &[Route],
    kinds: &[(&'k str, Category)],
) -> Vec<&'k str> {
    let taken = |kind: &str, category: Category| {
        routes.iter().any(|route| route.takes(&Mail { kind, category, domain: "" }))
    };
    let untaken = kinds.iter().filter(|(kind, category)| !taken(kind, *category));
    untaken.map(|(kind, _)| *kind).collect()
}

/// A category may have no kind yet: it gets a cell without one.
fn cells<'a>(routes: &'a [WrittenRoute], kinds: &[(&'a str, Category)]) -> Vec<Mail<'a>> {
    let named = routes.iter().flat_map(|written| written.route.domains.iter().map(String::as_str));
    let domains: Vec<&str> = named.chain([""]).collect();
    let nameless = Category::NAMES.iter().map(|(_, category)| ("", *category));
    // Kinds that are named where the project's are not known.
    let unknown = routes.iter().filter_map(|written| written.route.kind.as_deref());
    let unknown = unknown.filter(|kind| !kinds.iter().any(|(known, _)| known == kind));
    let unknown =
        unknown.flat_map(|kind| Category::NAMES.iter().map(move |(_, category)| (kind, *category)));
    let kinds: Vec<_> = kinds.iter().copied().chain(nameless).chain(unknown).collect();
    let cell = |(kind, category)| domains.iter().map(move |domain| Mail { kind, category, domain });
    kinds.into_iter().flat_map(cell).collect()
}

fn covered(written: &WrittenRoute, first: &WrittenRoute) -> Diagnostic {
    let line = first.span.line();
    let title = text!(
        "no mail reaches this route: the one on line {line} takes them before",
        "不会有邮件走到这条路由：第 {line} 行的路由已先取走"
    );
    Diagnostic::warning(Code::RouteUnreachable, title).at(written.span.clone()).hint(text!(
        "the first route that fits is taken: put the narrower one first",
        "按顺序取第一条符合的路由：请把条件更严的写在前面"
    ))
}

fn contradicts(written: &WrittenRoute, kinds: &[(&str, Category)]) -> Diagnostic {
    let kind = written.route.kind.as_deref().unwrap_or_default();
    let category = kinds.iter().find(|(known, _)| *known == kind);
    let category = category.map_or("", |(_, category)| category.as_str());
    let title = text!(
        "no mail reaches this route: the kind `{kind}` is `{category}`",
        "不会有邮件走到这条路由：邮件类型 `{kind}` 的类别是 `{category}`"
    );
    Diagnostic::warning(Code::RouteUnreachable, title)
        .at(written.span.clone())
        .hint(text!("remove `category`", "请删除 `category`"))
}
