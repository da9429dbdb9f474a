//! The outbox of a setup: where it is, under which key, and whether it may be made.

use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

use super::outfit::Outfit;
use crate::config::{OutboxFile, key_hint};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::error::Error;
use crate::outbox::{Key, Outbox, OutboxPlace};
use crate::text;

/// What an outbox is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To keep mails: it is made where there is none (`serve`, `worker`)
    Always,
    /// To look at what is there: none is made (`doctor`)
    Existing,
    /// To ask one thing: none is made, and what is there is not read as a whole (`outbox list`)
    Answer,
}

impl Outfit<'_> {
    /// Whether somebody named an outbox.
    pub fn names_outbox(&self) -> bool {
        self.outbox_settings().file.is_some()
    }

    /// The file of the outbox: the one that is named, else `.hongyan/outbox.db` of the project.
    pub fn outbox_path(&self) -> PathBuf {
        match &self.outbox_settings().file {
            Some(OutboxFile::OfEnvironment(path)) => self.setup.working.join(path),
            Some(OutboxFile::OfProject(path)) => self.root().join(path),
            None => self.root().join(".hongyan").join("outbox.db"),
        }
    }

    /// Opens the outbox. One process opens it once: whoever needs it more than once clones it.
    ///
    /// # Errors
    /// Settings that cannot be used, a key that is missing or another one, a file that cannot be
    /// used; none where one must be.
    pub fn outbox(&self, need: Need) -> Result<Outbox, Error> {
        let (_, faults) = &self.outbox;
        if faults.has_errors() {
            return Err(Error::configuration(faults.clone()));
        }
        let path = self.outbox_path();
        match need {
            Need::Always => make_folder(&path)?,
            Need::Existing | Need::Answer if path.exists() => {}
            Need::Existing | Need::Answer => return Err(Error::configuration(none(&path))),
        }
        let key = self.outbox_key(&path)?;
        let place = OutboxPlace::Sqlite(path);
        Ok(match need {
            Need::Always | Need::Existing => Outbox::open(&place, key)?,
            Need::Answer => Outbox::open_to_ask(&place, key)?,
        })
    }

    /// The same for those who send: none, unless somebody named it.
    ///
    /// # Errors
    /// As [`outbox`](Outfit::outbox).
    pub fn named_outbox(&self) -> Result<Option<Outbox>, Error> {
        self.names_outbox().then(|| self.outbox(Need::Always)).transpose()
    }

    /// In production nobody makes a key.
    pub(super) fn missing_key(&self) -> Option<Diagnostic> {
        let (settings, faults) = &self.outbox;
        // One that cannot be read is a fault of its own.
        let unset = settings.key.is_none() && !faults.has_errors();
        (unset && self.setup.settings.production).then(no_key)
    }

    /// The configured key, else the one that lies in the project: in production nobody would think
    /// of it when the machine is replaced. None is made for mails that are sealed already.
    fn outbox_key(&self, outbox: &Path) -> Result<Key, Error> {
        if let Some(key) = &self.outbox_settings().key {
            return Ok(Key::from_base64(key)?);
        }
        if let Some(fault) = self.missing_key() {
            return Err(Error::configuration(fault));
        }
        let path = self.root().join(".hongyan").join("outbox.key");
        if outbox.exists() && !path.exists() {
            return Err(Error::configuration(key_gone(outbox, &path)));
        }
        make_folder(&path)?;
        Ok(Key::open_or_make(&path)?)
    }
}

/// Only we may look into what is made.
fn make_folder(path: &Path) -> Result<(), Error> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        let (name, Text { en, zh }) = (folder.display(), Text::of_io(&error));
        let title =
            text!("the folder of the outbox, `{name}`: {en}", "待发队列的文件夹 `{name}`：{zh}");
        Error::configuration(Diagnostic::error(Code::FileUnreadable, title))
    })
}

fn no_key() -> Diagnostic {
    let title = text!("`HONGYAN_OUTBOX_KEY` is not set", "未设置 `HONGYAN_OUTBOX_KEY`");
    Diagnostic::error(Code::ConfigMissing, title).hint(key_hint())
}

fn key_gone(outbox: &Path, key: &Path) -> Diagnostic {
    let (outbox, key) = (outbox.display(), key.display());
    let title = text!(
        "there is an outbox at `{outbox}`, and no key: neither `HONGYAN_OUTBOX_KEY` nor `{key}`",
        "`{outbox}` 处有待发队列，却没有密钥：`HONGYAN_OUTBOX_KEY` 未设置，`{key}` 也不存在"
    );
    Diagnostic::error(Code::OutboxKey, title).hint(text!(
        "set the key under which it was made; where that is lost, its mails are too: move the outbox away",
        "请设置创建它时所用的密钥；如果密钥已丢失，其中的邮件也无法读出：请把待发队列文件移走"
    ))
}

fn none(path: &Path) -> Diagnostic {
    let name = path.display();
    let title = text!("there is no outbox at `{name}`", "`{name}` 处没有待发队列");
    Diagnostic::error(Code::OutboxMissing, title).hint(text!(
        "`hongyan serve` and `hongyan worker` make one; if there is one elsewhere, set `HONGYAN_OUTBOX=sqlite:PATH`",
        "`hongyan serve` 和 `hongyan worker` 会创建它；如果在别处，请设 `HONGYAN_OUTBOX=sqlite:路径`"
    ))
}
