//! `hongyan outbox`: what was accepted, what became of it, and what a person may do about it.

mod act;
mod life;
mod list;
mod moments;
mod show;
mod stats;
mod suppressions;
mod table;
mod words;

use std::time::Duration;

use serde_json::json;

use super::args::Outbox as Task;
use super::exit::{Exit, Failure};
use super::voice::Voice;
use super::wait::wait;
use crate::error::Error;
use crate::mailer::{Need, Outfit, Setup};
use crate::outbox::{Outbox, StoreError};
use crate::text;
use moments::Moments;

/// How many mails are forgotten in one step: other processes write between them.
const STEP: usize = 500;

/// What a task works with.
struct Desk<'a> {
    outbox: Outbox,
    outfit: &'a Outfit<'a>,
    moments: Moments<'a>,
    voice: &'a Voice,
}

pub fn run(task: &Task, setup: &Setup, voice: &Voice) -> Result<Exit, Failure> {
    super::log::begin_quietly();
    let outfit = setup.outfit()?;
    let need = match task {
        Task::Migrate => Need::Always,
        _ => Need::Answer,
    };
    wait(async {
        let outbox = outfit.outbox(need)?;
        let moments = Moments::new(outfit.time_zone(), outbox.clock().now(), voice.language());
        let desk = Desk { outbox, outfit: &outfit, moments, voice };
        let exit = work(task, &desk).await;
        desk.outbox.store().close().await;
        exit
    })?
}

async fn work(task: &Task, desk: &Desk<'_>) -> Result<Exit, Failure> {
    match task {
        Task::List(list) => list::run(list, desk).await,
        Task::Show { id } => show::run(id, desk).await,
        Task::Retry { id } => act::retry(id, desk).await,
        Task::Cancel { id } => act::cancel(id, desk).await,
        Task::Prune { older_than } => prune(*older_than, desk).await,
        Task::Stats => stats::run(desk).await,
        Task::Suppressions { lift: Some(address) } => suppressions::lift(address, desk).await,
        Task::Suppressions { lift: None } => suppressions::list(desk).await,
        Task::Migrate => migrate(desk),
    }
}

async fn prune(older_than: Option<Duration>, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let age = older_than.unwrap_or(desk.outfit.outbox_settings().retention);
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    let before = desk.moments.now.saturating_sub(age);
    let mut removed = 0;
    loop {
        let step = desk.outbox.store().prune(before, STEP).await?;
        removed += step;
        if step == 0 {
            break;
        }
    }
    if desk.voice.json {
        desk.voice.document(&json!({"removed": removed}));
        return Ok(Exit::Done);
    }
    let since = desk.moments.clock(before);
    desk.voice.say(&text!(
        "{removed} mails that were done before {since} are forgotten",
        "已删除 {removed} 封在 {since} 之前处理完的邮件的记录"
    ));
    Ok(Exit::Done)
}

/// Opening an outbox brings it to this version; here is told what came of it.
fn migrate(desk: &Desk<'_>) -> Result<Exit, Failure> {
    let schema = desk.outbox.store().schema();
    let path = desk.outfit.outbox_path();
    let shown = path.display();
    if desk.voice.json {
        desk.voice.document(&json!({"path": shown.to_string(), "schema": schema}));
        return Ok(Exit::Done);
    }
    desk.voice.say(&text!(
        "`{shown}` is up to date: schema {schema}",
        "`{shown}` 已是最新：结构版本 {schema}"
    ));
    Ok(Exit::Done)
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}
