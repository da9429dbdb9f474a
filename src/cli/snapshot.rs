//! `hongyan snapshot`

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::args::{Snapshot, SnapshotTask};
use super::exit::{Exit, Failure};
use super::voice::Voice;
use crate::composer::Composer;
use crate::diagnostic::{Code, Diagnostic};
use crate::mailer::Setup;
use crate::project::Project;
use crate::snapshot::{Difference, accept, compare, diff, read, take};
use crate::text;

pub fn run(snapshot: &Snapshot, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    if snapshot.task == SnapshotTask::Report {
        return super::snapshot_report::run(snapshot, setup, voice);
    }
    if snapshot.since.is_some() || snapshot.output.is_some() {
        return Err(Failure::usage(only_for_report()));
    }
    if snapshot.task == SnapshotTask::Accept
        && std::env::var_os("CI").is_some_and(|ci| !ci.is_empty())
    {
        return Err(Failure::usage(not_in_ci()));
    }
    if snapshot.task == SnapshotTask::Accept && setup.project == Project::Embedded {
        return Err(Failure { exit: Exit::Configuration, faults: needs_folder().into() });
    }
    // Whatever the environment says: no production, no brand name from outside.
    let composer = Composer::load(&setup.project.open()?)?;
    let taken = take(&composer)?;
    let folder = setup.project.root(&setup.working).join("snapshots");
    if snapshot.task == SnapshotTask::Accept {
        let changed = accept(&folder, &taken).map_err(|error| Failure::io(&folder, &error))?;
        tell_accepted(&changed, voice);
        return Ok(Exit::Done);
    }
    let golden = read(&folder).map_err(|error| Failure::io(&folder, &error))?;
    let differences = compare(&golden, &taken);
    if snapshot.task == SnapshotTask::Diff && !voice.json {
        for path in differences.keys() {
            let empty = Vec::new();
            let (old, new) =
                (golden.get(path).unwrap_or(&empty), taken.get(path).unwrap_or(&empty));
            voice.raw(diff(path, old, new).as_bytes());
        }
    } else if golden.is_empty() && !voice.json {
        voice.note(&text!(
            "there are no snapshots yet, and every mail is missing one",
            "还没有快照，所有邮件都缺少快照"
        ));
        tell(&differences, voice);
    } else {
        tell(&differences, voice);
    }
    Ok(if differences.is_empty() { Exit::Done } else { differs(voice) })
}

fn tell(differences: &BTreeMap<String, Difference>, voice: &Voice) {
    if voice.json {
        let list = differences.iter().map(|(path, difference)| {
            json!({"path": format!("snapshots/{path}"), "state": difference.as_str()})
        });
        return voice.document(&json!({"differences": list.collect::<Vec<Json>>()}));
    }
    for (path, difference) in differences {
        voice.line(&format!("snapshots/{path}: {}", difference.as_str()));
    }
}

fn tell_accepted(changed: &BTreeMap<String, Difference>, voice: &Voice) {
    if voice.json {
        return tell(changed, voice);
    }
    for (path, difference) in changed {
        let done = if *difference == Difference::Extra { "removed" } else { "written" };
        voice.line(&format!("snapshots/{path}: {done}"));
    }
    let count = changed.len();
    voice.note(&text!("files changed: {count}", "变更文件：{count}"));
}

fn differs(voice: &Voice) -> Exit {
    voice.note(&text!(
        "`hongyan snapshot diff` shows what changed, `hongyan snapshot accept` takes it over",
        "`hongyan snapshot diff` 查看变化，`hongyan snapshot accept` 接受变化"
    ));
    Exit::Wrong
}

fn needs_folder() -> Diagnostic {
    Diagnostic::error(
        Code::ProjectNotFound,
        text!(
            "the kinds that ship with hongyan have no folder here",
            "内置的邮件类型在这里没有文件夹"
        ),
    )
    .hint(text!("write a project with `hongyan init mail`", "请先用 `hongyan init mail` 创建项目"))
}

fn only_for_report() -> Diagnostic {
    Diagnostic::error(
        Code::Usage,
        text!(
            "`--since` and `--output` are for `snapshot report`",
            "`--since` 和 `--output` 只用于 `snapshot report`"
        ),
    )
}

fn not_in_ci() -> Diagnostic {
    Diagnostic::error(
        Code::SnapshotDiffers,
        text!("snapshots are not accepted where `CI` is set", "设置了 `CI` 时不能接受快照"),
    )
    .hint(text!(
        "run it on your own machine, look at the diff, and commit the files",
        "请在自己的机器上运行，查看差异后提交文件"
    ))
}
