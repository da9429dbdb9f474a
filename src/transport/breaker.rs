//! Whether a transport may be tried: what its last answers said.
//!
//! A refused login or sender stops it, since trying again can lock the account; a rate or quota
//! reply pauses it for as long as it says; failures of the network, three in a row, let it rest.
//! Pure: the time comes in.

use std::time::{Duration, Instant};

use super::{Cause, Effect, Retry, SendError, Stage};
use crate::diagnostic::Text;
use crate::text;

/// How many failures of the network in a row let a transport rest.
const FAILURES: u32 = 3;
/// How long it rests then; each further failure doubles it.
const REST: Duration = Duration::from_secs(30);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(15 * 60);
/// How long a transport rests whose certificate is refused: no secret is at risk in trying again.
const CERTIFICATE_REST: Duration = Duration::from_secs(5 * 60);
/// How long a transport rests whose provider says that the day is over. Days are counted where the
/// quota is; this only keeps it from being asked all the time.
const QUOTA_REST: Duration = Duration::from_secs(60 * 60);

/// How long one try has to itself when a rest has ended.
pub(crate) const PROBE: Duration = Duration::from_secs(60);

/// The state of one transport.
#[derive(Debug, Default)]
pub struct Breaker {
    open: Option<Open>,
    failures: u32,
    /// A stop that allowed one more try
    warned: bool,
    /// How often it has opened
    openings: u64,
}

/// The leave to try a transport. What becomes of the try is told with it, since much may have
/// happened meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Leave(u64);

#[derive(Debug)]
struct Open {
    /// Until when; for good if never
    until: Option<Instant>,
    because: SendError,
}

impl Breaker {
    /// Whether it rests, for who would only wait for it.
    ///
    /// # Errors
    /// Why it rests.
    pub fn look(&self, now: Instant) -> Result<(), SendError> {
        match &self.open {
            Some(Open { until: Some(until), .. }) if *until <= now => Ok(()),
            Some(Open { until, because: SendError { cause, hint, .. } }) => {
                Err(not_tried(*cause, hint.clone(), until.map(|until| until - now)))
            }
            None => Ok(()),
        }
    }

    /// Whether it may be tried now. When a rest has ended, one try goes first.
    ///
    /// # Errors
    /// Why it rests.
    pub fn check(&mut self, now: Instant) -> Result<Leave, SendError> {
        self.look(now)?;
        if let Some(open) = &mut self.open {
            open.until = Some(now + PROBE);
        }
        Ok(Leave(self.openings))
    }

    /// Whether it has not been closed since it opened.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Notes that it took a mail. One that was under way when the transport was stopped does not
    /// start it again.
    pub fn succeeded(&mut self, leave: Leave) {
        if leave.0 == self.openings {
            *self = Breaker { openings: self.openings, ..Breaker::default() };
        }
    }

    /// Notes a failure. Whether it opens by that, or for longer.
    pub fn failed(&mut self, leave: Leave, error: &SendError, now: Instant) -> bool {
        let Some(rest) = self.rest(error) else {
            // Only a server that answered has shown that it can be reached.
            let answered = error.reply.is_some();
            self.failures = if answered { 0 } else { self.failures };
            self.open = self.open.take().filter(|_| !answered || leave.0 != self.openings);
            return false;
        };
        let until = rest.duration().map(|rest| now + rest);
        let longer = |open: &Open| match (open.until, until) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(known), Some(until)) => until > known,
        };
        let opens = leave.0 == self.openings || self.open.as_ref().is_none_or(longer);
        if opens {
            self.openings += 1;
            self.open = Some(Open { until, because: error.clone() });
        }
        opens
    }

    /// Lets it be tried again: somebody has changed something.
    pub fn resume(&mut self) {
        *self = Breaker { openings: self.openings + 1, ..Breaker::default() };
    }

    /// For how long a failure lets it rest; none for what says nothing of the transport.
    fn rest(&mut self, error: &SendError) -> Option<Rest> {
        match error.cause.effect() {
            Effect::Keep => None,
            Effect::Count => match error.retry {
                // A server that hangs up at the login, for one.
                Retry::After(wait) => Some(Rest::For(wait)),
                _ => self.count().map(Rest::For),
            },
            Effect::Pause => Some(Rest::For(match error.retry {
                Retry::After(wait) => wait,
                Retry::NextDay | Retry::Never => QUOTA_REST,
                Retry::Later => REST,
            })),
            Effect::Stop => Some(self.stop(error)),
        }
    }

    fn count(&mut self) -> Option<Duration> {
        self.failures += 1;
        let beyond = self.failures.checked_sub(FAILURES)?;
        Some(REST.saturating_mul(1 << beyond.min(10)).min(LONGEST_REST))
    }

    /// Some providers say the same of a wrong password and of too many logins: where the reply
    /// names a wait, it is tried once more.
    fn stop(&mut self, error: &SendError) -> Rest {
        match (error.cause, error.retry) {
            (Cause::Tls, _) => Rest::For(CERTIFICATE_REST),
            (_, Retry::After(wait)) if !self.warned => {
                self.warned = true;
                Rest::For(wait)
            }
            _ => Rest::ForGood,
        }
    }
}

enum Rest {
    For(Duration),
    ForGood,
}

impl Rest {
    fn duration(&self) -> Option<Duration> {
        match self {
            Rest::For(rest) => Some(*rest),
            Rest::ForGood => None,
        }
    }
}

/// What a mail is told that was not tried. Another mail's answer is none of its business.
pub(crate) fn not_tried(cause: Cause, hint: Option<Text>, left: Option<Duration>) -> SendError {
    let Text { en, zh } = cause.describe();
    let (what, retry) = match left {
        Some(left) => {
            let seconds = left.as_secs() + 1;
            let what = text!(
                "not tried: the transport rests for {seconds} s ({en})",
                "未尝试：该通道还要停用 {seconds} 秒（{zh}）"
            );
            (what, Retry::After(left))
        }
        None => (
            text!(
                "not tried: the transport is stopped until its settings change ({en})",
                "未尝试：该通道已停用，直到配置有所改变（{zh}）"
            ),
            Retry::Later,
        ),
    };
    SendError { hint, ..SendError::new(Stage::Prepare, cause, what).retry(retry) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Reply;

    const SECOND: Duration = Duration::from_secs(1);

    fn error(cause: Cause) -> SendError {
        SendError::new(Stage::Auth, cause, text!("x", "x"))
    }

    /// For how many seconds it rests after a failure; none when it may be tried at once.
    fn rest(breaker: &mut Breaker, error: &SendError, now: Instant) -> Option<u64> {
        let leave = Leave(breaker.openings);
        breaker.failed(leave, error, now);
        match breaker.check(now).err()?.retry {
            Retry::After(wait) => Some(wait.as_secs()),
            _ => Some(u64::MAX),
        }
    }

    #[test]
    fn what_each_failure_does() {
        let now = Instant::now();
        let first = |error: &SendError| rest(&mut Breaker::default(), error, now);
        assert_eq!(first(&error(Cause::Recipient)), None);
        assert_eq!(first(&error(Cause::Transient)), None);
        assert_eq!(first(&error(Cause::Network)), None);
        assert_eq!(first(&error(Cause::InDoubt)), None);
        assert_eq!(first(&error(Cause::Network).retry(Retry::After(300 * SECOND))), Some(300));
        assert_eq!(first(&error(Cause::Rate).retry(Retry::After(90 * SECOND))), Some(90));
        assert_eq!(first(&error(Cause::Quota)), Some(3600));
        assert_eq!(first(&error(Cause::Tls)), Some(300));
        assert_eq!(first(&error(Cause::Auth)), Some(u64::MAX));
        assert_eq!(first(&error(Cause::Configuration)), Some(u64::MAX));
    }

    #[test]
    fn the_third_failure_of_the_network_opens_it_and_rests_grow() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let network = error(Cause::Network);
        let rests: Vec<_> = (0..10).map(|_| rest(&mut breaker, &network, now)).collect();
        assert_eq!(rests[..5], [None, None, Some(30), Some(60), Some(120)]);
        assert_eq!(rests[9], Some(900));
        let leave = breaker.check(now + 901 * SECOND).unwrap();
        breaker.succeeded(leave);
        assert_eq!(rest(&mut breaker, &network, now), None);
    }

    #[test]
    fn only_a_server_that_answered_ends_a_row_of_failures() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let (network, doubt) = (error(Cause::Network), error(Cause::InDoubt));
        assert_eq!(rest(&mut breaker, &network, now), None);
        assert_eq!(rest(&mut breaker, &error(Cause::Io), now), None);
        assert_eq!(rest(&mut breaker, &doubt, now), None);
        assert_eq!(rest(&mut breaker, &network, now), Some(30));
        let refused = error(Cause::Recipient).reply(Reply { code: "550".into(), text: "".into() });
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let rows = [&network, &network, &refused, &network, &network];
        assert!(rows.iter().all(|error| rest(&mut breaker, error, now).is_none()));
    }

    #[test]
    fn a_login_that_may_have_been_too_frequent_gets_one_more_try() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let ambiguous = error(Cause::Auth).retry(Retry::After(300 * SECOND));
        assert_eq!(rest(&mut breaker, &ambiguous, now), Some(300));
        let later = now + 301 * SECOND;
        let leave = breaker.check(later).unwrap();
        assert!(breaker.check(later).is_err(), "one try goes first");
        breaker.failed(leave, &ambiguous, later);
        assert!(breaker.check(now + 100_000 * SECOND).is_err());
        breaker.resume();
        assert!(breaker.check(now).is_ok());
    }

    #[test]
    fn what_was_under_way_neither_starts_nor_shortens_a_stop() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let slow = breaker.check(now).unwrap();
        assert_eq!(rest(&mut breaker, &error(Cause::Auth), now), Some(u64::MAX));
        breaker.succeeded(slow);
        assert!(breaker.check(now).is_err());
        let short = error(Cause::Rate).retry(Retry::After(SECOND));
        breaker.failed(slow, &short, now);
        assert!(breaker.check(now + 100_000 * SECOND).is_err());
    }

    #[test]
    fn a_mail_that_was_not_tried_gets_nobody_elses_answer() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let reply = Reply { code: "535".into(), text: "for b@x".into() };
        breaker.failed(Leave(0), &error(Cause::Auth).reply(reply), now);
        let told = breaker.check(now).unwrap_err();
        assert_eq!((told.stage, told.cause, told.reply), (Stage::Prepare, Cause::Auth, None));
    }
}
