//! A project read while somebody writes it: files of one moment, or none.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::time::Duration;

use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
use crate::mailer::Setup;
use crate::project::Project;
use crate::source::Tree;
use crate::text;

/// How often a project is read that changes meanwhile, before the writer is given more time.
const ATTEMPTS: usize = 5;
const BETWEEN: Duration = Duration::from_millis(8);
/// How often, and with which pauses, those try who cannot do without.
const ROUNDS: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);
/// The most files that are looked at, and how deep.
const MOST: usize = 20_000;
const DEPTH: usize = 16;

/// A project as it was found.
pub struct Found {
    /// Its files
    pub tree: Result<Tree, Error>,
    /// What they looked like from outside
    pub print: u64,
}

/// Reads all files. None when they change as fast as they are read: what was read may be half of
/// one state and half of another.
pub fn read_whole(setup: &Setup) -> Option<Found> {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(BETWEEN);
        }
        let before = fingerprint(&setup.project);
        let tree = setup.open_project();
        if fingerprint(&setup.project) == before {
            return Some(Found { tree, print: before });
        }
    }
    None
}

/// The same for those who cannot do without: they wait a while for whoever writes.
///
/// # Errors
/// Files that cannot be read, or that change for longer.
pub fn read_settled(setup: &Setup) -> Result<Tree, Error> {
    for _ in 0..ROUNDS {
        if let Some(found) = read_whole(setup) {
            return found.tree;
        }
        std::thread::sleep(PAUSE);
    }
    let title = text!("the project's files change while they are read", "项目文件在读取时不断变化");
    let hint = text!("try again once they are written", "请在文件写完后重试");
    Err(Diagnostic::error(Code::FileUnreadable, title).hint(hint).into())
}

/// Names, sizes, times and identities of a project's files, in one number.
pub fn fingerprint(project: &Project) -> u64 {
    let Project::Folder(root) = project else { return 0 };
    let mut print = Print { hasher: DefaultHasher::new(), seen: 0 };
    for part in crate::source::PARTS {
        print.visit(&root.join(part), 0);
    }
    print.hasher.finish()
}

struct Print {
    hasher: DefaultHasher,
    seen: usize,
}

impl Print {
    fn visit(&mut self, path: &Path, depth: usize) {
        self.seen += 1;
        let Ok(about) = fs::metadata(path) else { return };
        if self.seen > MOST || depth > DEPTH {
            return;
        }
        path.hash(&mut self.hasher);
        if about.is_dir() {
            return self.below(path, depth);
        }
        (about.len(), about.modified().ok()).hash(&mut self.hasher);
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            (about.ino(), about.ctime(), about.ctime_nsec()).hash(&mut self.hasher);
        }
    }

    fn below(&mut self, folder: &Path, depth: usize) {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| {
            !crate::source::is_noise(&path.file_name().unwrap_or_default().to_string_lossy())
        });
        paths.sort();
        paths.iter().for_each(|path| self.visit(path, depth + 1));
    }
}
