//! What the service works with, replaced as a whole when settings or files change.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::openapi;
use crate::composer::Composer;
use crate::config::{ApiToken, Pace, ServiceSettings, TransportSetting};
use crate::daemon::fixed::Fixed;
use crate::daemon::reading::read_settled;
use crate::diagnostic::Diagnostics;
use crate::error::Error;
use crate::mailer::{Mailer, MailerBuilder, Need, Outfit, Setup, Stage};
use crate::outbox::{Limit, Outbox};

/// All that a request needs, of one moment.
pub struct Live {
    /// Accepts and delivers
    pub mailer: Mailer,
    /// Where mails are kept
    pub outbox: Outbox,
    /// Where mails are rendered that are only looked at
    pub stage: Arc<Stage>,
    /// Who may ask; none: everybody on this machine
    pub tokens: Vec<ApiToken>,
    /// How long mails that are done are remembered
    pub retention: Duration,
    /// How many mails one token may ask for
    pub per_token: Vec<Pace>,
    /// The folder of caught mails, where they may be read over HTTP: never in production
    pub inbox: Option<PathBuf>,
    /// The OpenAPI document of this catalog
    pub openapi: String,
    /// What only a start takes
    pub fixed: Fixed,
}

/// Settings and project, read and found good; the outbox is not open yet.
pub struct Found<'s> {
    outfit: Outfit<'s>,
    builder: MailerBuilder,
    stage: Stage,
    inbox: Option<PathBuf>,
    /// Where it listens and who may ask
    pub settings: ServiceSettings,
    /// What was noticed and does not stop anything
    pub warnings: Diagnostics,
}

impl<'s> Found<'s> {
    /// Reads settings and project. Nothing is made on the disk for it.
    ///
    /// # Errors
    /// All that is wrong with the settings, at once: a missing transport is a fault here. All that
    /// is wrong with the project.
    pub fn read(setup: &'s Setup) -> Result<Found<'s>, Error> {
        let outfit = setup.service_outfit_of(read_settled(setup)?);
        let (settings, noticed) = outfit.service_settings()?;
        Ok(Found {
            builder: outfit.builder(None)?,
            stage: outfit.checked_stage()?,
            inbox: inbox(setup, &outfit),
            settings,
            warnings: outfit.warnings().into_iter().chain(noticed).collect(),
            outfit,
        })
    }

    /// Opens the outbox that the settings name, or makes it.
    ///
    /// # Errors
    /// A file or a key that cannot be used.
    pub fn outbox(&self) -> Result<Outbox, Error> {
        self.outfit.outbox(Need::Always)
    }
}

impl Live {
    /// What the service works with from now on.
    ///
    /// # Errors
    /// A mailer that cannot be made.
    pub fn new(found: Found<'_>, outbox: Outbox) -> Result<Live, Error> {
        let settings = found.outfit.outbox_settings();
        Ok(Live {
            fixed: Fixed::of(&found.outfit, found.settings.listen.as_deref()),
            openapi: document(&found.stage.composer),
            mailer: found.builder.outbox(outbox.clone()).build()?,
            outbox,
            stage: Arc::new(found.stage),
            tokens: found.settings.tokens,
            retention: settings.retention,
            per_token: settings.limits.per_token.clone(),
            inbox: found.inbox,
        })
    }

    /// The same with the project as it stands on the disk now; connections, breakers and mails
    /// under way stay.
    ///
    /// # Errors
    /// Every fault of the project: the last good one is kept then.
    pub fn with_project(&self, setup: &Setup) -> Result<Live, Error> {
        let tree = read_settled(setup)?;
        let stage = Stage::load_checked(setup, &tree)?;
        let name = stage.brand_name().to_owned();
        self.mailer.replace_project(Composer::load_named(&tree, &name)?);
        Ok(Live {
            openapi: document(&stage.composer),
            mailer: self.mailer.clone(),
            outbox: self.outbox.clone(),
            stage: Arc::new(stage),
            tokens: self.tokens.clone(),
            retention: self.retention,
            per_token: self.per_token.clone(),
            inbox: self.inbox.clone(),
            fixed: self.fixed.clone(),
        })
    }

    /// What is counted of a caller.
    pub fn caps(&self, id: &str) -> Vec<Limit> {
        let limit = |pace: &Pace| Limit {
            subject: self.outbox.hash("token", &[id.as_bytes()]),
            name: format!("per_token {}/{}s", pace.mails, pace.per.as_secs()),
            most: pace.mails,
            within: pace.per,
        };
        self.per_token.iter().map(limit).collect()
    }
}

fn document(composer: &Composer) -> String {
    format!("{:#}\n", openapi::document(composer.catalog()))
}

fn inbox(setup: &Setup, outfit: &Outfit<'_>) -> Option<PathBuf> {
    let mut in_use = outfit.lines().in_use().map(|named| &named.setting);
    let own = in_use.find_map(|setting| match setting {
        TransportSetting::Inbox(own) => Some(own.clone()),
        _ => None,
    })?;
    let folder = own.map_or_else(|| setup.inbox(), |folder| setup.working.join(folder));
    (!setup.settings.production).then_some(folder)
}

/// The one place that changes: a request has all of one moment.
pub struct Current(RwLock<Arc<Live>>);

impl Current {
    pub fn new(live: Live) -> Current {
        Current(RwLock::new(Arc::new(live)))
    }

    /// What there is now.
    pub fn get(&self) -> Arc<Live> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another in place; requests under way keep the old one.
    pub fn replace(&self, live: Live) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }
}
