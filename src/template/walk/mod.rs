//! Walks one page of one kind in one locale, as the engine would, over all branches.

mod calls;
mod faults;
mod guards;
mod keys;
mod line;
mod output;
mod statements;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{self, Expr, Stmt};

use self::faults::{endless, wrong_page};
use crate::catalog::{Catalog, Kind};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText};
use crate::locale::Locale;
use crate::template::analyse::{Analysis, Parsed};
use crate::template::place::Place;
use crate::text;
use crate::vars::{Declaration, Variable};

/// What the page is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Page {
    Html,
    Text,
}

/// How deep macros, includes and blocks may call each other.
const MAX_CALLS: usize = 24;
/// How many of them one page may enter: each of 24 that calls the next one twice makes millions.
const MAX_ENTERED: usize = 5_000;
/// How deep blocks may stand within each other, over all macros and includes.
const MAX_NESTING: usize = 200;
/// Functions that templates have beside `t` and `image`.
const FUNCTIONS: [&str; 6] = ["t", "image", "range", "dict", "namespace", "super"];
/// Elements that mail clients drop or that would do something.
const FORBIDDEN_TAGS: [&str; 18] = [
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "textarea",
    "select",
    "base",
    "link",
    "video",
    "audio",
    "svg",
    "math",
    "plaintext",
    "noscript",
    "template",
];

/// What is known of an expression's value before it has one.
#[derive(Clone)]
enum Known<'a> {
    /// Written by the project: literals, brand, locale
    Fixed,
    /// A url variable, whole
    Url,
    /// Text from anywhere
    Plain,
    /// HTML that a macro or `image()` wrote
    Markup,
    /// A declared list
    List(&'a Variable),
    /// A declared object
    Object(&'a Declaration),
    /// `brand`
    Brand,
    /// `brand.colors`
    Colors,
    /// A macro and the template it stands in
    Macro(&'a ast::Macro<'a>, &'a str),
    /// What `caller()` and `super()` write
    Caller(Rc<Caller<'a>>),
    /// `loop`
    Loop,
    /// An imported template
    Module(BTreeMap<&'a str, Abstract<'a>>),
}

/// A body that something else calls, and the names that it sees.
struct Caller<'a> {
    body: &'a [Stmt<'a>],
    file: &'a str,
    scopes: Vec<BTreeMap<&'a str, Abstract<'a>>>,
    given: Vec<&'a str>,
}

impl<'a> Known<'a> {
    /// What is known of a value that is one of two: the less of both.
    fn join(self, other: Known<'a>) -> Known<'a> {
        match (self, other) {
            (Known::Fixed, Known::Fixed) => Known::Fixed,
            (Known::Url, Known::Url) => Known::Url,
            (Known::List(a), Known::List(b)) if std::ptr::eq(a, b) => Known::List(a),
            (Known::List(a), Known::Fixed) => Known::List(a),
            (Known::Markup, _) | (_, Known::Markup) => Known::Markup,
            _ => Known::Plain,
        }
    }

    /// What is known of a part of it, or of what is made from it.
    fn part(self) -> Known<'a> {
        match self {
            Known::Fixed | Known::Markup => self,
            _ => Known::Plain,
        }
    }
}

#[derive(Clone)]
struct Abstract<'a> {
    known: Known<'a>,
    /// The optional variable that may make it none
    missing: Option<&'a str>,
    /// The declared variable that it is, unchanged
    variable: Option<&'a Variable>,
}

impl<'a> Abstract<'a> {
    fn new(known: Known<'a>) -> Self {
        Abstract { known, missing: None, variable: None }
    }
}

/// The page that is walked.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub catalog: &'a Catalog,
    pub parsed: &'a Parsed<'a>,
    pub kind: &'a Kind,
    pub locale: &'a Locale,
    pub page: Page,
}

pub(super) struct Walk<'a> {
    catalog: &'a Catalog,
    parsed: &'a Parsed<'a>,
    kind: &'a Kind,
    locale: &'a Locale,
    page: Page,
    analysis: &'a mut Analysis,
    file: &'a str,
    place: Place,
    scopes: Vec<BTreeMap<&'a str, Abstract<'a>>>,
    given: Vec<&'a str>,
    blocks: BTreeMap<&'a str, Vec<(&'a ast::Block<'a>, &'a str)>>,
    /// Blocks that a layout has written
    written: BTreeSet<&'a str>,
    calls: usize,
    entered: usize,
    nesting: usize,
    used: BTreeSet<String>,
    faults: Diagnostics,
}

impl<'a> Walk<'a> {
    pub fn new(target: Target<'a>, analysis: &'a mut Analysis) -> Self {
        let Target { catalog, parsed, kind, locale, page } = target;
        Walk {
            catalog,
            parsed,
            kind,
            locale,
            page,
            analysis,
            file: "",
            place: Place::default(),
            scopes: vec![BTreeMap::new()],
            given: Vec::new(),
            blocks: BTreeMap::new(),
            written: BTreeSet::new(),
            calls: 0,
            entered: 0,
            nesting: 0,
            used: BTreeSet::new(),
            faults: Diagnostics::new(),
        }
    }

    /// Hands over the faults, and tells which variables were used.
    pub fn finish(self, faults: &mut Diagnostics) -> BTreeSet<String> {
        let about = |fault: Diagnostic| fault.kind(&self.kind.name).locale(self.locale);
        faults.extend(self.faults.into_iter().map(about));
        self.used
    }

    /// Walks a page from its body on.
    pub fn template(&mut self, name: &str) {
        let Some((name, (_, Stmt::Template(template)))) = self.parsed.templates.get_key_value(name)
        else {
            return;
        };
        self.file = name;
        self.top_level(&template.children);
        self.unwritten_blocks();
        if self.page == Page::Html && !self.place.is_text() {
            let source = self.source();
            let end = source.text().len();
            self.fault(
                Code::TemplateBranches,
                text!("the page ends inside a tag", "页面在标签内部结束"),
                end.saturating_sub(1)..end,
            );
        }
    }

    /// Checks the string of a subject or preheader.
    pub fn string(&mut self, key: &str) {
        self.key(key, None, &[], 0..0);
    }

    fn source(&self) -> SourceText {
        match self.parsed.templates.get(self.file) {
            Some((source, _)) => (*source).clone(),
            None => self.kind.source().clone(),
        }
    }

    fn fault(&mut self, code: Code, title: crate::diagnostic::Text, range: Range<usize>) {
        self.report(Diagnostic::error(code, title), range);
    }

    fn report(&mut self, diagnostic: Diagnostic, range: Range<usize>) {
        if range == (0..0) {
            let file = self.source().name().to_owned();
            return self.faults.push(diagnostic.in_file(file));
        }
        let span = self.source().span(range);
        self.faults.push(if diagnostic.position().is_none() {
            diagnostic.at(span)
        } else {
            diagnostic
        });
    }

    fn within(&mut self, file: &'a str, work: impl FnOnce(&mut Self)) {
        self.entered += 1;
        if self.calls >= MAX_CALLS || self.entered > MAX_ENTERED {
            return self.faults.push(endless(file));
        }
        let before = std::mem::replace(&mut self.file, file);
        self.calls += 1;
        work(self);
        self.calls -= 1;
        self.file = before;
    }

    fn find(&mut self, name: &Expr<'a>, at: Range<usize>) -> Option<(&'a str, &'a [Stmt<'a>])> {
        let Some(wanted) = literal(name) else {
            self.report(
                Diagnostic::error(
                    Code::TemplateDynamicName,
                    text!("a template is named by an expression", "用表达式指定了模板名"),
                )
                .hint(text!("write its name in quotes", "请用引号写出模板名")),
                at,
            );
            return None;
        };
        let found = self.parsed.templates.get_key_value(wanted.as_str());
        let Some((name, (_, Stmt::Template(template)))) = found else {
            // A template that cannot be read has been told of already.
            if !self.catalog.templates().contains_key(&wanted) {
                let known = self.catalog.templates().keys().map(String::as_str);
                let shown: String = wanted.chars().filter(|c| !c.is_control()).take(80).collect();
                let fault = Diagnostic::error(
                    Code::TemplateNotFound,
                    text!("there is no template `{shown}`", "没有模板 `{shown}`"),
                )
                .hint(text!(
                    "names are paths below `templates/`, such as `_layout/base.html.j2`",
                    "名称是 `templates/` 下的路径，例如 `_layout/base.html.j2`"
                ))
                .did_you_mean(&wanted, known);
                self.report(fault, at);
            }
            return None;
        };
        let other = match self.page {
            Page::Html => !name.ends_with(".html.j2") && writes_values(&template.children),
            Page::Text => name.ends_with(".html.j2"),
        };
        if other && !name.ends_with(".css") {
            self.report(wrong_page(name), at);
            return None;
        }
        Some((name, &template.children))
    }
}

/// Whether a template writes anything but its own text.
fn writes_values(statements: &[Stmt<'_>]) -> bool {
    !statements.iter().all(|statement| matches!(statement, Stmt::EmitRaw(_)))
}

fn range(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

fn literal(expr: &Expr<'_>) -> Option<String> {
    expr.as_const()?.as_str().map(str::to_owned)
}
