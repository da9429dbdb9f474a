//! Transports out of what the environment and `hongyan.yaml` say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::builder::MailerBuilder;
use super::carrier::Carrier;
use super::routes::Routes;
use super::setup::Setup;
use super::stage::Stage;
use crate::catalog::{Catalog, Category};
use crate::compose::Profile;
use crate::config::{
    ChosenBy, DirectMailSettings, DkimSetting, Lines, NamedTransport, OutboxSettings,
    ServiceSettings, SmtpSettings, Sources, TransportSetting, Via, WhenUnset,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::error::Error;
use crate::inline::ImageMode;
use crate::locale::TimeZone;
use crate::mail::Mailbox;
use crate::plan::foresee;
use crate::source::Tree;
use crate::text;
use crate::transport::{
    DirectMailTransport, FileTransport, InboxTransport, SmtpTransport, Transport,
};

/// The file in which a project says how its mails leave.
const PROJECT_FILE: &str = "hongyan.yaml";

/// What mails leave by: transports and routes, and what is to be said about them.
pub struct Outfit<'s> {
    pub(super) setup: &'s Setup,
    tree: Tree,
    catalog: Catalog,
    lines: Lines,
    pub(super) outbox: (OutboxSettings, Diagnostics),
    service: (ServiceSettings, Diagnostics),
    faults: Diagnostics,
}

impl<'s> Outfit<'s> {
    /// Reads what there is. Faults are kept: `doctor` works with them.
    pub(super) fn read(setup: &'s Setup, tree: Tree, when_unset: WhenUnset) -> Outfit<'s> {
        // What is wrong with the project is told when it is loaded.
        let catalog = Catalog::load(&tree, &mut Diagnostics::new());
        let kinds: Vec<(&str, Category)> =
            catalog.kinds().map(|kind| (kind.name.as_str(), kind.category)).collect();
        let text = tree.text(PROJECT_FILE, &mut Diagnostics::new());
        let sources = Sources {
            project_file: text.as_ref().map(|text| (text.name(), text.text())),
            kinds: &kinds,
            read: &|path| std::fs::read(path),
            ..Sources::new(&setup.environment, when_unset)
        };
        let (lines, found) = Lines::read(&sources);
        let outbox = OutboxSettings::read(&sources);
        let service = ServiceSettings::read(&sources);
        let mut faults = setup.faults.clone();
        faults.extend(found.into_iter().chain(outbox.1.clone()));
        let mut outfit = Outfit { setup, tree, catalog, lines, outbox, service, faults };
        outfit.faults.extend(outfit.ignored_epoch());
        outfit
    }

    /// The transports and routes.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// What is said of the outbox.
    pub fn outbox_settings(&self) -> &OutboxSettings {
        &self.outbox.0
    }

    /// The zone in which the project tells times.
    pub fn time_zone(&self) -> &TimeZone {
        &self.catalog.settings.time_zone
    }

    /// What is said of the HTTP service, and what was noticed about it.
    ///
    /// # Errors
    /// All that keeps a service from starting: what is wrong with its own settings, with those of
    /// the transports and with those of the outbox.
    pub fn service_settings(&self) -> Result<(ServiceSettings, Diagnostics), Error> {
        let (service, noticed) = &self.service;
        let mut faults = self.errors();
        faults.extend(self.service_errors());
        #[cfg(feature = "outbox")]
        faults.extend(self.missing_key());
        match faults.is_empty() {
            true => Ok((service.clone(), noticed.clone())),
            false => Err(Error::configuration(faults)),
        }
    }

    /// What is wrong with the settings of the HTTP service alone.
    pub fn service_errors(&self) -> Diagnostics {
        let noticed = self.service.1.iter();
        noticed.filter(|fault| fault.severity() == Severity::Error).cloned().collect()
    }

    /// What is wrong: nothing can be sent.
    pub fn errors(&self) -> Diagnostics {
        self.told(|severity| severity == Severity::Error)
    }

    /// What was noticed and does not stop anything.
    pub fn warnings(&self) -> Diagnostics {
        self.told(|severity| severity != Severity::Error)
    }

    /// Whether nothing chose a transport, so that mails go to the inbox.
    pub fn is_unset(&self) -> bool {
        self.lines.chosen_by() == ChosenBy::Nothing
    }

    /// What can be known of mails before any is asked for: transports that will never carry a kind,
    /// a brand that nobody named.
    ///
    /// # Errors
    /// A transport that cannot be made.
    pub fn foresee(&self) -> Result<Diagnostics, Error> {
        let carriers = self.routes()?;
        let mut seen: Diagnostics = self.nameless_brand(&carriers).into_iter().collect();
        for kind in self.catalog.kinds() {
            let of_kind = self.lines.routes().iter().filter(|route| {
                route.kind.as_ref().is_none_or(|name| *name == kind.name)
                    && route.category.is_none_or(|category| category == kind.category)
            });
            let names: BTreeSet<&String> = of_kind.flat_map(|route| &route.via).collect();
            let transports = names.into_iter().filter_map(|name| carriers.find(name));
            seen.extend(transports.filter_map(|transport| foresee(kind, transport)));
        }
        Ok(seen)
    }

    /// Readers would see the bare address where the sender's name belongs.
    fn nameless_brand(&self, routes: &Routes) -> Option<Diagnostic> {
        let from = &routes.carriers().iter().find(|carrier| carrier.is_real)?.transport;
        let default = &self.catalog.settings.default_locale;
        let named = self.catalog.brand.text("name", default).is_some()
            || self.setup.settings.from.name.is_some()
            || from.profile().from.name().is_some();
        let title = text!(
            "nobody says what the sender is called, so mails show the bare address",
            "没有设置发件方的名称，邮件里会直接显示地址"
        );
        let hint = text!(
            "set `EMAILS_FROM_NAME`, or `name` in `templates/brand.yaml`",
            "请设置 `EMAILS_FROM_NAME`，或 `templates/brand.yaml` 中的 `name`"
        );
        (!named).then(|| Diagnostic::warning(Code::ConfigSuspect, title).hint(hint))
    }

    /// A builder for what was found; `via` is the transport instead of the configured ones.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn builder(&self, via: Option<&Via>) -> Result<MailerBuilder, Error> {
        if let Some(via) = via {
            let named = self.lines.via(&self.setup.environment, via);
            return self.builder_for(&named.map_err(Error::configuration)?);
        }
        self.errors().ok(()).map_err(Error::configuration)?;
        self.builder_by(self.routes()?)
    }

    /// The project as those take it who send for others.
    ///
    /// # Errors
    /// As [`Stage::load_checked`].
    pub fn checked_stage(&self) -> Result<Stage, Error> {
        Stage::load_checked(self.setup, &self.tree)
    }

    /// A builder for one transport.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn builder_for(&self, named: &NamedTransport) -> Result<MailerBuilder, Error> {
        self.builder_by(Routes::in_order(vec![self.carrier(named)?]))
    }

    /// With the outbox, where one is named.
    #[cfg(feature = "outbox")]
    pub(super) fn with_named_outbox(&self, builder: MailerBuilder) -> Result<MailerBuilder, Error> {
        Ok(match self.named_outbox()? {
            Some(outbox) => builder.outbox(outbox),
            None => builder,
        })
    }

    #[cfg(not(feature = "outbox"))]
    pub(super) fn with_named_outbox(&self, builder: MailerBuilder) -> Result<MailerBuilder, Error> {
        if self.outbox_settings().file.is_none() {
            return Ok(builder);
        }
        let title =
            text!("an outbox is set, and this build has none", "设置了待发队列，但此构建不支持");
        let hint = text!("build with the feature `outbox`", "请启用 `outbox` 特性重新构建");
        Err(Error::configuration(Diagnostic::error(Code::ConfigBadValue, title).hint(hint)))
    }

    fn builder_by(&self, routes: Routes) -> Result<MailerBuilder, Error> {
        let mut builder = MailerBuilder::default().project(self.tree.clone());
        if let Some(name) = &self.setup.settings.from.name {
            builder = builder.brand_name(name);
        }
        let real = routes.carriers().iter().any(|carrier| carrier.is_real);
        if let (Some(epoch), false) = (self.setup.settings.epoch, real) {
            builder = builder.epoch(epoch);
        }
        Ok(self.limited(builder).routes(routes))
    }

    /// With the `limits` of the project.
    #[cfg(feature = "outbox")]
    fn limited(&self, builder: MailerBuilder) -> MailerBuilder {
        let limits = &self.outbox.0.limits;
        let builder = limits.per_domain.iter().fold(builder, |b, pace| b.per_domain(*pace));
        let builder = limits.global.iter().fold(builder, |b, pace| b.global(*pace));
        if limits.inbox { builder.limit_inbox() } else { builder }
    }

    #[cfg(not(feature = "outbox"))]
    fn limited(&self, builder: MailerBuilder) -> MailerBuilder {
        builder
    }

    fn routes(&self) -> Result<Routes, Error> {
        let carriers: Result<_, Error> =
            self.lines.in_use().map(|named| self.carrier(named)).collect();
        Ok(Routes::new(carriers?, self.lines.routes().to_vec()))
    }

    fn carrier(&self, named: &NamedTransport) -> Result<Carrier, Error> {
        let mut carrier = Carrier::new(self.open(named)?);
        carrier.is_real = named.setting.is_real();
        #[cfg(feature = "outbox")]
        {
            carrier.seats = super::seats::Seats::of(named.connections);
        }
        Ok(carrier.limited(named.pace, named.quota.clone()))
    }

    /// The folder that a transport writes to, if it does.
    pub fn folder(&self, setting: &TransportSetting) -> Option<PathBuf> {
        let (own, usual) = match setting {
            TransportSetting::Inbox(own) => (own, "inbox"),
            TransportSetting::File(own) => (own, "outgoing"),
            _ => return None,
        };
        Some(match own {
            Some(folder) => self.setup.working.join(folder),
            None => self.root().join(".hongyan").join(usual),
        })
    }

    fn open(&self, named: &NamedTransport) -> Result<Arc<dyn Transport>, Error> {
        let folder = || self.folder(&named.setting).unwrap_or_default();
        Ok(match &named.setting {
            TransportSetting::Inbox(_) => {
                Arc::new(InboxTransport::new(folder(), self.profile(named)?).named(&named.name))
            }
            TransportSetting::File(_) => {
                Arc::new(FileTransport::new(folder(), self.profile(named)?).named(&named.name))
            }
            TransportSetting::Smtp(settings) => Arc::new(self.smtp(named, settings)?),
            TransportSetting::DirectMail(settings) => Arc::new(self.directmail(named, settings)?),
        })
    }

    /// An SMTP transport, not yet connected.
    ///
    /// # Errors
    /// Files that it names and that cannot be read.
    pub fn smtp(
        &self,
        named: &NamedTransport,
        settings: &SmtpSettings,
    ) -> Result<SmtpTransport, Error> {
        let usual = self.setup.environment.get("SMTP_CA_FILE");
        let usual = usual.map(|variable| PathBuf::from(variable.value.expose().trim()));
        let ca_file = settings.ca_file.clone().or(usual).map(|path| self.find(&path));
        let settings = SmtpSettings { ca_file, ..settings.clone() };
        let transport = SmtpTransport::new(&named.name, &settings, self.profile(named)?)?;
        let transport = transport.connections(named.connections);
        match &named.dkim {
            Some(dkim) => self.signed(transport, dkim),
            None => Ok(transport),
        }
    }

    #[cfg(feature = "dkim")]
    fn signed(&self, transport: SmtpTransport, dkim: &DkimSetting) -> Result<SmtpTransport, Error> {
        let path = self.find(&dkim.key_file);
        let signer = crate::transport::DkimSigner::open(&dkim.selector, &dkim.domain, &path);
        Ok(transport.signed_by(signer.map_err(Error::configuration)?))
    }

    #[cfg(not(feature = "dkim"))]
    fn signed(&self, _: SmtpTransport, _: &DkimSetting) -> Result<SmtpTransport, Error> {
        let title =
            text!("`dkim` is set, and this build cannot sign", "设置了 `dkim`，但此构建不支持签名");
        let hint = text!("build with the feature `dkim`", "请启用 `dkim` 特性重新构建");
        Err(Error::configuration(Diagnostic::error(Code::ConfigBadValue, title).hint(hint)))
    }

    /// A DirectMail transport.
    ///
    /// # Errors
    /// Settings of a proxy that cannot be used.
    pub fn directmail(
        &self,
        named: &NamedTransport,
        settings: &DirectMailSettings,
    ) -> Result<DirectMailTransport, Error> {
        let from = self.sender(named)?;
        let transport = DirectMailTransport::new(settings, from)?.named(&named.name);
        Ok(match &named.images {
            Some(url) => transport.hosted_images(url),
            None => transport,
        })
    }

    fn profile(&self, named: &NamedTransport) -> Result<Profile, Error> {
        let images = named.images.clone().map_or(ImageMode::Inside, ImageMode::Hosted);
        Ok(Profile::new(self.sender(named)?, images))
    }

    fn sender(&self, named: &NamedTransport) -> Result<Mailbox, Error> {
        named.from.clone().map_or_else(|| self.setup.from(), Ok)
    }

    /// A file that is named in the environment (by the working folder) or in the project.
    fn find(&self, path: &Path) -> PathBuf {
        let near = self.setup.working.join(path);
        if near.exists() { near } else { self.root().join(path) }
    }

    pub(super) fn root(&self) -> &Path {
        self.setup.project.root(&self.setup.working)
    }

    fn told(&self, which: impl Fn(Severity) -> bool) -> Diagnostics {
        self.faults.iter().filter(|fault| which(fault.severity())).cloned().collect()
    }

    fn ignored_epoch(&self) -> Option<Diagnostic> {
        let real = self.lines.in_use().any(|named| named.setting.is_real());
        let fault = || {
            let title = text!(
                "`SOURCE_DATE_EPOCH` is ignored: mails that leave carry the time at which they do",
                "已忽略 `SOURCE_DATE_EPOCH`：真正发出的邮件使用当前时间"
            );
            Diagnostic::warning(Code::ConfigNote, title)
        };
        (real && self.setup.settings.epoch.is_some()).then(fault)
    }
}
