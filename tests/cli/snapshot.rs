use serde_json::json;

use crate::place::{Place, reviewed, with};

/// One kind in one locale, so that lists stay short.
fn small() -> Place {
    let place = Place::new();
    place.write("hongyan.yaml", "locales: { default: en }\n");
    place.write(
        "locales/en.yaml",
        "hello:\n  subject: Hello\n  preheader: Hello there\n  text: Good day\n",
    );
    place.write(
        "templates/hello/message.yaml",
        "description: Hello\ncategory: transactional\nvariables:\n  \
         user_name: { type: text, optional: true }\nsamples: { typical: { user_name: Ada } }\n",
    );
    place.write(
        "templates/hello/body.html.j2",
        "<p>{{ t('text') }}{% if user_name %}, {{ user_name }}{% endif %}</p>",
    );
    place
}

#[test]
fn missing_accepted_changed_and_extra() {
    let place = small();
    let missing = place.run(["snapshot"]).exits(1);
    assert_eq!(place.run(["snapshot", "check"]).exits(1).stdout, missing.stdout);
    place.run(["snapshot", "accept"]).exits(0);
    assert_eq!(place.run(["snapshot"]).exits(0).text(), "");
    place.edit("locales/en.yaml", "Good day", "Good evening");
    place.write("snapshots/gone/en/typical.txt", "old");
    let changed = place.run(["snapshot"]).exits(1);
    let json = place.run(["snapshot", "--json"]).exits(1);
    let diff = place.run(["snapshot", "diff"]).exits(1);
    reviewed("snapshot", &[&missing, &changed, &json, &diff]);
    place.run(["snapshot", "accept"]).exits(0);
    assert!(place.list("snapshots/gone/en").is_empty());
    place.run(["snapshot", "diff"]).exits(0);
}

#[test]
fn nothing_is_accepted_under_ci() {
    let place = small().env("CI", "true");
    let ran = place.run(["snapshot", "accept"]).exits(2);
    reviewed("snapshot_ci", &[&ran]);
    assert!(place.list("snapshots").is_empty());
    place.run(["snapshot", "check"]).exits(1);
}

#[test]
fn whatever_the_environment_says() {
    let place = small();
    place.run(["snapshot", "accept"]).exits(0);
    let place = place
        .env("SOURCE_DATE_EPOCH", "1")
        .env("EMAILS_FROM_EMAIL", "other@example.org")
        .env("EMAILS_FROM_NAME", "Other")
        .env("HONGYAN_ENV", "production")
        .env("SMTP_PASSWORD", "x")
        .env("TZ", "America/New_York");
    place.run(["snapshot"]).exits(0);
}

#[test]
fn the_shipped_files_are_the_shipped_mails() {
    let place = Place::with_project();
    let snapshots = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    crate::place::copy(&snapshots, &place.path("snapshots"));
    assert_eq!(place.run(["snapshot"]).exits(0).text(), "");
}

/// Two languages, and what was there is accepted.
fn accepted() -> Place {
    let place = small();
    place.write("hongyan.yaml", "locales: { default: en, zh-CN: {}, ja: { draft: true } }\n");
    place.write(
        "locales/zh-CN.yaml",
        "hello:\n  subject: 你好\n  preheader: 你好啊\n  text: 日安\n",
    );
    place.write("locales/ja.yaml", "hello:\n  subject: A\n  preheader: B\n  text: C\n");
    place.run(["snapshot", "accept"]).exits(0);
    place
}

/// The frames of a report: title and page.
fn frames(page: &str) -> Vec<(String, String)> {
    let plain = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&#39;", "'").replace("&amp;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        let value = tag.split_once(&format!(" {name}=\"")).unwrap().1;
        plain(value.split('"').next().unwrap())
    };
    let tags = page.split("<iframe ").skip(1).map(|rest| rest.split_once('>').unwrap().0);
    tags.map(|tag| {
        assert!(tag.starts_with("sandbox loading"), "{tag}");
        (attribute(tag, "title"), attribute(tag, "srcdoc"))
    })
    .collect()
}

/// Nothing runs, and nothing is loaded.
fn is_alone(page: &str) {
    let policy = "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'";
    assert!(page.contains(policy));
    let pages = frames(page).into_iter().map(|(_, page)| page).chain([page.to_owned()]);
    for page in pages {
        assert!(!page.contains("<script") && !page.contains("<link"), "{page}");
        assert!(!page.contains("url(") && !page.contains("@import"), "{page}");
        for source in page.split(" src=\"").skip(1) {
            assert!(source.starts_with("data:image/"), "{}", &source[..40]);
        }
    }
}

#[test]
fn a_report_of_nothing() {
    let place = accepted();
    let ran = place.run(["snapshot", "report", "-o", "r.html"]).exits(0);
    assert_eq!(ran.text(), "r.html: 0 changed, 0 missing, 0 extra\n");
    let page = place.read("r.html");
    assert!(frames(&page).is_empty());
    assert!(page.contains("<p class=\"good\" >No differences"));
    assert!(page.contains("<li><code>hello</code></li>"));
    let shown = place.run(["snapshot", "report", "--output", "-"]).exits(0);
    assert_eq!(shown.text(), page);
}

#[test]
fn a_report_shows_old_and_new() {
    let place = accepted();
    place.edit("locales/en.yaml", "Good day", "Good evening");
    place.edit("locales/en.yaml", "subject: Hello", "subject: Good evening");
    place.edit("locales/zh-CN.yaml", "日安", "晚上好");
    place.edit("locales/ja.yaml", "text: C", "text: D");
    place.write("snapshots/gone/en/typical.html", "<p>gone <b>&amp;</b></p>");
    place.write("snapshots/hello/en/<i>.txt", "nobody's");
    let ran = place.run(["snapshot", "report", "-o", "r.html", "--json"]).exits(0);
    let json = ran.json();
    assert_eq!(crate::place::keys(&json), ["file", "changed", "missing", "extra"]);
    let changed = json["changed"].as_array().unwrap();
    assert!(changed.contains(&"snapshots/hello/zh-CN/typical.txt".into()), "{json}");
    assert!(!json.to_string().contains("/ja/"), "{json}");
    assert_eq!(json["missing"].as_array().unwrap().len(), 0);
    assert_eq!(json["extra"].as_array().unwrap().len(), 2);
    let page = place.read("r.html");
    is_alone(&page);
    let frames = frames(&page);
    for (locale, old, new) in [("en", "Good day", "Good evening"), ("zh-CN", "日安", "晚上好")]
    {
        for scheme in ["light", "dark"] {
            for (age, text) in [("Old", old), ("New", new)] {
                let title = format!("hello typical {locale}: {age}, {scheme}");
                let frame = frames.iter().find(|(known, _)| *known == title).expect(&title);
                assert!(frame.1.contains(text), "{frame:?}");
            }
        }
    }
    assert!(page.contains("<del>-Good day, Ada</del>\n<ins>+Good evening, Ada</ins>"), "{page}");
    assert!(page.contains("<ins>Good evening</ins>"));
    assert!(page.contains("subject\" lang=\"zh-CN\"><p><bdi>你好</bdi>"));
    assert!(page.contains("<code>&lt;i&gt;</code>") && !page.contains("<i>"));
    assert!(
        frames.contains(&("gone typical en: Old, light".into(), "<p>gone <b>&amp;</b></p>".into()))
    );
    let chinese = place.run(["snapshot", "report", "-o", "zh.html", "--lang", "zh"]).exits(0);
    assert!(chinese.text().starts_with("zh.html：变化 "));
    assert!(place.read("zh.html").starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    place.run(["snapshot", "report", "-o", "again.html"]).exits(0);
    assert_eq!(place.read("again.html"), page);
    assert!(place.list("").iter().all(|name| !name.starts_with(".r.html")));
}

#[test]
fn what_strangers_wrote_stays_text_in_a_report() {
    let place = small();
    place.edit("locales/en.yaml", "subject: Hello", "subject: \"Hello {user_name}\"");
    place.edit("templates/hello/message.yaml", ", optional: true", "");
    place.edit(
        "templates/hello/message.yaml",
        "user_name: Ada",
        "user_name: '\"></iframe><script>alert(1)</script><img src=x>'",
    );
    place.run(["snapshot", "report", "-o", "r.html"]).exits(0);
    let page = place.read("r.html");
    is_alone(&page);
    assert!(!page.contains("<img") && !page.contains("<b>"));
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert_eq!(page.matches("</iframe>").count(), page.matches("<iframe ").count());
}

#[test]
fn the_logo_is_in_the_frames_of_a_report() {
    let place = Place::with_project();
    place.run(["snapshot", "report", "-o", "r.html"]).exits(0);
    let page = place.read("r.html");
    is_alone(&page);
    let frames = frames(&page);
    assert!(frames.iter().all(|(_, page)| page.contains("src=\"data:image/png;base64,")));
    let dark: Vec<_> = frames.iter().filter(|(title, _)| title.ends_with("dark")).collect();
    assert_eq!(dark.len() * 2, frames.len());
    assert!(dark.iter().all(|(_, page)| page.contains("content=\"dark\"")));
    assert!(frames.iter().all(|(_, page)| !page.contains("prefers-color-scheme")));
}

/// Runs git without anybody's settings.
fn git(place: &Place, arguments: &[&str]) {
    let ran = std::process::Command::new("git")
        .arg("-C")
        .arg(place.path(""))
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn a_report_since_a_revision() {
    let place = accepted();
    let since = ["snapshot", "report", "--since", "v1", "-o", "r.html"];
    let nowhere = place.run(since).exits(1);
    assert!(nowhere.stderr.contains("no git repository"), "{}", nowhere.stderr);
    git(&place, &["init", "-q"]);
    git(&place, &["commit", "-q", "--allow-empty", "-m", "nothing"]);
    git(&place, &["tag", "v0"]);
    let unknown = place.run(since).exits(1);
    assert!(unknown.stderr.contains("no revision `v1`"), "{}", unknown.stderr);
    let option = place.run(["snapshot", "report", "--since=--all", "-o", "r.html", "--json"]);
    assert_eq!(option.exits(1).error_codes(), ["git_unreadable"]);
    assert!(!place.path("r.html").exists());
    git(&place, &["add", "-A"]);
    git(&place, &["commit", "-q", "-m", "reviewed"]);
    git(&place, &["tag", "v1"]);
    place.edit("locales/en.yaml", "Good day", "Good evening");
    place.run(["snapshot", "accept"]).exits(0);
    let ran = place.run(with(since, ["--json"])).exits(0).json();
    assert!(ran["changed"].as_array().unwrap().contains(&"snapshots/hello/en/typical.txt".into()));
    assert_eq!((&ran["missing"], &ran["extra"]), (&json!([]), &json!([])));
    let page = place.read("r.html");
    assert!(page.contains("<code>v1 ("));
    assert!(page.contains("<del>-Good day, Ada</del>"));
    let before = place.run(["snapshot", "report", "--since", "v0", "-o", "r.html"]).exits(0);
    assert!(before.text().starts_with("r.html: 0 changed, "), "{}", before.text());
    let place = place.env("PATH", "/nowhere");
    let missing = place.run(since).exits(74);
    assert!(missing.stderr.contains("`git` cannot be run"), "{}", missing.stderr);
}

#[test]
fn a_report_needs_a_file_and_only_a_report_takes_one() {
    let place = accepted();
    let runs = [
        place.run(["snapshot", "report"]).exits(2),
        place.run(["snapshot", "diff", "-o", "r.html"]).exits(2),
        place.run(["snapshot", "--since", "HEAD"]).exits(2),
        place.run(["snapshot", "report", "-o", "-", "--json"]).exits(2),
        place.run(["snapshot", "report", "-o", "none/r.html"]).exits(74),
    ];
    reviewed("snapshot_report_faults", &runs.each_ref());
}
