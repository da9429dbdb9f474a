//! `transports` and `routes` of `hongyan.yaml`, and `outbox` and `limits`.
//!
//! Text in, values and faults out. Secrets stand there only as `${NAME}`, the whole value; where
//! somebody wrote one all the same, no line of the file is shown in any fault. Locales and time
//! zone of the same file are the catalog's.

mod manner;
mod outbox;
mod reach;
mod route;
mod transport;
mod value;

pub(super) use outbox::WrittenOutbox;
pub(super) use reach::untaken;
pub(super) use route::WrittenRoute;
pub(super) use transport::Declared;

use super::lines::Sources;
use crate::diagnostic::{Diagnostics, SourceText};
use crate::locale::TimeZone;
use crate::yaml::{self, Fields, Node, Value};
use route::Known;

/// What the file says about sending.
#[derive(Default)]
pub(super) struct ProjectFile {
    pub transports: Vec<Declared>,
    pub routes: Vec<WrittenRoute>,
    /// More may be meant than could be read: what seems to be missing is not told
    pub broken: bool,
}

impl ProjectFile {
    /// Reads both keys. A file that is no mapping is the catalog's to tell.
    pub fn read(sources: &Sources<'_>, faults: &mut Diagnostics) -> ProjectFile {
        let Some((name, text)) = sources.project_file else { return ProjectFile::default() };
        let source = SourceText::new(name, text);
        let mut found = Diagnostics::new();
        let node = yaml::parse(&source, &mut found);
        let node = node.filter(|node| matches!(node.value, Value::Mapping(_)));
        let file = node.map(|node| ProjectFile::of(&node, sources, &mut found));
        faults.extend(yaml::veiled(&source, found));
        let unread = ProjectFile { broken: true, ..ProjectFile::default() };
        let mut file = file.unwrap_or(unread);
        for declared in &mut file.transports {
            declared.told = yaml::veiled(&source, std::mem::take(&mut declared.told));
        }
        file
    }

    fn of(node: &Node, sources: &Sources<'_>, faults: &mut Diagnostics) -> ProjectFile {
        let mut fields = Fields::of(node, faults);
        let zone = fields.get("time_zone").and_then(Node::text).map(TimeZone::parse);
        let zone = zone.and_then(Result::ok).unwrap_or_else(TimeZone::asia_shanghai);
        let entries = fields.entries("transports", faults).iter();
        let transports: Vec<Declared> = entries
            .map(|(key, node)| transport::read((key, node), &zone, sources, faults))
            .collect();
        let names = transports.iter().map(|declared| declared.name.as_str()).collect();
        let known = Known { transports: names, kinds: sources.kinds };
        let mut found = Diagnostics::new();
        let routes = fields.get("routes").map(|node| route::read(node, &known, &mut found));
        let routes = routes.unwrap_or_default();
        let unread = fields.get("transports").is_some() && transports.is_empty();
        let broken = unread || found.has_errors();
        found.extend(reach::unreachable(&routes, sources.kinds));
        faults.extend(found);
        ProjectFile { transports, routes, broken }
    }

    /// The names of the transports.
    pub fn names(&self) -> Vec<&str> {
        self.transports.iter().map(|declared| declared.name.as_str()).collect()
    }

    pub fn find(&self, name: &str) -> Option<&Declared> {
        self.transports.iter().find(|declared| declared.name == name)
    }
}
