use hongyan::diagnostic::Code;
use hongyan::locale::{LocaleError, Offered, negotiate};

use super::locale;

/// `zh-CN en ~ja`: what a project offers, drafts with a tilde.
fn offered(tags: &str) -> Vec<Offered> {
    let offer = |tag: &str| Offered {
        locale: locale(tag.trim_start_matches('~')),
        draft: tag.starts_with('~'),
    };
    tags.split_whitespace().map(offer).collect()
}

fn answer(requested: &str, tags: &str) -> String {
    match negotiate(requested, &offered(tags), &locale("zh-CN")) {
        Ok(locale) => locale.to_string(),
        Err(LocaleError::Malformed { .. }) => "malformed".to_owned(),
        Err(LocaleError::Unavailable { .. }) => "unavailable".to_owned(),
        Err(_) => "another fault".to_owned(),
    }
}

#[test]
fn requests_get_the_nearest_locale() {
    for (requested, offered, expected) in [
        // one tag
        ("zh-CN", "zh-CN en", "zh-CN"),
        ("zh", "zh-CN en", "zh-CN"),
        ("zh-Hans", "zh-CN en", "zh-CN"),
        ("zh_CN", "zh-CN en", "zh-CN"),
        ("zh-SG", "zh-CN en", "zh-CN"),
        ("en", "zh-CN en", "en"),
        ("en-US", "zh-CN en", "en"),
        ("en_GB", "zh-CN en", "en"),
        ("en", "zh-CN en-GB en-US", "en-US"),
        ("en-AU", "zh-CN en-GB en", "en"),
        ("en-GB", "zh-CN en-US en-GB en", "en-GB"),
        ("sr-Latn", "zh-CN sr", "zh-CN"),
        ("pt-BR", "zh-CN pt", "pt"),
        // nothing asked, nothing known
        ("", "zh-CN en", "zh-CN"),
        ("  ", "zh-CN en", "zh-CN"),
        ("*", "zh-CN en", "zh-CN"),
        ("fr", "zh-CN en", "zh-CN"),
        ("und", "zh-CN en", "zh-CN"),
        ("qaa", "zh-CN en", "zh-CN"),
        // Traditional Chinese
        ("zh-TW", "zh-CN en", "en"),
        ("zh-HK", "zh-CN en", "en"),
        ("zh-Hant", "zh-CN fr en", "fr"),
        ("zh-Hant", "zh-CN ~fr en", "en"),
        ("zh-Hant", "zh-CN zh-TW en", "zh-TW"),
        ("zh-HK", "zh-CN zh-Hant en", "zh-Hant"),
        ("zh-TW", "zh-CN", "unavailable"),
        ("zh-TW", "zh-CN ~en", "unavailable"),
        ("yue-HK", "zh-CN zh-TW en", "zh-TW"),
        ("yue-HK", "zh-CN en", "en"),
        ("yue-Hans", "zh-CN en", "zh-CN"),
        // drafts
        ("ja", "zh-CN en ~ja", "ja"),
        ("ja-JP", "zh-CN en ~ja", "zh-CN"),
        ("zh-TW", "zh-CN en ~zh-TW", "zh-TW"),
        ("zh-HK", "zh-CN en ~zh-TW", "en"),
        // malformed
        ("zh_CN/../../x", "zh-CN en", "malformed"),
        ("zh_CN.UTF-8", "zh-CN en", "malformed"),
        ("!!, ??", "zh-CN en", "malformed"),
        ("en;q=2", "zh-CN en", "malformed"),
    ] {
        assert_eq!(answer(requested, offered), expected, "{requested:?} of {offered}");
    }
}

#[test]
fn accept_language_is_read_by_quality() {
    for (requested, offered, expected) in [
        ("en-US,en;q=0.9,zh-CN;q=0.8", "zh-CN en", "en"),
        ("zh-CN;q=0.5, en;q=0.9", "zh-CN en", "en"),
        ("fr, de;q=0.9, en;q=0.1", "zh-CN en", "en"),
        ("fr, de;q=0.9", "zh-CN en", "zh-CN"),
        ("en;q=0, zh", "zh-CN en", "zh-CN"),
        ("en ; Q=1.000 , zh;q=0.9", "zh-CN en", "en"),
        ("*, en;q=0.5", "zh-CN en", "zh-CN"),
        ("!!, en", "zh-CN en", "en"),
        ("en;q=x, zh", "zh-CN en", "zh-CN"),
        (",,", "zh-CN en", "zh-CN"),
        // the `zh` that browsers write by themselves
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh-CN en", "en"),
        ("zh-TW,zh;q=0.9", "zh-CN en", "en"),
        ("zh-TW,zh;q=0.9", "zh-CN", "unavailable"),
        ("zh-TW,zh-CN;q=0.9", "zh-CN en", "zh-CN"),
        ("zh-TW,zh;q=0.9,ja;q=0.8", "zh-CN en ja", "ja"),
        ("zh-CN,zh;q=0.9,zh-TW;q=0.8", "zh-CN en", "zh-CN"),
        ("zh,zh-TW;q=0.8", "zh-CN en", "zh-CN"),
        ("zh-HK,*;q=0.1", "zh-CN en", "en"),
    ] {
        assert_eq!(answer(requested, offered), expected, "{requested:?} of {offered}");
    }
}

#[test]
fn an_unavailable_locale_names_what_there_is() {
    let fault = negotiate("zh-TW", &offered("zh-CN ~en"), &locale("zh-CN")).unwrap_err();
    let fault = fault.diagnostic();
    assert_eq!(fault.code(), Code::LocaleUnavailable);
    assert!(fault.title().en.contains("`zh-TW`: only `zh-CN`, `en`"), "{}", fault.title().en);
}
