use hongyan::locale::{Date, Decimal, Duration, Formats, Instant, Money, PluralCategory, TimeZone};

use super::formats;

/// 20:55 in Beijing on 21 November 2026
const EVENING: &str = "2026-11-21T12:55:00Z";

fn datetime(tag: &str, at: &str, zone: &str) -> String {
    formats(tag).datetime(Instant::parse(at).unwrap(), &TimeZone::parse(zone).unwrap())
}

#[test]
fn formats_are_shared_between_threads() {
    fn check<T: Send + Sync + Clone>(_: &T) {}
    check(&formats("zh-CN"));
}

#[test]
fn dates_and_times() {
    for (tag, expected) in [
        ("zh-CN", "2026 年 11 月 21 日 20:55（北京时间，UTC+8）"),
        ("zh", "2026 年 11 月 21 日 20:55（北京时间，UTC+8）"),
        ("zh-TW", "2026 年 11 月 21 日 20:55（北京時間，UTC+8）"),
        ("en", "21 November 2026, 20:55 (UTC+8)"),
        ("en-GB", "21 November 2026, 20:55 (UTC+8)"),
        ("en-US", "November 21, 2026 at 8:55 PM (UTC+8)"),
        ("ja", "2026年11月21日 20:55（中国時間、UTC+8）"),
        ("de", "21. November 2026, 20:55 Uhr (UTC+8)"),
        ("fr", "21 novembre 2026 à 20:55 (UTC+8)"),
        ("es", "21 de noviembre de 2026, 20:55 (UTC+8)"),
        ("pt-BR", "21 de novembro de 2026, 20:55 (UTC+8)"),
        ("ru", "21 ноября 2026 г., 20:55 (UTC+8)"),
        ("ko", "2026년 11월 21일 20:55 (중국 시간, UTC+8)"),
        ("ar", "21 نوفمبر 2026، 20:55 (UTC+8)"),
        ("sw", "2026-11-21 20:55 (UTC+8)"),
        ("qaa", "2026-11-21 20:55 (UTC+8)"),
    ] {
        assert_eq!(datetime(tag, EVENING, "Asia/Shanghai"), expected, "{tag}");
    }
}

#[test]
fn small_hours_and_days_have_no_leading_zero_in_text() {
    let at = "2026-03-05T00:05:59+08:00";
    for (tag, expected) in [
        ("zh-CN", "2026 年 3 月 5 日 00:05（北京时间，UTC+8）"),
        ("en", "5 March 2026, 00:05 (UTC+8)"),
        ("en-US", "March 5, 2026 at 12:05 AM (UTC+8)"),
        ("sw", "2026-03-05 00:05 (UTC+8)"),
    ] {
        assert_eq!(datetime(tag, at, "Asia/Shanghai"), expected, "{tag}");
    }
    assert!(datetime("en-US", "2026-03-05T12:00:00Z", "UTC").contains("12:00 PM"));
}

#[test]
fn zones_show_name_and_offset() {
    for (zone, chinese, english) in [
        ("Asia/Hong_Kong", "20:55（香港时间，UTC+8）", "20:55 (UTC+8)"),
        ("Asia/Tokyo", "21:55（东京时间，UTC+9）", "21:55 (UTC+9)"),
        ("UTC", "12:55（协调世界时，UTC）", "12:55 (UTC)"),
        ("Europe/London", "12:55（伦敦时间，UTC）", "12:55 (UTC)"),
        ("America/New_York", "07:55（纽约时间，UTC−5）", "07:55 (UTC−5)"),
        ("Asia/Kolkata", "18:25（印度时间，UTC+5:30）", "18:25 (UTC+5:30)"),
        ("America/St_Johns", "09:25（UTC−3:30）", "09:25 (UTC−3:30)"),
        ("Asia/Kathmandu", "18:40（UTC+5:45）", "18:40 (UTC+5:45)"),
    ] {
        assert_eq!(datetime("zh-CN", EVENING, zone), format!("2026 年 11 月 21 日 {chinese}"));
        assert_eq!(datetime("en", EVENING, zone), format!("21 November 2026, {english}"));
    }
    let summer = "2026-07-01T12:00:00Z";
    assert!(datetime("zh-CN", summer, "Europe/London").ends_with("13:00（伦敦时间，UTC+1）"));
    assert!(datetime("zh-CN", summer, "Asia/Taipei").ends_with("20:00（台北时间，UTC+8）"));
}

#[test]
fn dates_and_times_alone() {
    let (date, at) = (Date::parse("2026-01-02").unwrap(), Instant::parse(EVENING).unwrap());
    let tokyo = TimeZone::parse("Asia/Tokyo").unwrap();
    assert_eq!(formats("zh-CN").date(date), "2026 年 1 月 2 日");
    assert_eq!(formats("en").date(date), "2 January 2026");
    assert_eq!(formats("en-US").date(date), "January 2, 2026");
    assert_eq!(formats("zh-CN").time(at, &tokyo), "21:55");
    assert_eq!(formats("en-US").time(at, &tokyo), "9:55 PM");
    assert_eq!(
        Instant::parse("2026-11-21T23:00:00Z").unwrap().date_in(&tokyo).to_string(),
        "2026-11-22"
    );
}

#[test]
fn durations() {
    for (given, chinese, english) in [
        ("1", "1 秒", "1 second"),
        ("30s", "30 秒", "30 seconds"),
        ("1m", "1 分钟", "1 minute"),
        ("90", "90 秒", "90 seconds"),
        ("2m", "2 分钟", "2 minutes"),
        ("150", "2 分钟 30 秒", "2 minutes 30 seconds"),
        ("10m", "10 分钟", "10 minutes"),
        ("30m", "30 分钟", "30 minutes"),
        ("1h", "1 小时", "1 hour"),
        ("1h30m", "1 小时 30 分钟", "1 hour 30 minutes"),
        ("86400", "24 小时", "24 hours"),
        ("48h", "48 小时", "48 hours"),
        ("49h", "2 天 1 小时", "2 days 1 hour"),
        ("3d", "3 天", "3 days"),
        ("7d", "7 天", "7 days"),
        ("3650d", "3,650 天", "3,650 days"),
    ] {
        let duration = Duration::parse(given).unwrap();
        assert_eq!(formats("zh-CN").duration(duration), chinese, "{given}");
        assert_eq!(formats("en").duration(duration), english, "{given}");
    }
    for (tag, expected) in [
        ("zh-TW", "1 小時 30 分鐘"),
        ("ja", "1時間30分"),
        ("de", "1 Stunde 30 Minuten"),
        ("ru", "1 час 30 минут"),
        ("ar", "ساعة واحدة و30 دقيقة"),
        ("sw", "1 h 30 min"),
    ] {
        assert_eq!(formats(tag).duration(Duration::parse("1h30m").unwrap()), expected, "{tag}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    for (given, chinese, german) in [
        ("0.1", "0.1", "0,1"),
        ("1234.56", "1,234.56", "1.234,56"),
        ("1.50", "1.50", "1,50"),
        ("1e3", "1,000", "1.000"),
        ("0.30000000000000004", "0.30000000000000004", "0,30000000000000004"),
        ("-5", "−5", "−5"),
        ("-0", "0", "0"),
        ("007", "7", "7"),
        ("12345678901234567890", "12,345,678,901,234,567,890", "12.345.678.901.234.567.890"),
    ] {
        let number = Decimal::parse(given).unwrap();
        assert_eq!(formats("zh-CN").decimal(&number), chinese, "{given}");
        assert_eq!(formats("de").decimal(&number), german, "{given}");
    }
    assert_eq!(formats("en").integer(1_234_567), "1,234,567");
    assert_eq!(formats("en").integer(i64::MIN), "−9,223,372,036,854,775,808");
    for tag in ["ar-EG", "fa", "hi", "bn", "my"] {
        assert!(formats(tag).integer(25).is_ascii(), "{tag}");
    }
}

#[test]
fn lists() {
    for (tag, items, expected) in [
        ("zh-CN", &[][..], ""),
        ("zh-CN", &["甲"], "甲"),
        ("zh-CN", &["甲", "乙"], "甲和乙"),
        ("zh-CN", &["甲", "乙", "丙"], "甲、乙和丙"),
        ("zh-CN", &["iOS", "Android"], "iOS 和 Android"),
        ("zh-CN", &["QQ", "163", "微信"], "QQ、163 和微信"),
        ("zh-CN", &["", ""], "和"),
        ("en", &["a", "b"], "a and b"),
        ("en", &["a", "b", "c"], "a, b, and c"),
        ("en-US", &["a", "b", "c"], "a, b, and c"),
        ("en-GB", &["a", "b", "c"], "a, b and c"),
        ("ja", &["甲", "乙", "丙"], "甲、乙、丙"),
        ("es", &["padre", "hijo"], "padre e hijo"),
    ] {
        assert_eq!(formats(tag).list(items), expected, "{tag}");
    }
}

#[test]
fn money() {
    for (amount, currency, chinese, english, american) in [
        ("1234.56", "CNY", "¥1,234.56", "CNY 1,234.56", "CNY 1,234.56"),
        ("1234.5", "CNY", "¥1,234.50", "CNY 1,234.50", "CNY 1,234.50"),
        ("-5", "USD", "−US$5.00", "−US$5.00", "−$5.00"),
        ("99.9900", "EUR", "€99.99", "€99.99", "€99.99"),
        ("1234", "JPY", "JP¥1,234", "JPY 1,234", "JPY 1,234"),
        ("1234.00", "JPY", "JP¥1,234", "JPY 1,234", "JPY 1,234"),
        ("1.5", "KWD", "KWD 1.500", "KWD 1.500", "KWD 1.500"),
        ("-0.00", "CNY", "¥0.00", "CNY 0.00", "CNY 0.00"),
        ("12", "CHF", "CHF 12.00", "CHF 12.00", "CHF 12.00"),
    ] {
        let money = Money::new(amount, currency).unwrap();
        assert_eq!(formats("zh-CN").money(&money), chinese);
        assert_eq!(formats("en").money(&money), english);
        assert_eq!(formats("en-US").money(&money), american);
    }
    let yuan = Money::new("1234.56", "CNY").unwrap();
    assert_eq!(formats("zh-TW").money(&yuan), "CN¥1,234.56");
    assert_eq!(formats("de").money(&yuan), "1.234,56 CNY");
    assert_eq!(formats("sw").money(&yuan), "CNY 1,234.56");
}

#[test]
fn plurals_are_those_of_cldr() {
    use PluralCategory::*;
    for (tag, number, expected) in [
        ("en", "1", One),
        ("en", "1.0", Other),
        ("en", "0", Other),
        ("zh-CN", "1", Other),
        ("ru", "1", One),
        ("ru", "21", One),
        ("ru", "3", Few),
        ("ru", "11", Many),
        ("ru", "1.5", Other),
        ("ar", "0", Zero),
        ("ar", "2", Two),
        ("ar", "103", Few),
        ("ar", "11", Many),
        ("ar", "100", Other),
    ] {
        assert_eq!(
            formats(tag).plural(&Decimal::parse(number).unwrap()),
            expected,
            "{tag} {number}"
        );
    }
    let categories = |tag: &str| Formats::plural_categories(&formats(tag));
    assert_eq!(categories("zh-CN"), [Other]);
    assert_eq!(categories("en"), [One, Other]);
    assert_eq!(categories("ru"), [One, Few, Many, Other]);
    assert_eq!(categories("ar"), PluralCategory::ALL);
    assert_eq!(categories("qaa"), [Other]);
}
