use hongyan::diagnostic::{Code, Language};
use hongyan::locale::{Direction, Locale};

use super::locale;

#[test]
fn tags_are_canonical() {
    for (given, tag, language, script, region) in [
        ("zh_CN", "zh-CN", "zh", Some("Hans"), Some("CN")),
        ("ZH-cn", "zh-CN", "zh", Some("Hans"), Some("CN")),
        ("zh", "zh", "zh", Some("Hans"), Some("CN")),
        ("zh-TW", "zh-TW", "zh", Some("Hant"), Some("TW")),
        ("zh_HK", "zh-HK", "zh", Some("Hant"), Some("HK")),
        ("zh-hant", "zh-Hant", "zh", Some("Hant"), Some("TW")),
        ("zh-cmn-Hans-CN", "zh-Hans-CN", "zh", Some("Hans"), Some("CN")),
        ("zh-yue", "yue", "yue", Some("Hant"), Some("HK")),
        ("zh-CN-u-nu-hanidec", "zh-CN", "zh", Some("Hans"), Some("CN")),
        ("en", "en", "en", Some("Latn"), Some("US")),
        ("iw", "he", "he", Some("Hebr"), Some("IL")),
        ("pt_br", "pt-BR", "pt", Some("Latn"), Some("BR")),
        ("es-419", "es-419", "es", Some("Latn"), Some("419")),
        ("und", "und", "und", None, None),
        ("qaa", "qaa", "qaa", None, None),
    ] {
        let locale = locale(given);
        assert_eq!(locale.as_str(), tag, "{given}");
        assert_eq!(locale.language(), language, "{given}");
        assert_eq!(locale.script(), script, "{given}");
        assert_eq!(locale.region(), region, "{given}");
    }
}

#[test]
fn malformed_tags_are_faults() {
    for given in [
        "",
        " ",
        "-",
        "_",
        "z",
        "zh_CN.UTF-8",
        "zh_CN/../../x",
        "zh--CN",
        "../etc",
        "zh CN",
        "中文",
        "en\0",
        "C",
        "x-private",
        "chinesesimplified",
        "zh-CN\n",
        "en-US@euro",
        "*",
    ] {
        let error = Locale::parse(given).expect_err(given);
        assert_eq!(error.diagnostic().code(), Code::LocaleMalformed);
        assert!(!error.to_string().contains(['\0', '\n']));
    }
    assert!(Locale::parse(&"a-".repeat(100_000)).is_err());
}

#[test]
fn scripts_have_directions() {
    for tag in ["zh", "en", "ja", "ru", "und", "az"] {
        assert_eq!(locale(tag).direction(), Direction::LeftToRight, "{tag}");
    }
    for tag in ["ar", "he", "fa", "ur-PK", "az-Arab"] {
        assert_eq!(locale(tag).direction(), Direction::RightToLeft, "{tag}");
    }
    assert_eq!(locale("ar").direction().as_str(), "rtl");
}

#[test]
fn chinese_is_a_family() {
    for (tag, chinese) in [("zh-CN", true), ("zh-TW", true), ("yue", true), ("ja", false)] {
        assert_eq!(locale(tag).is_chinese(), chinese, "{tag}");
    }
}

#[test]
fn tags_go_through_json() {
    let tag = locale("zh_CN");
    assert_eq!(serde_json::to_string(&tag).unwrap(), "\"zh-CN\"");
    assert_eq!(serde_json::from_str::<Locale>("\"zh_cn\"").unwrap(), tag);
    assert!(serde_json::from_str::<Locale>("\"zh CN\"").is_err());
}

#[test]
fn terminals_name_a_language() {
    for (name, language) in [
        ("zh_CN.UTF-8", Language::Zh),
        ("zh", Language::Zh),
        ("ZH-cn", Language::Zh),
        ("en_GB.UTF-8", Language::En),
        ("C.UTF-8", Language::En),
        ("zha", Language::En),
        ("", Language::En),
    ] {
        assert_eq!(Language::from_posix(name), language, "{name}");
    }
}
