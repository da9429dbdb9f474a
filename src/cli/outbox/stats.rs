//! `hongyan outbox stats`

use serde_json::{Value as Json, json};

use super::Desk;
use super::life::silence;
use super::table::table;
use super::words;
use crate::cli::exit::{Exit, Failure};
use crate::diagnostic::Text;
use crate::locale::Instant;
use crate::outbox::{Lane, OpenBreaker, State, Stats, moment};
use crate::text;

/// How much of a transport's day is used up.
pub(super) struct Used {
    transport: String,
    day: String,
    used: u32,
    per_day: u32,
    reserve: u32,
}

impl Used {
    /// Whether no mail of a lane goes by the transport any more today.
    pub fn is_up(&self, transport: &str, lane: Lane) -> bool {
        let kept = if lane == Lane::Security { 0 } else { self.reserve };
        self.transport == transport && self.used >= self.per_day.saturating_sub(kept)
    }

    /// What a mail is told that waits for the next day.
    pub fn sentence(&self) -> Text {
        let Used { transport, day, used, per_day, reserve } = self;
        text!(
            "it waits: the quota of `{transport}` on {day} is used up ({used} of {per_day}, {reserve} are kept for security mail); it is counted anew from midnight on",
            "正在等待：`{transport}` 在 {day} 的额度已用完（已用 {used} / {per_day}，其中 {reserve} 封留给安全邮件），零点后重新计数"
        )
    }
}

pub async fn run(desk: &Desk<'_>) -> Result<Exit, Failure> {
    let stats = desk.outbox.store().stats(desk.moments.now).await?;
    let quotas = quotas(desk).await?;
    let open = desk.outbox.store().breakers().await?;
    if desk.voice.json {
        let language = desk.voice.language();
        let mut document = document(&stats, &quotas, desk);
        document["breakers"] = open.iter().map(|open| open.to_json(language)).collect();
        desk.voice.document(&document);
        return Ok(Exit::Done);
    }
    tell(&stats, &quotas, desk);
    open.iter().for_each(|open| tell_open(open, desk));
    if open.iter().any(|open| open.until.is_some()) {
        let zone = desk.moments.zone();
        desk.voice.say(&text!("times are in {zone}", "时区：{zone}"));
    }
    Ok(Exit::Done)
}

pub(super) async fn quotas(desk: &Desk<'_>) -> Result<Vec<Used>, Failure> {
    let now = Instant::from_unix_seconds(desk.moments.now / 1_000).unwrap_or(Instant::EPOCH);
    let mut found = Vec::new();
    for named in desk.outfit.lines().transports() {
        let Some(quota) = &named.quota else { continue };
        let day = now.date_in(&quota.zone).to_string();
        let used = desk.outbox.store().quota_used(&named.name, &day).await?;
        let reserve = quota.reserve_for_security;
        found.push(Used {
            transport: named.name.clone(),
            day,
            used,
            per_day: quota.per_day,
            reserve,
        });
    }
    Ok(found)
}

fn document(stats: &Stats, quotas: &[Used], desk: &Desk<'_>) -> Json {
    let states: serde_json::Map<String, Json> = State::NAMES
        .iter()
        .map(|(name, state)| ((*name).to_owned(), json!(count(stats, *state))))
        .collect();
    let lanes: Json = stats
        .lanes
        .iter()
        .map(|(lane, waiting, oldest)| {
            let age = oldest.map(|at| (desk.moments.now - at).max(0) / 1_000);
            let later = later(stats, *lane);
            json!({"lane": lane.as_str(), "waiting": waiting, "oldest_seconds": age, "later": later})
        })
        .collect();
    let attempts: Json = stats
        .attempts
        .iter()
        .map(|(transport, result, count)| {
            json!({"transport": transport, "result": result, "count": count})
        })
        .collect();
    let quotas: Json = quotas
        .iter()
        .map(|Used { transport, day, used, per_day, .. }| {
            json!({"transport": transport, "day": day, "used": used, "per_day": per_day})
        })
        .collect();
    json!({
        "states": states,
        "lanes": lanes,
        "claimed_at": stats.claimed_at.and_then(moment),
        "attempts": attempts,
        "quotas": quotas,
    })
}

fn count(stats: &Stats, state: State) -> u64 {
    stats.states.iter().filter(|(known, _)| *known == state).map(|(_, count)| count).sum()
}

/// How many mails of a lane wait for a later time.
fn later(stats: &Stats, lane: Lane) -> u64 {
    stats.later.iter().filter(|(known, _)| *known == lane).map(|(_, later)| later).sum()
}

fn tell(stats: &Stats, quotas: &[Used], desk: &Desk<'_>) {
    let (voice, language) = (desk.voice, desk.voice.language());
    let lanes: Vec<[String; 4]> = stats
        .lanes
        .iter()
        .map(|(lane, waiting, oldest)| {
            let oldest = oldest.map(|at| desk.moments.since(at)).unwrap_or_default();
            let (lane, later) = (words::lane(*lane), later(stats, *lane));
            [lane.get(language).to_owned(), waiting.to_string(), oldest, later.to_string()]
        })
        .collect();
    let head = [
        text!("LANE", "优先通道"),
        text!("WAITING", "等待"),
        text!("OLDEST", "最久"),
        text!("LATER", "定时或推迟"),
    ];
    show(table(head.each_ref().map(|name| name.get(language)), &lanes), desk);
    let states: Vec<[String; 2]> = State::NAMES
        .iter()
        .map(|(_, state)| (*state, count(stats, *state)))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| [words::state(state).get(language).to_owned(), count.to_string()])
        .collect();
    let head = [text!("STATE", "状态"), text!("MAILS", "邮件")];
    show(table(head.each_ref().map(|name| name.get(language)), &states), desk);
    if !stats.attempts.is_empty() {
        let rows: Vec<[String; 3]> = stats
            .attempts
            .iter()
            .map(|(by, result, count)| [by.clone(), result.clone(), count.to_string()])
            .collect();
        let head =
            [text!("TRANSPORT", "通道"), text!("RESULT", "结果"), text!("ATTEMPTS", "投递次数")];
        show(table(head.each_ref().map(|name| name.get(language)), &rows), desk);
    }
    for Used { transport, day, used, per_day, .. } in quotas {
        voice.say(&text!(
            "quota of `{transport}` on {day}: {used} of {per_day}",
            "`{transport}` 在 {day} 的额度：已用 {used} / {per_day}"
        ));
    }
    match (silence(stats.claimed_at, desk.moments.now), stats.claimed_at) {
        (Some(silence), _) => voice.say(&silence),
        (None, Some(at)) => {
            let since = desk.moments.since(at);
            voice.say(&text!(
                "a worker asked for mails {since} ago",
                "{since}前有投递进程来取过邮件"
            ));
        }
        (None, None) => {}
    }
}

/// A transport that takes nothing, and what to do.
fn tell_open(open: &OpenBreaker, desk: &Desk<'_>) {
    let (name, since) = (&open.transport, desk.moments.since(open.since));
    let Text { en, zh } = open.cause().describe();
    desk.voice.say(&match open.until.map(|until| desk.moments.clock(until)) {
        None => text!("`{name}` is stopped for {since}: {en}", "`{name}` 已停用 {since}：{zh}"),
        Some(until) => text!(
            "`{name}` rests for {since}, and is tried again at {until}: {en}",
            "`{name}` 已暂停 {since}，{until} 再试：{zh}"
        ),
    });
    for advice in open.advice() {
        desk.voice.line(&format!("  → {}", advice.get(desk.voice.language())));
    }
}

/// A table and an empty line.
fn show(lines: Vec<String>, desk: &Desk<'_>) {
    lines.iter().for_each(|line| desk.voice.line(line));
    desk.voice.line("");
}
