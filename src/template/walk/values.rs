//! Expressions: what is known of a value before it has one.

use std::ops::Range;

use minijinja::machinery::ast::{self, CallArg, Expr};

use super::faults::{unknown_field, unknown_variable};
use super::guards::guards;
use super::{Abstract, FUNCTIONS, Known, Walk, range};
use crate::catalog::BRAND_TEXTS;
use crate::diagnostic::{Code, Diagnostic};
use crate::template::filters::FILTERS;
use crate::text;
use crate::vars::{Variable, VariableType};

/// What a loop knows of itself that no variable's value is in.
const LOOP_NUMBERS: [&str; 9] =
    ["index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"];
/// Filters that give items of the list that they are given.
const SAME_ITEMS: [&str; 7] = ["list", "reverse", "sort", "unique", "select", "reject", "slice"];

impl<'a> Walk<'a> {
    pub(super) fn typed(&self, variable: &'a Variable) -> Abstract<'a> {
        let known = match &variable.kind {
            VariableType::Url { .. } => Known::Url,
            VariableType::List { items, .. } => Known::List(items),
            VariableType::Object { fields } => Known::Object(fields),
            _ => Known::Plain,
        };
        Abstract { known, missing: None, variable: Some(variable) }
    }

    pub(super) fn eval(&mut self, expr: &'a Expr<'a>) -> Abstract<'a> {
        match expr {
            Expr::Var(var) => self.variable(var.id, range(var.span())),
            Expr::Const(_) => Abstract::new(Known::Fixed),
            Expr::GetAttr(get) => self.attribute_of(get),
            Expr::GetItem(get) => {
                self.eval(&get.subscript_expr);
                match self.eval(&get.expr).known {
                    Known::List(item) => self.typed(item),
                    known => Abstract::new(known.part()),
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

    pub(super) fn several(&mut self, items: impl Iterator<Item = &'a Expr<'a>>) -> Abstract<'a> {
        let joined = items.fold(Known::Fixed, |known, item| known.join(self.eval(item).known));
        Abstract::new(joined.part())
    }

    pub(super) fn variable(&mut self, name: &'a str, at: Range<usize>) -> Abstract<'a> {
        if let Some(bound) = self.scopes.iter().rev().find_map(|scope| scope.get(name)) {
            let missing = bound.missing.filter(|_| !self.given.contains(&name));
            return Abstract { missing, ..bound.clone() };
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

    pub(super) fn attribute_of(&mut self, get: &'a ast::GetAttr<'a>) -> Abstract<'a> {
        let (name, base) = (get.name, self.eval(&get.expr));
        let at = range(get.expr.span()).end;
        let at = at..(at + name.len() + 1);
        match base.known {
            Known::Brand if name == "colors" => Abstract::new(Known::Colors),
            Known::Brand => {
                if !BRAND_TEXTS.contains(&name) && !self.catalog.brand.is_unread() {
                    self.report(unknown_field("brand", name, BRAND_TEXTS.into_iter()), at);
                }
                Abstract::new(Known::Fixed)
            }
            Known::Colors => {
                let colors = self.catalog.brand.colors();
                if !colors.contains_key(name) && !self.catalog.brand.is_unread() {
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
            Known::Loop => Abstract::new(match LOOP_NUMBERS.contains(&name) {
                true => Known::Fixed,
                false => Known::Plain,
            }),
            known => Abstract::new(known.part()),
        }
    }

    pub(super) fn binary(&mut self, op: &'a ast::BinOp<'a>) -> Abstract<'a> {
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
            (ast::BinOpKind::ScOr, a, b) => {
                Abstract { known: a.join(b), missing: right.missing, variable: None }
            }
            (ast::BinOpKind::Eq | ast::BinOpKind::Ne | ast::BinOpKind::In, _, _) => {
                Abstract::new(Known::Fixed)
            }
            (_, a, b) => Abstract::new(a.join(b).part()),
        }
    }

    pub(super) fn if_expr(&mut self, cond: &'a ast::IfExpr<'a>) -> Abstract<'a> {
        self.eval(&cond.test_expr);
        let given = self.given.len();
        self.given.extend(guards(&cond.test_expr, true));
        let yes = self.eval(&cond.true_expr);
        self.given.truncate(given);
        self.given.extend(guards(&cond.test_expr, false));
        let no = cond.false_expr.as_ref().map(|expr| self.eval(expr));
        self.given.truncate(given);
        let missing = yes.missing.or(no.as_ref().and_then(|no| no.missing));
        let known = match no {
            Some(no) => yes.known.join(no.known),
            None => yes.known,
        };
        Abstract { known, missing, variable: None }
    }

    pub(super) fn filter(&mut self, filter: &'a ast::Spanned<ast::Filter<'a>>) -> Abstract<'a> {
        let value = filter.expr.as_ref().map(|expr| self.eval(expr));
        let arguments = self.arguments(&filter.args);
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
        // The engine's filters keep markup as markup, and mix in what their arguments hold.
        let known = match value.known {
            Known::List(item) if SAME_ITEMS.contains(&name) => Known::List(item),
            known => known.join(arguments).part(),
        };
        Abstract { known, missing, variable: None }
    }

    /// What is known of all arguments together.
    pub(super) fn arguments(&mut self, args: &'a [CallArg<'a>]) -> Known<'a> {
        args.iter().fold(Known::Fixed, |known, argument| match argument {
            CallArg::Pos(expr)
            | CallArg::Kwarg(_, expr)
            | CallArg::PosSplat(expr)
            | CallArg::KwargSplat(expr) => known.join(self.eval(expr).known),
        })
    }
}
