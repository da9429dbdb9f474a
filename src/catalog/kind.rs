//! `templates/<kind>/message.yaml`: the declaration of one message kind.

use serde_json::{Map, Value as Json};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity, SourceText, Span};
use crate::locale::{Duration, Locale, TimeZone};
use crate::mail::{self, Mailbox};
use crate::text;
use crate::vars::{Declaration, VariableType};
use crate::yaml::{self, Fields, Key, Node, Value};

/// What a mail is for. Headers, lint rules, lane and `in_doubt` follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Codes, links that prove control of an account, alarms
    Security,
    /// What the reader asked for or bought
    Transactional,
    /// What the reader can opt out of
    Notification,
}

impl Category {
    const NAMES: [(&str, Category); 3] = [
        ("security", Category::Security),
        ("transactional", Category::Transactional),
        ("notification", Category::Notification),
    ];

    /// The name that `message.yaml` uses.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

/// How long a mail may wait, counted from acceptance.
#[derive(Clone, Debug)]
pub enum Lifetime {
    /// As long as this variable says
    Variable(String),
    /// Always as long
    Fixed(Duration),
}

/// What happens when a crash leaves it open whether a mail went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InDoubt {
    /// A second copy is better than none
    Resend,
    /// Ask a person
    Hold,
}

/// How many mails of a kind one recipient gets, where there is an outbox.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// Variables whose values are counted apart
    pub each: Vec<String>,
    /// So many in so long
    pub rates: Vec<(u32, Duration)>,
}

/// What may be attached to mails of a kind.
#[derive(Clone, Debug)]
pub struct AttachmentRule {
    /// How many
    pub max: usize,
    /// Content types; empty: every type of the allow-list
    pub types: Vec<String>,
}

/// One message kind.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The folder's name
    pub name: String,
    /// One sentence for people
    pub description: String,
    /// What it is for
    pub category: Category,
    /// How long it may wait; 72 hours, security 1 hour, unless said
    pub lifetime: Lifetime,
    /// Variables that must be equal for a newer mail to retire a queued older one
    pub replaces: Option<Vec<String>>,
    /// How many one recipient gets
    pub limits: Limits,
    /// Resend or hold after a crash
    pub in_doubt: InDoubt,
    /// What callers give
    pub variables: Declaration,
    /// The subject's template, if it is not `t('subject')`
    pub subject: Option<(String, Span)>,
    /// The preheader's template, if it is not `t('preheader')`
    pub preheader: Option<(String, Span)>,
    /// From, if it is not the transport's
    pub from: Option<Mailbox>,
    /// Reply-To
    pub reply_to: Option<Mailbox>,
    /// The url variable behind List-Unsubscribe (RFC 8058)
    pub opt_out: Option<String>,
    /// What may be attached
    pub attachments: AttachmentRule,
    /// The zone that instants are shown in, if it is not the project's
    pub time_zone: Option<TimeZone>,
    samples: Vec<Sample>,
    sound: bool,
    source: SourceText,
}

#[derive(Clone, Debug)]
struct Sample {
    name: String,
    locale: Option<Locale>,
    vars: Map<String, Json>,
    span: Span,
}

/// The longest URL that stands in List-Unsubscribe: a header line ends at 998 octets (RFC 5322
/// section 2.1.1) and a URL cannot be folded.
const HEADER_URL_LENGTH: usize = 900;

/// The samples that every kind has beside its own.
pub const DERIVED: [&str; 3] = ["minimal", "longest", "hostile"];

impl Kind {
    /// Reads one declaration. What is wrong with it is told; the rest is still read.
    pub fn read(name: &str, source: &SourceText, faults: &mut Diagnostics) -> Option<Kind> {
        let node = yaml::parse(source, faults)?;
        if let Value::Null = node.value {
            faults.push(empty_file(source));
            return None;
        }
        let mut fields = Fields::of(&node, faults);
        let category = read_category(&mut fields, faults);
        let before = faults.count(Severity::Error);
        let variables = Declaration::read(fields.entries("variables", faults), faults);
        let sound = faults.count(Severity::Error) == before;
        let mut kind = Kind {
            name: name.to_owned(),
            description: fields.text("description", faults).unwrap_or_default().to_owned(),
            category,
            lifetime: Lifetime::Fixed(usual_lifetime(category)),
            replaces: None,
            limits: Limits::default(),
            in_doubt: read_in_doubt(&mut fields, category, faults),
            subject: read_line(&mut fields, "subject", faults),
            preheader: read_line(&mut fields, "preheader", faults),
            from: read_mailbox(&mut fields, "from", faults),
            reply_to: read_mailbox(&mut fields, "reply_to", faults),
            opt_out: None,
            attachments: read_attachments(&mut fields, faults),
            time_zone: read_zone(&mut fields, faults),
            samples: read_samples(&mut fields, faults),
            variables,
            sound,
            source: source.clone(),
        };
        // What names a variable is not held against variables that could not be read.
        let mut unsaid = Diagnostics::new();
        let names_faults = if sound { &mut *faults } else { &mut unsaid };
        kind.read_lifetime(&mut fields, names_faults);
        kind.read_replaces(&mut fields, names_faults);
        kind.read_limits(&mut fields, names_faults);
        kind.read_opt_out(&mut fields, names_faults);
        kind.check_samples(names_faults);
        fields.finish(faults);
        Some(kind)
    }

    /// Whether all variables could be read: else nothing is held against them.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// The declaration's file.
    pub fn source(&self) -> &SourceText {
        &self.source
    }

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

    fn read_lifetime(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
        let Some(node) = fields.get("lifetime") else { return };
        let written = node.scalar().unwrap_or_default();
        let variable = self.variables.get(written).map(|variable| &variable.kind);
        self.lifetime = match (variable, Duration::parse(written)) {
            (Some(VariableType::Duration { .. }), _) => Lifetime::Variable(written.to_owned()),
            (_, Ok(duration)) => Lifetime::Fixed(duration),
            _ => {
                return faults.push(
                    node.bad_value(text!(
                        "`lifetime` is a duration such as `24h` or the name of a duration variable",
                        "`lifetime` 应为时长（例如 `24h`）或时长变量的名称"
                    ))
                    .did_you_mean(written, self.variables.names()),
                );
            }
        };
    }

    fn read_replaces(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
        let Some(node) = fields.get("replaces") else { return };
        let mut replaces = Fields::of(node, faults);
        let same = self.plain_variables(&mut replaces, "same", faults);
        replaces.finish(faults);
        self.replaces = Some(same);
    }

    fn read_limits(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
        let Some(node) = fields.get("limits") else { return };
        let mut limits = Fields::of(node, faults);
        self.limits.each = self.plain_variables(&mut limits, "each", faults);
        for rate in limits.texts("rates", faults).unwrap_or_default() {
            match read_rate(rate) {
                Some(rate) => self.limits.rates.push(rate),
                None => faults.push(node.bad_value(text!(
                    "`{rate}` is not a rate such as `5/1h`",
                    "`{rate}` 不是频率（例如 `5/1h`）"
                ))),
            }
        }
        limits.finish(faults);
    }

    /// Names of declared variables that are not secret: their values are stored as keyed hashes.
    fn plain_variables(
        &self,
        fields: &mut Fields<'_>,
        key: &'static str,
        faults: &mut Diagnostics,
    ) -> Vec<String> {
        let names = fields.texts(key, faults).unwrap_or_default();
        let Some(node) = fields.get(key) else { return Vec::new() };
        for name in &names {
            match self.variables.get(name) {
                Some(variable) if !variable.secret => {}
                Some(_) => faults.push(node.bad_value(text!(
                    "`{name}` is secret and cannot be compared",
                    "`{name}` 是机密变量，不能用于比较"
                ))),
                None => faults.push(
                    node.bad_value(text!(
                        "no variable `{name}` is declared",
                        "没有声明变量 `{name}`"
                    ))
                    .did_you_mean(name, self.variables.names()),
                ),
            }
        }
        names.into_iter().map(str::to_owned).collect()
    }

    fn read_opt_out(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
        let Some(node) = fields.get("opt_out") else {
            if self.category == Category::Notification {
                faults.push(no_opt_out(&self.source));
            }
            return;
        };
        let name = node.text().unwrap_or_default();
        match self.variables.get(name).map(|variable| &variable.kind) {
            Some(VariableType::Url { .. }) => {
                self.opt_out = Some(name.to_owned());
                self.variables.limit_url(name, HEADER_URL_LENGTH);
            }
            _ => faults.push(
                node.bad_value(text!(
                    "`opt_out` is the name of a url variable",
                    "`opt_out` 应为 url 变量的名称"
                ))
                .did_you_mean(name, self.variables.names()),
            ),
        }
    }

    fn check_samples(&self, faults: &mut Diagnostics) {
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

fn usual_lifetime(category: Category) -> Duration {
    match category {
        Category::Security => Duration::HOUR,
        _ => Duration::THREE_DAYS,
    }
}

fn read_category(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Category {
    let Some(node) = fields.require("category", faults) else { return Category::Transactional };
    let name = node.text().unwrap_or_default();
    match Category::NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, category)) => *category,
        None => {
            faults.push(
                node.bad_value(text!("there is no category `{name}`", "没有类别 `{name}`"))
                    .hint(text!(
                        "one of `security`, `transactional`, `notification`",
                        "可选 `security`、`transactional`、`notification`"
                    ))
                    .did_you_mean(name, Category::NAMES.iter().map(|(name, _)| *name)),
            );
            Category::Transactional
        }
    }
}

fn read_in_doubt(fields: &mut Fields<'_>, category: Category, faults: &mut Diagnostics) -> InDoubt {
    let usual = match category {
        Category::Security => InDoubt::Resend,
        _ => InDoubt::Hold,
    };
    let Some(node) = fields.get("in_doubt") else { return usual };
    match node.text() {
        Some("resend") => InDoubt::Resend,
        Some("hold") => InDoubt::Hold,
        _ => {
            faults.push(node.bad_value(text!(
                "`in_doubt` is `resend` or `hold`",
                "`in_doubt` 应为 `resend` 或 `hold`"
            )));
            usual
        }
    }
}

fn read_line(
    fields: &mut Fields<'_>,
    key: &'static str,
    faults: &mut Diagnostics,
) -> Option<(String, Span)> {
    let line = fields.text(key, faults)?;
    let node = fields.get(key)?;
    if line.trim_end().contains('\n') {
        faults.push(
            Diagnostic::error(
                Code::SubjectLines,
                text!("`{key}` has more than one line", "`{key}` 不止一行"),
            )
            .at(node.span.clone())
            .hint(text!("write it on one line", "请写在一行内")),
        );
    }
    Some((line.trim_end().to_owned(), node.span.clone()))
}

fn read_mailbox(
    fields: &mut Fields<'_>,
    key: &'static str,
    faults: &mut Diagnostics,
) -> Option<Mailbox> {
    let written = fields.text(key, faults)?;
    let node = fields.get(key)?;
    Mailbox::parse(written)
        .map_err(|error| faults.push(error.diagnostic().at(node.span.clone())))
        .ok()
}

fn read_zone(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<TimeZone> {
    let name = fields.text("time_zone", faults)?;
    let node = fields.get("time_zone")?;
    TimeZone::parse(name)
        .map_err(|error| faults.push(error.diagnostic().at(node.span.clone())))
        .ok()
}

fn read_attachments(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> AttachmentRule {
    let mut rule = AttachmentRule { max: mail::MAX_ATTACHMENTS, types: Vec::new() };
    let Some(node) = fields.get("attachments") else { return rule };
    let mut attachments = Fields::of(node, faults);
    if let Some(max) = attachments.integer("max", faults) {
        rule.max = usize::try_from(max).unwrap_or(0).min(mail::MAX_ATTACHMENTS);
    }
    let types = attachments.texts("types", faults).unwrap_or_default();
    rule.types = types.into_iter().map(str::to_owned).collect();
    attachments.finish(faults);
    rule
}

fn read_rate(rate: &str) -> Option<(u32, Duration)> {
    let (count, span) = rate.split_once('/')?;
    let count = count.parse().ok().filter(|count| *count > 0)?;
    Some((count, Duration::parse(span).ok()?))
}

fn read_samples(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Vec<Sample> {
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

fn empty_file(source: &SourceText) -> Diagnostic {
    Diagnostic::error(Code::YamlMissingKey, text!("the file is empty", "文件为空"))
        .in_file(source.name())
        .hint(text!(
            "begin with `category:`, `variables:` and `samples:`",
            "请从 `category:`、`variables:`、`samples:` 写起"
        ))
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

fn no_opt_out(source: &SourceText) -> Diagnostic {
    Diagnostic::error(
        Code::OptOutMissing,
        text!("a `notification` needs `opt_out`", "`notification` 类别需要 `opt_out`"),
    )
    .in_file(source.name())
    .hint(text!(
        "name the url variable that unsubscribes (RFC 8058), or make it `transactional`",
        "请写明用于退订的 url 变量（RFC 8058），或改为 `transactional`"
    ))
}
