//! Samples: the data that preview, check and snapshots are made from.

use serde_json::{Map, Value as Json};

use super::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText, Span};
use crate::locale::Locale;
use crate::text;
use crate::yaml::{Fields, Key, Node};

/// The samples that every kind has beside its own.
pub const DERIVED: [&str; 3] = ["minimal", "longest", "hostile"];

#[derive(Clone, Debug)]
pub(super) struct Sample {
    name: String,
    locale: Option<Locale>,
    vars: Map<String, Json>,
    span: Span,
}

impl Kind {
    /// The samples as written, then those derived that were not written.
    pub fn sample_names(&self) -> Vec<(&str, bool)> {
        let written = self.samples.iter().filter(|sample| sample.locale.is_none());
        let mut names: Vec<(&str, bool)> =
            written.map(|sample| (sample.name.as_str(), false)).collect();
        let derived = DERIVED.iter().filter(|name| !names.iter().any(|(known, _)| known == *name));
        let derived: Vec<_> = derived.map(|name| (*name, true)).collect();
        names.extend(derived);
        names
    }

    /// A sample's variables for a locale: `typical.en` is laid over `typical`.
    pub fn sample(&self, name: &str, locale: &Locale) -> Option<Map<String, Json>> {
        let written = |name: &str| {
            let of = |wanted: Option<&Locale>| {
                let same =
                    |sample: &&Sample| sample.name == name && sample.locale.as_ref() == wanted;
                self.samples.iter().find(same).map(|sample| sample.vars.clone())
            };
            let mut vars = of(None)?;
            vars.extend(of(Some(locale)).unwrap_or_default());
            Some(vars)
        };
        if let Some(vars) = written(name) {
            return Some(vars);
        }
        let typical = written("typical").unwrap_or_default();
        match name {
            "minimal" => Some(self.variables.minimal(&typical)),
            "longest" => Some(self.variables.longest(&typical)),
            "hostile" => Some(self.variables.hostile(&typical)),
            _ => None,
        }
    }

    /// The fault of a sample that does not exist.
    pub fn unknown_sample(&self, name: &str) -> Diagnostic {
        let kind = &self.name;
        let names: Vec<&str> = self.sample_names().into_iter().map(|(name, _)| name).collect();
        let known = names.join("`, `");
        Diagnostic::error(
            Code::SampleUnknown,
            text!("`{kind}` has no sample `{name}`", "`{kind}` 没有样例 `{name}`"),
        )
        .kind(kind)
        .hint(text!("samples: `{known}`", "样例：`{known}`"))
        .did_you_mean(name, names.iter().copied())
    }

    pub(super) fn check_samples(&self, faults: &mut Diagnostics) {
        if !self.samples.iter().any(|sample| sample.name == "typical" && sample.locale.is_none()) {
            faults.push(no_typical(&self.source));
        }
        for sample in &self.samples {
            let mut vars = sample.vars.clone();
            if sample.locale.is_some() {
                let base = self
                    .samples
                    .iter()
                    .find(|base| base.name == sample.name && base.locale.is_none());
                let mut merged = base.map(|base| base.vars.clone()).unwrap_or_default();
                merged.extend(vars);
                vars = merged;
            }
            if let Err(problems) = self.variables.check(&vars) {
                let at = |problem: Diagnostic| problem.at(sample.span.clone()).kind(&self.name);
                faults.extend(problems.into_iter().map(at));
            }
        }
    }
}

pub(super) fn read_samples(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (key, node) in fields.entries("samples", faults) {
        let (name, tag) = match key.name.split_once('.') {
            Some((name, tag)) => (name, Some(tag)),
            None => (key.name.as_str(), None),
        };
        let locale = match tag.map(Locale::parse).transpose() {
            Ok(locale) => locale,
            Err(error) => {
                faults.push(error.diagnostic().at(key.span.clone()));
                continue;
            }
        };
        match sample_vars(key, name, node) {
            Ok(vars) => {
                samples.push(Sample {
                    name: name.to_owned(),
                    locale,
                    vars,
                    span: key.span.clone(),
                });
            }
            Err(fault) => faults.push(fault),
        }
    }
    samples
}

fn sample_vars(key: &Key, name: &str, node: &Node) -> Result<Map<String, Json>, Diagnostic> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(Diagnostic::error(
            Code::YamlBadValue,
            text!("`{name}` cannot be a sample's name", "`{name}` 不能作为样例名"),
        )
        .at(key.span.clone())
        .hint(text!("use a–z, 0–9, `_` and `-`", "只用 a–z、0–9、`_` 和 `-`")));
    }
    match node.to_json() {
        Json::Object(vars) => Ok(vars),
        Json::Null => Ok(Map::new()),
        _ => Err(node.wrong_type(("a mapping of variables", "变量的映射"))),
    }
}

fn no_typical(source: &SourceText) -> Diagnostic {
    Diagnostic::error(
        Code::SampleMissing,
        text!("there is no sample `typical`", "缺少样例 `typical`"),
    )
    .in_file(source.name())
    .hint(text!(
        "add `samples: {{typical: {{…}}}}`: preview, check and snapshots are made from it",
        "请添加 `samples: {{typical: {{…}}}}`：预览、检查和快照都由它生成"
    ))
}
