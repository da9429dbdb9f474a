//! What is wrong with templates before any mail is rendered.
//!
//! Every template is parsed once; then every kind is walked in every locale, macros and includes
//! followed, with the declared type of each variable and its place in the HTML known.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::machinery::ast::Stmt;

use super::walk::{Page, Walk};
use super::{fault, strings, syntax};
use crate::catalog::{Catalog, Kind};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText};
use crate::locale::Locale;
use crate::text;

/// What the walk learned.
#[derive(Default)]
pub(super) struct Analysis {
    /// By template: where a directly printed enum or boolean ends, and its name
    pub labels: BTreeMap<String, Vec<(usize, String)>>,
    /// Dotted keys of the strings that are used, in any locale
    pub used_strings: BTreeSet<String>,
    /// Strings that a fault was told of already, so that they are not compared as well
    pub told: BTreeSet<(Locale, String)>,
}

/// The parsed templates of a catalog.
pub(super) struct Parsed<'a> {
    pub templates: BTreeMap<&'a str, (&'a SourceText, Stmt<'a>)>,
}

/// Checks all kinds in all locales.
pub(super) fn analyse(catalog: &Catalog, faults: &mut Diagnostics) -> Analysis {
    let parsed = parse(catalog, faults);
    let mut analysis = Analysis::default();
    let mut unused = Vec::new();
    for kind in catalog.kinds().filter(|kind| kind.is_sound()) {
        let mut used_variables = BTreeSet::new();
        for locale in catalog.locales().filter(|locale| !catalog.strings(locale).is_unread()) {
            analyse_one(catalog, &parsed, kind, locale, &mut analysis, &mut used_variables, faults);
        }
        unused.push((kind, used_variables));
    }
    strings::compare_locales(catalog, &analysis.told, faults);
    // A template that cannot be read uses nothing, which would be one mistake told many times.
    if !faults.has_errors() {
        unused.iter().for_each(|(kind, used)| unused_variables(kind, used, faults));
        strings::unused(catalog, &analysis.used_strings, faults);
    }
    analysis.labels.values_mut().for_each(|labels| {
        labels.sort();
        labels.dedup();
    });
    analysis
}

fn parse<'a>(catalog: &'a Catalog, faults: &mut Diagnostics) -> Parsed<'a> {
    let mut templates = BTreeMap::new();
    for (name, source) in catalog.templates() {
        if super::too_complex(source.text()) {
            faults.push(super::too_complex_fault(source));
            continue;
        }
        match minijinja::machinery::parse(source.text(), name, Default::default()) {
            Ok(statement) => drop(templates.insert(name.as_str(), (source, statement))),
            Err(error) => faults.push(
                syntax::explain(source)
                    .unwrap_or_else(|| fault::diagnose(&error, |_| Some(source.clone()))),
            ),
        }
    }
    Parsed { templates }
}

fn analyse_one(
    catalog: &Catalog,
    parsed: &Parsed<'_>,
    kind: &Kind,
    locale: &Locale,
    analysis: &mut Analysis,
    used_variables: &mut BTreeSet<String>,
    faults: &mut Diagnostics,
) {
    if catalog.body(&kind.name, locale, "html").is_none() {
        faults.push(no_body(kind, locale));
    }
    for (extension, page) in [("html", Page::Html), ("txt", Page::Text)] {
        let Some(source) = catalog.body(&kind.name, locale, extension) else { continue };
        let name = source.name().trim_start_matches("templates/");
        let mut walk = Walk::new(catalog, parsed, kind, locale, page, analysis);
        walk.template(name);
        used_variables.extend(walk.finish(faults));
    }
    for (line, own) in [("subject", &kind.subject), ("preheader", &kind.preheader)] {
        let mut walk = Walk::new(catalog, parsed, kind, locale, Page::Text, analysis);
        match own {
            Some((template, span)) => walk.line(template, span),
            None => walk.string(line),
        }
        used_variables.extend(walk.finish(faults));
        single_line(catalog, kind, locale, line, faults);
    }
}

fn no_body(kind: &Kind, locale: &Locale) -> Diagnostic {
    let name = &kind.name;
    Diagnostic::error(
        Code::TemplateMissing,
        text!("`{name}` has no body for `{locale}`", "`{name}` 没有 `{locale}` 的正文"),
    )
    .in_file(kind.source().name())
    .kind(name)
    .locale(locale)
    .hint(text!("write `templates/{name}/body.html.j2`", "请编写 `templates/{name}/body.html.j2`"))
}

/// A subject's string must not break the line: what callers pass is flattened, what is written
/// here is a mistake.
fn single_line(
    catalog: &Catalog,
    kind: &Kind,
    locale: &Locale,
    line: &str,
    faults: &mut Diagnostics,
) {
    let strings = catalog.strings(locale);
    for path in [format!("{}.{line}", kind.name), format!("common.{line}")] {
        for (key, entry) in strings.iter() {
            let below = key
                .strip_prefix(&path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if let crate::catalog::Content::Text(pattern) = &entry.content
                && below
                && pattern.to_string().contains('\n')
            {
                faults.push(
                    Diagnostic::error(
                        Code::SubjectLines,
                        text!("`{key}` has more than one line", "`{key}` 不止一行"),
                    )
                    .at(pattern.span.clone())
                    .hint(text!("write it on one line", "请写在一行内")),
                );
            }
        }
    }
}

fn unused_variables(kind: &Kind, used: &BTreeSet<String>, faults: &mut Diagnostics) {
    let named = |name: &str| {
        let lifetime =
            matches!(&kind.lifetime, crate::catalog::Lifetime::Variable(own) if own == name);
        lifetime || kind.opt_out.as_deref() == Some(name)
    };
    for variable in kind.variables.variables() {
        let name = &variable.name;
        if !used.contains(name) && !named(name) {
            faults.push(
                Diagnostic::warning(
                    Code::VariableUnused,
                    text!("no template uses `{name}`", "没有模板使用 `{name}`"),
                )
                .at(variable.span.clone())
                .kind(&kind.name)
                .hint(text!("print it, or remove it", "请使用它或将其删除")),
            );
        }
    }
}
