//! Calls: macros are walked where they are called, with what is known of their arguments.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::machinery::ast::{self, CallArg, Expr, Stmt};

use super::faults::{not_callable, not_imported, too_many, unnamed_image};
use super::{Abstract, Caller, FUNCTIONS, Known, Page, Walk, literal, range};
use crate::diagnostic::{Code, Diagnostic};
use crate::template::functions::unknown_image;
use crate::text;

impl<'a> Walk<'a> {
    pub(super) fn call(&mut self, call: &'a ast::Spanned<ast::Call<'a>>) -> Abstract<'a> {
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
                    let fault = match self.macro_file(name) {
                        Some(file) => fault.hint(not_imported(name, file)),
                        None => fault,
                    };
                    self.report(fault, range(function.span()));
                    return Abstract::new(Known::Fixed);
                }
                _ => {}
            }
        }
        match self.eval(&call.expr).known {
            Known::Macro(definition, file) => self.call_macro(definition, file, &call.args, at),
            Known::Caller(caller) => {
                self.arguments(&call.args);
                self.call_back(&caller);
                Abstract::new(Known::Markup)
            }
            // A macro that could not be imported has been told of.
            Known::Markup => {
                self.arguments(&call.args);
                Abstract::new(Known::Markup)
            }
            _ => {
                let known = self.arguments(&call.args);
                if !matches!(&call.expr, Expr::Var(name) if FUNCTIONS.contains(&name.id)) {
                    self.report(not_callable(), at);
                }
                Abstract::new(known.join(Known::Plain))
            }
        }
    }

    /// The body of a call block, or of the block below: with the names of where it stands.
    fn call_back(&mut self, caller: &Caller<'a>) {
        let scopes = std::mem::replace(&mut self.scopes, caller.scopes.clone());
        let given = std::mem::replace(&mut self.given, caller.given.clone());
        self.as_page(caller.file, caller.body);
        self.scopes = scopes;
        self.given = given;
    }

    /// The template that has a macro of this name.
    pub(super) fn macro_file(&self, name: &str) -> Option<&'a str> {
        let has = |statement: &Stmt<'_>| matches!(statement, Stmt::Macro(own) if own.name == name);
        self.parsed.templates.iter().find_map(|(file, (_, template))| match template {
            Stmt::Template(template) if template.children.iter().any(has) => Some(*file),
            _ => None,
        })
    }

    pub(super) fn callable(&self) -> Vec<&'a str> {
        let bound = self.scopes.iter().flat_map(|scope| scope.keys().copied());
        bound.chain(FUNCTIONS).collect()
    }

    /// A macro writes a page of its own, which is then put where it is called.
    pub(super) fn as_page(&mut self, file: &'a str, body: &'a [Stmt<'a>]) {
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

    pub(super) fn call_macro(
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

    pub(super) fn beside(
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

    pub(super) fn defaults(
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

    pub(super) fn call_image(
        &mut self,
        call: &'a ast::Spanned<ast::Call<'a>>,
        at: Range<usize>,
    ) -> Abstract<'a> {
        let fixed = match call.args.first() {
            Some(CallArg::Pos(name)) => matches!(self.eval(name).known, Known::Fixed),
            _ => false,
        };
        self.arguments(call.args.get(1..).unwrap_or_default());
        if !fixed {
            self.report(unnamed_image(), at);
        } else if let Some(CallArg::Pos(name)) = call.args.first()
            && let Some(name) = literal(name)
        {
            self.used.insert(format!("image('{name}')"));
            if name != "logo" && self.catalog.image(&name, self.locale).is_none() {
                let fault = unknown_image(&name, self.catalog.image_names());
                self.report(fault, at);
            }
        }
        Abstract::new(Known::Markup)
    }
}
