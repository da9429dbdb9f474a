//! Files that are not what they should be: refused, kept, named.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hongyan::diagnostic::Code;
use hongyan::outbox::{Filter, Key, SqliteStore, Store, StoreError, Unusable};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::stores::{Place, Sqlite};
use crate::things::{NOW, accepted, claim, found, key, mail, submission};

/// The schema of version 1, as it was released.
const FIRST: &str = include_str!("schema-1.sql");

async fn filled() -> Place<Sqlite> {
    let place = Place::sqlite().await;
    for _ in 0..20 {
        accepted(&*place, (0..20).map(|_| mail("ada")).collect()).await;
    }
    place.close().await;
    place
}

/// What is in a folder, byte by byte but for the index of a log, of which nothing is kept.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |file: PathBuf| match file.to_string_lossy().ends_with("-shm") {
        true => (file, Vec::new()),
        false => (file.clone(), fs::read(file).unwrap()),
    };
    let mut contents: Vec<_> = files.map(read).collect();
    contents.sort();
    contents
}

/// The file is refused for `why`, and is as it was.
fn refused(file: &Path, why: impl Fn(&Unusable) -> bool) {
    let before = contents(file.parent().unwrap());
    let error = SqliteStore::open(file, &key()).unwrap_err();
    let StoreError::Unusable { place, why: is } = &error else { panic!("{error:?}") };
    assert!(why(is), "{is:?}");
    assert_eq!(*place, file.display().to_string());
    assert!(contents(file.parent().unwrap()) == before, "all is as it was");
    let fault = error.diagnostic();
    assert!(fault.to_json(hongyan::diagnostic::Language::Zh).to_string().contains("hint"));
}

#[tokio::test]
async fn flipped_bytes_are_found() {
    let place = filled().await;
    let whole = fs::read(place.home.file()).unwrap();
    let pages = whole.len() / 4096;
    // The first page behind the head, the second, one amid, and the last.
    for start in [100, 4096, pages / 2 * 4096, (pages - 1) * 4096] {
        let mut broken = whole.clone();
        broken[start..start + 16].iter_mut().for_each(|byte| *byte = !*byte);
        fs::write(place.home.file(), broken).unwrap();
        refused(&place.home.file(), |why| matches!(why, Unusable::Damaged { .. }));
    }
    fs::write(place.home.file(), whole).unwrap();
    SqliteStore::open(&place.home.file(), &key()).unwrap().close().await;
}

#[tokio::test]
async fn a_truncated_file_is_no_new_outbox() {
    let place = filled().await;
    let whole = fs::read(place.home.file()).unwrap();
    for length in [whole.len() / 2, 4096, 5000] {
        fs::write(place.home.file(), &whole[..length]).unwrap();
        refused(&place.home.file(), |why| matches!(why, Unusable::Damaged { .. }));
    }
    fs::write(place.home.file(), b"").unwrap();
    refused(&place.home.file(), |why| *why == Unusable::Empty);
    fs::write(place.home.file(), b"dear diary").unwrap();
    refused(&place.home.file(), |why| *why == Unusable::NotADatabase);
}

#[tokio::test]
async fn a_log_that_was_deleted_is_missed() {
    let place = Place::sqlite().await;
    let new = mail("ada");
    accepted(&*place, vec![new.clone()]).await;
    // As it is after a crash: the files of a store that was not closed.
    let crashed = TempDir::new().unwrap();
    let file = crashed.path().join("outbox.db");
    fs::copy(place.home.file(), &file).unwrap();
    refused(&file, |why| *why == Unusable::LogMissing);
    refused(&file, |why| *why == Unusable::LogMissing);
    fs::copy(place.home.folder().join("outbox.db-wal"), crashed.path().join("outbox.db-wal"))
        .unwrap();
    let store = SqliteStore::open(&file, &key()).unwrap();
    found(&store, &new.id).await;
    store.close().await;
    // Closed, it is whole without the log.
    let _ = fs::remove_file(crashed.path().join("outbox.db-wal"));
    let _ = fs::remove_file(crashed.path().join("outbox.db-shm"));
    let store = SqliteStore::open(&file, &key()).unwrap();
    found(&store, &new.id).await;
}

/// `hongyan outbox list` beside `hongyan serve`: whoever closes first takes nothing for closed.
#[tokio::test]
async fn a_log_that_was_deleted_is_missed_though_others_have_looked() {
    let place = filled().await;
    let file = place.home.file();
    let lone = TempDir::new().unwrap();
    let lone = lone.path().join("outbox.db");
    let serve = place.another().await;
    let new = mail("bob");
    for _ in 0..2 {
        let look = SqliteStore::open_to_ask(&file, &key()).unwrap();
        look.stats(NOW).await.unwrap();
        look.close().await;
        serve.sweep(NOW).await.unwrap();
        // What is left where the log is deleted, or the file alone is copied.
        fs::copy(&file, &lone).unwrap();
        refused(&lone, |why| *why == Unusable::LogMissing);
    }
    accepted(&*serve, vec![new.clone()]).await;
    let worker = SqliteStore::open(&file, &key()).unwrap();
    serve.close().await;
    fs::copy(&file, &lone).unwrap();
    refused(&lone, |why| *why == Unusable::LogMissing);
    // The last one leaves all of it in the file.
    worker.close().await;
    fs::copy(&file, &lone).unwrap();
    let copy = SqliteStore::open(&lone, &key()).unwrap();
    found(&copy, &new.id).await;
}

#[tokio::test]
async fn a_newer_outbox_and_that_of_another_program_are_refused() {
    let place = filled().await;
    let sql = |statement: &str| {
        let conn = Connection::open(place.home.file()).unwrap();
        conn.execute_batch(statement).unwrap();
    };
    sql("PRAGMA user_version = 99");
    refused(&place.home.file(), |why| matches!(why, Unusable::Newer { version: 99, .. }));
    let error = SqliteStore::open(&place.home.file(), &key()).unwrap_err();
    assert_eq!(error.diagnostic().code(), Code::OutboxNewer);
    assert!(error.to_string().contains("written by a newer hongyan"), "{error}");
    sql("PRAGMA user_version = 1; PRAGMA application_id = 7");
    refused(&place.home.file(), |why| *why == Unusable::NotOurs);
}

/// A program that never heard of a log would meet a file that has one.
#[test]
fn the_file_of_another_program_is_left_as_it_is() {
    for mode in ["DELETE", "WAL"] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("app.db");
        let app = Connection::open(&file).unwrap();
        let sql = format!("PRAGMA journal_mode = {mode}; CREATE TABLE users (name TEXT) STRICT;");
        app.execute_batch(&sql).unwrap();
        drop(app);
        refused(&file, |why| *why == Unusable::NotOurs);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{mode}");
    }
}

#[tokio::test]
async fn another_key_is_refused_by_name() {
    let place = filled().await;
    let error = SqliteStore::open(&place.home.file(), &Key::new(&[8; 32])).unwrap_err();
    assert!(matches!(&error, StoreError::Unusable { why: Unusable::OtherKey, .. }), "{error:?}");
    assert_eq!(error.diagnostic().code(), Code::OutboxKey);
    SqliteStore::open(&place.home.file(), &key()).unwrap().close().await;
}

#[tokio::test]
async fn an_outbox_of_the_first_version_is_taken_over() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("outbox.db");
    let place = filled().await;
    // The fixture is laid out anew and filled from a store of today, column by column.
    let old = Connection::open(&file).unwrap();
    old.execute_batch(FIRST).unwrap();
    let sql = "SELECT group_concat(name) FROM pragma_table_info('mails')";
    let columns: String = old.query_row(sql, [], |row| row.get(0)).unwrap();
    old.execute_batch(&format!(
        "PRAGMA user_version = 1; PRAGMA application_id = 0x6867796e; PRAGMA journal_mode = WAL;
         ATTACH '{}' AS now;
         INSERT INTO mails SELECT {columns} FROM now.mails;
         INSERT INTO contents SELECT * FROM now.contents;
         INSERT INTO images SELECT * FROM now.images; INSERT INTO meta SELECT * FROM now.meta;
         INSERT INTO image_uses SELECT * FROM now.image_uses;
         INSERT INTO routes SELECT * FROM now.routes;",
        place.home.file().display()
    ))
    .unwrap();
    drop(old);
    let store = SqliteStore::open(&file, &key()).unwrap();
    assert_eq!(store.claim(claim(NOW, 500)).await.unwrap().len(), 400);
}

#[tokio::test]
async fn a_file_that_is_taken_away_takes_no_more_mails() {
    let place = Place::sqlite().await;
    accepted(&*place, vec![mail("ada")]).await;
    let aside = place.home.folder().join("aside.db");
    fs::rename(place.home.file(), &aside).unwrap();
    let lost = place.accept(submission(vec![mail("bob")])).await;
    assert!(matches!(lost, Err(StoreError::Broken { .. })), "{lost:?}");
    assert!(!place.home.file().exists(), "no new one is made");
}

/// A backup is put back while it is open: questions alone find that out too.
#[tokio::test]
async fn a_file_that_took_its_place_is_read_and_written() {
    let (place, backup) = (Place::sqlite().await, Place::sqlite().await);
    let (gone, kept) = (mail("ada"), mail("bob"));
    accepted(&*place, vec![gone.clone()]).await;
    accepted(&*backup, vec![kept.clone()]).await;
    backup.close().await;
    for end in ["", "-wal", "-shm"] {
        let name = format!("outbox.db{end}");
        let aside = place.home.folder().join(format!("aside{end}"));
        fs::rename(place.home.folder().join(name), aside).unwrap();
    }
    let nothing = place.find(&gone.id).await;
    assert!(matches!(nothing, Err(StoreError::Broken { .. })), "{nothing:?}");
    fs::rename(backup.home.file(), place.home.file()).unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while place.find(&kept.id).await.is_err() {
        assert!(Instant::now() < end, "it is not opened again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    found(&*place, &kept.id).await;
    assert!(place.find(&gone.id).await.unwrap().is_none());
    let new = mail("cy");
    accepted(&*place, vec![new.clone()]).await;
    let listed = place.list(Filter { limit: 9, ..Filter::default() }).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|mail| mail.id).collect();
    assert_eq!(listed, [new.id, kept.id]);
}

/// `serve` and `worker` are started together, on a file that a backup has brought back.
#[tokio::test]
async fn two_that_open_a_file_without_a_log_at_once_both_work() {
    let place = filled().await;
    for _ in 0..3 {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("a ?b#%41.db");
        fs::copy(place.home.file(), &file).unwrap();
        let opened: Vec<_> = (0..4)
            .map(|_| {
                let file = file.clone();
                std::thread::spawn(move || SqliteStore::open(&file, &key()))
            })
            .collect();
        for thread in opened {
            thread.join().unwrap().unwrap().close().await;
        }
    }
}

#[tokio::test]
async fn whoever_asks_one_thing_does_not_read_the_whole_file() {
    let place = filled().await;
    let mut whole = fs::read(place.home.file()).unwrap();
    // A page of the contents, which no list reads.
    let at = whole.windows(10).rposition(|bytes| bytes == b"sealed for").unwrap() / 4096 * 4096;
    whole[at..at + 16].iter_mut().for_each(|byte| *byte = !*byte);
    fs::write(place.home.file(), &whole).unwrap();
    refused(&place.home.file(), |why| matches!(why, Unusable::Damaged { .. }));
    let store = SqliteStore::open_to_ask(&place.home.file(), &key()).unwrap();
    assert_eq!(store.stats(NOW).await.unwrap().lanes[0].1, 400);
    store.close().await;
}
