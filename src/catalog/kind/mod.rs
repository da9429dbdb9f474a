//! `templates/<kind>/message.yaml`: the declaration of one message kind.

mod read;
mod samples;
mod write;

pub use samples::DERIVED;
pub use write::{NewSample, Written};

use read::{
    empty_file, read_attachments, read_category, read_in_doubt, read_line, read_mailbox, read_zone,
    usual_lifetime,
};
use samples::{Sample, read_samples};

use crate::diagnostic::{Diagnostics, Severity, SourceText, Span};
use crate::locale::{Duration, TimeZone};
use crate::mail::Mailbox;
use crate::vars::{Declaration, Vars};
use crate::yaml::{self, Fields, Value};

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
    /// All of them, with the names that `message.yaml` and `hongyan.yaml` use.
    pub const NAMES: [(&str, Category); 3] = [
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

    /// How long a mail with these variables may wait.
    pub fn lives(&self, vars: &Vars) -> Duration {
        let said = match &self.lifetime {
            Lifetime::Fixed(lifetime) => return *lifetime,
            Lifetime::Variable(name) => vars.get(name),
        };
        match said {
            Some(crate::vars::Value::Duration(lifetime)) => *lifetime,
            _ => usual_lifetime(self.category),
        }
    }

    /// Whether all variables could be read: else nothing is held against them.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// The declaration's file.
    pub fn source(&self) -> &SourceText {
        &self.source
    }
}
