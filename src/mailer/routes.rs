//! Which transports a mail may go by, in order.

#[cfg(feature = "outbox")]
use std::sync::Arc;

use crate::compose::Rendered;
use crate::config::{Mail, Route};
use crate::diagnostic::Diagnostics;
use crate::plan::plan;
use crate::transport::Transport;

use super::carrier::Carrier;
#[cfg(feature = "outbox")]
use super::codes::Codes;

/// The transports of a mailer and the routes over them.
pub(super) struct Routes {
    carriers: Vec<Carrier>,
    /// By the names of transports; none: every mail by all of them in order
    routes: Option<Vec<Route>>,
    /// Those that wait for a pace
    #[cfg(feature = "outbox")]
    codes: Option<Arc<Codes>>,
}

impl Routes {
    /// Routes over transports; the first that fits a mail is taken.
    pub fn new(carriers: Vec<Carrier>, routes: Vec<Route>) -> Routes {
        Routes { routes: Some(routes), ..Routes::in_order(carriers) }
    }

    /// Every mail by the transports in their order.
    pub fn in_order(carriers: Vec<Carrier>) -> Routes {
        Routes {
            carriers,
            routes: None,
            #[cfg(feature = "outbox")]
            codes: None,
        }
    }

    /// The transports that can carry the mail, in order; at least one.
    ///
    /// # Errors
    /// Why none of them can; that no route is for it.
    pub fn plan(&self, rendered: &Rendered) -> Result<Vec<&Carrier>, Diagnostics> {
        let carriers = self.route(rendered);
        let transports: Vec<&dyn Transport> = carriers.iter().map(|c| &*c.transport).collect();
        let able = plan(rendered, &transports)?;
        Ok(able.into_iter().map(|at| carriers[at]).collect())
    }

    /// Keeps what is known of the transports where all processes see it.
    #[cfg(feature = "outbox")]
    pub fn keep_in(&mut self, outbox: &crate::outbox::Outbox) {
        let board = Arc::new(super::board::Board::new(outbox));
        self.carriers.iter_mut().for_each(|carrier| carrier.keep_in(outbox, &board));
        let paced = self.carriers.iter().any(|carrier| carrier.pacer.is_some());
        self.codes = paced.then(|| Arc::new(Codes::new(outbox)));
    }

    /// The codes that wait, where a transport has a pace.
    #[cfg(feature = "outbox")]
    pub fn codes(&self) -> Option<&Arc<Codes>> {
        self.codes.as_ref()
    }

    pub fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }

    /// A transport by its name.
    pub fn find(&self, name: &str) -> Option<&dyn Transport> {
        self.carrier(name).map(|carrier| &*carrier.transport)
    }

    fn route(&self, rendered: &Rendered) -> Vec<&Carrier> {
        let Some(routes) = &self.routes else { return self.carriers.iter().collect() };
        let mail = Mail {
            kind: &rendered.kind,
            category: rendered.category,
            domain: rendered.recipients.to.address().domain(),
        };
        let route = routes.iter().find(|route| route.takes(&mail));
        let names = route.map(|route| route.via.as_slice()).unwrap_or_default();
        names.iter().filter_map(|name| self.carrier(name)).collect()
    }

    /// A transport by its name, with what is known of it.
    pub fn carrier(&self, name: &str) -> Option<&Carrier> {
        self.carriers.iter().find(|carrier| carrier.transport.name() == name)
    }
}
