//! `outbox` and `limits`.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::lines::Sources;
use crate::config::manner::Pace;
use crate::config::outbox::LimitSettings;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceText};
use crate::text;
use crate::yaml::{self, Fields, Node, Value};

/// What the file says of the outbox.
#[derive(Default)]
pub(in crate::config) struct WrittenOutbox {
    pub path: Option<PathBuf>,
    pub retention: Option<Duration>,
    pub limits: LimitSettings,
}

impl WrittenOutbox {
    /// Reads both keys. What is wrong with the file as a whole is told by those who read the rest.
    pub fn read(sources: &Sources<'_>, faults: &mut Diagnostics) -> WrittenOutbox {
        let mut written = WrittenOutbox::default();
        let Some((name, text)) = sources.project_file else { return written };
        let source = SourceText::new(name, text);
        let Some(node) = yaml::parse(&source, &mut Diagnostics::new()) else { return written };
        let mut found = Diagnostics::new();
        let mut fields = Fields::of(&node, &mut Diagnostics::new());
        if let Some(node) = fields.get("outbox") {
            written.read_outbox(node, &mut found);
        }
        if let Some(node) = fields.get("limits") {
            written.limits = read_limits(node, &mut found);
        }
        faults.extend(yaml::veiled(&source, found));
        written
    }

    fn read_outbox(&mut self, node: &Node, faults: &mut Diagnostics) {
        let mut fields = Fields::of(node, faults);
        self.path = fields.text("path", faults).map(PathBuf::from);
        if let Some(node) = fields.get("retention") {
            let read = node.scalar().map(crate::locale::Duration::parse_with_unit);
            match read.and_then(Result::ok) {
                Some(retention) => self.retention = Some(retention.into()),
                None => faults.push(bad_retention(node)),
            }
        }
        fields.finish(faults);
    }
}

fn read_limits(node: &Node, faults: &mut Diagnostics) -> LimitSettings {
    let mut fields = Fields::of(node, faults);
    let limits = LimitSettings {
        per_domain: read_rates(&mut fields, "per_domain", faults),
        per_token: read_rates(&mut fields, "per_token", faults),
        global: read_rates(&mut fields, "global", faults),
        inbox: fields.boolean("inbox", faults).unwrap_or(false),
    };
    fields.finish(faults);
    limits
}

/// One rate, or a list of them.
fn read_rates(fields: &mut Fields<'_>, key: &'static str, faults: &mut Diagnostics) -> Vec<Pace> {
    let Some(node) = fields.get(key) else { return Vec::new() };
    let items = match &node.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut rates = Vec::new();
    for item in items {
        match item.scalar().and_then(Pace::parse) {
            Some(rate) => rates.push(rate),
            None => faults.push(bad_rate(item)),
        }
    }
    rates
}

fn bad_rate(node: &Node) -> Diagnostic {
    node.bad_value(text!("this is no rate", "这不是频率")).hint(text!(
        "write so many mails in so long, such as `100/1m` or `[\"100/1m\", \"2000/1h\"]`",
        "请写“封数/时长”，如 `100/1m` 或 `[\"100/1m\", \"2000/1h\"]`"
    ))
}

fn bad_retention(node: &Node) -> Diagnostic {
    node.bad_value(text!("this is no length of time", "这不是时长")).hint(text!(
        "write how long mails that are done are remembered, such as `30d` or `12h`",
        "请写邮件处理完后保留多久的记录，如 `30d` 或 `12h`"
    ))
}
