//! Lists of mails, newest first: an index leads to those that are wanted.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::rows;
use crate::outbox::{Filter, Mail, State};

/// A query and its values.
pub(super) type Query = (String, Vec<Value>);

/// Mails, newest first.
pub(super) fn list(conn: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Mail>> {
    // All parts see one moment, in which a mail has one state.
    let moment = conn.unchecked_transaction()?;
    let mut mails = Vec::new();
    for (sql, values) in queries(filter) {
        let mut statement = moment.prepare_cached(&sql)?;
        for mail in statement.query_map(params_from_iter(values), rows::mail)? {
            mails.push(mail?);
        }
    }
    mails.sort_unstable_by(|one: &Mail, other| other.id.cmp(&one.id));
    mails.truncate(filter.limit);
    Ok(mails)
}

/// What is asked for: what one recipient got in one query, since it is little; else each state by
/// itself, since an index holds each in order.
pub(super) fn queries(filter: &Filter) -> Vec<Query> {
    let states = numbers(&filter.states);
    match filter {
        Filter { recipient: Some(recipient), .. } => {
            let recipient = ("m.recipient = ?", recipient.0.to_vec().into());
            vec![query(filter, "+m.kind = ?", any_of(&states).as_deref(), Some(recipient))]
        }
        _ if states.is_empty() => vec![query(filter, "m.kind = ?", None, None)],
        _ => states.into_iter().map(|state| of_state(filter, state)).collect(),
    }
}

/// Nearly all mails are sent, which no index holds: they are found on the way through all.
fn of_state(filter: &Filter, state: i64) -> Query {
    if state == State::Sent.number() {
        return query(filter, "m.kind = ?", Some(&format!("m.state = {state}")), None);
    }
    // SQLite takes the index for the condition that it was made with.
    let wanted = format!("m.state = {state} AND m.state <> 3");
    query(filter, "+m.kind = ?", Some(&wanted), None)
}

fn any_of(states: &[i64]) -> Option<String> {
    let states: Vec<String> = states.iter().map(i64::to_string).collect();
    (!states.is_empty()).then(|| format!("+m.state IN ({})", states.join(", ")))
}

/// States as the table has them, each once.
fn numbers(states: &[State]) -> Vec<i64> {
    let mut numbers: Vec<i64> = states.iter().map(|state| state.number()).collect();
    if states.contains(&State::Queued) {
        numbers.push(rows::WAITING);
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A `+` in front of a column keeps SQLite from taking its index. Where a list begins is always
/// said, since SQLite would rather sort all mails than walk to the first fifty: in front of a blob
/// stands every text.
fn query(
    filter: &Filter,
    of_kind: &str,
    of_states: Option<&str>,
    recipient: Option<(&str, Value)>,
) -> Query {
    let kind = filter.kind.clone().map(|kind| (of_kind, kind.into()));
    let before = filter.before.clone().map_or(Value::Blob(Vec::new()), Value::Text);
    let (mut wanted, mut values): (Vec<&str>, Vec<Value>) =
        [recipient, kind, Some(("m.id < ?", before))].into_iter().flatten().unzip();
    wanted.extend(of_states);
    values.push(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
    let wanted = wanted.join(" AND ");
    (format!("{} WHERE {wanted} ORDER BY m.id DESC LIMIT ?", rows::MAIL), values)
}
