//! Whether a transport may be tried: what its last answers said.
//!
//! A refused login or sender stops it, since trying again can lock the account; a rate or quota
//! reply pauses it for as long as it says; failures of the network, three in a row, let it rest.
//! Pure: the time comes in.

use std::time::{Duration, Instant};

use super::{Cause, Effect, Retry, SendError};

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

/// The state of one transport.
#[derive(Debug, Default)]
pub struct Breaker {
    open: Option<Open>,
    failures: u32,
    /// A stop that allowed one more try
    warned: bool,
}

#[derive(Debug)]
struct Open {
    /// Until when; for good if never
    until: Option<Instant>,
    because: SendError,
}

impl Breaker {
    /// Whether it may be tried now.
    ///
    /// # Errors
    /// The failure that it rests for.
    pub fn check(&self, now: Instant) -> Result<(), SendError> {
        match &self.open {
            Some(Open { until: Some(until), because }) if *until > now => {
                Err(because.clone().retry(Retry::After(*until - now)))
            }
            Some(Open { until: None, because }) => Err(because.clone()),
            _ => Ok(()),
        }
    }

    /// Notes that it took a mail.
    pub fn succeeded(&mut self) {
        *self = Breaker::default();
    }

    /// Notes a failure.
    pub fn failed(&mut self, error: &SendError, now: Instant) {
        let rest = match error.cause.effect() {
            Effect::Keep => {
                self.failures = 0;
                return;
            }
            Effect::Count => match self.count() {
                Some(rest) => Some(rest),
                None => return,
            },
            Effect::Pause => Some(match error.retry {
                Retry::After(wait) => wait,
                Retry::NextDay | Retry::Never => QUOTA_REST,
                Retry::Later => REST,
            }),
            Effect::Stop => self.stop(error),
        };
        self.open = Some(Open { until: rest.map(|rest| now + rest), because: error.clone() });
    }

    /// Lets it be tried again: somebody has changed something.
    pub fn resume(&mut self) {
        *self = Breaker::default();
    }

    fn count(&mut self) -> Option<Duration> {
        self.failures += 1;
        let beyond = self.failures.checked_sub(FAILURES)?;
        Some(REST.saturating_mul(1 << beyond.min(10)).min(LONGEST_REST))
    }

    /// Some providers say the same of a wrong password and of too many logins: where the reply
    /// names a wait, it is tried once more.
    fn stop(&mut self, error: &SendError) -> Option<Duration> {
        match (error.cause, error.retry) {
            (Cause::Tls, _) => Some(CERTIFICATE_REST),
            (_, Retry::After(wait)) if !self.warned => {
                self.warned = true;
                Some(wait)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;
    use crate::transport::Stage;

    const SECOND: Duration = Duration::from_secs(1);

    fn error(cause: Cause) -> SendError {
        SendError::new(Stage::Auth, cause, text!("x", "x"))
    }

    /// For how many seconds it rests after a failure; none when it may be tried at once.
    fn rest(breaker: &mut Breaker, error: &SendError, now: Instant) -> Option<u64> {
        breaker.failed(error, now);
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
        assert!(breaker.check(now + 901 * SECOND).is_ok());
        breaker.succeeded();
        assert_eq!(rest(&mut breaker, &network, now), None);
    }

    #[test]
    fn a_login_that_may_have_been_too_frequent_gets_one_more_try() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let ambiguous = error(Cause::Auth).retry(Retry::After(300 * SECOND));
        assert_eq!(rest(&mut breaker, &ambiguous, now), Some(300));
        assert!(breaker.check(now + 301 * SECOND).is_ok());
        breaker.failed(&ambiguous, now);
        assert!(breaker.check(now + 100_000 * SECOND).is_err());
        breaker.resume();
        assert!(breaker.check(now).is_ok());
    }
}
