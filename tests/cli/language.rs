use crate::place::{Place, Ran, reviewed};

fn is_chinese(ran: &Ran) -> bool {
    ran.stderr.contains("没有邮件类型")
}

const UNKNOWN: [&str; 2] = ["render", "invoice"];

#[test]
fn the_flag_then_hongyan_lang_then_the_terminal() {
    assert!(!is_chinese(&Place::new().run(UNKNOWN)));
    assert!(is_chinese(&Place::new().env("LANG", "zh_CN.UTF-8").run(UNKNOWN)));
    assert!(!is_chinese(&Place::new().env("LANG", "de_DE.UTF-8").run(UNKNOWN)));
    assert!(is_chinese(&Place::new().env("LANG", "C").env("LC_ALL", "zh_CN.UTF-8").run(UNKNOWN)));
    let place = Place::new().env("LANG", "en_US.UTF-8").env("HONGYAN_LANG", "zh");
    assert!(is_chinese(&place.run(UNKNOWN)));
    assert!(!is_chinese(&place.run(["--lang", "en", "render", "invoice"])));
    assert!(!is_chinese(&place.run(["render", "invoice", "--lang=en"])));
    place.write(".env", "HONGYAN_LANG=en\n");
    assert!(is_chinese(&place.run(UNKNOWN)), "the process wins");
}

#[test]
fn hongyan_lang_of_an_env_file_counts() {
    let place = Place::new();
    place.write(".env", "HONGYAN_LANG=zh\n");
    assert!(is_chinese(&place.run(UNKNOWN)));
    assert!(!is_chinese(&place.run(["--lang", "en", "render", "invoice"])));
}

#[test]
fn help_in_chinese() {
    let place = Place::new().env("HONGYAN_LANG", "zh");
    let runs = [place.run(["--help"]).exits(0), place.run(["send", "--help"]).exits(0)];
    reviewed("help_chinese", &runs.each_ref());
}

#[test]
fn what_holds_unless_said_is_told_in_chinese_too() {
    let place = Place::new().env("HONGYAN_LANG", "zh");
    for (command, usual) in
        [("outbox list", "50"), ("render", "eml"), ("preview", "127.0.0.1:3025")]
    {
        let help = place.run(command.split(' ').chain(["--help"])).exits(0).text();
        assert!(help.contains(&format!("（默认：{usual}）")), "{help}");
        assert!(!help.contains("[default"), "{help}");
    }
}

#[test]
fn codes_and_keys_are_never_translated() {
    let english = Place::new().run(["render", "invoice", "--json"]).exits(1).json();
    let chinese = Place::new().run(["render", "invoice", "--json", "--lang", "zh"]).exits(1).json();
    assert_eq!(english["errors"][0]["code"], chinese["errors"][0]["code"]);
    assert_ne!(english["errors"][0]["title"], chinese["errors"][0]["title"]);
}
