//! Where the mail project is: a folder, or the kinds that ship in the binary.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::mail::Address;
use crate::shipped::shipped;
use crate::source::Tree;
use crate::text;

/// A mail project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Project {
    /// A folder on disk
    Folder(PathBuf),
    /// The kinds that ship with hongyan
    Embedded,
}

/// What decides which project it is.
#[derive(Clone, Debug, Default)]
pub struct Search<'a> {
    /// The folder that was asked for: `--project`, else `HONGYAN_PROJECT`
    pub asked: Option<&'a str>,
    /// The working folder
    pub working: &'a str,
    /// In production the shipped kinds are used only when said
    pub production: bool,
}

impl Project {
    /// Finds the project: the one asked for, the nearest parent that is one, `./mail`, else the
    /// shipped kinds. A `templates/` folder alone means nothing: many backends have one.
    ///
    /// # Errors
    /// A folder that was asked for and is no mail project; in production, none at all.
    pub fn find(search: &Search<'_>) -> Result<Project, Diagnostic> {
        let working = Path::new(search.working);
        if let Some(asked) = search.asked {
            return match asked {
                "embedded" => Ok(Project::Embedded),
                folder if is_project(&working.join(folder)) => {
                    Ok(Project::Folder(working.join(folder)))
                }
                folder => Err(no_project(folder)),
            };
        }
        let near = working.ancestors().find(|folder| is_project(folder)).map(Path::to_owned);
        let found = near.or_else(|| Some(working.join("mail")).filter(|folder| is_project(folder)));
        match found {
            Some(folder) => Ok(Project::Folder(folder)),
            None if search.production => Err(none_in_production()),
            None => Ok(Project::Embedded),
        }
    }

    /// Reads its files.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn open(&self) -> Result<Tree, Diagnostics> {
        match self {
            Project::Folder(folder) => Tree::open(folder),
            Project::Embedded => Ok(shipped()),
        }
    }

    /// Reads its files without the shipped logo: in production a project without a logo of its own
    /// shows its name.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn open_for_production(&self) -> Result<Tree, Diagnostics> {
        let (mut tree, shipped) = (self.open()?, shipped());
        let ours: Vec<String> = tree
            .below("assets")
            .filter(|name| shipped.get(name).is_some() && shipped.get(name) == tree.get(name))
            .map(str::to_owned)
            .collect();
        ours.iter().for_each(|name| tree.remove(name));
        Ok(tree)
    }

    /// The folder that `.hongyan/` and `snapshots/` stand in.
    pub fn root<'a>(&'a self, working: &'a Path) -> &'a Path {
        match self {
            Project::Folder(folder) => folder,
            Project::Embedded => working,
        }
    }
}

/// Lets the shipped kinds speak for whoever sends: our own name, company and support address are
/// examples. Without a name in the brand the From name stands in (see
/// [`Composer::load_named`](crate::composer::Composer::load_named)).
pub fn speak_for_sender(tree: &mut Tree, address: &Address) {
    const BRAND: &str = "templates/brand.yaml";
    const OURS: [&str; 4] = ["name:", "team:", "company:", "support_email:"];
    let text = String::from_utf8_lossy(tree.get(BRAND).unwrap_or_default()).into_owned();
    let (before_images, rest) = text.split_once("\nimages:").unwrap_or((&text, ""));
    let after_images = rest.split_once("\n\n").map_or("", |(_, after)| after);
    let lines = before_images.lines().chain(after_images.lines());
    let kept = lines.filter(|line| !OURS.iter().any(|key| line.starts_with(key)));
    let mut brand: String = kept.map(|line| format!("{line}\n")).collect();
    brand.push_str(&format!("support_email: \"{address}\"\n"));
    tree.insert(BRAND, brand.into_bytes());
}

fn is_project(folder: &Path) -> bool {
    if folder.join("hongyan.yaml").is_file() {
        return true;
    }
    let Ok(kinds) = std::fs::read_dir(folder.join("templates")) else { return false };
    kinds.flatten().any(|kind| kind.path().join("message.yaml").is_file())
}

fn no_project(folder: &str) -> Diagnostic {
    Diagnostic::error(
        Code::ProjectNotFound,
        text!("`{folder}` is not a mail project", "`{folder}` 不是邮件项目"),
    )
    .hint(text!(
        "it has neither `hongyan.yaml` nor `templates/*/message.yaml`; `hongyan init {folder}` writes one",
        "其中没有 `hongyan.yaml`，也没有 `templates/*/message.yaml`；可用 `hongyan init {folder}` 创建"
    ))
}

fn none_in_production() -> Diagnostic {
    Diagnostic::error(
        Code::ProjectNotFound,
        text!("there is no mail project here", "这里没有邮件项目"),
    )
    .hint(text!(
        "set `HONGYAN_PROJECT` to its folder, or to `embedded` for the kinds that ship with hongyan",
        "请将 `HONGYAN_PROJECT` 设为项目文件夹，或设为 `embedded` 以使用内置的邮件类型"
    ))
}
