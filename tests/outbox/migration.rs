//! Files of earlier versions: brought up to date whole or not at all, and read by no older binary.

use std::path::Path;

use hongyan::outbox::{Filter, Key, Millis, SqliteStore, Store, StoreError, Unusable};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::stores::Place;
use crate::things::{MINUTE, NOW, claim, hash, key};

/// The schema of version 1, as it was released.
const FIRST: &str = include_str!("schema-1.sql");

/// What the second one added, as it was released.
const SECOND: &str = include_str!("schema-2.sql");

/// A file as version 1 left it: so many mails, a tenth of them queued, the others sent.
async fn first_version(file: &Path, mails: i64) {
    let made = Place::sqlite().await;
    made.close().await;
    let today = Connection::open(made.home.file()).unwrap();
    let sql = "SELECT value FROM meta WHERE name = 'key_check'";
    let check: Vec<u8> = today.query_row(sql, [], |row| row.get(0)).unwrap();
    let old = Connection::open(file).unwrap();
    old.execute_batch("PRAGMA journal_mode = WAL; PRAGMA application_id = 0x6867796e;").unwrap();
    old.execute_batch(FIRST).unwrap();
    old.execute_batch("PRAGMA user_version = 1; INSERT INTO meta VALUES ('closed', 1)").unwrap();
    old.execute("INSERT INTO meta VALUES ('key_check', ?1)", [check]).unwrap();
    old.execute("INSERT INTO routes VALUES (1, '[\"first\"]')", []).unwrap();
    let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        INSERT INTO mails (seq, id, copies, message_id, kind, locale, lane, shown, recipient,
        state, accepted_at, send_at, available_at, expires_at, done_at, in_doubt, route, via,
        adapted, pinned) SELECT n, printf('0199aaaa-0000-7000-9000-%012x', n), 0,
        printf('<%d@example.com>', n), 'notification', 'en', 2, 'a***@example.com',
        CASE WHEN n % 1000 = 0 THEN ?2 ELSE randomblob(32) END,
        CASE WHEN n % 10 = 0 THEN 0 ELSE 3 END, ?3, ?3, ?3, ?4,
        CASE WHEN n % 10 = 0 THEN NULL ELSE ?3 END, 0, 1, 1, '[]',
        CASE WHEN n = 10 THEN 'first' END FROM n";
    let late: Millis = NOW + 60 * MINUTE;
    old.execute(sql, params![mails, hash("ada").0.as_slice(), NOW, late]).unwrap();
    let sql = "INSERT INTO contents SELECT seq, '', randomblob(300) FROM mails WHERE state = 0";
    old.execute(sql, []).unwrap();
}

/// The version, and whether all that the versions since the first add is there. The log is left as it is.
fn version(file: &Path) -> (i64, bool) {
    let conn = Connection::open(file).unwrap();
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    let version = conn.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let sql = "SELECT count(*) FROM (SELECT name FROM sqlite_schema
        UNION ALL SELECT name FROM pragma_table_info('mails')) WHERE name IN
        ('breakers', 'attempt_totals', 'times', 'mails_recipient', 'maybe_out', 'mails_state',
        'mails_kind')";
    let made: i64 = conn.query_row(sql, [], |row| row.get(0)).unwrap();
    let sound: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    assert!(made == 0 || made == 7, "half of it: {made}");
    (version, made == 7)
}

/// All mails are there, and can be found by whom they are for.
async fn works(file: &Path, mails: usize) {
    let store = SqliteStore::open(file, &key()).unwrap();
    assert_eq!(store.schema(), 3);
    let filter = Filter { recipient: Some(hash("ada")), limit: mails, ..Filter::default() };
    assert_eq!(store.list(filter).await.unwrap().len(), mails / 1000);
    let all = store.list(Filter { limit: mails + 1, ..Filter::default() }).await.unwrap();
    assert_eq!(all.len(), mails);
    let claimed = store.claim(claim(NOW, mails)).await.unwrap();
    assert_eq!(claimed.len(), mails / 10);
    assert_eq!(claimed.iter().filter(|claimed| claimed.maybe_out).count(), 1, "the pinned one");
    assert!(store.breakers().await.unwrap().is_empty());
    store.close().await;
    assert_eq!(version(file), (3, true));
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up_to_date() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("outbox.db");
    first_version(&file, 5_000).await;
    assert_eq!(version(&file), (1, false));
    works(&file, 5_000).await;
}

#[tokio::test]
async fn a_file_of_the_second_version_is_brought_up_to_date() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("outbox.db");
    first_version(&file, 5_000).await;
    let old = Connection::open(&file).unwrap();
    old.execute_batch(&format!("{SECOND}; PRAGMA user_version = 2")).unwrap();
    drop(old);
    works(&file, 5_000).await;
}

/// Whoever has the wrong key may go back to the binary that wrote the file.
#[tokio::test]
async fn under_another_key_it_is_left_at_its_version() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("outbox.db");
    first_version(&file, 1_000).await;
    let before = std::fs::read(&file).unwrap();
    for open in [SqliteStore::open, SqliteStore::open_to_ask] {
        let error = open(&file, &Key::new(&[8; 32])).unwrap_err();
        assert!(matches!(error, StoreError::Unusable { why: Unusable::OtherKey, .. }), "{error:?}");
        assert!(std::fs::read(&file).unwrap() == before, "it is as it was");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is beside it");
    }
    works(&file, 1_000).await;
}

#[tokio::test]
async fn two_that_open_it_at_once_both_work() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("outbox.db");
    first_version(&file, 5_000).await;
    let opened: Vec<_> = (0..4)
        .map(|_| {
            let file = file.clone();
            std::thread::spawn(move || SqliteStore::open(&file, &key()))
        })
        .collect();
    for thread in opened {
        thread.join().unwrap().unwrap().close().await;
    }
    works(&file, 5_000).await;
}

/// The binary, told to bring the file up to date.
#[cfg(feature = "cli")]
fn migrate(folder: &TempDir) -> std::process::Command {
    use base64::Engine as _;
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hongyan"));
    command
        .args(["outbox", "migrate"])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("EMAIL_PROVIDER", "inbox")
        .env("HONGYAN_OUTBOX", "sqlite:outbox.db")
        .env("HONGYAN_OUTBOX_KEY", base64::engine::general_purpose::STANDARD.encode([7; 32]))
        .stdout(std::process::Stdio::null());
    command
}

#[cfg(all(feature = "cli", feature = "crash-points"))]
#[tokio::test]
async fn a_crash_amid_it_leaves_the_old_file_and_one_behind_it_the_new() {
    for (step, left) in [("amid_migration", (1, false)), ("after_migration", (3, true))] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("outbox.db");
        first_version(&file, 5_000).await;
        let ended = migrate(&folder).env("HONGYAN_CRASH_AT", step).status().unwrap();
        assert!(ended.code().is_none(), "{step}: {ended}");
        assert_eq!(version(&file), left, "{step}");
        works(&file, 5_000).await;
    }
}

#[cfg(feature = "cli")]
#[tokio::test]
async fn a_kill_at_any_moment_leaves_one_or_the_other() {
    for pause in [5, 15, 30, 60, 120] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("outbox.db");
        first_version(&file, 5_000).await;
        let mut child = migrate(&folder).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause));
        let _ = child.kill();
        let _ = child.wait();
        let (version, made) = version(&file);
        assert_eq!(version == 3, made, "after {pause} ms");
        works(&file, 5_000).await;
    }
}
