//! Statements: what runs, in which scope, and that all branches end in the same place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use minijinja::machinery::ast::{self, Expr, Stmt};

use super::faults::too_deep;
use super::faults::{no_such_block, not_here};
use super::guards::{guards, names_in};
use super::{Abstract, Caller, Known, MAX_NESTING, Page, Walk, literal, range};
use crate::diagnostic::{Code, Diagnostic};
use crate::template::place::Place;
use crate::text;

impl<'a> Walk<'a> {
    /// A template's own statements: with `extends` they only define, and the layout is written.
    pub(super) fn top_level(&mut self, statements: &'a [Stmt<'a>]) {
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
        match self.find(&extends.name, at) {
            Some((name, children)) => self.within(name, |walk| walk.top_level(children)),
            // Without its layout nobody knows which blocks there are.
            None => self.blocks.clear(),
        }
    }

    pub(super) fn statements(&mut self, statements: &'a [Stmt<'a>]) {
        if self.nesting >= MAX_NESTING {
            return self.faults.push(too_deep(self.file));
        }
        self.nesting += 1;
        statements.iter().for_each(|statement| self.statement(statement));
        self.nesting -= 1;
    }

    pub(super) fn statement(&mut self, statement: &'a Stmt<'a>) {
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
                self.as_page(self.file, &block.body);
                if self.page == Page::Html {
                    self.put(&Abstract::new(Known::Markup), range(block.span()));
                }
            }
            Stmt::Block(block) => self.block(block),
            Stmt::Import(import) => {
                let module = self.import(&import.expr, range(import.span()));
                if let Expr::Var(name) = &import.name {
                    self.bind(name.id, Abstract::new(Known::Module(module)));
                }
            }
            Stmt::FromImport(import) => self.import_names(import),
            // One that counts is found before the statements are walked.
            Stmt::Extends(extends) => self.report(not_here("extends"), range(extends.span())),
            Stmt::Include(include) => {
                if let Some((name, children)) = self.find(&include.name, range(include.span())) {
                    let blocks = std::mem::take(&mut self.blocks);
                    self.within(name, |walk| walk.top_level(children));
                    self.blocks = blocks;
                }
            }
            Stmt::Macro(definition) => {
                let known = Known::Macro(definition, self.file);
                self.bind(definition.name, Abstract::new(known));
            }
            Stmt::CallBlock(call) => self.call_block(call),
            Stmt::Continue(word) => self.jump("continue", range(word.span())),
            Stmt::Break(word) => self.jump("break", range(word.span())),
            Stmt::Do(call) => drop(self.call(&call.call)),
        }
    }

    /// Leaving a loop inside a tag would leave the tag open.
    fn jump(&mut self, word: &str, at: Range<usize>) {
        if self.page == Page::Html && !self.place.is_text() {
            self.report(not_here(word), at);
        }
    }

    pub(super) fn bind(&mut self, name: &'a str, value: Abstract<'a>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, value);
        }
    }

    pub(super) fn assign(&mut self, target: &'a Expr<'a>, value: &'a Expr<'a>) {
        let value = self.eval(value);
        match target {
            Expr::Var(name) => self.rebind(name.id, value),
            target => {
                for name in names_in(target) {
                    self.bind(name, Abstract::new(value.known.clone().part()));
                }
            }
        }
    }

    /// A name that is set again may be set in one branch only: it is what it was, or what it is.
    fn rebind(&mut self, name: &'a str, value: Abstract<'a>) {
        let known = self.scopes.iter().rev().find_map(|scope| scope.get(name)).cloned();
        let value = match known {
            Some(known) => Abstract {
                known: known.known.join(value.known),
                missing: known.missing.or(value.missing),
                variable: None,
            },
            None => value,
        };
        self.bind(name, value);
    }

    /// Captured text is read as a page of its own: it must begin and end as text.
    pub(super) fn set_block(&mut self, set: &'a ast::SetBlock<'a>) {
        self.as_page(self.file, &set.body);
        if let Some(filter) = &set.filter {
            self.eval(filter);
        }
        if let Expr::Var(name) = &set.target {
            self.bind(name.id, Abstract::new(Known::Markup));
        }
    }

    pub(super) fn for_loop(&mut self, each: &'a ast::ForLoop<'a>) {
        let list = self.eval(&each.iter);
        let item = match list.known {
            Known::List(item) => self.typed(item),
            known => Abstract::new(known.part()),
        };
        if each.recursive {
            self.report(not_here("recursive"), range(each.iter.span()));
        }
        self.scopes.push(BTreeMap::new());
        self.bind("loop", Abstract::new(Known::Loop));
        match &each.target {
            Expr::Var(name) => self.bind(name.id, item),
            target => {
                for name in names_in(target) {
                    self.bind(name, Abstract::new(item.known.clone().part()));
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
        self.place = before.clone();
        self.given.truncate(given);
        self.scopes.pop();
        self.statements(&each.else_body);
        self.same_place(&before, range(each.iter.span()));
        self.place = before;
    }

    pub(super) fn if_cond(&mut self, cond: &'a ast::IfCond<'a>) {
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

    pub(super) fn same_place(&mut self, other: &Place, at: Range<usize>) {
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

    pub(super) fn block(&mut self, block: &'a ast::Block<'a>) {
        self.written.insert(block.name);
        // From the layout's own block up: each is what `super()` means in the next.
        let mut bodies = vec![(block, self.file)];
        bodies.extend(self.blocks.get(block.name).into_iter().flatten().rev().copied());
        let depth = self.scopes.len();
        for (below, file) in &bodies[..bodies.len() - 1] {
            let caller = self.caller(&below.body, file);
            self.scopes.push(BTreeMap::new());
            self.bind("super", Abstract::new(caller));
        }
        let (top, file) = bodies[bodies.len() - 1];
        self.within(file, |walk| walk.statements(&top.body));
        self.scopes.truncate(depth);
    }

    fn caller(&self, body: &'a [Stmt<'a>], file: &'a str) -> Known<'a> {
        let (scopes, given) = (self.scopes.clone(), self.given.clone());
        Known::Caller(Rc::new(Caller { body, file, scopes, given }))
    }

    /// A block that no layout writes is a misspelt one: what stands in it is lost.
    pub(super) fn unwritten_blocks(&mut self) {
        let lost: Vec<_> = self
            .blocks
            .iter()
            .filter(|(name, _)| !self.written.contains(*name))
            .flat_map(|(_, blocks)| blocks.iter().copied())
            .collect();
        for (block, file) in lost {
            let fault = no_such_block(block.name, self.written.iter().copied());
            let before = std::mem::replace(&mut self.file, file);
            let text = self.source();
            let at = text.text().find(&format!("block {}", block.name)).unwrap_or(0);
            self.report(fault, at..at + "block ".len() + block.name.len());
            self.file = before;
        }
    }

    pub(super) fn import(
        &mut self,
        name: &'a Expr<'a>,
        at: Range<usize>,
    ) -> BTreeMap<&'a str, Abstract<'a>> {
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

    pub(super) fn import_names(&mut self, import: &'a ast::Spanned<ast::FromImport<'a>>) {
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

    pub(super) fn call_block(&mut self, call: &'a ast::CallBlock<'a>) {
        self.scopes.push(BTreeMap::new());
        for parameter in call.macro_decl.args.iter().flat_map(names_in) {
            self.bind(parameter, Abstract::new(Known::Plain));
        }
        let caller = self.caller(&call.macro_decl.body, self.file);
        self.scopes.pop();
        self.scopes.push(BTreeMap::new());
        self.bind("caller", Abstract::new(caller));
        let value = self.call(&call.call);
        self.scopes.pop();
        if self.page == Page::Html {
            self.put(&value, range(call.call.span()));
        }
    }
}
