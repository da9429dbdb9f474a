//! The `address` group of bad inputs, at the level of [`Address`].

mod bad_inputs;

use hongyan::diagnostic::Language;
use hongyan::mail::{Address, Mailbox};
use std::time::{Duration, Instant};

/// Generous, for machines are busy: the longest case takes a millisecond.
const SLOW: Duration = Duration::from_secs(2);

#[test]
fn every_address_ends_as_it_must() {
    let mut looked_at = 0;
    for case in bad_inputs::group("address") {
        // Lists and other JSON types are refused by whoever reads JSON.
        let Some(input) = case.input() else { continue };
        looked_at += 1;
        let start = Instant::now();
        let result = Address::parse(&input);
        assert!(start.elapsed() < SLOW, "{} is slow", case.get("id"));
        match case.get("outcome") {
            "accept" => {
                let address = result.unwrap_or_else(|fault| panic!("{}: {fault}", case.get("id")));
                assert_eq!(address.local_part(), input.split('@').next().unwrap());
                assert_eq!(address.domain(), input.split('@').nth(1).unwrap().to_lowercase());
            }
            _ => {
                let fault = result.expect_err(case.get("id"));
                for language in [Language::En, Language::Zh] {
                    let shown = fault.diagnostic().to_terminal(language, false);
                    assert!(
                        input.len() < 4 || !shown.contains(&input),
                        "{} echoes",
                        case.get("id")
                    );
                }
            }
        }
    }
    assert_eq!(looked_at, 89);
}

/// A field that takes names takes what has one, and nothing that might be two recipients.
#[test]
fn mailboxes_refuse_what_addresses_refuse() {
    let named = ["ad-033", "ad-035"];
    for case in bad_inputs::group("address") {
        let (Some(input), id) = (case.input(), case.get("id")) else { continue };
        let taken = case.get("outcome") == "accept" || named.contains(&id);
        assert_eq!(Mailbox::parse(&input).is_ok(), taken, "{id}");
    }
}
