//! Notices that files change. notify is named here only.
//!
//! Events raise flags and are dropped: a storm of them costs nothing but itself. Whoever waits gets
//! the flags once writers pause, or at the latest after [`LONGEST`]. Where the system tells nothing
//! (network shares, some containers) files are looked at in intervals instead.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::source::{PARTS, is_noise};

/// Writers pause this long between two saves.
const PAUSE: Duration = Duration::from_millis(25);
/// A change is looked at after this long even when writers do not pause.
const LONGEST: Duration = Duration::from_millis(120);
/// How often files are looked at beside the events, and without any.
const BESIDE_EVENTS: Duration = Duration::from_secs(2);
const INSTEAD: Duration = Duration::from_millis(250);

/// What may have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Change {
    /// The project's files
    pub project: bool,
    /// The inbox
    pub inbox: bool,
    /// Nothing was told: it is time to look
    pub look: bool,
}

/// Watches a project and an inbox.
pub struct Watch {
    bell: Arc<Bell>,
    watcher: Option<RecommendedWatcher>,
    /// The project's folder; none for the kinds inside the binary
    root: Option<PathBuf>,
    inbox: PathBuf,
    /// Whether every folder that is there is watched
    whole: bool,
}

impl Watch {
    /// Begins to watch.
    pub fn new(root: Option<&Path>, inbox: &Path) -> Watch {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let root = root.map(real);
        let inbox = match inbox.parent().and_then(Path::parent) {
            Some(above) => real(above).join(inbox.strip_prefix(above).unwrap_or(inbox)),
            None => inbox.to_owned(),
        };
        let bell = Arc::new(Bell::default());
        let ear = Ear { bell: bell.clone(), root: root.clone(), inbox: inbox.clone() };
        let watcher = notify::recommended_watcher(move |event| ear.hear(event)).ok();
        let mut watch = Watch { bell, watcher, root, inbox, whole: true };
        watch.add();
        watch
    }

    /// Waits for a change.
    pub fn next(&mut self) -> Change {
        let patience = if self.whole { BESIDE_EVENTS } else { INSTEAD };
        let raised = self.bell.wait(patience);
        if raised.folders || !self.whole {
            self.add();
        }
        let told = raised.project || raised.inbox;
        Change { project: raised.project, inbox: raised.inbox, look: !told }
    }

    /// Has the next call return at once.
    pub fn again(&self) {
        self.bell.ring(|raised| raised.project = true);
    }

    /// Watches every folder that is there. A folder that was watched before and made anew is
    /// another one to the system, so it is asked for again.
    fn add(&mut self) {
        let mut folders = Vec::new();
        if let Some(root) = &self.root {
            folders.push((root.clone(), RecursiveMode::NonRecursive));
            let parts = PARTS.iter().map(|part| root.join(part)).filter(|path| path.is_dir());
            folders.extend(parts.map(|path| (path, RecursiveMode::Recursive)));
        }
        let near = [self.inbox.parent().and_then(Path::parent), self.inbox.parent()];
        let near = near.into_iter().flatten().chain([self.inbox.as_path()]);
        let near = near.filter(|path| path.is_dir() && Some(*path) != self.root.as_deref());
        folders.extend(near.map(|path| (path.to_owned(), RecursiveMode::NonRecursive)));
        let Some(watcher) = &mut self.watcher else {
            self.whole = false;
            return;
        };
        let mut watch = |(folder, mode): &&(PathBuf, RecursiveMode)| {
            watcher.watch(folder, *mode).is_ok() || !folder.is_dir()
        };
        // All are tried, whatever becomes of the first.
        self.whole = folders.iter().filter(|one| !watch(one)).count() == 0;
    }
}

/// What was raised since somebody waited last.
#[derive(Default)]
struct Raised {
    project: bool,
    inbox: bool,
    folders: bool,
    first: Option<Instant>,
    last: Option<Instant>,
}

#[derive(Default)]
struct Bell {
    raised: Mutex<Raised>,
    rung: Condvar,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Raised> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self, raise: impl FnOnce(&mut Raised)) {
        let mut raised = self.lock();
        raise(&mut raised);
        let now = Instant::now();
        raised.first.get_or_insert(now);
        raised.last = Some(now);
        self.rung.notify_one();
    }

    /// Waits until something is raised and writers pause, or until patience ends.
    fn wait(&self, patience: Duration) -> Raised {
        let deadline = Instant::now() + patience;
        let mut raised = self.lock();
        loop {
            let now = Instant::now();
            let until = match (raised.first, raised.last) {
                (Some(first), Some(last)) => (last + PAUSE).min(first + LONGEST),
                _ => deadline,
            };
            if until <= now {
                return std::mem::take(&mut raised);
            }
            let waited = self.rung.wait_timeout(raised, until - now);
            raised = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Sorts events by what they are about.
struct Ear {
    bell: Arc<Bell>,
    root: Option<PathBuf>,
    inbox: PathBuf,
}

impl Ear {
    fn hear(&self, event: notify::Result<Event>) {
        let Ok(event) = event else {
            // Events were lost: everything may have changed.
            return self.bell.ring(|raised| {
                (raised.project, raised.inbox, raised.folders) = (true, true, true);
            });
        };
        if !is_change(&event.kind) && !event.need_rescan() {
            return;
        }
        let folders =
            !matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)) | EventKind::Access(_));
        let project = event.need_rescan() || event.paths.iter().any(|path| self.is_project(path));
        let inbox = event.paths.iter().any(|path| path.starts_with(&self.inbox));
        let folders = folders && event.paths.iter().any(|path| self.is_folder(path));
        if project || inbox || folders {
            self.bell.ring(|raised| {
                raised.project |= project || (folders && !inbox);
                raised.inbox |= inbox || folders;
                raised.folders |= folders;
            });
        }
    }

    /// A file that is read, by its name below the project.
    fn is_project(&self, path: &Path) -> bool {
        let Some(below) = self.root.as_ref().and_then(|root| path.strip_prefix(root).ok()) else {
            return false;
        };
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        names.first().is_some_and(|first| PARTS.contains(&first.as_ref()))
            && !names.iter().any(|name| is_noise(name))
    }

    /// A folder that must be watched anew when it comes or goes.
    fn is_folder(&self, path: &Path) -> bool {
        let part = self.root.as_ref().is_some_and(|root| {
            path == root
                || PARTS.iter().any(|part| *part != "hongyan.yaml" && path == root.join(part))
        });
        part || self.inbox == path || self.inbox.parent() == Some(path)
    }
}

/// Our own reading is told too, and is none.
fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}
