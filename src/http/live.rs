//! What the service works with, replaced as a whole when settings or files change.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::openapi;
use crate::composer::Composer;
use crate::config::{ApiToken, Pace, ServiceSettings, TransportSetting};
use crate::diagnostic::Diagnostics;
use crate::error::Error;
use crate::mailer::{Mailer, Need, Outfit, Setup, Stage};
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
}

/// What was read, beside what is noticed.
pub struct Found {
    /// What the service works with
    pub live: Live,
    /// Where it listens and who may ask
    pub settings: ServiceSettings,
    /// What was noticed and does not stop anything
    pub warnings: Diagnostics,
}

impl Live {
    /// Reads the project and the settings. A service that runs keeps the outbox that it has.
    ///
    /// # Errors
    /// All that is wrong with them: a missing transport is a fault here.
    pub fn read(setup: &Setup, kept: Option<&Outbox>) -> Result<Found, Error> {
        let outfit = setup.service_outfit()?;
        let (settings, noticed) = outfit.service()?;
        let builder = outfit.builder(None)?;
        let outbox = match kept {
            Some(outbox) => outbox.clone(),
            None => outfit.outbox(Need::Always)?,
        };
        let stage = Stage::load(setup, &setup.open_project()?)?;
        let live = Live {
            openapi: document(&stage.composer),
            mailer: builder.outbox(outbox.clone()).build()?,
            outbox,
            stage: Arc::new(stage),
            tokens: settings.tokens.clone(),
            retention: outfit.outbox_settings().retention,
            per_token: outfit.outbox_settings().limits.per_token.clone(),
            inbox: inbox(setup, &outfit),
        };
        let warnings = outfit.warnings().into_iter().chain(noticed).collect();
        Ok(Found { live, settings, warnings })
    }

    /// The same with the project as it stands on the disk now; connections, breakers and mails
    /// under way stay.
    ///
    /// # Errors
    /// Every fault of the project: the last good one is kept then.
    pub fn with_project(&self, setup: &Setup) -> Result<Live, Error> {
        let tree = setup.open_project()?;
        let stage = Stage::load(setup, &tree)?;
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
