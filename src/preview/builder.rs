//! The thread that loads the project anew when its files change, and the one that checks it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::Shared;
use super::events::News;
use super::state::Build;
use super::watch::Watch;
use crate::daemon::reading::{Found, fingerprint, read_whole};
use crate::error::Error;
use crate::project::Project;
use crate::source::Tree;

/// Loads the project for the first time.
pub fn first(studio: &Shared) -> Builder {
    let (checks, builds) = channel();
    let news = studio.clone();
    std::thread::spawn(move || check(&news, &builds));
    let root = match &studio.setup.project {
        Project::Folder(root) => Some(root.as_path()),
        Project::Embedded => None,
    };
    let watch = Watch::new(root, &studio.caught.inbox);
    let caught = studio.caught.ids();
    let mut builder =
        Builder { studio: studio.clone(), watch, checks, tree: None, print: 0, caught };
    builder.build();
    builder
}

/// What the loading thread knows.
pub struct Builder {
    studio: Shared,
    watch: Watch,
    checks: Sender<Arc<Build>>,
    /// The files that were loaded last
    tree: Option<Tree>,
    print: u64,
    caught: Vec<String>,
}

impl Builder {
    /// Follows the files for as long as the process lives.
    pub fn follow(mut self) {
        loop {
            let change = self.watch.next();
            let looked = || fingerprint(&self.studio.setup.project) != self.print;
            if change.project || (change.look && looked()) {
                self.build();
            }
            if change.inbox || change.look {
                self.look_into_inbox();
            }
        }
    }

    fn build(&mut self) {
        let Some(Found { tree, print }) = read_whole(&self.studio.setup) else {
            // They are still being written.
            return self.watch.again();
        };
        self.print = print;
        if tree.as_ref().ok() == self.tree.as_ref() && self.tree.is_some() {
            return;
        }
        self.tree = tree.as_ref().ok().cloned();
        let before = self.studio.state.now().version();
        let now = load(&self.studio, tree);
        self.studio.tell(News::Build);
        if let Some(build) = now.filter(|build| build.version != before) {
            let _ = self.checks.send(build);
        }
    }

    fn look_into_inbox(&mut self) {
        let caught = self.studio.caught.ids();
        for id in caught.iter().filter(|id| self.caught.binary_search(id).is_err()) {
            self.studio.tell(News::Caught(id.clone()));
        }
        if caught.is_empty() && !self.caught.is_empty() {
            self.studio.tell(News::Emptied);
        }
        self.caught = caught;
    }
}

/// Whatever a file holds, this thread goes on.
fn load(studio: &Shared, tree: Result<Tree, Error>) -> Option<Arc<Build>> {
    let take = AssertUnwindSafe(|| studio.state.take(&studio.setup, tree));
    catch_unwind(take).ok()?.build.clone()
}

/// Checks builds, of several that wait only the last.
fn check(studio: &Shared, builds: &Receiver<Arc<Build>>) {
    while let Ok(mut build) = builds.recv() {
        // The pages that show the new build come first.
        std::thread::sleep(Duration::from_millis(150));
        while let Ok(newer) = builds.try_recv() {
            build = newer;
        }
        let _ = catch_unwind(AssertUnwindSafe(|| build.check()));
        studio.tell(News::Checked(build.version));
    }
}
