//! `hongyan outbox list`

use serde_json::json;

use super::Desk;
use super::table::table;
use super::words;
use crate::cli::args::List;
use crate::cli::exit::{Exit, Failure};
use crate::mail::Address;
use crate::outbox::{Filter, Hash, Mail};
use crate::text;

pub async fn run(list: &List, desk: &Desk<'_>) -> Result<Exit, Failure> {
    let limit = usize::from(list.limit);
    let filter = Filter {
        states: list.state.clone(),
        kind: list.kind.clone(),
        recipient: list.to.as_deref().map(|to| mailbox(to, desk)).transpose()?,
        before: list.before.clone(),
        limit: limit + 1,
    };
    let mut mails = desk.outbox.store().list(filter).await?;
    let more = mails.len() > limit;
    mails.truncate(limit);
    let next = mails.last().filter(|_| more).map(|mail| mail.id.as_str());
    match desk.voice.json {
        true => {
            let items: serde_json::Value = mails.iter().map(Mail::to_json).collect();
            desk.voice.document(&json!({"items": items, "next": next}));
        }
        false => tell(&mails, next, desk),
    }
    Ok(Exit::Done)
}

/// The hash under which mails to an address are found.
pub fn mailbox(address: &str, desk: &Desk<'_>) -> Result<Hash, Failure> {
    let address = Address::parse(address).map_err(|error| error.diagnostic())?;
    Ok(desk.outbox.mailbox(&address))
}

fn tell(mails: &[Mail], next: Option<&str>, desk: &Desk<'_>) {
    let voice = desk.voice;
    if mails.is_empty() {
        return voice.say(&text!("no mails", "没有邮件"));
    }
    let language = voice.language();
    let rows: Vec<[String; 6]> = mails
        .iter()
        .map(|mail| {
            [
                mail.id.clone(),
                words::state(mail.state).get(language).to_owned(),
                mail.kind.clone(),
                mail.to.clone(),
                desk.moments.clock(mail.accepted_at),
                mail.attempts.to_string(),
            ]
        })
        .collect();
    let zone = desk.moments.zone();
    let head = [
        text!("ID", "编号"),
        text!("STATE", "状态"),
        text!("KIND", "类型"),
        text!("TO", "收件人"),
        text!("ACCEPTED ({zone})", "接受时间（{zone}）"),
        text!("TRIES", "次数"),
    ];
    let head = head.each_ref().map(|name| name.get(language));
    table(head, &rows).iter().for_each(|line| voice.line(line));
    if let Some(next) = next {
        voice.note(&text!("older ones: `--before {next}`", "更早的：`--before {next}`"));
    }
}
