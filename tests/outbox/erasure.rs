//! What is done leaves nothing behind: looked for in the bytes of the files.

use std::fs;

use hongyan::outbox::{Content, NewMail, Next, StoredImage};

use crate::stores::{Place, Sqlite};
use crate::things::{NOW, accepted, claimed, copy, logo, mail, record};

/// How often some bytes stand in the files of a store.
fn occurrences(place: &Place<Sqlite>, needle: &[u8]) -> usize {
    let files = fs::read_dir(place.home.folder()).unwrap();
    files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .map(|bytes| bytes.windows(needle.len()).filter(|window| *window == needle).count())
        .sum()
}

#[tokio::test]
async fn nothing_of_a_sent_mail_stays_in_the_files() {
    let mut place = Place::sqlite().await;
    let marks = ["short-canary-483920", "long-canary-", "address-canary"];
    let long: String = (0..2_000).map(|at| format!("long-canary-{at} ")).collect();
    let ends = [Some(Next::Sent), Some(Next::Expired), None];
    for next in ends {
        for sealed in [marks[0].as_bytes(), long.as_bytes()] {
            let content = Content { sealed: sealed.to_vec(), images: Vec::new() };
            let mut one = copy("bob");
            one.address = marks[2].into();
            let new = NewMail { content, copies: vec![one], ..mail("ada") };
            accepted(&*place, vec![new.clone()]).await;
            if next.is_none() {
                place.cancel(&new.id, NOW).await.unwrap();
                continue;
            }
            for _ in 0..if next == Some(Next::Sent) { 2 } else { 1 } {
                let lease = claimed(&*place, NOW).await;
                let next = next.clone().unwrap();
                place.record(&lease.fence, record(NOW, next)).await.unwrap();
            }
        }
    }
    assert!(marks.iter().any(|mark| occurrences(&place, mark.as_bytes()) > 0), "it was there");
    place.reopen().await;
    for mark in marks {
        assert_eq!(occurrences(&place, mark.as_bytes()), 0, "{mark}");
    }
}

#[tokio::test]
async fn an_image_is_stored_once_and_goes_when_it_is_idle() {
    const DAY: i64 = 86_400_000;
    let mut place = Place::sqlite().await;
    let image = |mark: &str| StoredImage { bytes: mark.repeat(100).into_bytes().into(), ..logo() };
    let content = || Content { sealed: b"x".to_vec(), images: vec![image("<<an image's bytes>>")] };
    let mails: Vec<NewMail> =
        (0..20).map(|_| NewMail { content: content(), ..mail("ada") }).collect();
    accepted(&*place, mails.clone()).await;
    place.reopen().await;
    let stored = occurrences(&place, "<<an image's bytes>>".repeat(100).as_bytes());
    assert_eq!(stored, 1);
    for mail in &mails[1..] {
        place.cancel(&mail.id, NOW).await.unwrap();
    }
    place.sweep(NOW).await.unwrap();
    place.sweep(NOW + 3 * DAY).await.unwrap();
    place.sweep(NOW + 5 * DAY).await.unwrap();
    place.reopen().await;
    assert_eq!(occurrences(&place, b"<<an image's bytes>>"), 0, "expired with its last mail");
    accepted(&*place, vec![NewMail { content: content(), ..mail("ada") }]).await;
    assert_eq!(claimed(&*place, NOW).await.content.images.len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite().await;
    accepted(&*place, vec![mail("ada")]).await;
    for file in fs::read_dir(place.home.folder()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
}
