//! The project as it was last loaded whole, and what is wrong with what came after.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::catalog::Catalog;
use crate::composer::Composer;
use crate::diagnostic::Diagnostics;
use crate::error::Error;
use crate::mailer::{Setup, Stage};
use crate::project::Project;
use crate::source::Tree;

/// One project that could be loaded: files and programs of one moment.
pub struct Build {
    /// Counts from 1
    pub version: u64,
    /// The files it was made of
    pub tree: Tree,
    /// Where its mails are made
    pub stage: Stage,
    golden: OnceLock<Result<Composer, Diagnostics>>,
    checked: OnceLock<Diagnostics>,
}

impl Build {
    /// Loads a whole project.
    ///
    /// # Errors
    /// Every fault of it.
    pub fn load(setup: &Setup, tree: Tree, version: u64) -> Result<Build, Error> {
        let stage = Stage::load(setup, &tree)?;
        let (golden, checked) = (OnceLock::new(), OnceLock::new());
        Ok(Build { version, tree, stage, golden, checked })
    }

    /// The same project as snapshots are made from: whatever the environment says.
    pub fn golden(&self, setup: &Setup) -> Result<&Composer, Diagnostics> {
        let load = || {
            let plain = setup.project != Project::Embedded && !setup.settings.production;
            let tree = if plain { Ok(self.tree.clone()) } else { setup.project.open() };
            Composer::load(&tree?)
        };
        self.golden.get_or_init(load).as_ref().map_err(Diagnostics::clone)
    }

    /// What checking the mails found; none before that is done.
    pub fn checked(&self) -> Option<&Diagnostics> {
        self.checked.get()
    }

    /// Checks all mails.
    pub fn check(&self) {
        self.checked.get_or_init(|| crate::check::check(&self.tree, &[]));
    }
}

/// What there is to show.
#[derive(Clone, Default)]
pub struct Now {
    /// The last project that could be loaded
    pub build: Option<Arc<Build>>,
    /// What is wrong with what stands on the disk; errors keep it from being shown
    pub faults: Diagnostics,
}

impl Now {
    /// Whether what is shown is what stands on the disk.
    pub fn is_ok(&self) -> bool {
        self.build.is_some() && !self.faults.has_errors()
    }

    /// What the shown project declares.
    pub fn catalog(&self) -> Option<&Catalog> {
        self.build.as_ref().map(|build| build.stage.composer.catalog())
    }

    /// The version that is shown; 0 before the first.
    pub fn version(&self) -> u64 {
        self.build.as_ref().map_or(0, |build| build.version)
    }
}

/// The one place that changes: a reader has all of one moment.
#[derive(Default)]
pub struct State(RwLock<Arc<Now>>);

impl State {
    /// What there is to show now.
    pub fn now(&self) -> Arc<Now> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads what was read and puts it in place; what cannot be loaded is told over the last good
    /// one.
    pub fn take(&self, setup: &Setup, tree: Result<Tree, Error>) -> Arc<Now> {
        let last = self.now();
        let load = |tree| Build::load(setup, tree, last.version() + 1);
        let next = match tree.and_then(load) {
            Ok(build) => Now { build: Some(Arc::new(build)), faults: Diagnostics::new() },
            Err(error) => Now { build: last.build.clone(), faults: error.diagnostics() },
        };
        let next = Arc::new(next);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        next
    }
}
