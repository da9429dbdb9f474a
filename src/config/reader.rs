//! Typed reading of single variables, gathering faults.

use super::environment::{Environment, Variable};
use super::names::{FOREIGN, KNOWN, is_known};
use super::scope::Scope;
use super::suspect::{holds_comment, suspicion};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text, is_misspelt};
use crate::secret::Secret;
use crate::text;

/// An environment and the faults found in it so far.
pub(super) struct Reader<'a> {
    pub environment: &'a Environment,
    pub faults: Diagnostics,
    scope: Option<&'a Scope>,
}

impl<'a> Reader<'a> {
    pub fn new(environment: &'a Environment) -> Self {
        Reader { environment, faults: Diagnostics::new(), scope: None }
    }

    /// For a transport of the project's file, laid out as variables.
    pub fn of_transport(environment: &'a Environment, scope: &'a Scope) -> Self {
        Reader { scope: Some(scope), ..Reader::new(environment) }
    }

    /// What a variable is called where it is written.
    pub fn name(&self, variable: &str) -> String {
        self.scope.map_or_else(|| variable.to_owned(), |scope| scope.name(variable))
    }

    /// Points at the line that set a variable, if a file did.
    pub fn at_variable(&self, fault: Diagnostic, variable: &str) -> Diagnostic {
        match self.environment.get(variable) {
            Some(variable) => fault.set_by(&variable.origin),
            None => fault,
        }
    }

    /// How something is said: in the environment, or in the project's file.
    pub fn said(&self, variables: &'static str, file: &'static str) -> &'static str {
        if self.scope.is_some() { file } else { variables }
    }

    /// The variable, if it is set to one line of text.
    pub fn variable(&mut self, name: &str) -> Option<&'a Variable> {
        let variable = self.environment.get(name)?;
        if variable.value.expose().chars().any(char::is_control) {
            self.faults.push(control_character(variable));
            return None;
        }
        Some(variable)
    }

    /// Its text without the blanks around it.
    pub fn text(&mut self, name: &str) -> Option<&'a str> {
        self.variable(name).map(|variable| variable.value.expose().trim())
    }

    /// A login, password, key or address: looked at for what was forgotten.
    pub fn credential(&mut self, name: &str) -> Option<&'a Variable> {
        let variable = self.variable(name)?;
        self.faults.extend(suspicion(variable));
        Some(variable)
    }

    pub fn secret(&mut self, name: &str) -> Option<Secret> {
        self.credential(name).map(|variable| variable.value.clone())
    }

    /// `true`, `1`, `yes`, `on` and their opposites, in any case.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let variable = self.variable(name)?;
        match variable.value.expose().trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => {
                self.bad(variable, text!("write `true` or `false`", "请写 `true` 或 `false`"));
                None
            }
        }
    }

    /// A value that is made by `parse`; `hint` says what it should be.
    pub fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
        hint: Text,
    ) -> Option<T> {
        let variable = self.variable(name)?;
        let value = parse(variable.value.expose().trim());
        if value.is_none() {
            self.bad(variable, hint);
        }
        value
    }

    /// An address without a name.
    pub fn address(&mut self, name: &str) -> Option<String> {
        let variable = self.credential(name)?;
        let address = address(variable.value.expose().trim());
        if address.is_none() {
            self.bad(variable, text!(
                "write a bare address such as `no-reply@example.com`; its name goes into `EMAILS_FROM_NAME`",
                "请只写地址，如 `no-reply@example.com`；显示名写在 `EMAILS_FROM_NAME`"
            ));
        }
        address
    }

    /// The value cannot be used. The comment that docker hands through is told first.
    pub fn bad(&mut self, variable: &Variable, hint: Text) {
        let name = &variable.name;
        let title = match holds_comment(variable.value.expose()) {
            true => text!("`{name}` still holds a comment", "`{name}` 的值里还带着注释"),
            false => text!("the value of `{name}` cannot be used", "`{name}` 的值不可用"),
        };
        let fault = Diagnostic::error(Code::ConfigBadValue, title).hint(hint);
        self.faults.push(fault.set_by(&variable.origin));
    }

    /// The variable is needed. Another framework's name for it goes before the general remedy.
    pub fn missing(&mut self, name: &str, hint: Text) {
        if let Some(scope) = self.scope {
            return self.faults.extend(scope.missing(name, hint));
        }
        let title = text!("`{name}` is not set", "未设置 `{name}`");
        let hint = self.foreign(name).map_or(hint, |foreign| {
            text!(
                "`{foreign}` is set; the name here is `{name}`",
                "已设置 `{foreign}`；这里的变量名是 `{name}`"
            )
        });
        self.faults.push(Diagnostic::error(Code::ConfigMissing, title).hint(hint));
    }

    /// Another framework's variable that is set and means `name`.
    fn foreign(&self, name: &str) -> Option<&'static str> {
        let is_set = |foreign: &str| self.environment.get(foreign).is_some();
        FOREIGN.iter().find(|(foreign, ours)| *ours == name && is_set(foreign)).map(|pair| pair.0)
    }

    /// Names what other frameworks' variables are called here.
    pub fn tell_foreign(&mut self) {
        let is_set = |pair: &&(&str, &str)| self.environment.get(pair.0).is_some();
        let found: Vec<_> = FOREIGN.iter().filter(is_set).collect();
        if found.is_empty() {
            return;
        }
        let names: Vec<_> = found.iter().map(|(foreign, _)| format!("`{foreign}`")).collect();
        let pairs: Vec<_> =
            found.iter().map(|(foreign, ours)| format!("`{foreign}` → `{ours}`")).collect();
        let (names, pairs) = (names.join(", "), pairs.join(", "));
        let title = text!("{names}: set, but not read", "{names}：已设置，但不会读取");
        let hint = text!("the names here: {pairs}", "这里的变量名：{pairs}");
        self.faults.push(Diagnostic::warning(Code::ConfigForeignName, title).hint(hint));
    }
}

impl Reader<'_> {
    /// A misspelt name is as good as none, and none means the inbox: mail would silently stay here.
    pub fn tell_misspelt(&mut self) {
        let foreign = |name: &str| FOREIGN.iter().any(|(foreign, _)| *foreign == name);
        let silent = !self.environment.says_anything_of_mail();
        for variable in self.environment.variables() {
            let name = &variable.name;
            if is_known(name) || foreign(name) || !OURS.iter().any(|own| name.starts_with(own)) {
                continue;
            }
            let Some(meant) = KNOWN.iter().find(|known| is_misspelt(name, known.name)) else {
                continue;
            };
            let title = text!("`{name}` is no variable that is read", "`{name}` 不是会读取的变量");
            let fault = match silent && meant.mail {
                true => Diagnostic::error(Code::ConfigForeignName, title),
                false => Diagnostic::warning(Code::ConfigForeignName, title),
            };
            self.faults.push(fault.did_you_mean(meant.name, [meant.name]).set_by(&variable.origin));
        }
    }
}

/// How the names of our variables begin.
const OURS: [&str; 5] = ["SMTP_", "EMAILS_", "EMAIL_", "ALIYUN_", "HONGYAN_"];

/// A light check, until the mail's own address type takes over: one `@` between two parts without
/// blanks, brackets or commas.
pub(super) fn address(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let wrong = |c: char| c.is_whitespace() || c.is_control() || "<>(),;:\"@".contains(c);
    let whole = !local.is_empty() && !domain.is_empty() && !local.contains(wrong);
    (whole && !domain.contains(wrong)).then(|| text.to_owned())
}

fn control_character(variable: &Variable) -> Diagnostic {
    let name = &variable.name;
    let title =
        text!("`{name}` holds a line break or control character", "`{name}` 含有换行或控制字符");
    let hint = text!(
        "save the env file with LF line ends: `docker run --env-file` keeps the CR of CRLF",
        "请用 LF 换行保存环境文件：`docker run --env-file` 会保留 CRLF 中的 CR"
    );
    Diagnostic::error(Code::ConfigBadValue, title).hint(hint).set_by(&variable.origin)
}
