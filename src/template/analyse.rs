//! What is wrong with templates before any mail is rendered.
//!
//! Every template is parsed once; then every kind is walked in every locale, macros and includes
//! followed, with the declared type of each variable and its place in the HTML known.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::machinery::ast::Stmt;

use super::walk::{Page, Target, Walk};
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
    let mut survey = Survey { catalog, parsed, analysis: Analysis::default(), faults };
    let mut unused = Vec::new();
    for kind in catalog.kinds().filter(|kind| kind.is_sound()) {
        unused.push((kind, survey.kind(kind)));
    }
    let Survey { mut analysis, faults, .. } = survey;
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

/// One pass over a catalog.
struct Survey<'a> {
    catalog: &'a Catalog,
    parsed: Parsed<'a>,
    analysis: Analysis,
    faults: &'a mut Diagnostics,
}

/// The variables (by name) and images (as `image('name')`) that a kind's pages use in a locale.
type Used = BTreeSet<String>;

impl Survey<'_> {
    /// Walks a kind in all locales; what it uses in any of them.
    fn kind(&mut self, kind: &Kind) -> Used {
        let catalog = self.catalog;
        let read = |locale: &&Locale| !catalog.strings(locale).is_unread();
        let by_locale: Vec<(&Locale, Used)> = catalog
            .locales()
            .filter(read)
            .map(|locale| (locale, self.pair(kind, locale)))
            .collect();
        if !self.faults.has_errors() {
            self.compare_bodies(kind, &by_locale);
        }
        by_locale.into_iter().flat_map(|(_, used)| used).collect()
    }

    fn pair(&mut self, kind: &Kind, locale: &Locale) -> Used {
        let mut used = Used::new();
        let (catalog, parsed) = (self.catalog, &self.parsed);
        let target = Target { catalog, parsed, kind, locale, page: Page::Text };
        if self.catalog.body(&kind.name, locale, "html").is_none() {
            self.faults.push(no_body(kind, locale));
        }
        for (extension, page) in [("html", Page::Html), ("txt", Page::Text)] {
            let Some(source) = self.catalog.body(&kind.name, locale, extension) else { continue };
            let name = source.name().trim_start_matches("templates/");
            let mut walk = Walk::new(Target { page, ..target }, &mut self.analysis);
            walk.template(name);
            used.extend(walk.finish(self.faults));
        }
        for (line, own) in [("subject", &kind.subject), ("preheader", &kind.preheader)] {
            let mut walk = Walk::new(target, &mut self.analysis);
            match own {
                Some((template, span)) => walk.line(template, span),
                None => walk.string(line),
            }
            used.extend(walk.finish(self.faults));
            single_line(self.catalog, kind, locale, line, self.faults);
        }
        used
    }

    /// Locales with bodies of their own show the same variables and images.
    fn compare_bodies(&mut self, kind: &Kind, by_locale: &[(&Locale, Used)]) {
        let settings = &self.catalog.settings.locales;
        let draft = |locale: &Locale| settings.iter().any(|s| s.locale == *locale && s.draft);
        let mut finished = by_locale.iter().filter(|(locale, _)| !draft(locale));
        let Some((base, base_used)) = finished.next() else { return };
        for (locale, used) in finished {
            let (here, there) = (self.body_file(kind, locale), self.body_file(kind, base));
            if here == there || used == base_used {
                continue;
            }
            let differing: Vec<&str> =
                used.symmetric_difference(base_used).map(String::as_str).collect();
            self.faults.push(bodies_differ(&differing, (base, locale), here).kind(&kind.name));
        }
    }

    fn body_file(&self, kind: &Kind, locale: &Locale) -> String {
        let body = self.catalog.body(&kind.name, locale, "html");
        body.map_or_else(String::new, |source| source.name().to_owned())
    }
}

fn bodies_differ(
    differing: &[&str],
    (base, locale): (&Locale, &Locale),
    file: String,
) -> Diagnostic {
    let names = differing.join("`, `");
    Diagnostic::error(
        Code::StringsDiffer,
        text!(
            "the bodies of `{base}` and `{locale}` do not both show `{names}`",
            "`{base}` 与 `{locale}` 的正文没有都用到 `{names}`"
        ),
    )
    .in_file(file)
    .locale(locale)
    .hint(text!("let both show the same", "请让两者显示相同的内容"))
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
