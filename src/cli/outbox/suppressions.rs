//! `hongyan outbox suppressions`

use super::Desk;
use super::list::mailbox;
use super::table::table;
use crate::cli::exit::{Exit, Failure};
use crate::diagnostic::{Code, Diagnostic};
use crate::outbox::{Hash, Suppressed};
use crate::text;

/// How many are shown.
const MOST: usize = 1_000;

pub async fn list(desk: &Desk<'_>) -> Result<Exit, Failure> {
    let voice = desk.voice;
    let found = desk.outbox.store().suppressions(MOST).await?;
    if voice.json {
        let items: serde_json::Value = found.iter().map(Suppressed::to_json).collect();
        voice.document(&serde_json::json!({"items": items, "next": null}));
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        voice.say(&text!("no address is suppressed", "没有被停发的地址"));
        return Ok(Exit::Done);
    }
    let rows: Vec<[String; 3]> = found
        .iter()
        .map(|one| [one.to.clone(), desk.moments.clock(one.since), one.reason.clone()])
        .collect();
    let zone = desk.moments.zone();
    let head = [
        text!("TO", "收件人"),
        text!("SINCE ({zone})", "自（{zone}）"),
        text!("THE SERVER SAID", "服务器答复"),
    ];
    let head = head.each_ref().map(|name| name.get(voice.language()));
    table(head, &rows).iter().for_each(|line| voice.line(line));
    Ok(Exit::Done)
}

/// By the address, or by the hash that `--json` calls `recipient`.
pub async fn lift(address: &str, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let recipient = match Hash::from_hex(address) {
        Some(hash) => hash,
        None => mailbox(address, desk)?,
    };
    let lifted = desk.outbox.store().lift(&recipient).await?;
    if !lifted {
        let title = text!("this address is not suppressed", "该地址没有被停发");
        let hint = text!(
            "`hongyan outbox suppressions` lists those that are",
            "`hongyan outbox suppressions` 列出被停发的地址"
        );
        return Err(Diagnostic::error(Code::NotFound, title).hint(hint).into());
    }
    match desk.voice.json {
        true => desk.voice.document(&serde_json::json!({"lifted": true})),
        false => {
            desk.voice.say(&text!("mails to this address are taken again", "已恢复向该地址发信"))
        }
    }
    Ok(Exit::Done)
}
