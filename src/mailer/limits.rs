//! How many mails are taken: per recipient and kind, per domain, in all.

use super::carrier::Carrier;
use super::enqueue::Request;
use super::new_mail::values;
use crate::catalog::Kind;
use crate::config::Pace;
use crate::mail::Address;
use crate::outbox::{Limit, Outbox};

/// What is counted beside the limits of the kinds.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    pub per_domain: Vec<Pace>,
    pub global: Vec<Pace>,
    /// Whether they hold where mails are only caught
    pub of_inbox: bool,
}

impl Limits {
    /// Whether a mail is counted that goes by this transport first.
    pub fn hold_for(&self, first: &Carrier) -> bool {
        self.of_inbox || !first.transport.is_inbox()
    }

    /// What a mail, or a copy of it, counts towards that goes to this address.
    pub fn of(&self, kind: &Kind, request: &Request<'_>, to: &Address) -> Vec<Limit> {
        let values = values(request, &kind.limits.each);
        let person = request.outbox.recipient(to);
        let mut parts: Vec<&[u8]> = vec![&person.0, kind.name.as_bytes()];
        parts.extend(values.iter().map(Vec::as_slice));
        let subject = request.outbox.key().hash("recipient", &parts);
        let rate = |&(most, per): &(u32, crate::locale::Duration)| Limit {
            subject,
            name: format!("recipient {}", written(most, per.seconds())),
            most,
            within: per.into(),
        };
        let domain = self.per_domain.iter().map(|pace| Limit {
            subject: request.outbox.key().hash("domain", &[to.domain().as_bytes()]),
            name: format!("domain {}", written(pace.mails, pace.per.as_secs())),
            most: pace.mails,
            within: pace.per,
        });
        kind.limits.rates.iter().map(rate).chain(domain).collect()
    }

    /// What every mail and copy counts towards.
    pub fn global(&self, outbox: &Outbox) -> Vec<Limit> {
        let limit = |pace: &Pace| Limit {
            subject: outbox.key().hash("global", &[]),
            name: format!("global {}", written(pace.mails, pace.per.as_secs())),
            most: pace.mails,
            within: pace.per,
        };
        self.global.iter().map(limit).collect()
    }
}

/// `5/1h`, as it is written in files.
fn written(most: u32, seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit = units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length));
    let (length, unit) = unit.unwrap_or((1, "s"));
    format!("{most}/{}{unit}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_in_files() {
        let shown = [60, 90, 3_600, 172_800].map(|seconds| written(5, seconds));
        assert_eq!(shown, ["5/1m", "5/90s", "5/1h", "5/2d"]);
    }
}
