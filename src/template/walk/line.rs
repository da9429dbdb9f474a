//! Subjects and preheaders that `message.yaml` writes itself.

use minijinja::machinery::ast::{CallArg, Expr, Stmt};

use super::faults::unknown_variable;
use super::{Walk, literal};

impl<'a> Walk<'a> {
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
                    // What picks or fills a string is known only when it is rendered.
                    let alone = call.args.len() == 1;
                    self.keys.extend(literal(key).filter(|_| alone));
                }
            }
            _ => {}
        }
    }
}
