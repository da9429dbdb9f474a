//! Which transports a mail may go by, in order.

use crate::catalog::Category;
use crate::compose::Rendered;
use crate::diagnostic::Diagnostics;
use crate::plan::plan;
use crate::transport::Transport;

use super::carrier::Carrier;

/// The transports of a mailer and the routes over them.
pub(super) struct Routes {
    carriers: Vec<Carrier>,
    routes: Vec<Route>,
}

/// Mails of a kind or category, to recipients of some domains; what is not said is any.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    pub category: Option<Category>,
    pub kind: Option<String>,
    pub domains: Vec<String>,
    /// Places in the list of transports
    pub via: Vec<usize>,
}

impl Route {
    fn fits(&self, rendered: &Rendered) -> bool {
        let domain = rendered.recipients.to.address().domain();
        self.category.is_none_or(|category| category == rendered.category)
            && self.kind.as_ref().is_none_or(|kind| *kind == rendered.kind)
            && (self.domains.is_empty() || self.domains.iter().any(|known| known == domain))
    }
}

impl Routes {
    /// Routes over transports; the first that fits a mail is taken.
    pub fn new(carriers: Vec<Carrier>, routes: Vec<Route>) -> Routes {
        Routes { carriers, routes }
    }

    /// Every mail by the transports in their order.
    pub fn in_order(carriers: Vec<Carrier>) -> Routes {
        let via = (0..carriers.len()).collect();
        Routes { carriers, routes: vec![Route { via, ..Route::default() }] }
    }

    /// The transports that can carry the mail, in order; at least one.
    ///
    /// # Errors
    /// Why none of them can; that no route is for it.
    pub fn plan(&self, rendered: &Rendered) -> Result<Vec<&Carrier>, Diagnostics> {
        let route = self.routes.iter().find(|route| route.fits(rendered));
        let via = route.map_or(&[][..], |route| &route.via);
        let carriers: Vec<&Carrier> = via.iter().map(|at| &self.carriers[*at]).collect();
        let transports: Vec<&dyn Transport> = carriers.iter().map(|c| &*c.transport).collect();
        let able = plan(rendered, &transports)?;
        Ok(able.into_iter().map(|at| carriers[at]).collect())
    }

    pub fn carriers(&self) -> &[Carrier] {
        &self.carriers
    }
}
