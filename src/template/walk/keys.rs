//! `t()`: the string must be there, its cases fit, its placeholders filled.

use std::ops::Range;

use minijinja::machinery::ast::{self, CallArg};

use super::faults::not_a_url;
use super::{Abstract, Known, Walk, literal, range};
use crate::catalog::Content;
use crate::diagnostic::{Code, Diagnostic};
use crate::template::functions::is_plural;
use crate::template::scope::{optional_unguarded, unknown_placeholder};
use crate::template::strings::link_placeholders;
use crate::text;
use crate::vars::VariableType;

impl<'a> Walk<'a> {
    pub(super) fn call_t(
        &mut self,
        call: &'a ast::Spanned<ast::Call<'a>>,
        at: Range<usize>,
    ) -> Abstract<'a> {
        let mut by = None;
        let mut names: Vec<(&str, bool)> = Vec::new();
        for argument in &call.args {
            match argument {
                CallArg::Kwarg("by", expr) => by = Some(self.eval(expr)),
                CallArg::Kwarg(name, expr) => {
                    let value = self.eval(expr);
                    if let Some(missing) = value.missing {
                        self.report(optional_unguarded(missing), range(expr.span()));
                    }
                    names.push((name, matches!(value.known, Known::Url)));
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

    pub(super) fn key(
        &mut self,
        key: &str,
        by: Option<&Abstract<'a>>,
        names: &[(&str, bool)],
        at: Range<usize>,
    ) -> Abstract<'a> {
        let strings = self.catalog.strings(self.locale);
        let kind = &self.kind.name;
        let paths = [format!("{kind}.{key}"), format!("common.{key}")];
        let Some(path) = paths.iter().find(|path| strings.get(path).is_some()) else {
            // What was refused, or another locale has, is told of where strings are compared.
            if !paths.iter().any(|path| strings.is_refused(path) || self.is_elsewhere(path)) {
                let fault = self.missing_string(key, &paths, &strings);
                self.report(fault, at);
            }
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
            for name in link_placeholders(pattern) {
                let given = names.iter().find(|(given, _)| *given == name).map(|(_, url)| *url);
                let url = given.unwrap_or_else(|| self.is_url(name));
                if !url {
                    self.faults.push(not_a_url().at(pattern.place_of(name)));
                }
            }
            for name in pattern.placeholders() {
                if !names.iter().any(|(given, _)| *given == name) {
                    let guarded = case == Some("set") && chosen == Some(name);
                    self.placeholder(&path, name, guarded, pattern);
                }
            }
        }
        Abstract::new(if html { Known::Markup } else { Known::Plain })
    }

    pub(super) fn placeholder(
        &mut self,
        path: &str,
        name: &str,
        guarded: bool,
        pattern: &crate::catalog::Pattern,
    ) {
        if name == "brand" {
            return;
        }
        let fault = match self.kind.variables.get(name) {
            None => {
                self.analysis.told.insert((self.locale.clone(), path.to_owned()));
                unknown_placeholder(name, &self.kind.variables)
            }
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
        self.faults.push(fault.at(pattern.place_of(name)));
    }

    fn is_url(&self, name: &str) -> bool {
        let variable = self.kind.variables.get(name);
        variable.is_some_and(|variable| matches!(variable.kind, VariableType::Url { .. }))
    }

    pub(super) fn is_elsewhere(&self, path: &str) -> bool {
        let settings = &self.catalog.settings.locales;
        let mut others = settings.iter().filter(|setting| !setting.draft);
        others.any(|setting| self.catalog.strings(&setting.locale).get(path).is_some())
    }

    pub(super) fn missing_string(
        &self,
        key: &str,
        paths: &[String; 2],
        strings: &crate::catalog::Strings,
    ) -> Diagnostic {
        let [own, common] = paths;
        let prefix = format!("{}.", self.kind.name);
        let known = strings
            .iter()
            .filter_map(|(path, _)| path.strip_prefix(&prefix).or(path.strip_prefix("common.")));
        Diagnostic::error(
            Code::StringMissing,
            text!("there is no string `{own}` or `{common}`", "没有文案 `{own}` 或 `{common}`"),
        )
        .hint(text!("add it to every file of `locales/`", "请补到 `locales/` 下的每个文件"))
        .did_you_mean(key, known)
    }

    /// The cases must fit what picks them.
    pub(super) fn cases(
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
        let told = missing.iter().map(|case| (self.locale.clone(), format!("{path}.{case}")));
        self.analysis.told.extend(told);
        let (missing, locale) = (missing.join("`, `"), self.locale);
        let span = self.catalog.strings(locale).get(path).map(|entry| entry.span.clone());
        let fault = Diagnostic::error(
            Code::StringCases,
            text!(
                "`{path}` has no case `{missing}` in `{locale}`",
                "`{path}` 在 `{locale}` 中缺少分支 `{missing}`"
            ),
        )
        .hint(match plural {
            true => text!("the language needs each of them", "该语言需要每一个分支"),
            false => text!(
                "add it below this key, or `other:` for all that have no case of their own",
                "请在此键下补上，或用 `other:` 涵盖其余取值"
            ),
        });
        self.faults.push(match span {
            Some(span) => fault.at(span),
            None => fault,
        });
    }
}
