//! The transports that mail leaves by, and which mail takes which: the environment and the
//! `transports` and `routes` of `hongyan.yaml` together.
//!
//! Who decides, the first of these that is there:
//!
//! 1. `EMAIL_PROVIDER`: the word of the operator for this process. Its names may be those of
//!    `transports` too. Routes are set aside, and that is said: `EMAIL_PROVIDER=inbox` keeps all
//!    mail of a staging machine at home whatever the project's file says.
//! 2. `routes`: the first that fits takes the mail. `via` names transports of the file, or a
//!    provider (`qq`, `aliyun`, `inbox` …) that is set by the environment's variables. Mails that
//!    no route takes go to the server of `SMTP_SERVER`, and are a fault without one.
//! 3. `SMTP_SERVER`, and whatever else the environment alone says.
//! 4. The only transport of the file. Of several without routes none is guessed: a fault.
//! 5. The inbox, or a fault, as without a file.
//!
//! The file wins over nothing being set, with one exception: outside production, when none of the
//! variables that its transports name is set, nor any other of mail, a checkout without
//! credentials catches mail in the inbox as a project without the file does.
//!
//! A variable that is not set is a fault of the transports that are used; for the others it is
//! told by [`Lines::via`].
//!
//! ```
//! use hongyan::catalog::Category;
//! use hongyan::config::{EnvFile, Environment, Lines, Mail, Sources, WhenUnset};
//!
//! let yaml = "transports:\n  main:\n    provider: qq\n    user: 10001234@qq.com\n    password: ${SMTP_PASSWORD}\n  box: { provider: inbox }\nroutes:\n  - { domains: [example.com], via: [box] }\n  - { via: [main] }\n";
//! let (file, _) = EnvFile::parse(".env", b"SMTP_PASSWORD=abcdefghijklmnop");
//! let (environment, _) = Environment::gather([], &[file], &|path| std::fs::read(path));
//! let kinds = [("verification_code", Category::Security)];
//! let (lines, faults) = Lines::read(&Sources {
//!     project_file: Some(("hongyan.yaml", yaml)),
//!     kinds: &kinds,
//!     ..Sources::new(&environment, WhenUnset::Fault)
//! });
//! assert!(faults.is_empty(), "{faults}");
//! let mail = Mail { kind: "verification_code", category: Category::Security, domain: "qq.com" };
//! assert_eq!(lines.route(&mail)[0].name, "main");
//! ```

mod decide;

use super::choice::Picked;
use super::environment::{Environment, ReadFile};
use super::manner::{DkimSetting, Pace, Quota};
use super::project_file::ProjectFile;
use super::reader::Reader;
use super::sender::{Sender, check_inbox};
use super::settings::{ChosenBy, MailSettings, TransportSetting, WhenUnset};
use super::via::Via;
use crate::catalog::Category;
use crate::diagnostic::Diagnostics;
use crate::mail::Mailbox;
use decide::decide;

/// Where [`Lines`] are read from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// All variables
    pub environment: &'a Environment,
    /// Name and text of `hongyan.yaml`
    pub project_file: Option<(&'a str, &'a str)>,
    /// The kinds of the project; when empty, the names in routes are not checked
    pub kinds: &'a [(&'a str, Category)],
    /// What it means that nothing is set
    pub when_unset: WhenUnset,
    /// Reads what `NAME_FILE` names, for the names that the file alone knows
    pub read: ReadFile<'a>,
}

impl<'a> Sources<'a> {
    /// The environment alone.
    pub fn new(environment: &'a Environment, when_unset: WhenUnset) -> Self {
        let read = &|_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
        Sources { environment, project_file: None, kinds: &[], when_unset, read }
    }
}

/// A transport with its name and the way it is used.
#[derive(Clone, Debug)]
pub struct NamedTransport {
    /// Its name in `transports`, else the provider's
    pub name: String,
    /// Where it is
    pub setting: TransportSetting,
    /// Who its mail comes from; none at an inbox or a folder for which nobody is named
    pub from: Option<Mailbox>,
    /// How fast it may be used; a preset's `suggested_pace` is not applied here
    pub pace: Option<Pace>,
    /// How many connections at once
    pub connections: usize,
    /// How much it takes a day
    pub quota: Option<Quota>,
    /// Its signature
    pub dkim: Option<DkimSetting>,
    /// The URL under which the project's images are hosted; it ends in `/`
    pub images: Option<String>,
}

/// Which mails take which transports, in order of fail-over. What is not said fits every mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Mails of this category
    pub category: Option<Category>,
    /// Mails of this kind
    pub kind: Option<String>,
    /// Mails to these domains (lower case, A-labels), not to those below them
    pub domains: Vec<String>,
    /// The transports' names
    pub via: Vec<String>,
}

/// What a route looks at.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// The kind's name
    pub kind: &'a str,
    /// Its category
    pub category: Category,
    /// The recipient's domain, as [`Address::domain`](crate::mail::Address::domain) has it
    pub domain: &'a str,
}

/// The transports and the routes to them.
#[derive(Clone, Debug)]
pub struct Lines {
    transports: Vec<NamedTransport>,
    routes: Vec<Route>,
    unready: Vec<(String, Diagnostics)>,
    chosen_by: ChosenBy,
}

impl Lines {
    /// Reads and checks everything; all that is wrong is told at once. With an error among the
    /// diagnostics the lines are incomplete, and good for `doctor` and [`Lines::via`] only.
    pub fn read(sources: &Sources<'_>) -> (Lines, Diagnostics) {
        let mut faults = Diagnostics::new();
        let file = ProjectFile::read(sources, &mut faults);
        let mut reader = Reader::new(sources.environment);
        let (routes, chosen_by) = decide(sources, &file, &mut reader);
        let mut lines =
            Lines { transports: Vec::new(), routes: Vec::new(), unready: Vec::new(), chosen_by };
        for (route, picked) in routes {
            picked.iter().for_each(|picked| lines.open(picked, &file, &mut reader));
            lines.routes.push(route);
        }
        for declared in file.transports {
            match declared.transport {
                Some(transport) => lines.add(transport),
                None => lines.unready.push((declared.name, declared.told)),
            }
        }
        faults.extend(std::mem::take(&mut reader.faults));
        (lines, faults)
    }

    /// The transports for a mail, in the order in which they are tried; empty where no route takes
    /// it.
    pub fn route(&self, mail: &Mail<'_>) -> Vec<&NamedTransport> {
        let route = self.routes.iter().find(|route| route.takes(mail));
        let names = route.map(|route| route.via.as_slice()).unwrap_or_default();
        names.iter().filter_map(|name| self.find(name)).collect()
    }

    /// The transport that `--via` asks for: one of the file, else a provider or a server.
    ///
    /// # Errors
    /// A name that nothing has, and all that is wrong with the transport.
    pub fn via(&self, environment: &Environment, via: &Via) -> Result<NamedTransport, Diagnostics> {
        if let Via::Name(name) = via {
            if let Some((_, told)) = self.unready.iter().find(|(unready, _)| unready == name) {
                return Err(told.clone());
            }
            if let Some(transport) = self.find(name) {
                return Ok(transport.clone());
            }
        }
        let declared = self.transports.iter().map(|transport| transport.name.as_str());
        let declared: Vec<&str> =
            declared.chain(self.unready.iter().map(|(name, _)| name.as_str())).collect();
        let setting = MailSettings::via_beside(environment, via, &declared)?;
        let mut reader = Reader::new(environment);
        let transport = of_environment(setting, &mut reader);
        std::mem::take(&mut reader.faults).ok(transport)
    }

    /// All transports that can be used, those of the routes first.
    pub fn transports(&self) -> &[NamedTransport] {
        &self.transports
    }

    /// The transports that the routes name, in the order of their first mention.
    pub fn in_use(&self) -> impl Iterator<Item = &NamedTransport> {
        let named = |name: &String| self.routes.iter().any(|route| route.via.contains(name));
        self.transports.iter().filter(move |transport| named(&transport.name))
    }

    /// The routes. One that fits every mail, where the environment decides.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// What chose the transports.
    pub fn chosen_by(&self) -> ChosenBy {
        self.chosen_by
    }

    fn find(&self, name: &str) -> Option<&NamedTransport> {
        self.transports.iter().find(|transport| transport.name == name)
    }

    fn add(&mut self, transport: NamedTransport) {
        if self.find(&transport.name).is_none() {
            self.transports.push(transport);
        }
    }

    /// Makes ready a transport that is used: now its variables must be there.
    fn open(&mut self, picked: &Picked, file: &ProjectFile, reader: &mut Reader<'_>) {
        let known = self.find(picked.name()).is_some();
        match picked {
            Picked::Declared(name) => {
                let Some(declared) = file.find(name) else { return };
                reader.faults.extend(declared.told.clone());
                declared.transport.clone().into_iter().for_each(|transport| self.add(transport));
            }
            Picked::Provider(_) if known => {}
            Picked::Provider(choice) => {
                let setting = choice.read(reader);
                let transport = setting.map(|setting| of_environment(setting, reader));
                transport.into_iter().for_each(|transport| self.add(transport));
            }
        }
    }
}

impl Route {
    /// Whether a mail takes it.
    pub fn takes(&self, mail: &Mail<'_>) -> bool {
        self.category.is_none_or(|category| category == mail.category)
            && self.kind.as_deref().is_none_or(|kind| kind == mail.kind)
            && (self.domains.is_empty() || self.domains.iter().any(|own| own == mail.domain))
    }

    fn of_all_mail(picked: &[Picked]) -> Route {
        let via = picked.iter().map(|picked| picked.name().to_owned()).collect();
        Route { category: None, kind: None, domains: Vec::new(), via }
    }
}

fn of_environment(setting: TransportSetting, reader: &mut Reader<'_>) -> NamedTransport {
    let environment = reader.environment;
    let from = Sender { own: None, environment }.of(&setting, reader);
    check_inbox(&setting, environment, reader);
    NamedTransport {
        name: setting.usual_name().to_owned(),
        from,
        pace: None,
        connections: setting.connections(),
        quota: None,
        dkim: None,
        images: None,
        setting,
    }
}
