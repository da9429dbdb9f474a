//! What is written: static HTML, and values in their places.

use super::range;
use crate::template::scope::optional_unguarded;
use crate::vars::VariableType;
use minijinja::machinery::ast::Expr;
use std::ops::Range;

use super::faults::{bad_place, bare_enum, looks_like_code, not_a_url, not_whole_url, wrong_page};
use super::{Abstract, FORBIDDEN_TAGS, Known, Page, Walk};
use crate::diagnostic::{Code, Diagnostic};
use crate::template::place::{Context, Event, SLOT};
use crate::text;

impl<'a> Walk<'a> {
    pub(super) fn raw(&mut self, text: &str, start: usize) {
        let sheet = self.file.ends_with(".css") || text.contains("<style");
        if !sheet && self.place.context() != Context::Style {
            for code in ["｛｛", "｝｝", "｛%", "%｝", "}}", "%}"] {
                if let Some(at) = text.find(code) {
                    self.report(looks_like_code(code), start + at..start + at + code.len());
                    break;
                }
            }
        }
        if self.page == Page::Text {
            return;
        }
        let mut found = Vec::new();
        self.place
            .feed(text, &mut |event, at| found.push((event, at.start + start..at.end + start)));
        found.into_iter().for_each(|(event, at)| self.event(event, at));
    }

    pub(super) fn event(&mut self, event: Event, at: Range<usize>) {
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

    pub(super) fn attribute(&mut self, tag: &str, name: &str, value: &str, at: Range<usize>) {
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
        let schemes = ["https:", "http:", "mailto:", "tel:"];
        let known = target.is_empty() || target.starts_with([SLOT, '#']);
        if name == "href" && !known && !schemes.iter().any(|scheme| target.starts_with(scheme)) {
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

    pub(super) fn emit(&mut self, expr: &'a Expr<'a>) {
        let value = self.eval(expr);
        let at = range(expr.span());
        if let Some(name) = value.missing {
            self.report(optional_unguarded(name), at.clone());
        }
        if let Some(variable) = value.variable
            && matches!(variable.kind, VariableType::Enum { .. } | VariableType::Boolean)
        {
            // The loader writes in how it is shown, by the variable's name.
            let own = self.kind.variables.get(&variable.name);
            let by_name = matches!(expr, Expr::Var(name) if name.id == variable.name);
            if by_name && own.is_some_and(|own| std::ptr::eq(own, variable)) {
                let labels = self.analysis.labels.entry(self.file.to_owned()).or_default();
                labels.push((at.end, variable.name.clone()));
            } else {
                self.report(bare_enum(&variable.name), at.clone());
            }
        }
        if self.page == Page::Text && matches!(value.known, Known::Markup) {
            self.report(wrong_page("HTML"), at.clone());
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

    pub(super) fn put(&mut self, value: &Abstract<'a>, at: Range<usize>) {
        let context = self.place.context();
        let fixed = matches!(value.known, Known::Fixed);
        let url = matches!(value.known, Known::Url);
        let markup = matches!(value.known, Known::Markup);
        match context {
            Context::Text => {}
            Context::Attribute if !markup => {}
            Context::UrlStart if url || fixed => {}
            Context::Style | Context::UrlInside if fixed => {}
            Context::UrlStart if !markup => self.report(not_a_url(), at),
            Context::UrlInside if !markup => self.report(not_whole_url(), at),
            _ => self.report(bad_place(context), at),
        }
        self.place.put_value(url && context == Context::UrlStart);
    }
}
