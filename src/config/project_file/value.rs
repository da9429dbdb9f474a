//! The values of a transport: as they stand, or `${NAME}` for a variable's.

use std::collections::BTreeMap;

use crate::config::environment::{Environment, Origin, Variable};
use crate::config::lines::Sources;
use crate::config::scope::{Key, Scope};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, is_misspelt};
use crate::mail::Mailbox;
use crate::secret::Secret;
use crate::text;
use crate::yaml::{Fields, Node};

/// The keys of one transport, laid out as the variables that mean the same.
pub(super) struct Values<'s> {
    sources: &'s Sources<'s>,
    pub scope: Scope,
    variables: BTreeMap<String, Variable>,
    /// What is wrong with the variables that are named: told when the transport is used
    pub told: Diagnostics,
    /// Whether one of the variables that are named is set
    pub names_one_that_is_set: bool,
}

/// How a value is written.
enum Written<'n> {
    Literal(&'n str),
    Named(&'n str),
    /// A variable in the midst of other text
    Mixed,
}

impl<'s> Values<'s> {
    pub fn new(sources: &'s Sources<'s>, scope: Scope) -> Self {
        let (variables, told) = (BTreeMap::new(), Diagnostics::new());
        Values { sources, scope, variables, told, names_one_that_is_set: false }
    }

    pub fn sources(&self) -> &'s Sources<'s> {
        self.sources
    }

    /// Takes one key, if it is there.
    pub fn take(&mut self, fields: &mut Fields<'_>, key: &'static Key, faults: &mut Diagnostics) {
        let Some(node) = fields.get(key.key) else { return };
        match written(node) {
            Some(Written::Literal(_)) if key.secret => faults.push(literal_secret(key, node)),
            Some(Written::Literal(text)) => return self.set(key.variable, text, node),
            Some(Written::Named(name)) => return self.take_named(key.variable, name, node),
            Some(Written::Mixed) => faults.push(mixed(node)),
            None => faults.push(node.wrong_type(("a text", "文本"))),
        }
        self.scope.unset.push(key.variable);
    }

    /// `from`, with its name; the environment's sender stands in for it.
    pub fn take_from(
        &mut self,
        fields: &mut Fields<'_>,
        faults: &mut Diagnostics,
    ) -> Option<Mailbox> {
        let Some(node) = fields.get("from") else {
            let usual = self.sources.environment.get("EMAILS_FROM_EMAIL")?.clone();
            self.variables.insert("EMAILS_FROM_EMAIL".to_owned(), usual);
            return None;
        };
        let told = match written(node) {
            Some(Written::Literal(text)) => match Mailbox::parse(text) {
                Ok(from) => return Some(self.with_from(from, node)),
                Err(error) => error.diagnostic().at(node.span.clone()),
            },
            Some(Written::Named(name)) => return self.take_named_from(name, node),
            Some(Written::Mixed) => mixed(node),
            None => node.wrong_type(("a text", "文本")),
        };
        faults.push(told);
        self.scope.unset.push("EMAILS_FROM_EMAIL");
        None
    }

    /// Lays a value out as that variable.
    pub fn set(&mut self, variable: &'static str, value: &str, node: &Node) {
        let line = node.span.line();
        let origin = Origin::File { name: self.scope.file.clone(), line };
        let (name, value) = (self.scope.name(variable), Secret::new(value));
        self.variables.insert(variable.to_owned(), Variable { name, value, origin });
    }

    /// What was laid out.
    pub fn environment(&self) -> Environment {
        let set = self.variables.iter();
        let set = set.filter(|(_, variable)| !variable.value.expose().trim().is_empty());
        Environment::of(set.map(|(name, variable)| (name.clone(), variable.clone())).collect())
    }

    fn take_named(&mut self, variable: &'static str, name: &str, node: &Node) {
        if variable == "SMTP_OAUTH_TOKEN" && self.take_token_source(name) {
            return;
        }
        if let Some(found) = self.find(name, variable, node) {
            self.variables.insert(variable.to_owned(), found);
        }
    }

    fn take_named_from(&mut self, name: &str, node: &Node) -> Option<Mailbox> {
        let found = self.find(name, "EMAILS_FROM_EMAIL", node)?;
        match Mailbox::parse(found.value.expose().trim()) {
            Ok(from) => Some(self.with_from(from, node)),
            Err(error) => {
                let part = text!("`{name}`", "`{name}`");
                self.told.push(error.diagnostic().within(&part).set_by(&found.origin));
                self.scope.unset.push("EMAILS_FROM_EMAIL");
                None
            }
        }
    }

    fn with_from(&mut self, from: Mailbox, node: &Node) -> Mailbox {
        self.set("EMAILS_FROM_EMAIL", from.address().as_str(), node);
        from
    }

    /// A token lives for an hour: where it comes from is kept, not what it is now.
    fn take_token_source(&mut self, name: &str) -> bool {
        let environment = self.sources.environment;
        let found = ["_FILE", "_COMMAND"].into_iter().find_map(|ending| {
            environment.get(&format!("{name}{ending}")).map(|variable| (ending, variable.clone()))
        });
        let Some((ending, variable)) = found.filter(|_| environment.get(name).is_none()) else {
            return false;
        };
        self.variables.insert(format!("SMTP_OAUTH_TOKEN{ending}"), variable);
        self.names_one_that_is_set = true;
        true
    }

    fn find(&mut self, name: &str, variable: &'static str, node: &Node) -> Option<Variable> {
        let found = self.sources.environment.get_or_file(name, self.sources.read);
        let fault = match found {
            Ok(Some(found)) => {
                self.names_one_that_is_set = true;
                return Some(found);
            }
            Ok(None) => self.unset(name, node),
            Err(fault) => {
                self.names_one_that_is_set = true;
                fault
            }
        };
        self.told.push(fault);
        self.scope.unset.push(variable);
        None
    }

    fn unset(&self, name: &str, node: &Node) -> Diagnostic {
        let transport = &self.scope.transport;
        let title = text!(
            "`{name}` is not set, and the transport `{transport}` needs it",
            "未设置 `{name}`，而传输方式 `{transport}` 需要它"
        );
        let fault = Diagnostic::error(Code::ConfigMissing, title).hint(text!(
            "set it in the environment or an env file, or set `{name}_FILE` to the path of a file that holds it",
            "请在环境变量或环境文件中设置它，或把 `{name}_FILE` 设为存放它的文件路径"
        ));
        let set = self.sources.environment.variables().map(|variable| variable.name.as_str());
        let meant: Vec<&str> = set.filter(|set| is_misspelt(set, name)).collect();
        fault.did_you_mean(name, meant).at_line(&self.scope.file, node.span.line())
    }
}

fn written(node: &Node) -> Option<Written<'_>> {
    let text = node.scalar()?;
    let inner = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    Some(match inner {
        Some(name) if is_variable(name) => Written::Named(name),
        _ if text.contains("${") => Written::Mixed,
        _ => Written::Literal(text),
    })
}

fn is_variable(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(inner)
}

/// No excerpt: the secret stands there.
fn literal_secret(key: &Key, node: &Node) -> Diagnostic {
    let Key { key, example, variable, .. } = key;
    let title = text!(
        "`{key}` stands in the file, where everyone who has the project reads it",
        "`{key}` 直接写在文件里，拿到项目的人都能看到"
    );
    let hint = text!(
        "write `{key}: {example}`, set `{variable}` in the env file, and change the secret if the file was shared",
        "请写 `{key}: {example}`，在环境文件中设置 `{variable}`；文件若已共享，请更换该机密"
    );
    let fault = Diagnostic::error(Code::ConfigInsecure, title).hint(hint);
    fault.at(node.span.clone()).without_excerpt()
}

fn mixed(node: &Node) -> Diagnostic {
    node.bad_value(text!("`${{NAME}}` must be the whole value", "`${{NAME}}` 必须是完整的值")).hint(
        text!(
            "give the whole value to one variable, and write `${{NAME}}` alone",
            "请把完整的值放进一个变量，这里只写 `${{NAME}}`"
        ),
    )
}
