use std::fs;
use std::os::unix::fs::PermissionsExt;

use hongyan::outbox::{Next, OpenBreaker, Outbox};

use crate::place::{Place, Ran, keys, reviewed, with as args};
use crate::seeded::{
    CANARY, KEY, NEW_YEAR, accept, code, copy, deliver, id, place, refused, taken, with,
};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600_000;

/// One mail of each end, in 2026, and three that live now.
fn seeded() -> Place {
    let place = place();
    with(&place, async |outbox| {
        let at = |minutes: i64| NEW_YEAR + minutes * 60 * SECOND;
        accept(outbox, code(outbox, 1, "wang.wei@example.com", at(0)), at(0)).await;
        let later = refused("transient", "450", "4.2.0 greylisted", "retry");
        deliver(outbox, at(0), later, Next::Retry { at: at(1), pinned: None }).await;
        deliver(outbox, at(1), taken(), Next::Sent).await;
        accept(outbox, code(outbox, 2, "gone@example.com", at(5)), at(5)).await;
        let gone = refused("recipient", "550", "5.1.1 no such user", "failed");
        deliver(outbox, at(5), gone, Next::Failed).await;
        accept(outbox, code(outbox, 3, "li.na@example.com", at(10)), at(10)).await;
        let lost = refused("in_doubt", "", "", "unknown");
        let lost = hongyan::outbox::Attempt { reply: None, ..lost };
        deliver(outbox, at(10), lost, Next::Unknown).await;
        living(outbox).await;
    });
    place
}

/// A mail that failed a moment ago, one that waits for its time, one that may leave.
async fn living(outbox: &Outbox) {
    let now = outbox.clock().now();
    accept(outbox, code(outbox, 4, "ada@example.com", now), now).await;
    deliver(outbox, now, refused("content", "554", "5.7.1 spam", "failed"), Next::Failed).await;
    let mut later = code(outbox, 5, "ada@example.com", now);
    (later.send_at, later.expires_at) = (now + HOUR, now + 2 * HOUR);
    accept(outbox, later, now).await;
    accept(outbox, code(outbox, 6, "grace@example.com", now), now).await;
}

/// A login that is refused, and a server that does not answer.
fn with_breakers(place: &Place) {
    with(place, async |outbox| {
        let since = outbox.clock().now() - 2 * HOUR;
        let breaker = |transport: &str, until, cause: &str| OpenBreaker {
            transport: transport.into(),
            since,
            until,
            cause: cause.into(),
            reply: Some(("535".into(), "Login fail. Please enter your authorization code".into())),
            hint: Some((
                "use the authorization code".into(),
                "请使用授权码，而不是登录密码".into(),
            )),
            process: "another".into(),
        };
        outbox.store().open_breaker(breaker("qq", None, "auth")).await.unwrap();
        let until = Some(outbox.clock().now() + HOUR);
        outbox.store().open_breaker(breaker("spare", until, "network")).await.unwrap();
    });
}

#[test]
fn a_mail_that_waits_for_a_transport_says_why_and_what_to_do() {
    let place = seeded();
    assert!(!show(&place, 6, "en").text().contains("is stopped"));
    with_breakers(&place);
    let told = show(&place, 6, "en").text();
    for words in [
        "→ it waits: the transport `qq` is stopped since 20",
        "→ the server said: 535 Login fail",
        "→ use the authorization code",
        "→ once that is done, restart `hongyan serve`",
        "→ it leaves once a transport takes mails again; after",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let told = show(&place, 6, "zh").text();
    for words in ["→ 正在等待：通道 `qq` 自 20", "→ 请使用授权码", "→ 有通道恢复后即可发送；"]
    {
        assert!(told.contains(words), "{words}\n{told}");
    }
    let json = place.run(["outbox", "show", &id(6), "--json"]).exits(0).json();
    assert_eq!(
        (&json["waits_for"][0]["state"], &json["waits_for"][0]["cause"]),
        (&"stopped".into(), &"auth".into())
    );
    let sent = place.run(["outbox", "show", &id(1), "--json"]).exits(0).json();
    assert_eq!(sent["waits_for"], serde_json::json!([]));

    let stats = place.run(["outbox", "stats", "--lang", "en"]).exits(0).text();
    assert!(stats.contains("`qq` is stopped for 2 h: "), "{stats}");
    assert!(stats.contains("`spare` rests for 2 h, and is tried again at 20"), "{stats}");
    for advice in [
        "  → the server said: 535 Login fail",
        "  → use the authorization code\n",
        "  → once that is done, restart `hongyan serve`",
        "times are in Asia/Shanghai",
    ] {
        assert!(stats.contains(advice), "{advice}\n{stats}");
    }
    let stats = place.run(["outbox", "stats", "--json"]).exits(0).json();
    assert_eq!(stats["breakers"][1]["transport"], "spare");
}

/// It waits for the transport, not for a worker.
#[test]
fn a_mail_whose_transport_rests_is_not_told_that_it_may_leave() {
    let place = seeded();
    with(&place, async |outbox| {
        let now = outbox.clock().now();
        let rests = OpenBreaker {
            transport: "qq".into(),
            since: now,
            until: Some(now + HOUR),
            cause: "network".into(),
            reply: None,
            hint: None,
            process: "another".into(),
        };
        outbox.store().open_breaker(rests).await.unwrap();
    });
    let told = show(&place, 6, "en").text();
    assert!(told.contains("→ it waits: the transport `qq` rests since 20"), "{told}");
    assert!(told.contains("→ it leaves once a transport takes mails again"), "{told}");
    assert!(!told.contains("may leave now"), "{told}");
}

/// Mail 6 as a worker took it `age` ago and died with it.
fn abandoned(place: &Place, age: i64) {
    with(place, async |outbox| {
        let now = outbox.clock().now();
        let claim = hongyan::outbox::Claim {
            worker: "w".into(),
            now: now - age,
            most: 1,
            lease: std::time::Duration::from_secs(180),
            resting: Vec::new(),
        };
        let earlier = hongyan::outbox::NewMail {
            in_doubt: hongyan::catalog::InDoubt::Resend,
            ..code(outbox, 7, "zoe@example.com", now - age)
        };
        accept(outbox, earlier, now - age).await;
        let claimed = outbox.store().claim(claim).await.unwrap().remove(0);
        assert_eq!(claimed.fence.id, id(7));
        outbox.store().hand_over(&claimed.fence, "qq").await.unwrap();
    });
}

#[test]
fn a_mail_whose_worker_died_tells_when_that_is_settled() {
    let place = seeded();
    abandoned(&place, 120 * SECOND);
    let told = show(&place, 7, "en").text();
    assert!(told.contains("→ its worker has it until 20"), "{told}");
    assert!(told.contains("it is sent again by the same transport, or held"), "{told}");
    assert!(told.contains("→ no worker has asked for mails for 2 min"), "{told}");
    let place = seeded();
    abandoned(&place, 200 * SECOND);
    let told = show(&place, 7, "en").text();
    assert!(told.contains("and has not been heard of; once a worker runs, it is sent"), "{told}");
    assert!(show(&place, 7, "zh").text().contains("至今没有消息"), "{told}");
}

#[test]
fn a_mail_that_has_expired_tells_what_to_do() {
    let place = seeded();
    with(&place, async |outbox| {
        let now = outbox.clock().now();
        accept(outbox, code(outbox, 7, "zoe@example.com", now - HOUR), now - HOUR).await;
        outbox.store().sweep(now).await.unwrap();
    });
    let told = show(&place, 7, "en").text();
    assert!(told.contains("ask the application for a new mail"), "{told}");
    place.run(["outbox", "retry", &id(7)]).exits(4);
    let help = place.run(["outbox", "retry", "--help", "--lang", "en"]).exits(0).text();
    assert!(!help.contains("expired"), "{help}");
}

#[test]
fn a_mail_that_is_sent_again_while_its_transport_rests_is_told_to_wait() {
    let place = seeded();
    with_breakers(&place);
    let told = place.run(["outbox", "retry", &id(4), "--lang", "en"]).exits(0).text();
    assert!(told.contains("leaves when its transport takes mails again"), "{told}");
    assert!(told.contains("→ it waits: the transport `qq` is stopped since 20"), "{told}");
    assert!(!told.contains("at once"), "{told}");
    let told = place.run(["outbox", "retry", &id(6), "--lang", "zh"]).exits(0).text();
    assert!(told.contains("通道恢复后发送") && told.contains("通道 `qq` 自 20"), "{told}");
}

#[test]
fn a_refusal_that_suppressed_its_address_says_so() {
    let place = seeded();
    let lift = "hongyan outbox suppressions --lift";
    for (language, words) in [("en", "the address is suppressed"), ("zh", "该地址已停发")] {
        let told = show(&place, 2, language).text();
        assert!(told.contains(words) && told.contains(lift), "{told}");
        assert!(!show(&place, 4, language).text().contains(lift));
    }
    place.run(["outbox", "suppressions", "--lift", "gone@example.com"]).exits(0);
    assert!(!show(&place, 2, "en").text().contains(lift));
}

fn show(place: &Place, n: u32, language: &str) -> Ran {
    place.run(["outbox", "show", &id(n), "--lang", language]).exits(0)
}

#[test]
fn the_life_of_a_mail_in_sentences() {
    let place = seeded();
    for (n, name) in [(1, "sent"), (2, "failed"), (3, "unknown")] {
        let name = format!("outbox_show_{name}");
        reviewed(&name, &[&show(&place, n, "en"), &show(&place, n, "zh")]);
    }
    let queued = show(&place, 6, "en").text();
    assert!(queued.contains("it may leave now, and waits for a worker; after"), "{queued}");
    let later = show(&place, 5, "zh").text();
    assert!(later.contains("等待发送（queued）") && later.contains("将按要求于"), "{later}");
}

#[test]
fn a_mail_and_its_copies_tell_of_each_other() {
    let place = place();
    with(&place, async |outbox| {
        let now = outbox.clock().now();
        let mut mail = code(outbox, 1, "ada@example.com", now);
        mail.copies = [(2, "cc"), (3, "bcc")].map(|(n, name)| copy(outbox, n, name)).into();
        accept(outbox, mail, now).await;
        deliver(outbox, now, refused("in_doubt", "", "", "hold"), Next::Unknown).await;
    });
    let parent = show(&place, 1, "en").text();
    for (n, to) in [(2, "c***@example.com"), (3, "b***@example.com")] {
        let line = format!("copy to {to}: queued, {}", id(n));
        assert!(parent.contains(&line), "{parent}");
        let copy = show(&place, n, "en").text();
        assert!(copy.contains("it waits until somebody decides"), "{copy}");
        assert!(copy.contains(&format!("hongyan outbox show {}", id(1))), "{copy}");
        assert!(!copy.contains("waits for a worker"), "{copy}");
    }
    let json = place.run(["outbox", "show", &id(1), "--json"]).exits(0).json();
    let copies = json["copies"].as_array().unwrap();
    assert_eq!((copies.len(), &copies[0]["id"]), (2, &id(2).into()));
}

#[test]
fn a_life_for_scripts() {
    let place = seeded();
    let json = place.run(["outbox", "show", &id(1), "--json"]).exits(0).json();
    assert_eq!((&json["state"], &json["attempt_count"]), (&"sent".into(), &2.into()));
    assert_eq!(json["accepted_at"], "2026-01-01T00:00:00Z");
    assert_eq!(json["has_content"], false);
    assert_eq!(json["attempts"][0]["reply"]["text"], "4.2.0 greylisted");
    assert_eq!(json["attempts"][1]["action"], "sent");
    let none = place.run(["outbox", "show", &id(9), "--json"]).exits(1);
    assert_eq!(none.error_codes(), ["mail_not_found"]);
}

#[test]
fn lists() {
    let place = seeded();
    let done = ["outbox", "list", "--state", "sent", "--state", "unknown", "--state", "failed"];
    let done = args(done, ["--to", "li.na@example.com"]);
    let zh = place.run(["outbox", "list", "--state", "sent", "--lang", "zh"]).exits(0);
    let none = place.run(["outbox", "list", "--kind", "nothing"]).exits(0);
    reviewed("outbox_list", &[&place.run(done).exits(0), &zh, &none]);
    let page = place.run(["outbox", "list", "--limit", "2", "--json"]).exits(0).json();
    assert_eq!(keys(&page), ["items", "next"]);
    let next = page["next"].as_str().unwrap();
    assert_eq!(next, page["items"][1]["id"]);
    let rest = place.run(["outbox", "list", "--before", next, "--json"]).exits(0).json();
    assert_eq!((rest["items"].as_array().unwrap().len(), rest["next"].is_null()), (4, true));
    place.run(["outbox", "list", "--state", "delivered"]).exits(2);
    place.run(["outbox", "list", "--to", "nobody"]).exits(1);
    for before in ["nope", "0199aaaa-0000-7000-8000-00000000000", "0199aaaa"] {
        place.run(["outbox", "list", "--before", before]).exits(2);
    }
}

#[test]
fn retry_and_cancel() {
    let place = seeded();
    let retried = place.run(["outbox", "retry", &id(4)]).exits(0);
    let cancelled = place.run(["outbox", "cancel", &id(5), "--lang", "zh"]).exits(0);
    let sent = place.run(["outbox", "cancel", &id(1)]).exits(1);
    let late = place.run(["outbox", "retry", &id(3)]).exits(4);
    reviewed("outbox_acts", &[&retried, &cancelled, &sent, &late]);
    let json = place.run(["outbox", "cancel", &id(6), "--json"]).exits(0).json();
    assert_eq!((&json["state"], &json["has_content"]), (&"cancelled".into(), &false.into()));
}

#[test]
fn suppressions_are_listed_and_lifted() {
    let place = seeded();
    let listed = place.run(["outbox", "suppressions"]).exits(0);
    reviewed("outbox_suppressions", &[&listed]);
    let json = place.run(["outbox", "suppressions", "--json"]).exits(0).json();
    let hash = json["items"][0]["recipient"].as_str().unwrap().to_owned();
    place.run(["outbox", "suppressions", "--lift", "ada@example.com"]).exits(1);
    place.run(["outbox", "suppressions", "--lift", "Gone@Example.com"]).exits(0);
    place.run(["outbox", "suppressions", "--lift", &hash]).exits(1);
    let none = place.run(["outbox", "suppressions", "--lang", "zh"]).exits(0);
    assert_eq!(none.text(), "没有被停发的地址\n");
}

#[test]
fn counts() {
    let place = seeded();
    let json = place.run(["outbox", "stats", "--json"]).exits(0).json();
    assert_eq!(keys(&json), ["states", "lanes", "claimed_at", "attempts", "quotas", "breakers"]);
    assert_eq!((&json["states"]["queued"], &json["states"]["failed"]), (&2.into(), &2.into()));
    let text = place.run(["outbox", "stats", "--lang", "zh"]).exits(0).text();
    assert_eq!(json["lanes"][0]["waiting"], 1, "{json}");
    assert_eq!(json["lanes"][0]["later"], 1, "{json}");
    assert!(text.contains("定时或推迟"), "{text}");
    assert!(text.contains("安全邮件") && text.contains("结果未知（可能已发出）  1"), "{text}");
}

#[test]
fn what_was_done_long_ago_is_forgotten() {
    let place = seeded();
    let json = place.run(["outbox", "prune", "--json"]).exits(0).json();
    assert_eq!(json["removed"], 3, "{json}");
    let left = place.run(["outbox", "list", "--json"]).exits(0).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 3);
    place.run(["outbox", "prune", "--older-than", "soon"]).exits(2);
}

#[test]
fn no_command_shows_a_code() {
    let place = seeded();
    for command in [
        vec!["outbox", "list"],
        vec!["outbox", "show", &id(3)],
        vec!["outbox", "show", &id(6)],
        vec!["outbox", "stats"],
        vec!["outbox", "suppressions"],
        vec!["outbox", "retry", &id(4)],
        vec!["outbox", "cancel", &id(6)],
        vec!["outbox", "migrate"],
        vec!["doctor"],
    ] {
        for json in [None, Some("--json")] {
            let place = place.run(command.iter().copied().chain(json));
            let said = place.screen();
            assert!(!said.contains(CANARY) && !said.contains(KEY), "{said}");
            assert!(!said.contains("grace@"), "{said}");
        }
    }
    for file in ["outbox.db", "outbox.db-wal"] {
        let bytes = fs::read(place.path(file)).unwrap_or_default();
        let held = bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
        assert!(!held, "{file}");
    }
}

#[test]
fn none_is_made_by_looking() {
    let place = Place::with_project();
    let ran = place.run(["outbox", "list"]).exits(3);
    let zh = place.run(["outbox", "list", "--lang", "zh"]).exits(3);
    reviewed("outbox_none", &[&ran, &zh]);
    assert!(place.list(".hongyan").is_empty());
}

#[test]
fn one_is_made_with_its_key_outside_production() {
    let place = Place::with_project();
    let ran = place.run(["outbox", "migrate"]).exits(0);
    reviewed("outbox_migrate", &[&ran]);
    assert!(place.list(".hongyan").contains(&"outbox.key".to_owned()));
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".hongyan"), 0o700);
    assert_eq!((mode(".hongyan/outbox.key"), mode(".hongyan/outbox.db")), (0o600, 0o600));
    place.run(["outbox", "list"]).exits(0);
    fs::remove_file(place.path(".hongyan/outbox.key")).unwrap();
    let gone = place.run(["outbox", "list", "--json"]).exits(3);
    assert_eq!(gone.error_codes(), ["outbox_key"]);
    assert!(!place.list(".hongyan").contains(&"outbox.key".to_owned()));
}

#[test]
fn production_wants_its_key_said() {
    let place = Place::with_project().env("HONGYAN_ENV", "production");
    let ran = place.run(["outbox", "migrate"]).exits(3);
    let zh = place.run(["outbox", "migrate", "--lang", "zh"]).exits(3);
    reviewed("outbox_no_key", &[&ran, &zh]);
    assert!(!place.path(".hongyan/outbox.key").exists());
    let place = place.env("HONGYAN_OUTBOX_KEY", KEY);
    place.run(["outbox", "migrate"]).exits(0);
}

#[test]
fn doctor_looks_at_it() {
    let place = seeded().env("EMAIL_PROVIDER", "inbox");
    let json = place.run(["doctor", "--json"]).json();
    let steps = json["outbox"]["steps"].as_array().unwrap();
    let names: Vec<&str> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names, ["file", "room", "mails"]);
    assert_eq!(keys(&steps[0]).join(" "), "step status code detail hint");
    assert_eq!((&steps[0]["status"], &steps[1]["status"]), (&"ok".into(), &"ok".into()));
}

#[test]
fn doctor_tells_what_is_wrong_with_it() {
    let place = seeded().env("EMAIL_PROVIDER", "inbox");
    let other = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    let ran = place.run(["outbox", "list"]).exits(0);
    assert!(ran.stderr.is_empty(), "{}", ran.screen());
    let place = place.env("HONGYAN_OUTBOX_KEY", other);
    let json = place.run(["doctor", "--json"]).exits(3).json();
    assert_eq!(json["outbox"]["steps"][0]["code"], "outbox_key");
    place.write("outbox.db", "this is no database at all, it is a letter to nobody");
    let ran = place.run(["doctor", "--lang", "zh"]).exits(74);
    let text = ran.text();
    assert!(text.contains("✗ 文件") && text.contains("待发队列有问题"), "{text}");
}
