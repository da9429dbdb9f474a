//! Walks one page of one kind in one locale, as the engine would, over all branches.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{self, CallArg, Expr, Stmt};

use super::analyse::{Analysis, Parsed};
use super::functions::{FILTERS, is_plural, unknown_image};
use super::place::{Context, Event, Place, SLOT};
use super::scope::{optional_unguarded, unknown_placeholder};
use crate::catalog::{BRAND_TEXTS, Catalog, Content, Kind};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText};
use crate::locale::Locale;
use crate::text;
use crate::vars::{Declaration, Variable, VariableType};

/// What the page is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Page {
    Html,
    Text,
}

/// How deep macros, includes and blocks may call each other.
const MAX_CALLS: usize = 24;
/// Functions that templates have beside `t` and `image`.
const FUNCTIONS: [&str; 6] = ["t", "image", "range", "dict", "namespace", "super"];
/// Elements that mail clients drop or that would do something.
const FORBIDDEN_TAGS: [&str; 13] = [
    "script", "iframe", "object", "embed", "form", "input", "button", "textarea", "select", "base",
    "link", "video", "audio",
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
    /// What `caller()` writes
    Caller(&'a [Stmt<'a>], &'a str),
    /// An imported template
    Module(BTreeMap<&'a str, Abstract<'a>>),
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
    calls: usize,
    used: BTreeSet<String>,
    faults: Diagnostics,
}

impl<'a> Walk<'a> {
    pub fn new(
        catalog: &'a Catalog,
        parsed: &'a Parsed<'a>,
        kind: &'a Kind,
        locale: &'a Locale,
        page: Page,
        analysis: &'a mut Analysis,
    ) -> Self {
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
            calls: 0,
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

    /// Walks a subject or preheader that `message.yaml` writes itself.
    pub fn line(&mut self, template: &str, span: &crate::diagnostic::Span) {
        let parsed = minijinja::machinery::parse(template, "line", Default::default());
        let Ok(Stmt::Template(parsed)) = parsed else { return };
        // The line lives only here, so names are looked up without keeping references into it.
        let mut names = Names::default();
        names.statements(&parsed.children);
        for key in names.keys {
            self.key(&key, None, &[], span.range());
        }
        for name in names.variables {
            if let Some(variable) = self.kind.variables.get(&name) {
                self.used.insert(variable.name.clone());
            } else if !matches!(name.as_str(), "brand" | "locale" | "subject") {
                let fault = unknown_variable(&name, self.kind).at(span.clone());
                self.faults.push(fault);
            }
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
        let span = self.source().span(range);
        self.faults.push(if diagnostic.position().is_none() {
            diagnostic.at(span)
        } else {
            diagnostic
        });
    }

    /// A template's own statements: with `extends` they only define, and the layout is written.
    fn top_level(&mut self, statements: &'a [Stmt<'a>]) {
        let layout = statements.iter().find_map(|statement| match statement {
            Stmt::Extends(extends) => Some((extends, range(extends.span()))),
            _ => None,
        });
        let Some((extends, at)) = layout else { return self.statements(statements) };
        for statement in statements {
            match statement {
                Stmt::EmitRaw(_) | Stmt::EmitExpr(_) | Stmt::Extends(_) => {}
                Stmt::Block(block) => {
                    self.blocks.entry(block.name).or_default().push((block, self.file));
                }
                other => self.statement(other),
            }
        }
        if let Some((name, children)) = self.find(&extends.name, at) {
            self.within(name, |walk| walk.top_level(children));
        }
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
        Some((name, &template.children))
    }

    fn within(&mut self, file: &'a str, work: impl FnOnce(&mut Self)) {
        if self.calls >= MAX_CALLS {
            return self.faults.push(
                Diagnostic::error(
                    Code::TemplateTooMuchWork,
                    text!(
                        "templates or macros call each other without end",
                        "模板或宏无限互相调用"
                    ),
                )
                .in_file(format!("templates/{file}"))
                .hint(text!("remove the call that closes the circle", "请去掉形成循环的调用")),
            );
        }
        let before = std::mem::replace(&mut self.file, file);
        self.calls += 1;
        work(self);
        self.calls -= 1;
        self.file = before;
    }

    fn statements(&mut self, statements: &'a [Stmt<'a>]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &'a Stmt<'a>) {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(raw) => self.raw(raw.raw, range(raw.span()).start),
            Stmt::EmitExpr(emit) => self.emit(&emit.expr),
            Stmt::ForLoop(each) => self.for_loop(each),
            Stmt::IfCond(cond) => self.if_cond(cond),
            Stmt::WithBlock(with) => {
                self.scopes.push(BTreeMap::new());
                for (target, value) in &with.assignments {
                    self.assign(target, value);
                }
                self.statements(&with.body);
                self.scopes.pop();
            }
            Stmt::Set(set) => self.assign(&set.target, &set.expr),
            Stmt::SetBlock(set) => self.set_block(set),
            Stmt::AutoEscape(escape) => {
                self.fault(
                    Code::TemplateUnsafe,
                    text!("escaping cannot be switched off", "不能关闭转义"),
                    range(escape.span()),
                );
                self.statements(&escape.body);
            }
            Stmt::FilterBlock(block) => {
                self.eval(&block.filter);
                self.statements(&block.body);
            }
            Stmt::Block(block) => self.block(block),
            Stmt::Import(import) => {
                let module = self.import(&import.expr, range(import.span()));
                if let Expr::Var(name) = &import.name {
                    self.bind(name.id, Abstract::new(Known::Module(module)));
                }
            }
            Stmt::FromImport(import) => self.import_names(import),
            Stmt::Extends(_) => {}
            Stmt::Include(include) => {
                if let Some((name, children)) = self.find(&include.name, range(include.span())) {
                    self.within(name, |walk| walk.statements(children));
                }
            }
            Stmt::Macro(definition) => {
                let known = Known::Macro(definition, self.file);
                self.bind(definition.name, Abstract::new(known));
            }
            Stmt::CallBlock(call) => self.call_block(call),
            Stmt::Continue(_) | Stmt::Break(_) => {}
            Stmt::Do(call) => drop(self.call(&call.call)),
        }
    }

    fn bind(&mut self, name: &'a str, value: Abstract<'a>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, value);
        }
    }

    fn assign(&mut self, target: &'a Expr<'a>, value: &'a Expr<'a>) {
        let value = self.eval(value);
        match target {
            Expr::Var(name) => self.bind(name.id, value),
            Expr::List(names) => {
                for name in &names.items {
                    if let Expr::Var(name) = name {
                        self.bind(name.id, Abstract::new(Known::Plain));
                    }
                }
            }
            Expr::Tuple(names) => {
                for name in &names.items {
                    if let Expr::Var(name) = name {
                        self.bind(name.id, Abstract::new(Known::Plain));
                    }
                }
            }
            _ => {}
        }
    }

    /// Captured text is read as a page of its own: it must begin and end as text.
    fn set_block(&mut self, set: &'a ast::SetBlock<'a>) {
        let outside = std::mem::take(&mut self.place);
        self.statements(&set.body);
        self.place = outside;
        if let Expr::Var(name) = &set.target {
            self.bind(name.id, Abstract::new(Known::Markup));
        }
    }

    fn raw(&mut self, text: &str, start: usize) {
        if self.page == Page::Text {
            return;
        }
        let mut found = Vec::new();
        self.place
            .feed(text, &mut |event, at| found.push((event, at.start + start..at.end + start)));
        found.into_iter().for_each(|(event, at)| self.event(event, at));
    }

    fn event(&mut self, event: Event, at: Range<usize>) {
        match event {
            Event::Tag(tag) if FORBIDDEN_TAGS.contains(&tag.as_str()) => self.report(
                Diagnostic::error(
                    Code::TemplateForbiddenTag,
                    text!("`<{tag}>` has no place in a mail", "邮件中不能使用 `<{tag}>`"),
                )
                .hint(text!(
                    "mail clients remove it, and filters take it for spam; link to a page instead",
                    "邮件客户端会删除它，过滤器会视为垃圾邮件；请改为链接到网页"
                )),
                at,
            ),
            Event::Attribute { tag, name, value } => self.attribute(&tag, &name, &value, at),
            Event::BehindUrl => self.report(not_whole_url(), at),
            Event::Tag(_) => {}
        }
    }

    fn attribute(&mut self, tag: &str, name: &str, value: &str, at: Range<usize>) {
        let bad = (name.starts_with("on") && name.len() > 2)
            || (tag == "meta" && name == "http-equiv" && value.eq_ignore_ascii_case("refresh"));
        if bad {
            return self.report(
                Diagnostic::error(
                    Code::TemplateForbiddenTag,
                    text!("`{name}` has no place in a mail", "邮件中不能使用 `{name}`"),
                )
                .hint(text!("mail clients remove it", "邮件客户端会删除它")),
                at,
            );
        }
        let loads = matches!((tag, name), ("img", "src") | (_, "background"));
        if loads && !value.starts_with(SLOT) && !value.starts_with("https://") {
            self.report(
                Diagnostic::error(
                    Code::TemplateRemote,
                    text!("the picture is not part of the mail", "图片不在邮件中"),
                )
                .hint(text!(
                    "put it under `assets/` and write `{{{{ image('name', width=120) }}}}`",
                    "请放到 `assets/` 下并写 `{{{{ image('name', width=120) }}}}`"
                )),
                at.clone(),
            );
        }
        let target = value.trim().to_ascii_lowercase();
        let scheme = ["javascript:", "data:", "vbscript:", "file:"];
        if name == "href" && scheme.iter().any(|scheme| target.starts_with(scheme)) {
            self.report(
                Diagnostic::error(
                    Code::TemplateForbiddenTag,
                    text!("a link of this scheme has no place in a mail", "邮件中不能使用这种链接"),
                )
                .hint(text!("link to an https page", "请链接到 https 网页")),
                at,
            );
        }
    }

    fn emit(&mut self, expr: &'a Expr<'a>) {
        let value = self.eval(expr);
        let at = range(expr.span());
        if let Some(name) = value.missing {
            self.report(optional_unguarded(name), at.clone());
        }
        if let (Expr::Var(_), Some(variable)) = (expr, value.variable)
            && matches!(variable.kind, VariableType::Enum { .. } | VariableType::Boolean)
        {
            let labels = self.analysis.labels.entry(self.file.to_owned()).or_default();
            labels.push((at.end, variable.name.clone()));
        }
        if matches!(value.known, Known::Object(_) | Known::Brand | Known::Colors) {
            self.report(
                Diagnostic::error(
                    Code::TemplateFailed,
                    text!("an object cannot be printed", "对象不能直接打印"),
                )
                .hint(text!("print one of its fields", "请打印它的某个字段")),
                at.clone(),
            );
        }
        if self.page == Page::Html {
            self.put(&value, at);
        }
    }

    fn put(&mut self, value: &Abstract<'a>, at: Range<usize>) {
        let context = self.place.context();
        let fixed = matches!(value.known, Known::Fixed);
        let url = matches!(value.known, Known::Url);
        let markup = matches!(value.known, Known::Markup);
        match context {
            Context::Text => {}
            Context::Attribute if !markup => {}
            Context::UrlStart if url || fixed => {}
            Context::Style | Context::UrlInside | Context::Forbidden(_) if fixed => {}
            Context::UrlStart if !markup => self.report(not_a_url(), at),
            Context::UrlInside if !markup => self.report(not_whole_url(), at),
            _ => self.report(bad_place(context), at),
        }
        self.place.put_value(url && context == Context::UrlStart);
    }

    fn for_loop(&mut self, each: &'a ast::ForLoop<'a>) {
        let list = self.eval(&each.iter);
        let item = match list.known {
            Known::List(item) => self.typed(item),
            Known::Fixed => Abstract::new(Known::Fixed),
            _ => Abstract::new(Known::Plain),
        };
        self.scopes.push(BTreeMap::new());
        self.bind("loop", Abstract::new(Known::Fixed));
        match &each.target {
            Expr::Var(name) => self.bind(name.id, item),
            target => {
                for name in names_in(target) {
                    self.bind(name, Abstract::new(Known::Plain));
                }
            }
        }
        let given = self.given.len();
        if let Some(filter) = &each.filter_expr {
            self.eval(filter);
            self.given.extend(guards(filter, true));
        }
        let before = self.place.clone();
        self.statements(&each.body);
        self.same_place(&before, range(each.iter.span()));
        self.place = before;
        self.given.truncate(given);
        self.scopes.pop();
        self.statements(&each.else_body);
    }

    fn if_cond(&mut self, cond: &'a ast::IfCond<'a>) {
        self.eval(&cond.expr);
        let before = self.place.clone();
        let given = self.given.len();
        self.given.extend(guards(&cond.expr, true));
        self.statements(&cond.true_body);
        self.given.truncate(given);
        let after = std::mem::replace(&mut self.place, before);
        self.given.extend(guards(&cond.expr, false));
        self.statements(&cond.false_body);
        self.given.truncate(given);
        self.same_place(&after, range(cond.expr.span()));
    }

    fn same_place(&mut self, other: &Place, at: Range<usize>) {
        if self.page == Page::Html && !self.place.same_as(other) {
            self.report(
                Diagnostic::error(
                    Code::TemplateBranches,
                    text!(
                        "the branches end in different places of the HTML",
                        "各分支结束在 HTML 的不同位置"
                    ),
                )
                .hint(text!(
                    "open and close each tag and quote within one branch",
                    "请在同一分支内开始并结束每个标签和引号"
                )),
                at,
            );
        }
    }

    fn block(&mut self, block: &'a ast::Block<'a>) {
        let own = self.blocks.get(block.name).and_then(|blocks| blocks.first().copied());
        match own {
            Some((child, file)) => {
                let file_here = self.file;
                self.scopes.push(BTreeMap::new());
                self.bind("super", Abstract::new(Known::Caller(&block.body, file_here)));
                self.within(file, |walk| walk.statements(&child.body));
                self.scopes.pop();
            }
            None => self.statements(&block.body),
        }
    }

    fn import(&mut self, name: &'a Expr<'a>, at: Range<usize>) -> BTreeMap<&'a str, Abstract<'a>> {
        let Some((file, children)) = self.find(name, at) else { return BTreeMap::new() };
        let outside = std::mem::take(&mut self.place);
        self.scopes.push(BTreeMap::new());
        self.within(file, |walk| {
            for statement in children {
                if !matches!(statement, Stmt::EmitRaw(_)) {
                    walk.statement(statement);
                }
            }
        });
        self.place = outside;
        self.scopes.pop().unwrap_or_default()
    }

    fn import_names(&mut self, import: &'a ast::Spanned<ast::FromImport<'a>>) {
        let at = range(import.span());
        let module = self.import(&import.expr, at.clone());
        for (name, alias) in &import.names {
            let (Expr::Var(name), alias) = (name, alias.as_ref()) else { continue };
            let bound = match alias {
                Some(Expr::Var(alias)) => alias.id,
                _ => name.id,
            };
            match module.get(name.id) {
                Some(value) => self.bind(bound, value.clone()),
                None => {
                    let id = name.id;
                    if literal(&import.expr)
                        .is_some_and(|file| self.parsed.templates.contains_key(file.as_str()))
                    {
                        let fault = Diagnostic::error(
                            Code::TemplateUnknownFunction,
                            text!("there is no macro `{id}`", "没有宏 `{id}`"),
                        )
                        .did_you_mean(id, module.keys().copied());
                        self.report(fault, at.clone());
                    }
                    self.bind(bound, Abstract::new(Known::Markup));
                }
            }
        }
    }

    fn call_block(&mut self, call: &'a ast::CallBlock<'a>) {
        let caller = Known::Caller(&call.macro_decl.body, self.file);
        self.scopes.push(BTreeMap::new());
        self.bind("caller", Abstract::new(caller));
        let value = self.call(&call.call);
        self.scopes.pop();
        if self.page == Page::Html {
            self.put(&value, range(call.call.span()));
        }
    }

    fn typed(&self, variable: &'a Variable) -> Abstract<'a> {
        let known = match &variable.kind {
            VariableType::Url { .. } => Known::Url,
            VariableType::List { items, .. } => Known::List(items),
            VariableType::Object { fields } => Known::Object(fields),
            _ => Known::Plain,
        };
        Abstract { known, missing: None, variable: Some(variable) }
    }

    fn eval(&mut self, expr: &'a Expr<'a>) -> Abstract<'a> {
        match expr {
            Expr::Var(var) => self.variable(var.id, range(var.span())),
            Expr::Const(_) => Abstract::new(Known::Fixed),
            Expr::GetAttr(get) => self.attribute_of(get),
            Expr::GetItem(get) => {
                self.eval(&get.subscript_expr);
                match self.eval(&get.expr).known {
                    Known::Fixed => Abstract::new(Known::Fixed),
                    Known::List(item) => self.typed(item),
                    _ => Abstract::new(Known::Plain),
                }
            }
            Expr::Slice(slice) => self.eval(&slice.expr),
            Expr::UnaryOp(op) => {
                self.eval(&op.expr);
                Abstract::new(Known::Plain)
            }
            Expr::BinOp(op) => self.binary(op),
            Expr::Compare(compare) => {
                self.eval(&compare.expr);
                compare.ops.iter().for_each(|op| drop(self.eval(&op.expr)));
                Abstract::new(Known::Fixed)
            }
            Expr::IfExpr(cond) => self.if_expr(cond),
            Expr::Filter(filter) => self.filter(filter),
            Expr::Test(test) => {
                self.eval(&test.expr);
                self.arguments(&test.args);
                Abstract::new(Known::Fixed)
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.several(list.items.iter()),
            Expr::Tuple(list) => self.several(list.items.iter()),
            Expr::Map(map) => self.several(map.keys.iter().chain(map.values.iter())),
        }
    }

    fn several(&mut self, items: impl Iterator<Item = &'a Expr<'a>>) -> Abstract<'a> {
        let mut known = Known::Fixed;
        for item in items {
            if !matches!(self.eval(item).known, Known::Fixed) {
                known = Known::Plain;
            }
        }
        Abstract::new(known)
    }

    fn variable(&mut self, name: &'a str, at: Range<usize>) -> Abstract<'a> {
        if let Some(bound) = self.scopes.iter().rev().find_map(|scope| scope.get(name)) {
            return bound.clone();
        }
        if let Some(variable) = self.kind.variables.get(name) {
            self.used.insert(name.to_owned());
            let missing = variable.optional && !self.given.contains(&name);
            return Abstract { missing: missing.then_some(name), ..self.typed(variable) };
        }
        match name {
            "brand" => Abstract::new(Known::Brand),
            "locale" => Abstract::new(Known::Fixed),
            "subject" | "preheader" => Abstract::new(Known::Plain),
            name if FUNCTIONS.contains(&name) => Abstract::new(Known::Plain),
            _ => {
                let fault = unknown_variable(name, self.kind);
                self.report(fault, at);
                Abstract::new(Known::Fixed)
            }
        }
    }

    fn attribute_of(&mut self, get: &'a ast::GetAttr<'a>) -> Abstract<'a> {
        let (name, base) = (get.name, self.eval(&get.expr));
        let at = range(get.expr.span()).end;
        let at = at..(at + name.len() + 1);
        match base.known {
            Known::Brand if name == "colors" => Abstract::new(Known::Colors),
            Known::Brand => {
                if !BRAND_TEXTS.contains(&name) {
                    self.report(unknown_field("brand", name, BRAND_TEXTS.into_iter()), at);
                }
                Abstract::new(Known::Fixed)
            }
            Known::Colors => {
                let colors = self.catalog.brand.colors();
                if !colors.contains_key(name) {
                    let known = colors.keys().map(String::as_str);
                    self.report(unknown_field("brand.colors", name, known), at);
                }
                Abstract::new(Known::Fixed)
            }
            Known::Object(fields) => match fields.get(name) {
                Some(field) => {
                    let missing = field.optional.then_some(field.name.as_str());
                    let missing = missing.filter(|name| !self.given.contains(name));
                    Abstract { missing, ..self.typed(field) }
                }
                None => {
                    self.report(unknown_field("this object", name, fields.names()), at);
                    Abstract::new(Known::Plain)
                }
            },
            Known::Module(module) => {
                module.get(name).cloned().unwrap_or(Abstract::new(Known::Markup))
            }
            Known::Fixed => Abstract::new(Known::Fixed),
            _ => Abstract::new(Known::Plain),
        }
    }

    fn binary(&mut self, op: &'a ast::BinOp<'a>) -> Abstract<'a> {
        let left = self.eval(&op.left);
        let given = self.given.len();
        match op.op {
            ast::BinOpKind::ScAnd => self.given.extend(guards(&op.left, true)),
            ast::BinOpKind::ScOr => self.given.extend(guards(&op.left, false)),
            _ => {}
        }
        let right = self.eval(&op.right);
        self.given.truncate(given);
        match (op.op, left.known, right.known) {
            (ast::BinOpKind::ScOr, _, known) => {
                Abstract { known, missing: right.missing, variable: None }
            }
            (ast::BinOpKind::Eq | ast::BinOpKind::Ne | ast::BinOpKind::In, _, _) => {
                Abstract::new(Known::Fixed)
            }
            (_, Known::Fixed, Known::Fixed) => Abstract::new(Known::Fixed),
            _ => Abstract::new(Known::Plain),
        }
    }

    fn if_expr(&mut self, cond: &'a ast::IfExpr<'a>) -> Abstract<'a> {
        self.eval(&cond.test_expr);
        let given = self.given.len();
        self.given.extend(guards(&cond.test_expr, true));
        let yes = self.eval(&cond.true_expr);
        self.given.truncate(given);
        self.given.extend(guards(&cond.test_expr, false));
        let no = cond.false_expr.as_ref().map(|expr| self.eval(expr));
        self.given.truncate(given);
        let missing = yes.missing.or(no.as_ref().and_then(|no| no.missing));
        let known = match (yes.known, no.map(|no| no.known)) {
            (Known::Url, Some(Known::Url) | None) => Known::Url,
            (Known::Fixed, Some(Known::Fixed) | None) => Known::Fixed,
            (Known::Markup, _) | (_, Some(Known::Markup)) => Known::Markup,
            _ => Known::Plain,
        };
        Abstract { known, missing, variable: None }
    }

    fn filter(&mut self, filter: &'a ast::Spanned<ast::Filter<'a>>) -> Abstract<'a> {
        let value = filter.expr.as_ref().map(|expr| self.eval(expr));
        self.arguments(&filter.args);
        let name = filter.name;
        let at = range(filter.span());
        if name == "safe" {
            self.report(
                Diagnostic::error(
                    Code::TemplateUnsafe,
                    text!("`safe` would let a caller write HTML", "`safe` 会让调用方写入 HTML"),
                )
                .hint(text!(
                    "put the markup in a string whose key ends in `_html`, or in a macro",
                    "请把标记写在键以 `_html` 结尾的文案或宏里"
                )),
                at,
            );
        } else if !FILTERS.contains(&name) {
            let fault = Diagnostic::error(
                Code::TemplateUnknownFilter,
                text!("there is no filter `{name}`", "没有过滤器 `{name}`"),
            );
            self.report(fault.did_you_mean(name, FILTERS), at);
        }
        let value = value.unwrap_or(Abstract::new(Known::Plain));
        let missing = value.missing.filter(|_| !matches!(name, "default" | "d"));
        match value.known {
            Known::Fixed => Abstract { known: Known::Fixed, missing, variable: None },
            Known::List(item) => Abstract { known: Known::List(item), missing, variable: None },
            _ => Abstract { known: Known::Plain, missing, variable: None },
        }
    }

    fn arguments(&mut self, args: &'a [CallArg<'a>]) {
        for argument in args {
            match argument {
                CallArg::Pos(expr)
                | CallArg::Kwarg(_, expr)
                | CallArg::PosSplat(expr)
                | CallArg::KwargSplat(expr) => drop(self.eval(expr)),
            }
        }
    }

    fn call(&mut self, call: &'a ast::Spanned<ast::Call<'a>>) -> Abstract<'a> {
        let at = range(call.span());
        if let Expr::Var(function) = &call.expr {
            let bound = self.scopes.iter().rev().any(|scope| scope.contains_key(function.id));
            match function.id {
                "t" if !bound => return self.call_t(call, at),
                "image" if !bound => return self.call_image(call, at),
                name if !bound && !FUNCTIONS.contains(&name) => {
                    self.arguments(&call.args);
                    let fault = Diagnostic::error(
                        Code::TemplateUnknownFunction,
                        text!("there is no function `{name}`", "没有函数 `{name}`"),
                    )
                    .did_you_mean(name, self.callable());
                    self.report(fault, range(function.span()));
                    return Abstract::new(Known::Fixed);
                }
                _ => {}
            }
        }
        match self.eval(&call.expr).known {
            Known::Macro(definition, file) => self.call_macro(definition, file, &call.args, at),
            Known::Caller(body, file) => {
                self.arguments(&call.args);
                self.as_page(file, body);
                Abstract::new(Known::Markup)
            }
            _ => {
                self.arguments(&call.args);
                Abstract::new(Known::Plain)
            }
        }
    }

    fn callable(&self) -> Vec<&'a str> {
        let bound = self.scopes.iter().flat_map(|scope| scope.keys().copied());
        bound.chain(FUNCTIONS).collect()
    }

    /// A macro writes a page of its own, which is then put where it is called.
    fn as_page(&mut self, file: &'a str, body: &'a [Stmt<'a>]) {
        let outside = std::mem::take(&mut self.place);
        self.within(file, |walk| walk.statements(body));
        if self.page == Page::Html && !self.place.is_text() {
            self.fault(
                Code::TemplateBranches,
                text!("the macro ends inside a tag", "宏在标签内部结束"),
                0..0,
            );
        }
        self.place = outside;
    }

    fn call_macro(
        &mut self,
        definition: &'a ast::Macro<'a>,
        file: &'a str,
        args: &'a [CallArg<'a>],
        at: Range<usize>,
    ) -> Abstract<'a> {
        let mut scope: BTreeMap<&'a str, Abstract<'a>> = BTreeMap::new();
        let mut positions = definition.args.iter();
        for argument in args {
            match argument {
                CallArg::Pos(expr) => {
                    let value = self.eval(expr);
                    match positions.next() {
                        Some(Expr::Var(name)) => drop(scope.insert(name.id, value)),
                        _ => self.report(too_many(definition.name), at.clone()),
                    }
                }
                CallArg::Kwarg(name, expr) => {
                    let value = self.eval(expr);
                    scope.insert(name, value);
                }
                CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => drop(self.eval(expr)),
            }
        }
        self.defaults(definition, &mut scope, &at);
        if let Some(caller) = self.scopes.iter().rev().find_map(|scope| scope.get("caller")) {
            scope.insert("caller", caller.clone());
        }
        // A macro sees its arguments and what stands beside it in its file, not its caller's names.
        let outside = self.scopes.split_off(1);
        let given = std::mem::take(&mut self.given);
        self.scopes.push(self.beside(file, &outside));
        self.scopes.push(scope);
        self.as_page(file, &definition.body);
        self.scopes.truncate(1);
        self.scopes.extend(outside);
        self.given = given;
        Abstract::new(Known::Markup)
    }

    fn beside(
        &self,
        file: &str,
        outside: &[BTreeMap<&'a str, Abstract<'a>>],
    ) -> BTreeMap<&'a str, Abstract<'a>> {
        let mut names = BTreeMap::new();
        if let Some((name, (_, Stmt::Template(template)))) =
            self.parsed.templates.get_key_value(file)
        {
            for statement in &template.children {
                if let Stmt::Macro(definition) = statement {
                    let known = Known::Macro(definition, name);
                    names.insert(definition.name, Abstract::new(known));
                }
            }
        }
        if file == self.file {
            outside.iter().for_each(|scope| {
                names.extend(scope.iter().map(|(name, value)| (*name, value.clone())));
            });
        }
        names
    }

    fn defaults(
        &mut self,
        definition: &'a ast::Macro<'a>,
        scope: &mut BTreeMap<&'a str, Abstract<'a>>,
        at: &Range<usize>,
    ) {
        let required = definition.args.len() - definition.defaults.len();
        for (index, argument) in definition.args.iter().enumerate() {
            let Expr::Var(name) = argument else { continue };
            if scope.contains_key(name.id) {
                continue;
            }
            match index.checked_sub(required).and_then(|at| definition.defaults.get(at)) {
                Some(default) => {
                    let value = self.eval(default);
                    scope.insert(name.id, value);
                }
                None => {
                    let (function, missing) = (definition.name, name.id);
                    self.fault(
                        Code::TemplateFailed,
                        text!(
                            "the macro `{function}` wants `{missing}`",
                            "宏 `{function}` 需要 `{missing}`"
                        ),
                        at.clone(),
                    );
                    scope.insert(name.id, Abstract::new(Known::Fixed));
                }
            }
        }
    }

    fn call_image(
        &mut self,
        call: &'a ast::Spanned<ast::Call<'a>>,
        at: Range<usize>,
    ) -> Abstract<'a> {
        self.arguments(&call.args);
        if let Some(CallArg::Pos(name)) = call.args.first()
            && let Some(name) = literal(name)
            && name != "logo"
            && self.catalog.image(&name, self.locale).is_none()
        {
            let fault = unknown_image(&name, self.catalog.image_names());
            self.report(fault, at);
        }
        Abstract::new(Known::Markup)
    }

    fn call_t(&mut self, call: &'a ast::Spanned<ast::Call<'a>>, at: Range<usize>) -> Abstract<'a> {
        let mut by = None;
        let mut names = Vec::new();
        for argument in &call.args {
            match argument {
                CallArg::Kwarg("by", expr) => by = Some(self.eval(expr)),
                CallArg::Kwarg(name, expr) => {
                    let value = self.eval(expr);
                    if let Some(missing) = value.missing {
                        self.report(optional_unguarded(missing), range(expr.span()));
                    }
                    names.push(*name);
                }
                CallArg::Pos(expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                    self.eval(expr);
                }
            }
        }
        let key = match call.args.first() {
            Some(CallArg::Pos(key)) => literal(key),
            _ => None,
        };
        match key {
            Some(key) => self.key(&key, by.as_ref(), &names, at),
            None => {
                self.report(
                    Diagnostic::error(
                        Code::StringMissing,
                        text!("`t()` takes its key in quotes", "`t()` 的键要写在引号里"),
                    )
                    .hint(text!(
                        "write `t('key')`; to choose by a value, `t('key', by=value)`",
                        "请写 `t('key')`；按值选择时写 `t('key', by=value)`"
                    )),
                    at,
                );
                Abstract::new(Known::Plain)
            }
        }
    }

    fn key(
        &mut self,
        key: &str,
        by: Option<&Abstract<'a>>,
        names: &[&str],
        at: Range<usize>,
    ) -> Abstract<'a> {
        let strings = self.catalog.strings(self.locale);
        let kind = &self.kind.name;
        let paths = [format!("{kind}.{key}"), format!("common.{key}")];
        let Some(path) = paths.iter().find(|path| strings.get(path).is_some()) else {
            let fault = self.missing_string(key, &paths, &strings);
            self.report(fault, at);
            return Abstract::new(Known::Plain);
        };
        self.analysis.used_strings.insert(path.clone());
        let mut html = false;
        let cases = match strings.get(path).map(|entry| &entry.content) {
            Some(Content::Cases(cases)) => cases.clone(),
            _ => Vec::new(),
        };
        if !cases.is_empty() {
            self.cases(path, &cases, by, &at);
        }
        let texts = std::iter::once((path.clone(), None))
            .chain(cases.iter().map(|case| (format!("{path}.{case}"), Some(case.as_str()))));
        for (path, case) in texts {
            let Some(pattern) = strings.text(&path) else { continue };
            html |= pattern.html;
            let chosen = by.and_then(|by| by.variable).map(|variable| variable.name.as_str());
            for name in pattern.placeholders() {
                if !names.contains(&name) {
                    let guarded = case == Some("set") && chosen == Some(name);
                    self.placeholder(name, guarded, pattern);
                }
            }
        }
        Abstract::new(if html { Known::Markup } else { Known::Plain })
    }

    fn placeholder(&mut self, name: &str, guarded: bool, pattern: &crate::catalog::Pattern) {
        if name == "brand" {
            return;
        }
        let fault = match self.kind.variables.get(name) {
            None => unknown_placeholder(name, &self.kind.variables),
            Some(variable) => {
                self.used.insert(variable.name.clone());
                self.analysis.used_strings.insert(format!("{}.{name}", self.kind.name));
                self.analysis.used_strings.insert(format!("common.{name}"));
                let given = guarded || self.given.contains(&name);
                if !variable.optional || given {
                    return;
                }
                optional_unguarded(name)
            }
        };
        self.faults.push(fault.at(pattern.span.clone()));
    }

    fn missing_string(
        &self,
        key: &str,
        paths: &[String; 2],
        strings: &crate::catalog::Strings,
    ) -> Diagnostic {
        let (locale, [own, common]) = (self.locale, paths);
        let prefix = format!("{}.", self.kind.name);
        let known = strings
            .iter()
            .filter_map(|(path, _)| path.strip_prefix(&prefix).or(path.strip_prefix("common.")));
        Diagnostic::error(
            Code::StringMissing,
            text!(
                "`{locale}` has no string `{own}` or `{common}`",
                "`{locale}` 没有文案 `{own}` 或 `{common}`"
            ),
        )
        .hint(text!("add it to `locales/{locale}.yaml`", "请补到 `locales/{locale}.yaml`"))
        .did_you_mean(key, known)
    }

    /// The cases must fit what picks them.
    fn cases(
        &mut self,
        path: &str,
        cases: &[String],
        by: Option<&Abstract<'a>>,
        at: &Range<usize>,
    ) {
        let names = cases.join("`, `");
        let Some(by) = by else {
            return self.report(
                Diagnostic::error(
                    Code::StringCases,
                    text!(
                        "`{path}` has cases, and nothing picks one",
                        "`{path}` 有多个分支，但没有指定选择哪一个"
                    ),
                )
                .hint(text!(
                    "write `t('…', by=value)`; its cases: `{names}`",
                    "请写 `t('…', by=值)`；分支：`{names}`"
                )),
                at.clone(),
            );
        };
        let wanted: Vec<String> = match by.variable.map(|variable| &variable.kind) {
            _ if cases.iter().any(|case| case == "set" || case == "unset") => {
                vec!["set".into(), "unset".into()]
            }
            Some(VariableType::Enum { values }) => values.clone(),
            Some(VariableType::Boolean) => vec!["true".into(), "false".into()],
            Some(VariableType::Integer { .. } | VariableType::Decimal { .. })
                if is_plural(cases) =>
            {
                let formats = self.catalog.formats(self.locale);
                formats.plural_categories().iter().map(|case| case.as_str().to_owned()).collect()
            }
            _ => return,
        };
        let plural = is_plural(cases);
        let missing: Vec<&str> = wanted
            .iter()
            .map(String::as_str)
            .filter(|case| !cases.iter().any(|known| known == case))
            .collect();
        if missing.is_empty() || (!plural && cases.iter().any(|case| case == "other")) {
            return;
        }
        let (missing, locale) = (missing.join("`, `"), self.locale);
        let span = self.catalog.strings(locale).get(path).map(|entry| entry.span.clone());
        let fault = Diagnostic::error(
            Code::StringCases,
            text!(
                "`{path}` lacks the cases `{missing}` in `{locale}`",
                "`{path}` 在 `{locale}` 中缺少分支 `{missing}`"
            ),
        );
        self.faults.push(match span {
            Some(span) => fault.at(span),
            None => fault,
        });
    }
}

fn range(span: Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

fn literal(expr: &Expr<'_>) -> Option<String> {
    expr.as_const()?.as_str().map(str::to_owned)
}

fn names_in<'a>(target: &'a Expr<'a>) -> Vec<&'a str> {
    match target {
        Expr::Var(name) => vec![name.id],
        Expr::List(list) => list.items.iter().flat_map(names_in).collect(),
        Expr::Tuple(list) => list.items.iter().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}

/// The names that cannot be none when an expression is true (or false).
fn guards<'a>(expr: &'a Expr<'a>, truth: bool) -> Vec<&'a str> {
    match expr {
        Expr::Var(var) if truth => vec![var.id],
        Expr::GetAttr(get) if truth => vec![get.name],
        Expr::UnaryOp(op) if matches!(op.op, ast::UnaryOpKind::Not) => guards(&op.expr, !truth),
        Expr::BinOp(op) => match (op.op, truth) {
            (ast::BinOpKind::ScAnd, true) | (ast::BinOpKind::ScOr, false) => {
                [guards(&op.left, truth), guards(&op.right, truth)].concat()
            }
            _ => Vec::new(),
        },
        Expr::Test(test) => match (test.name, truth) {
            ("defined", true) | ("none" | "undefined", false) => guards(&test.expr, true),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn unknown_variable(name: &str, kind: &Kind) -> Diagnostic {
    let of = &kind.name;
    let known = kind.variables.names().chain(["brand", "locale"]).collect::<Vec<_>>();
    let list = known.join("`, `");
    Diagnostic::error(
        Code::UnknownVariable,
        text!("unknown variable `{name}`", "未知变量 `{name}`"),
    )
    .label(text!("not declared for `{of}`", "`{of}` 没有声明它"))
    .hint(text!("declared: `{list}`", "已声明：`{list}`"))
    .did_you_mean(name, known)
}

fn unknown_field<'k>(of: &str, name: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let list = known.join("`, `");
    Diagnostic::error(
        Code::UnknownVariable,
        text!("`{of}` has no field `{name}`", "`{of}` 没有字段 `{name}`"),
    )
    .hint(text!("fields: `{list}`", "字段：`{list}`"))
    .did_you_mean(name, known)
}

fn too_many(function: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateFailed,
        text!("the macro `{function}` takes fewer arguments", "宏 `{function}` 的参数没有这么多"),
    )
}

fn not_a_url() -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("only a url variable may stand here", "此处只能使用 url 类型的变量"),
    )
    .hint(text!("declare it as `type: url`", "请将其声明为 `type: url`"))
}

fn not_whole_url() -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("a variable cannot be a part of a URL", "变量不能只是网址的一部分"),
    )
    .hint(text!(
        "pass the whole URL as one url variable: `href=\"{{{{ url }}}}\"`",
        "请把完整网址作为一个 url 变量传入：`href=\"{{{{ url }}}}\"`"
    ))
}

fn bad_place(context: Context) -> Diagnostic {
    let (en, zh) = match context {
        Context::Style => ("a style", "样式"),
        Context::Forbidden("a script") => ("a script", "脚本"),
        Context::Forbidden("a comment") => ("a comment", "注释"),
        Context::Forbidden("an unquoted attribute") => ("an unquoted attribute", "没有引号的属性"),
        Context::Forbidden("an attribute's name") => ("an attribute's name", "属性名"),
        Context::Forbidden(_) => ("a tag", "标签"),
        _ => ("an attribute", "属性"),
    };
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("a value cannot stand in {en}", "值不能出现在{zh}中"),
    )
    .hint(text!(
        "values stand in text, in quoted attributes and as whole URL attributes",
        "值只能出现在文本、带引号的属性中，或作为完整的 URL 属性"
    ))
}

/// The names that a short template uses, owned.
#[derive(Default)]
struct Names {
    keys: Vec<String>,
    variables: Vec<String>,
}

impl Names {
    fn statements(&mut self, statements: &[Stmt<'_>]) {
        for statement in statements {
            match statement {
                Stmt::EmitExpr(emit) => self.expr(&emit.expr),
                Stmt::IfCond(cond) => {
                    self.expr(&cond.expr);
                    self.statements(&cond.true_body);
                    self.statements(&cond.false_body);
                }
                _ => {}
            }
        }
    }

    fn expr(&mut self, expr: &Expr<'_>) {
        match expr {
            Expr::Var(var) => self.variables.push(var.id.to_owned()),
            Expr::GetAttr(get) => self.expr(&get.expr),
            Expr::Filter(filter) => filter.expr.iter().for_each(|expr| self.expr(expr)),
            Expr::Call(call) => {
                for argument in &call.args {
                    if let CallArg::Kwarg(_, expr) = argument {
                        self.expr(expr);
                    }
                }
                if let (Expr::Var(function), Some(CallArg::Pos(key))) =
                    (&call.expr, call.args.first())
                    && function.id == "t"
                {
                    self.keys.extend(literal(key));
                }
            }
            _ => {}
        }
    }
}
