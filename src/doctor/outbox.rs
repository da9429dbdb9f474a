//! The outbox: whether it can be opened, is sound and under our key, how much room there is, and
//! what waits in it.

use std::path::Path;

use rustix::fs::Access;

use super::report::{OutboxName, OutboxReport, OutboxStep, Status};
use crate::diagnostic::{Code, Diagnostic};
use crate::error::{Error, ErrorKind};
use crate::mailer::{Need, Outfit};
use crate::outbox::{Outbox, State, Stats};
use crate::text;

/// Below it, it is time to make room: mails with attachments are a few MB each.
const LITTLE: u64 = 256 * 1024 * 1024;
/// How long nobody may have claimed while mails wait.
const SILENCE: i64 = 60_000;

/// Looks at the outbox that is named or there; nothing is made.
pub async fn examine(outfit: &Outfit<'_>) -> Option<OutboxReport> {
    let path = outfit.outbox_path();
    if !path.exists() {
        return outfit.names_outbox().then(|| not_yet(&path));
    }
    let steps = match outfit.outbox(Need::Existing) {
        Ok(outbox) => {
            let steps = vec![file(&path, &outbox), room(&path), mails(&outbox).await];
            outbox.store().close().await;
            steps
        }
        Err(error) => vec![unusable(&error), room(&path)],
    };
    Some(OutboxReport { path: path.display().to_string(), steps })
}

fn not_yet(path: &Path) -> OutboxReport {
    let step = if may_be_made(path) { awaited() } else { cannot_be_made() };
    OutboxReport { path: path.display().to_string(), steps: vec![step] }
}

/// Whether the nearest folder that is there may be written to.
fn may_be_made(path: &Path) -> bool {
    let given = |folder: &&Path| folder.as_os_str().is_empty() || folder.exists();
    let nearest = path.ancestors().skip(1).find(given);
    let folder = nearest.filter(|found| !found.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.is_dir() && rustix::fs::access(folder, Access::WRITE_OK).is_ok()
}

fn cannot_be_made() -> OutboxStep {
    let title = text!("it cannot be made here", "无法在此创建");
    let hint = text!(
        "let the user that runs `hongyan serve` write to the folder, or set `HONGYAN_OUTBOX` to another place",
        "请让运行 `hongyan serve` 的用户可以写入该目录，或将 `HONGYAN_OUTBOX` 设为其他位置"
    );
    OutboxStep::wrong(
        OutboxName::File,
        &Diagnostic::error(Code::OutboxBroken, title).hint(hint),
        ErrorKind::Configuration,
    )
}

fn awaited() -> OutboxStep {
    let detail = text!(
        "not there yet: `hongyan serve` and `hongyan worker` make it",
        "尚未创建：`hongyan serve` 和 `hongyan worker` 会创建它"
    );
    OutboxStep { status: Status::NotTried, ..OutboxStep::ok(OutboxName::File, detail) }
}

fn file(path: &Path, outbox: &Outbox) -> OutboxStep {
    let size = std::fs::metadata(path).map(|file| file.len()).unwrap_or_default();
    let (size, schema) = (megabytes(size), outbox.store().schema());
    OutboxStep::ok(
        OutboxName::File,
        text!(
            "sound, under this key, schema {schema}, {size}",
            "完好，密钥相符，结构版本 {schema}，{size}"
        ),
    )
}

fn unusable(error: &Error) -> OutboxStep {
    let faults = error.diagnostics();
    let Some(fault) = faults.iter().next() else {
        return OutboxStep::ok(OutboxName::File, text!("cannot be opened", "无法打开"));
    };
    OutboxStep::wrong(OutboxName::File, fault, error.kind())
}

fn room(path: &Path) -> OutboxStep {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(found) = rustix::fs::statvfs(folder.unwrap_or(Path::new("."))) else {
        let detail = text!("cannot be told", "无法得知");
        return OutboxStep { status: Status::NotTried, ..OutboxStep::ok(OutboxName::Room, detail) };
    };
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let shown = megabytes(free);
    let detail = text!("{shown} free", "剩余 {shown}");
    if free >= LITTLE {
        return OutboxStep::ok(OutboxName::Room, detail);
    }
    let hint = text!(
        "make room: when the disk is full no mail is accepted, and what was accepted still leaves",
        "请腾出空间：磁盘满时不再接受新邮件，已接受的仍会发出"
    );
    let fault = Diagnostic::error(Code::OutboxFull, detail).hint(hint);
    OutboxStep::wrong(OutboxName::Room, &fault, ErrorKind::Io)
}

async fn mails(outbox: &Outbox) -> OutboxStep {
    let now = outbox.clock().now();
    match outbox.store().stats(now).await {
        Ok(stats) => counted(&stats, now),
        Err(error) => {
            let error = Error::from(error);
            let faults = error.diagnostics();
            let fault = faults.iter().next().cloned();
            let unknown = || {
                let title = text!("the mails cannot be counted", "无法统计邮件");
                Diagnostic::error(Code::OutboxBroken, title)
            };
            OutboxStep::wrong(OutboxName::Mails, &fault.unwrap_or_else(unknown), error.kind())
        }
    }
}

/// Mails that may leave and that nobody takes are the one thing that is wrong here.
fn counted(stats: &Stats, now: i64) -> OutboxStep {
    let waiting: u64 = stats.lanes.iter().map(|(_, waiting, _)| waiting).sum();
    let count = |wanted: State| -> u64 {
        stats.states.iter().filter(|(state, _)| *state == wanted).map(|(_, count)| count).sum()
    };
    let (failed, unknown) = (count(State::Failed), count(State::Unknown));
    let detail = text!(
        "{waiting} may leave now, {failed} failed, {unknown} wait for a person",
        "{waiting} 封现在可发，{failed} 封失败，{unknown} 封留待人工确认"
    );
    let silent = stats.claimed_at.is_none_or(|at| now - at > SILENCE);
    if waiting == 0 || !silent {
        return OutboxStep::ok(OutboxName::Mails, detail);
    }
    let hint = text!(
        "no worker asks for them: start `hongyan serve` or `hongyan worker`",
        "没有投递进程来取：请启动 `hongyan serve` 或 `hongyan worker`"
    );
    let fault = Diagnostic::error(Code::OutboxBusy, detail).hint(hint);
    OutboxStep::wrong(OutboxName::Mails, &fault, ErrorKind::Transient)
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..=9_999_999 => format!("{} KB", bytes / 1_000),
        10_000_000..=9_999_999_999 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}
