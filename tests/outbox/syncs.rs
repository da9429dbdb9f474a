//! A disk whose syncs fail: what was told as taken is there, and it recovers once they work again.
//!
//! Needs `strace`, which makes the system calls fail. Where it is not there the test says so.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hongyan::outbox::{SqliteStore, Store, StoreError};
use tempfile::TempDir;

use crate::things::{found, key, mail, submission};

const FOLDER: &str = "HONGYAN_TEST_FOLDER";

#[test]
fn a_sync_that_fails_is_no_success() {
    for inject in ["fsync,fdatasync:error=EIO:when=20..23", "pwrite64:error=EIO:when=300..303"] {
        let folder = TempDir::new().unwrap();
        let run = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,pwrite64", "-e"])
            .arg(format!("inject={inject}"))
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "syncs::takes_mails", "--ignored"])
            .env(FOLDER, folder.path())
            .output();
        let Ok(run) = run else {
            let why = "`strace` is not installed";
            assert!(std::env::var_os("CI").is_none(), "{why}");
            eprintln!("skipped: {why}");
            return;
        };
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
        checked(folder.path(), inject);
    }
}

/// Every mail that was told as taken is there.
#[tokio::main(flavor = "current_thread")]
async fn checked(folder: &Path, inject: &str) {
    let store = SqliteStore::open(&folder.join("outbox.db"), &key()).unwrap();
    let told = fs::read_to_string(folder.join("told")).unwrap();
    let (mut taken, mut failed, mut after) = (0, 0, 0);
    for line in told.lines() {
        match line.split_once(' ') {
            Some(("taken", id)) => {
                found(&store, id).await;
                taken += 1;
                after += usize::from(failed > 0);
            }
            _ => failed += 1,
        }
    }
    assert!(failed > 0 && after > 0, "{inject}: {taken} taken, {failed} failed, {after} after");
}

/// The other process.
#[tokio::test]
#[ignore = "run by the test above, under strace"]
async fn takes_mails() {
    let folder = std::env::var_os(FOLDER).expect("run by the test above");
    let folder = Path::new(&folder);
    let store = SqliteStore::open(&folder.join("outbox.db"), &key()).unwrap();
    let mut told = OpenOptions::new().create(true).append(true).open(folder.join("told")).unwrap();
    let (began, mut failed, mut after) = (Instant::now(), false, 0);
    while after < 20 && began.elapsed() < Duration::from_secs(30) {
        let new = mail("ada");
        match store.accept(submission(vec![new.clone()])).await {
            Ok(_) => {
                writeln!(told, "taken {}", new.id).unwrap();
                after += usize::from(failed);
            }
            Err(error) => {
                assert!(matches!(error, StoreError::Broken { .. }), "{error:?}");
                writeln!(told, "failed").unwrap();
                failed = true;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    store.close().await;
}
