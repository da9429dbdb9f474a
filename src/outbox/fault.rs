//! What is wrong with an outbox, and what to do about it.

use super::State;
use crate::diagnostic::{Code, Diagnostic};
use crate::text;

/// Why a store could not do it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else has the mail now, or it is done: nothing was written
    #[error("the lease on mail {id} was lost")]
    LeaseLost {
        /// The mail
        id: String,
    },
    /// There is no such mail
    #[error("there is no mail {id}")]
    NotFound {
        /// What was asked for
        id: String,
    },
    /// Not in this state
    #[error("mail {id} is {state}")]
    WrongState {
        /// The mail
        id: String,
        /// Its state
        state: State,
    },
    /// Its content is gone
    #[error("the content of mail {id} was erased")]
    BodyErased {
        /// The mail
        id: String,
    },
    /// Not now: locked for too long, too much waits, closed
    #[error("the outbox is busy: {what}")]
    Busy {
        /// The store's own words
        what: String,
    },
    /// No room
    #[error("the outbox has no room: {what}")]
    Full {
        /// The store's own words
        what: String,
    },
    /// It cannot be used
    #[error("the outbox cannot be used: {what}")]
    Broken {
        /// The store's own words
        what: String,
    },
    /// It was not opened, and is left as it is
    #[error("the outbox {place} was not opened: {why}")]
    Unusable {
        /// Its file
        place: String,
        /// Why
        why: Unusable,
    },
    /// The key is not base64 of 32 bytes
    #[error("the key of the outbox is not base64 of 32 bytes")]
    KeyMalformed,
    /// The key's file cannot be read or written
    #[error("the key file {path} cannot be used: {what}")]
    KeyUnreadable {
        /// The file
        path: String,
        /// The system's words
        what: String,
    },
}

/// Why an outbox was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// Nothing is in the file
    #[error("the file is empty")]
    Empty,
    /// Something else is in the file
    #[error("the file is no SQLite database")]
    NotADatabase,
    /// The database of another program
    #[error("the file is the database of another program")]
    NotOurs,
    /// It is inconsistent
    #[error("the file is damaged: {what}")]
    Damaged {
        /// SQLite's own words
        what: String,
    },
    /// It was in use when its process ended, and what was not yet in the one file is gone
    #[error("its write-ahead log is missing")]
    LogMissing,
    /// A newer program wrote it
    #[error("it was written by a newer hongyan (schema {version}, this one knows {known})")]
    Newer {
        /// Its schema
        version: usize,
        /// The newest that is known
        known: usize,
    },
    /// Sealed under another key
    #[error("it was sealed with another key")]
    OtherKey,
    /// The system refuses
    #[error("{what}")]
    Io {
        /// The system's words
        what: String,
    },
}

impl StoreError {
    /// The fault as a person reads it.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            StoreError::LeaseLost { id } => Diagnostic::error(
                Code::LeaseLost,
                text!("another worker has mail `{id}` now", "邮件 `{id}` 已由另一个进程接手"),
            ),
            StoreError::NotFound { id } => Diagnostic::error(
                Code::MailNotFound,
                text!("there is no mail `{id}`", "没有邮件 `{id}`"),
            )
            .hint(text!(
                "`hongyan outbox list` shows the mails that are kept; older ones are pruned",
                "`hongyan outbox list` 列出保留的邮件，更早的已被清理"
            )),
            StoreError::WrongState { id, state } => Diagnostic::error(
                Code::WrongState,
                text!("mail `{id}` is `{state}`", "邮件 `{id}` 的状态是 `{state}`"),
            )
            .hint(text!(
                "queued mails can be cancelled, failed and unknown ones sent again",
                "排队中的邮件可以取消，失败或结果不明的邮件可以重发"
            )),
            StoreError::BodyErased { id } => Diagnostic::error(
                Code::BodyErased,
                text!("the content of mail `{id}` was erased", "邮件 `{id}` 的内容已被清除"),
            )
            .hint(text!("send it anew", "请重新发送一封")),
            StoreError::Busy { what } => Diagnostic::error(
                Code::OutboxBusy,
                text!("the outbox is busy: {what}", "待发队列繁忙：{what}"),
            )
            .hint(text!("try again in a moment", "请稍后再试")),
            StoreError::Full { what } => Diagnostic::error(
                Code::OutboxFull,
                text!("the outbox has no room: {what}", "待发队列没有空间：{what}"),
            )
            .hint(text!(
                "make room on the disk; mails are taken again by themselves",
                "请清理磁盘空间，之后会自动恢复接收"
            )),
            StoreError::Broken { what } => Diagnostic::error(
                Code::OutboxBroken,
                text!("the outbox cannot be used: {what}", "待发队列无法使用：{what}"),
            )
            .hint(text!(
                "look at the disk and the system's log; the outbox is opened again by itself",
                "请检查磁盘和系统日志，待发队列会自动重新打开"
            )),
            StoreError::Unusable { place, why } => why.diagnostic(place),
            StoreError::KeyMalformed => Diagnostic::error(
                Code::OutboxKey,
                text!(
                    "the key of the outbox is not base64 of 32 bytes",
                    "待发队列的密钥不是 32 字节的 base64"
                ),
            )
            .hint(text!(
                "`openssl rand -base64 32` makes one",
                "可用 `openssl rand -base64 32` 生成"
            )),
            StoreError::KeyUnreadable { path, what } => Diagnostic::error(
                Code::OutboxKey,
                text!(
                    "the key file `{path}` cannot be used: {what}",
                    "密钥文件 `{path}` 无法使用：{what}"
                ),
            ),
        }
    }
}

impl Unusable {
    fn diagnostic(&self, place: &str) -> Diagnostic {
        let damaged = |title| {
            Diagnostic::error(Code::OutboxUnusable, title).hint(text!(
                "nothing was changed: stop what uses `{place}`, copy it with its `-wal` file, then restore a backup, or move it away to begin with an empty outbox; `sqlite3 {place} .recover` may read what is left",
                "文件未被改动：请停止使用 `{place}` 的进程，连同 `-wal` 文件一起备份，再恢复备份，或移走文件以新建空队列；`sqlite3 {place} .recover` 或能读出剩余内容"
            ))
        };
        match self {
            Unusable::Empty => damaged(text!(
                "the outbox `{place}` is empty: it was truncated",
                "待发队列 `{place}` 是空文件：已被截断"
            )),
            Unusable::NotADatabase => damaged(text!(
                "the outbox `{place}` is no SQLite database",
                "待发队列 `{place}` 不是 SQLite 数据库"
            )),
            Unusable::Damaged { what } => damaged(text!(
                "the outbox `{place}` is damaged: {what}",
                "待发队列 `{place}` 已损坏：{what}"
            )),
            Unusable::NotOurs => Diagnostic::error(
                Code::OutboxUnusable,
                text!(
                    "`{place}` is the database of another program",
                    "`{place}` 是其他程序的数据库"
                ),
            )
            .hint(text!("name another file", "请换一个文件")),
            Unusable::LogMissing => Diagnostic::error(
                Code::OutboxUnusable,
                text!(
                    "the file `{place}-wal` is missing: mails that were accepted last stood in it",
                    "缺少文件 `{place}-wal`：最近接收的邮件保存在其中"
                ),
            )
            .hint(text!(
                "put it back; to go on without those mails, make an empty file of this name",
                "请放回该文件；若放弃这些邮件，请新建同名空文件"
            )),
            Unusable::Newer { version, known } => Diagnostic::error(
                Code::OutboxNewer,
                text!(
                    "this outbox was written by a newer hongyan: `{place}` has schema {version}, this one knows up to {known}",
                    "待发队列由更新版本的 hongyan 写成：`{place}` 的结构版本是 {version}，当前程序只认识到 {known}"
                ),
            )
            .hint(text!(
                "use that version, or let it send what waits and name another file here",
                "请使用新版本，或让新版本发完邮件后在此换一个文件"
            )),
            Unusable::OtherKey => Diagnostic::error(
                Code::OutboxKey,
                text!(
                    "the outbox `{place}` was sealed with another key",
                    "待发队列 `{place}` 由另一个密钥加密"
                ),
            )
            .hint(text!(
                "set `HONGYAN_OUTBOX_KEY` (or the key file) to the key it was made with; without it, move the file away to begin with an empty outbox",
                "请将 `HONGYAN_OUTBOX_KEY`（或密钥文件）设为创建时的密钥；若已丢失，请移走文件以新建空队列"
            )),
            Unusable::Io { what } => Diagnostic::error(
                Code::OutboxUnusable,
                text!("the outbox `{place}` cannot be opened: {what}", "无法打开待发队列 `{place}`：{what}"),
            )
            .hint(text!(
                "look at the folder's permissions and the disk",
                "请检查文件夹权限和磁盘"
            )),
        }
    }
}
