//! What becomes of a mail after an attempt: a table.

use std::fmt::Write as _;
use std::time::Duration;

use hongyan::catalog::InDoubt;
use hongyan::outbox::{Backoff, Millis, Next, Outcome, Refused, Situation, next, outcome};
use hongyan::transport::{Cause, Retry};

const NOW: Millis = 1_000_000;
const HOUR: Millis = 3_600_000;

fn situation(outcome: Outcome) -> Situation<'static> {
    Situation {
        attempt: 1,
        outcome,
        transport: "first",
        pinned: None,
        maybe_out: false,
        in_doubt: InDoubt::Hold,
        now: NOW,
        next_day: NOW + 5 * HOUR,
        expires_at: NOW + 72 * HOUR,
        jitter: 0.5,
        backoff: Backoff::default(),
    }
}

fn failed(cause: Cause) -> Outcome {
    Outcome::Failed { cause, retry: cause.retry() }
}

/// In seconds from now, for the table.
fn shown(next: &Next) -> String {
    match next {
        Next::Retry { at, pinned } => {
            let wait = (at - NOW) as f64 / 1000.0;
            let by = pinned.as_ref().map_or(String::new(), |name| format!(" by {name} only"));
            format!("retry in {wait} s{by}")
        }
        Next::Release { at } => format!("release for {} s", (at - NOW) as f64 / 1000.0),
        other => format!("{other:?}").to_lowercase(),
    }
}

#[test]
fn what_becomes_of_a_mail() {
    let causes = [
        Cause::Io,
        Cause::NotRecorded,
        Cause::Network,
        Cause::Tls,
        Cause::Protocol,
        Cause::Auth,
        Cause::Configuration,
        Cause::Clock,
        Cause::Rate,
        Cause::Quota,
        Cause::Transient,
        Cause::Recipient,
        Cause::Policy,
        Cause::Content,
        Cause::Size,
        Cause::InDoubt,
    ];
    let mut table = String::new();
    for cause in causes {
        let of = |in_doubt, pinned: Option<&str>, lifetime: Millis| {
            let expires_at = NOW + lifetime;
            let maybe_out = pinned.is_some();
            let situation = situation(failed(cause));
            shown(&next(&Situation { in_doubt, pinned, maybe_out, expires_at, ..situation }))
        };
        let cells = [
            of(InDoubt::Hold, None, 72 * HOUR),
            of(InDoubt::Resend, None, 72 * HOUR),
            of(InDoubt::Resend, Some("second"), 72 * HOUR),
            of(InDoubt::Resend, None, 500),
        ];
        writeln!(table, "{:<14} {}", cause.as_str(), cells.join(" | ")).unwrap();
    }
    insta::assert_snapshot!(table);
    assert_eq!(next(&situation(Outcome::Sent)), Next::Sent);
    let rest = next(&situation(Outcome::NotTried(Duration::from_secs(7))));
    assert_eq!(rest, Next::Release { at: NOW + 7_000 });
}

#[test]
fn the_wait_doubles_within_its_bounds_and_chance() {
    let wait = |attempt, jitter| {
        let later = situation(failed(Cause::Transient));
        match next(&Situation { attempt, jitter, ..later }) {
            Next::Retry { at, .. } => at - NOW,
            other => panic!("{other:?}"),
        }
    };
    let whole: Vec<Millis> = [1, 2, 3, 11, 12, 4_000_000_000].map(|at| wait(at, 1.0)).into();
    assert_eq!(whole, [2_000, 4_000, 8_000, 2_048_000, HOUR, HOUR]);
    for attempt in [1, 5, 100] {
        assert_eq!(wait(attempt, 0.0), 1_000, "the floor");
        assert!(wait(attempt, 0.3) <= wait(attempt, 0.6));
    }
    assert_eq!(wait(3, f64::NAN), 1_000, "chance that is none is no panic");
}

#[test]
fn what_the_server_asks_for_is_obeyed() {
    let retry = |retry, expires_at| {
        let outcome = Outcome::Failed { cause: Cause::Transient, retry };
        next(&Situation { expires_at, ..situation(outcome) })
    };
    let after = Retry::After(Duration::from_secs(300));
    let far = NOW + 72 * HOUR;
    assert_eq!(retry(after, far), Next::Retry { at: NOW + 301_000, pinned: None });
    // A server's wait does not outlast a code: it is asked once more while that is good.
    assert_eq!(retry(after, NOW + 300_000), Next::Retry { at: NOW + 150_000, pinned: None });
    assert_eq!(retry(after, NOW + 4_999), Next::Expired);
    assert_eq!(retry(Retry::NextDay, NOW + 300_000), Next::Expired);
    assert_eq!(
        retry(Retry::NextDay, far),
        Next::Retry { at: NOW + 5 * HOUR + 1_000, pinned: None }
    );
    assert_eq!(retry(Retry::Never, far), Next::Failed);
    let doubted = |retry| {
        let outcome = Outcome::Failed { cause: Cause::Transient, retry };
        next(&Situation { maybe_out: true, expires_at: NOW + 4_999, ..situation(outcome) })
    };
    assert_eq!(doubted(Retry::Never), Next::Unknown, "a copy may be out");
    assert_eq!(doubted(after), Next::Unknown);
}

/// Two transports in turn: every pair of what they may say, one that was not asked among them.
#[test]
fn the_most_hopeful_of_all_transports_decides() {
    let minute = Duration::from_secs(60);
    let said = |cause: Cause, retry| Some(Refused { cause, retry });
    let words = [
        ("network", said(Cause::Network, Retry::Later)),
        ("rate", said(Cause::Rate, Retry::After(15 * minute))),
        ("quota", said(Cause::Quota, Retry::NextDay)),
        ("policy", said(Cause::Policy, Retry::Never)),
        ("recipient", said(Cause::Recipient, Retry::Never)),
        ("in_doubt", said(Cause::InDoubt, Retry::Later)),
        ("rests", None),
    ];
    let mut table = String::new();
    for (first, one) in words {
        for (second, two) in words {
            let tries: Vec<Refused> = [one, two].into_iter().flatten().collect();
            let waits = vec![minute; 2 - tries.len()];
            let (outcome, by) = outcome(&tries, &waits);
            let by = by.map_or("nobody".to_owned(), |at| format!("try {}", at + 1));
            let until = |lifetime| {
                let expires_at = NOW + lifetime;
                shown(&next(&Situation { expires_at, ..situation(outcome) }))
            };
            let (long, short) = (until(72 * HOUR), until(HOUR));
            writeln!(table, "{first:<9} {second:<9} {by:<6} {long:<22} {short}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
    assert_eq!(outcome(&[], &[]), (Outcome::NotTried(Duration::ZERO), None));
    let waits = [3 * minute, minute, 2 * minute];
    assert_eq!(outcome(&[], &waits), (Outcome::NotTried(minute), None));
}
