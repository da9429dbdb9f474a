use hongyan::diagnostic::{Code, Language};
use hongyan::locale::{
    Date, Decimal, Duration, Formats, Instant, Locale, Money, Offered, TimeZone, ValueError,
    negotiate,
};
use proptest::prelude::*;

use super::locale;

#[test]
fn decimals() {
    for (given, plain) in [
        ("0", "0"),
        ("-12.50", "-12.50"),
        ("1e3", "1000"),
        ("1E+2", "100"),
        ("1.5e-3", "0.0015"),
        ("00012", "12"),
        ("-0.0", "0.0"),
    ] {
        assert_eq!(Decimal::parse(given).unwrap().to_string(), plain, "{given}");
    }
    for given in
        ["", "-", "+1", ".5", "5.", "1,234", "1 000", "0x10", "NaN", "1e", "--1", "１", "1.2.3"]
    {
        assert_eq!(Decimal::parse(given), Err(ValueError::NotADecimal), "{given}");
    }
    for given in ["1e41", "1e-41", "1e30000", &"9".repeat(41), &"9".repeat(1000)] {
        assert_eq!(Decimal::parse(given), Err(ValueError::DecimalTooLong { limit: 40 }), "{given}");
    }
}

#[test]
fn dates_and_instants() {
    assert_eq!(Date::parse("2026-02-28").unwrap().to_string(), "2026-02-28");
    for given in
        ["", "2026-02-29", "2026-2-28", "20260228", "2026-W47-6", "2026-02-28T10:00", "２026-02-2"]
    {
        assert_eq!(Date::parse(given), Err(ValueError::NotADate), "{given}");
    }
    for given in ["2026-11-21T20:55:00+08:00", "2026-11-21T12:55:00Z", "2026-11-21T20:55+08:00"] {
        assert_eq!(Instant::parse(given).unwrap().to_string(), "2026-11-21T12:55:00Z");
    }
    assert_eq!(Instant::parse("2026-11-21T20:55:00"), Err(ValueError::OffsetMissing));
    assert_eq!(Instant::parse("2026-11-21"), Err(ValueError::OffsetMissing));
    for given in ["", "now", "1795265700", "2026-13-01T00:00:00Z", "20:55Z"] {
        assert_eq!(Instant::parse(given), Err(ValueError::NotAnInstant), "{given}");
    }
    let at = Instant::from_unix_seconds(1_795_265_700).unwrap();
    assert_eq!(Instant::from_unix_seconds(i64::MAX), None);
    assert_eq!(at.unix_seconds(), 1_795_265_700);
}

#[test]
fn durations() {
    for (given, seconds) in [
        ("600", 600),
        ("10m", 600),
        ("1h30m", 5400),
        ("24h", 86_400),
        ("7d", 604_800),
        ("1d12h", 129_600),
        ("PT10M", 600),
        ("PT1H30M", 5400),
        ("P1D", 86_400),
        ("P1DT12H", 129_600),
        ("P1W", 604_800),
        ("PT90S", 90),
        ("3650d", 315_360_000),
    ] {
        assert_eq!(Duration::parse(given).unwrap().seconds(), seconds, "{given}");
    }
    for given in [
        "", "m", "10 m", "10M", "m10", "1.5h", "-1h", "+1h", "30m1h", "1h1h", "P", "PT", "P1DT",
        "P1M", "P1Y", "pt10m", "PT10", "1h30", "١٠m", "10分钟", "P10M",
    ] {
        assert_eq!(Duration::parse(given), Err(ValueError::NotADuration), "{given}");
    }
    for given in
        ["0", "0s", "PT0S", "3651d", "315360001", "99999999999999999999999", "99999999999999999d"]
    {
        assert!(Duration::parse(given).is_err(), "{given}");
    }
    assert_eq!(Duration::parse("0"), Err(ValueError::DurationOutOfRange));
}

#[test]
fn money_is_never_rounded() {
    let too_many = |currency: &str, digits| {
        Err(ValueError::TooManyDigits { currency: currency.to_owned(), digits })
    };
    assert_eq!(Money::new("1.005", "CNY"), too_many("CNY", 2));
    assert_eq!(Money::new("1.5", "JPY"), too_many("JPY", 0));
    for currency in ["", "cny", "RMB", "XXX", "BTC", "CNY ", "CNY USD"] {
        assert_eq!(Money::new("1", currency), Err(ValueError::UnknownCurrency), "{currency}");
    }
    let money = Money::new("12.5", "CNY").unwrap();
    assert_eq!((money.amount().to_string().as_str(), money.currency()), ("12.50", "CNY"));
}

#[test]
fn zones() {
    assert_eq!(TimeZone::parse("asia/shanghai").unwrap().name(), "Asia/Shanghai");
    assert_eq!(TimeZone::parse("UTC").unwrap(), TimeZone::utc());
    for (given, meant) in [
        ("Asia/Shangai", "Asia/Shanghai"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("CST", "Asia/Shanghai"),
        ("UTC+8", "Asia/Shanghai"),
        ("Europe/Londn", "Europe/London"),
    ] {
        let fault = TimeZone::parse(given).unwrap_err().diagnostic();
        assert_eq!(fault.code(), Code::TimeZoneUnknown);
        assert_eq!(fault.to_json(Language::En)["suggestion"], meant, "{given}");
    }
    for given in ["", "Etc/Unknown", "../Asia/Shanghai", "Asia/Shanghai\0", "火星"] {
        assert!(TimeZone::parse(given).is_err(), "{given}");
    }
}

/// A value may be a secret; what is said about it must not repeat it.
#[test]
fn faults_do_not_hold_the_value() {
    let canary = "483920x";
    let faults = [
        Decimal::parse(canary).unwrap_err(),
        Date::parse(canary).unwrap_err(),
        Instant::parse(canary).unwrap_err(),
        Duration::parse(canary).unwrap_err(),
        Money::new(canary, "CNY").unwrap_err(),
        Money::new("1", canary).unwrap_err(),
    ];
    for fault in faults {
        let shown = format!("{fault} {fault:?} {:?}", fault.diagnostic());
        assert!(!shown.contains(canary), "{shown}");
        assert_eq!(fault.diagnostic().code(), Code::ValueMalformed);
        assert!(fault.diagnostic().remedy().is_some());
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), other in "[-+A-Za-z0-9_:.,;=*ZTPz ]{0,40}") {
        for text in [text.as_str(), other.as_str()] {
            let _ = Locale::parse(text);
            let _ = Decimal::parse(text);
            let _ = Date::parse(text);
            let _ = Instant::parse(text);
            let _ = Duration::parse(text);
            let _ = TimeZone::parse(text);
            let _ = Money::new(text, text);
            let offered = [Offered { locale: locale("en"), draft: false }];
            let _ = negotiate(text, &offered, &locale("en"));
        }
    }

    #[test]
    fn a_tag_is_its_own_canonical_form(tag in "[a-z]{2,3}([-_][A-Z][a-z]{3})?([-_][A-Z]{2})?") {
        if let Ok(parsed) = Locale::parse(&tag) {
            prop_assert_eq!(&locale(parsed.as_str()), &parsed);
            prop_assert!(!Formats::new(&parsed).integer(1).is_empty());
        }
    }

    #[test]
    fn every_instant_and_duration_can_be_written(at in -377_705_023_201i64..253_402_207_200, seconds in 1u64..315_360_000) {
        let chinese = Formats::new(&locale("zh-CN"));
        if let Some(at) = Instant::from_unix_seconds(at) {
            let shown = chinese.datetime(at, &TimeZone::parse("America/New_York").unwrap());
            prop_assert!(!shown.contains('{'), "a slot was left");
        }
        prop_assert!(!chinese.duration(Duration::from_seconds(seconds).unwrap()).is_empty());
    }

    #[test]
    fn a_decimal_reads_what_it_writes(text in "-?[0-9]{1,30}(\\.[0-9]{1,30})?") {
        let number = Decimal::parse(&text).unwrap();
        prop_assert_eq!(Decimal::parse(&number.to_string()).unwrap(), number);
    }
}
