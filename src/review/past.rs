//! Snapshots of an earlier revision, asked of `git`.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::snapshot::{Snapshots, is_ours};
use crate::text;

/// What a revision held.
pub struct Past {
    /// The files below `snapshots/`
    pub snapshots: Snapshots,
    /// The commit, as long as people write it
    pub commit: String,
}

/// Why the past cannot be read.
pub enum PastError {
    /// git cannot be run
    NoGit(Diagnostic),
    /// What was asked for is not there
    Unknown(Diagnostic),
}

/// The snapshots of a project's folder at a revision.
///
/// # Errors
/// No git, no repository, no such revision.
pub fn at(root: &Path, revision: &str) -> Result<Past, PastError> {
    let inside = run(git(root).args(["rev-parse", "--git-dir"]))?;
    if !inside.status.success() {
        return Err(PastError::Unknown(no_repository(&inside)));
    }
    let name = format!("{revision}^{{commit}}");
    let found =
        run(git(root).args(["rev-parse", "--verify", "--quiet", "--end-of-options", &name]))?;
    let commit = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if !found.status.success() || commit.is_empty() {
        return Err(PastError::Unknown(no_revision(revision)));
    }
    let listed = run(git(root).args(["ls-tree", "-r", "-z", &commit, "--", "snapshots/"]))?;
    if !listed.status.success() {
        return Err(PastError::NoGit(failed(&listed)));
    }
    let snapshots = contents(root, &entries(&listed.stdout))?;
    Ok(Past { snapshots, commit: commit.chars().take(12).collect() })
}

fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> Result<Output, PastError> {
    command.output().map_err(|error| PastError::NoGit(not_run(&error)))
}

/// Paths and object names of what is ours: `<mode> blob <object>\t<path>`.
fn entries(listed: &[u8]) -> Vec<(String, String)> {
    let listed = String::from_utf8_lossy(listed);
    let entry = |line: &str| {
        let (about, path) = line.split_once('\t')?;
        let path = path.strip_prefix("snapshots/").filter(|path| is_ours(path))?;
        match about.split(' ').collect::<Vec<_>>()[..] {
            ["100644" | "100755", "blob", object] => Some((path.to_owned(), object.to_owned())),
            _ => None,
        }
    };
    listed.split('\0').filter_map(entry).collect()
}

/// All files by one child; it is asked from another thread, so that neither waits for the other.
fn contents(root: &Path, entries: &[(String, String)]) -> Result<Snapshots, PastError> {
    let unread = |error: io::Error| PastError::NoGit(not_run(&error));
    let mut child = git(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(unread)?;
    let asked: String = entries.iter().map(|(_, object)| format!("{object}\n")).collect();
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(asked.as_bytes())));
        child.wait_with_output()
    });
    let output = output.map_err(unread)?;
    batch(&output.stdout, entries).ok_or_else(|| PastError::NoGit(failed(&output)))
}

/// Answers of `git cat-file --batch`: `<object> blob <size>\n<bytes>\n`.
fn batch(mut answer: &[u8], entries: &[(String, String)]) -> Option<Snapshots> {
    let mut snapshots = Snapshots::new();
    for (path, _) in entries {
        let end = answer.iter().position(|byte| *byte == b'\n')?;
        let about = std::str::from_utf8(&answer[..end]).ok()?;
        let size: usize = about.split(' ').nth(2)?.parse().ok()?;
        snapshots.insert(path.clone(), answer.get(end + 1..end + 1 + size)?.to_vec());
        answer = answer.get(end + size + 2..)?;
    }
    Some(snapshots)
}

fn not_run(error: &io::Error) -> Diagnostic {
    let Text { en, zh } = Text::of_io(error);
    Diagnostic::error(
        Code::GitUnreadable,
        text!("`git` cannot be run: {en}", "无法运行 `git`：{zh}"),
    )
    .hint(text!(
        "`--since` needs git; without it the report compares with `snapshots/`",
        "`--since` 需要 git；不加它则与 `snapshots/` 比较"
    ))
}

fn no_repository(output: &Output) -> Diagnostic {
    let said = said(output);
    Diagnostic::error(
        Code::GitUnreadable,
        text!(
            "the project is in no git repository that can be read",
            "项目不在可读取的 git 仓库中"
        ),
    )
    .hint(text!("git says: {said}", "git 的回答：{said}"))
}

fn no_revision(revision: &str) -> Diagnostic {
    Diagnostic::error(
        Code::GitUnreadable,
        text!("the repository has no revision `{revision}`", "仓库中没有版本 `{revision}`"),
    )
    .hint(text!(
        "a shallow clone lacks tags and older commits: fetch them first",
        "浅克隆缺少标签和旧提交：请先获取（git fetch）"
    ))
}

fn failed(output: &Output) -> Diagnostic {
    let said = said(output);
    Diagnostic::error(
        Code::GitUnreadable,
        text!("git could not read the snapshots", "git 无法读取快照"),
    )
    .hint(text!("git says: {said}", "git 的回答：{said}"))
}

fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().next().unwrap_or("-").chars().take(200).collect()
}
