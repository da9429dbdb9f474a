//! The files of a mail project, read once: an immutable tree of names and bytes.
//!
//! Everything after this layer works on a [`Tree`] and never touches the disk, so that a catalog is
//! made from one consistent set of files or not at all. This module does not know what is in them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText, Text};
use crate::text;

/// The largest file that is read, in bytes.
pub const MAX_FILE: u64 = 4 * 1024 * 1024;
/// The most files that are read from one project.
pub const MAX_FILES: usize = 10_000;
/// The folders and the file of a mail project; nothing else in it is read.
pub(crate) const PARTS: [&str; 4] = ["templates", "locales", "assets", "hongyan.yaml"];

/// Names (relative, with `/`) and contents of a project's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Tree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one file.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Cow<'static, [u8]>>) {
        self.files.insert(name.into(), bytes.into());
    }

    /// Takes one file out.
    pub fn remove(&mut self, name: &str) {
        self.files.remove(name);
    }

    /// The bytes of one file.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(|bytes| bytes.as_ref())
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The names below a folder, sorted.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.names()
            .filter(move |name| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The text of one file; a file that is not UTF-8 is a fault that names the encoding.
    pub fn text(&self, name: &str, faults: &mut Diagnostics) -> Option<SourceText> {
        let bytes = self.get(name)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(SourceText::new(name, text.strip_prefix('\u{feff}').unwrap_or(text))),
            Err(error) => {
                faults.push(not_utf8(name, bytes, error.valid_up_to()));
                None
            }
        }
    }

    /// Adds the files of a folder that is part of the binary; [`embed!`](crate::embed) does it.
    /// What is no part of a mail project is left out.
    #[doc(hidden)]
    pub fn with_embedded<F: rust_embed::RustEmbed>(mut self) -> Self {
        let files = F::iter().filter_map(|name| F::get(&name).map(|file| (name, file.data)));
        for (name, bytes) in files.filter(|(name, _)| is_read(name)) {
            self.insert(name, bytes);
        }
        self
    }

    /// Reads a project from disk: `templates/`, `locales/`, `assets/` and `hongyan.yaml`.
    ///
    /// # Errors
    /// Unreadable, too many or too large files, and symbolic links that lead out of the project.
    pub fn open(root: &Path) -> Result<Tree, Diagnostics> {
        let mut walk =
            Walk { tree: Tree::new(), faults: Diagnostics::new(), root: root.to_owned() };
        match root.canonicalize() {
            Ok(real) => walk.root = real,
            Err(error) => return Err(unreadable(&root.to_string_lossy(), &error).into()),
        }
        for part in PARTS {
            walk.visit(&root.join(part), part);
        }
        walk.faults.ok(walk.tree)
    }
}

fn is_read(name: &str) -> bool {
    PARTS.iter().any(|part| {
        name.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }) && !name.split('/').any(is_noise)
}

/// Editors' swap and backup files, and hidden files.
pub(crate) fn is_noise(name: &str) -> bool {
    let theirs = ["Thumbs.db", "desktop.ini"];
    name.starts_with(['.', '#']) || name.ends_with('~') || theirs.contains(&name)
}

struct Walk {
    tree: Tree,
    faults: Diagnostics,
    root: std::path::PathBuf,
}

impl Walk {
    fn visit(&mut self, path: &Path, name: &str) {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.faults.push(unreadable(name, &error)),
        };
        if !real.starts_with(&self.root) {
            return self.faults.push(outside(name));
        }
        let result = if real.is_dir() { self.folder(path, name) } else { self.file(path, name) };
        if let Err(error) = result {
            self.faults.push(unreadable(name, &error));
        }
    }

    fn folder(&mut self, path: &Path, name: &str) -> std::io::Result<()> {
        if name.split('/').count() > 16 {
            return Ok(());
        }
        let mut entries: Vec<_> = std::fs::read_dir(path)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(|entry| entry.file_name());
        for entry in entries {
            let file_name = entry.file_name().to_string_lossy().into_owned();
            if !is_noise(&file_name) {
                self.visit(&entry.path(), &format!("{name}/{file_name}"));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str) -> std::io::Result<()> {
        let about = path.metadata()?;
        // A pipe or a device could be read for ever.
        if !about.is_file() {
            return Err(std::io::ErrorKind::InvalidInput.into());
        }
        let size = about.len();
        if size > MAX_FILE || self.tree.files.len() >= MAX_FILES {
            self.faults.push(too_large(name));
        } else {
            self.tree.insert(name, std::fs::read(path)?);
        }
        Ok(())
    }
}

fn too_large(name: &str) -> Diagnostic {
    let megabytes = MAX_FILE / 1024 / 1024;
    Diagnostic::error(Code::FileTooLarge, text!("the file is too large", "文件过大"))
        .in_file(name)
        .hint(text!(
            "at most {megabytes} MiB a file and {MAX_FILES} files are read",
            "单个文件最多 {megabytes} MiB，最多读取 {MAX_FILES} 个文件"
        ))
}

fn outside(name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::FileOutsideProject,
        text!("the symbolic link leads out of the project", "符号链接指向项目之外"),
    )
    .in_file(name)
    .hint(text!("copy the file into the project", "请把文件复制到项目中"))
}

fn unreadable(name: &str, error: &std::io::Error) -> Diagnostic {
    let Text { en, zh } = Text::of_io(error);
    Diagnostic::error(Code::FileUnreadable, text!("cannot be read: {en}", "无法读取：{zh}"))
        .in_file(name)
}

fn not_utf8(name: &str, bytes: &[u8], at: usize) -> Diagnostic {
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let guess = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16",
        _ => "GBK/GB18030",
    };
    Diagnostic::error(
        Code::FileNotUtf8,
        text!("line {line} is not UTF-8", "第 {line} 行不是 UTF-8 编码"),
    )
    .in_file(name)
    .hint(text!(
        "it looks like {guess}: save the file as UTF-8",
        "看起来是 {guess} 编码：请将文件另存为 UTF-8"
    ))
}

/// Embeds a mail project (a folder with `templates/`, `locales/`, `assets/` and perhaps
/// `hongyan.yaml`, relative to the caller's `Cargo.toml`) in the caller's binary, and gives its
/// [`Tree`](crate::source::Tree). Only those parts are embedded: no snapshots, no env files.
///
/// ```
/// let project = hongyan::embed!("examples/embedded/mail");
/// assert!(project.get("templates/welcome/message.yaml").is_some());
/// ```
#[macro_export]
macro_rules! embed {
    ($folder:literal) => {{
        use $crate::private::rust_embed;
        #[derive(rust_embed::Embed)]
        #[crate_path = "rust_embed"]
        #[folder = $folder]
        #[include = "templates/*"]
        #[include = "locales/*"]
        #[include = "assets/*"]
        #[include = "hongyan.yaml"]
        struct Folder;
        $crate::source::Tree::new().with_embedded::<Folder>()
    }};
}
