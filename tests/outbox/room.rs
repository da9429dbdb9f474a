//! A disk that is full: nothing half taken, what is on its way goes on, and it recovers by itself.
//! Needs a disk of its own: see `disk.rs`.

use std::path::Path;
use std::time::Duration;

use hongyan::outbox::{Content, NewMail, Next, SqliteStore, State, Stats, Store, StoreError};

use crate::disk::Disk;
use crate::stores::Place;
use crate::things::{NOW, accepted, claim, key, mail, record, submission};

fn big() -> NewMail {
    let content = Content { sealed: vec![7; 25_000], images: Vec::new() };
    NewMail { content, ..mail("ada") }
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(&path.join("outbox.db"), &key()).unwrap()
}

fn of(stats: &Stats, state: State) -> u64 {
    stats.states.iter().find(|(known, _)| *known == state).unwrap().1
}

#[tokio::test]
async fn a_full_disk_takes_nothing_and_loses_nothing() {
    let Some(disk) = Disk::new(24) else { return };
    let store = open(disk.path()).await;
    let mut taken = 0;
    let refused = loop {
        match store.accept(submission(vec![big(), big()])).await {
            Ok(_) => taken += 2,
            Err(error) => break error,
        }
        assert!(taken < 5_000, "it never fills");
        if taken == 40 {
            let claims = store.claim(claim(NOW, 5)).await.unwrap();
            for claim in &claims {
                store.hand_over(&claim.fence, "first").await.unwrap();
            }
            disk.fill();
        }
    };
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    assert_eq!(refused.diagnostic().code(), hongyan::diagnostic::Code::OutboxFull);
    let stats = store.stats(NOW).await.unwrap();
    assert_eq!(of(&stats, State::Queued) + 5, taken, "nothing is half taken");

    // What was handed over is recorded, and what waits is still sent.
    let handed = store
        .list(hongyan::outbox::Filter {
            states: vec![State::HandingOver],
            limit: 9,
            ..Default::default()
        })
        .await
        .unwrap();
    assert_eq!(handed.len(), 5);
    for mail in &handed {
        let fence = hongyan::outbox::Fence { id: mail.id.clone(), token: 1 };
        store.record(&fence, record(NOW, Next::Sent)).await.unwrap();
    }
    let mut sent = 5;
    loop {
        let claims = store.claim(claim(NOW, 4)).await.unwrap();
        if claims.is_empty() {
            break;
        }
        for claim in claims {
            store.hand_over(&claim.fence, "first").await.unwrap();
            store.record(&claim.fence, record(NOW, Next::Sent)).await.unwrap();
            sent += 1;
        }
        let still = store.accept(submission(vec![big()])).await;
        assert!(matches!(still, Err(StoreError::Full { .. })), "{still:?}");
    }
    assert_eq!(sent, taken);

    disk.clear();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    store.accept(submission(vec![big()])).await.unwrap();
    store.close().await;
    let store = open(disk.path()).await;
    let stats = store.stats(NOW).await.unwrap();
    assert_eq!((of(&stats, State::Queued), of(&stats, State::Sent)), (1, taken));
}

#[tokio::test]
async fn the_log_shrinks_behind_a_large_request() {
    let place = Place::sqlite().await;
    let log = place.home.folder().join("outbox.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let large = || {
        let content = Content { sealed: vec![7; 4 << 20], images: Vec::new() };
        NewMail { content, ..mail("ada") }
    };
    accepted(&*place, (0..8).map(|_| large()).collect()).await;
    assert!(length() > 32 << 20, "{}", length());
    for _ in 0..3 {
        accepted(&*place, vec![mail("ada")]).await;
    }
    assert!(length() <= 16 << 20, "{}", length());
}
