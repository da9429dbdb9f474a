//! How the keys of a `message.yaml` are read.

use super::{AttachmentRule, Category, InDoubt, Kind, Lifetime};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText, Span};
use crate::locale::{Duration, TimeZone};
use crate::mail::{self, Mailbox};
use crate::text;
use crate::vars::VariableType;
use crate::yaml::Fields;

/// The longest URL that stands in List-Unsubscribe: a header line ends at 998 octets (RFC 5322
/// section 2.1.1) and a URL cannot be folded.
const HEADER_URL_LENGTH: usize = 900;

impl Kind {
    pub(super) fn read_lifetime(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
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

    pub(super) fn read_replaces(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
        let Some(node) = fields.get("replaces") else { return };
        let mut replaces = Fields::of(node, faults);
        let same = self.plain_variables(&mut replaces, "same", faults);
        replaces.finish(faults);
        self.replaces = Some(same);
    }

    pub(super) fn read_limits(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
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

    pub(super) fn read_opt_out(&mut self, fields: &mut Fields<'_>, faults: &mut Diagnostics) {
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
}

pub(super) fn usual_lifetime(category: Category) -> Duration {
    match category {
        Category::Security => Duration::HOUR,
        _ => Duration::THREE_DAYS,
    }
}

pub(super) fn read_category(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Category {
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

pub(super) fn read_in_doubt(
    fields: &mut Fields<'_>,
    category: Category,
    faults: &mut Diagnostics,
) -> InDoubt {
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

pub(super) fn read_line(
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

pub(super) fn read_mailbox(
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

pub(super) fn read_zone(fields: &mut Fields<'_>, faults: &mut Diagnostics) -> Option<TimeZone> {
    let name = fields.text("time_zone", faults)?;
    let node = fields.get("time_zone")?;
    TimeZone::parse(name)
        .map_err(|error| faults.push(error.diagnostic().at(node.span.clone())))
        .ok()
}

pub(super) fn read_attachments(
    fields: &mut Fields<'_>,
    faults: &mut Diagnostics,
) -> AttachmentRule {
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

pub(super) fn empty_file(source: &SourceText) -> Diagnostic {
    Diagnostic::error(Code::YamlMissingKey, text!("the file is empty", "文件为空"))
        .in_file(source.name())
        .hint(text!(
            "begin with `category:`, `variables:` and `samples:`",
            "请从 `category:`、`variables:`、`samples:` 写起"
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
