use crate::place::Place;
use crate::seeded::{CANARY, KEY, NEW_YEAR, accept, code, id, with};
use crate::studio::Studio;

const NAMED: [(&str, &str); 2] =
    [("HONGYAN_OUTBOX", "sqlite:outbox.db"), ("HONGYAN_OUTBOX_KEY", KEY)];

#[test]
fn the_outbox_is_shown_once_there_is_one() {
    let studio = Studio::with(Place::with_project(), &[], &NAMED);
    let none = studio.get("/api/outbox").is(200).json();
    assert_eq!(none, serde_json::json!({"there": false, "items": []}));
    studio.get(&format!("/api/outbox/{}", id(1))).is(404);
    assert!(!studio.place.path("outbox.db").exists(), "looking makes none");
    with(&studio.place, async |outbox| {
        accept(outbox, code(outbox, 1, "ada@example.com", NEW_YEAR), NEW_YEAR).await;
    });
    let listed = studio.get("/api/outbox").is(200).json();
    let item = &listed["items"][0];
    assert_eq!((&item["id"], &item["state"]), (&id(1).into(), &"queued".into()));
    assert_eq!(item["to"], "a***@example.com");
    let one = studio.get(&format!("/api/outbox/{}", id(1))).is(200);
    assert_eq!(one.json()["attempts"], serde_json::json!([]));
    assert!(!one.text().contains(CANARY) && !listed.to_string().contains(CANARY));
    studio.get(&format!("/api/outbox/{}", id(2))).is(404);
}
