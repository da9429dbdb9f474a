//! The faults of a walk, each with its remedy.

use super::MAX_NESTING;
use crate::catalog::Kind;
use crate::diagnostic::{Code, Diagnostic};
use crate::template::place::Context;
use crate::text;

pub(super) fn unknown_variable(name: &str, kind: &Kind) -> Diagnostic {
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

pub(super) fn not_imported(name: &str, file: &str) -> crate::diagnostic::Text {
    text!(
        "import it: `{{% from \"{file}\" import {name} %}}`",
        "请先导入：`{{% from \"{file}\" import {name} %}}`"
    )
}

pub(super) fn unknown_field<'k>(
    of: &str,
    name: &str,
    known: impl Iterator<Item = &'k str>,
) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let list = known.join("`, `");
    Diagnostic::error(
        Code::UnknownVariable,
        text!("`{of}` has no field `{name}`", "`{of}` 没有字段 `{name}`"),
    )
    .hint(text!("fields: `{list}`", "字段：`{list}`"))
    .did_you_mean(name, known)
}

/// Callers do not choose pictures; and the fault of one that is missing names it.
pub(super) fn unnamed_image() -> Diagnostic {
    Diagnostic::error(
        Code::ImageMissing,
        text!("`image()` takes its name in quotes", "`image()` 的名称要写在引号里"),
    )
    .hint(text!("write `image('logo')`", "请写 `image('logo')`"))
}

pub(super) fn endless(file: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateTooMuchWork,
        text!("templates or macros call each other without end", "模板或宏无限互相调用"),
    )
    .in_file(format!("templates/{file}"))
    .hint(text!("remove the call that closes the circle", "请去掉形成循环的调用"))
}

pub(super) fn too_deep(file: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateTooComplex,
        text!("blocks stand more than {MAX_NESTING} deep", "区块嵌套超过 {MAX_NESTING} 层"),
    )
    .in_file(format!("templates/{file}"))
}

pub(super) fn too_many(function: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateFailed,
        text!("the macro `{function}` takes fewer arguments", "宏 `{function}` 的参数没有这么多"),
    )
}

pub(super) fn not_a_url() -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("only a url variable may stand here", "此处只能使用 url 类型的变量"),
    )
    .hint(text!("declare it as `type: url`", "请将其声明为 `type: url`"))
}

pub(super) fn not_whole_url() -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("a variable cannot be a part of a URL", "变量不能只是网址的一部分"),
    )
    .hint(text!(
        "pass the whole URL as one url variable: `href=\"{{{{ url }}}}\"`",
        "请把完整网址作为一个 url 变量传入：`href=\"{{{{ url }}}}\"`"
    ))
}

pub(super) fn bad_place(context: Context) -> Diagnostic {
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

pub(super) fn not_callable() -> Diagnostic {
    Diagnostic::error(
        Code::TemplateUnknownFunction,
        text!("only macros and functions can be called, by their names", "只能按名称调用宏和函数"),
    )
    .hint(text!(
        "choose with `{{% if %}}`, and call in each branch",
        "请用 `{{% if %}}` 选择，在各分支中调用"
    ))
}

pub(super) fn no_such_block<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let list = known.join("`, `");
    Diagnostic::error(
        Code::TemplateNotFound,
        text!(
            "the layout has no block `{name}`, so it is never shown",
            "版式中没有区块 `{name}`，其内容不会显示"
        ),
    )
    .hint(text!("blocks of the layout: `{list}`", "版式中的区块：`{list}`"))
    .did_you_mean(name, known)
}

pub(super) fn wrong_page(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("`{name}` is escaped in another way than this page", "`{name}` 的转义方式与本页不同"),
    )
    .hint(text!(
        "an HTML page takes `.html.j2`, a text page takes `.txt.j2`",
        "HTML 页面只能使用 `.html.j2`，纯文本页面只能使用 `.txt.j2`"
    ))
}

pub(super) fn not_here(word: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!("`{word}` cannot stand here", "`{word}` 不能出现在这里"),
    )
    .hint(text!("it stands outside tags, and outside other blocks", "请放在标签之外、其他区块之外"))
}

pub(super) fn looks_like_code(code: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateSyntax,
        text!("`{code}` would stand in the mail as it is", "`{code}` 会原样出现在邮件中"),
    )
    .hint(text!(
        "write `{{{{ … }}}}` and `{{% … %}}` with two half-width braces on each side",
        "请使用半角花括号，写成 `{{{{ … }}}}` 或 `{{% … %}}`"
    ))
}

pub(super) fn bare_enum(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateBadPlace,
        text!(
            "the enum `{name}` would show its bare name here",
            "枚举 `{name}` 在此处会显示原始名称"
        ),
    )
    .hint(text!(
        "pass what a reader sees: `t('…', by={name})`",
        "请传入给读者看的文字：`t('…', by={name})`"
    ))
}
