//! `hongyan init`

use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::schema::FILES;
use super::voice::Voice;
use crate::diagnostic::{Code, Diagnostic};
use crate::shipped::shipped;
use crate::source::Tree;
use crate::text;

const GITIGNORE: &str = ".env*\n.hongyan/\n";
/// Golden files are compared by byte: no line ending may be changed on check-out.
const GITATTRIBUTES: &str = "snapshots/** -text\n";
const EDITOR: &str = include_str!("schemas/editor.json");

pub fn run(folder: Option<&Path>, voice: &Voice) -> Result<Exit, Failure> {
    let folder = folder.unwrap_or(Path::new("."));
    let tree = project();
    refuse_overwriting(folder, &tree)?;
    for name in tree.names() {
        write(&folder.join(name), tree.get(name).unwrap_or_default())?;
    }
    let (count, shown) = (tree.names().count(), folder.display());
    if voice.json {
        voice.document(&serde_json::json!({"folder": shown.to_string(), "files": count}));
        return Ok(Exit::Done);
    }
    // One path a person can follow: commands look for the project from where they are run.
    let enter = match folder {
        folder if folder == Path::new(".") => String::new(),
        _ => format!("  cd {shown}\n"),
    };
    voice.say(&text!(
        "{count} files written to `{shown}`\n\n{enter}  hongyan preview    see the mails while you write them\n  hongyan check      is everything right?\n  hongyan render verification_code --format text\n  hongyan snapshot accept\n\nBegin with templates/brand.yaml and assets/logo.png",
        "已在 `{shown}` 写入 {count} 个文件\n\n{enter}  hongyan preview    边写边看邮件\n  hongyan check      检查项目\n  hongyan render verification_code --format text\n  hongyan snapshot accept\n\n请从 templates/brand.yaml 和 assets/logo.png 改起"
    ));
    Ok(Exit::Done)
}

/// All files of a new project.
fn project() -> Tree {
    let mut tree = shipped();
    tree.insert(".gitignore", GITIGNORE.as_bytes());
    tree.insert(".gitattributes", GITATTRIBUTES.as_bytes());
    tree.insert(".vscode/settings.json", EDITOR.as_bytes());
    for (_, name, schema) in FILES {
        tree.insert(format!(".vscode/hongyan/{name}.schema.json"), schema.as_bytes());
    }
    tree
}

fn refuse_overwriting(folder: &Path, tree: &Tree) -> Result<(), Failure> {
    let there: Vec<&str> = tree.names().filter(|name| folder.join(name).exists()).collect();
    if there.is_empty() {
        return Ok(());
    }
    const SHOWN: usize = 5;
    let list = there[..there.len().min(SHOWN)].join("`, `");
    let more = if there.len() > SHOWN { " …" } else { "" };
    let shown = folder.display();
    Err(Diagnostic::error(
        Code::FileExists,
        text!(
            "`{shown}` has files already that would be overwritten: `{list}`{more}",
            "`{shown}` 中已有会被覆盖的文件：`{list}`{more}"
        ),
    )
    .hint(text!(
        "nothing was written; choose an empty folder: `hongyan init mail`",
        "没有写入任何文件；请选择空文件夹：`hongyan init mail`"
    ))
    .into())
}

/// Writes a file and the folders above it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let parent: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    std::fs::create_dir_all(&parent)
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|error| Failure::io(path, &error))
}
