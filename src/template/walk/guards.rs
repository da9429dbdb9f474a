//! What a condition says of the values that it looks at.

use minijinja::machinery::ast::{self, Expr};

pub(super) fn names_in<'a>(target: &'a Expr<'a>) -> Vec<&'a str> {
    match target {
        Expr::Var(name) => vec![name.id],
        Expr::List(list) => list.items.iter().flat_map(names_in).collect(),
        Expr::Tuple(list) => list.items.iter().flat_map(names_in).collect(),
        _ => Vec::new(),
    }
}

/// The names that cannot be none when an expression is true (or false).
pub(super) fn guards<'a>(expr: &'a Expr<'a>, truth: bool) -> Vec<&'a str> {
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
