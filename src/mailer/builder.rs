//! Puts a [`Mailer`] together: by hand, or from the environment as the binary does.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::carrier::Carrier;
use super::routes::Routes;
use super::setup::{Asked, Setup};
use super::{Mailer, Shared};
use crate::composer::Composer;
#[cfg(feature = "outbox")]
use crate::config::Pace;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
#[cfg(feature = "outbox")]
use crate::outbox::Outbox;
use crate::shipped::shipped;
use crate::source::Tree;
use crate::text;
use crate::transport::Transport;

/// What a [`Mailer`] is made of.
#[derive(Default)]
pub struct MailerBuilder {
    tree: Option<Tree>,
    transports: Vec<Arc<dyn Transport>>,
    routes: Option<Routes>,
    epoch: Option<i64>,
    brand_name: Option<String>,
    #[cfg(feature = "outbox")]
    outbox: Option<Outbox>,
    #[cfg(feature = "outbox")]
    limits: super::limits::Limits,
    #[cfg(feature = "outbox")]
    worker: super::WorkerSettings,
}

impl MailerBuilder {
    /// The mail project; the shipped kinds otherwise.
    pub fn project(mut self, tree: Tree) -> Self {
        self.tree = Some(tree);
        self
    }

    /// A transport; one must be given. Of several, those given later are tried when those before
    /// them fail.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transports.push(Arc::new(transport));
        self
    }

    /// Fixes Date, ids and boundaries, in seconds since 1970, as `SOURCE_DATE_EPOCH` does.
    pub fn epoch(mut self, seconds: i64) -> Self {
        self.epoch = Some(seconds);
        self
    }

    /// The brand's name where `brand.yaml` has none.
    pub fn brand_name(mut self, name: &str) -> Self {
        self.brand_name = Some(name.to_owned());
        self
    }

    /// Where mails are kept until they have left: sending then returns once a mail is durable,
    /// and [`Mailer::run_worker`] delivers.
    #[cfg(feature = "outbox")]
    pub fn outbox(mut self, outbox: Outbox) -> Self {
        self.outbox = Some(outbox);
        self
    }

    /// How many mails a domain gets, where there is an outbox; several rates hold together.
    #[cfg(feature = "outbox")]
    pub fn per_domain(mut self, most: Pace) -> Self {
        self.limits.per_domain.push(most);
        self
    }

    /// How many mails are taken in all, where there is an outbox; several rates hold together.
    #[cfg(feature = "outbox")]
    pub fn global(mut self, most: Pace) -> Self {
        self.limits.global.push(most);
        self
    }

    /// Lets limits hold for mails that are only caught, too.
    #[cfg(feature = "outbox")]
    pub fn limit_inbox(mut self) -> Self {
        self.limits.of_inbox = true;
        self
    }

    /// How [`Mailer::run_worker`] works.
    #[cfg(feature = "outbox")]
    pub fn worker(mut self, settings: super::WorkerSettings) -> Self {
        self.worker = settings;
        self
    }

    /// Transports with their routes, as the configuration has them.
    pub(super) fn routes(self, routes: Routes) -> Self {
        MailerBuilder { routes: Some(routes), ..self }
    }

    /// Loads the project.
    ///
    /// # Errors
    /// Every fault of the project; no transport.
    pub fn build(self) -> Result<Mailer, Error> {
        let tree = self.tree.unwrap_or_else(shipped);
        let carriers = self.transports.into_iter().map(Carrier::new).collect();
        #[cfg_attr(not(feature = "outbox"), allow(unused_mut))]
        let mut routes = self.routes.unwrap_or_else(|| Routes::in_order(carriers));
        #[cfg(feature = "outbox")]
        if let Some(outbox) = &self.outbox {
            routes.keep_in(outbox);
        }
        let first =
            routes.carriers().first().ok_or_else(|| Error::configuration(no_transport()))?;
        let from = &first.transport.profile().from;
        let named = from.name().map(|name| name.as_str()).unwrap_or(from.address().as_str());
        let name = self.brand_name.as_deref().unwrap_or(named);
        let composer = ArcSwap::from_pointee(Composer::load_named(&tree, name)?);
        Ok(Mailer {
            shared: Arc::new(Shared {
                composer,
                routes,
                epoch: self.epoch,
                #[cfg(feature = "outbox")]
                outbox: self.outbox,
                #[cfg(feature = "outbox")]
                limits: self.limits,
                #[cfg(feature = "outbox")]
                worker: self.worker,
                #[cfg(feature = "outbox")]
                figures: Default::default(),
                #[cfg(feature = "outbox")]
                begun: Default::default(),
                #[cfg(feature = "outbox")]
                looked: Default::default(),
            }),
        })
    }

    /// What the environment, the env files and the working folder say.
    ///
    /// # Errors
    /// All that is wrong with them, at once.
    pub fn from_env() -> Result<MailerBuilder, Error> {
        let setup = Setup::from_env(&Asked::default())?;
        let outfit = setup.outfit()?;
        outfit.with_named_outbox(outfit.builder(None)?)
    }
}

fn no_transport() -> Diagnostic {
    Diagnostic::error(Code::ConfigMissing, text!("the mailer has no transport", "没有指定发送通道"))
}
