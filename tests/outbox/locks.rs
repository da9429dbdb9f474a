//! A lock that another process holds: it is waited for, told of, and costs nothing.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hongyan::outbox::{Next, State, StoreError};
use rusqlite::Connection;

use crate::stores::{Place, Sqlite};
use crate::things::{NOW, accepted, claimed, found, mail, record, submission};

const FILE: &str = "HONGYAN_TEST_FILE";

/// Another process that holds the lock until it is let go.
struct Holder(Child);

impl Holder {
    /// Returns when it has the lock.
    fn of(place: &Place<Sqlite>) -> Holder {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "locks::holds_the_lock", "--ignored", "--nocapture"])
            .env(FILE, place.home.file())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.as_mut().unwrap());
        assert!(said.lines().any(|line| line.unwrap().contains("locked")));
        Holder(child)
    }

    fn lets_go(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// The other process.
#[test]
#[ignore = "run by the tests below"]
fn holds_the_lock() {
    let file = std::env::var_os(FILE).expect("run by the tests below");
    let conn = Connection::open(file).unwrap();
    conn.execute_batch("BEGIN EXCLUSIVE").unwrap();
    println!("locked");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_line(&mut String::new());
    conn.execute_batch("COMMIT").unwrap();
}

#[tokio::test]
async fn a_lock_held_elsewhere_is_waited_for_and_then_told() {
    let place = Place::sqlite().await;
    let new = mail("ada");
    let holder = Holder::of(&place);
    let began = Instant::now();
    let busy = place.accept(submission(vec![new.clone()])).await;
    assert!(matches!(busy, Err(StoreError::Busy { .. })), "{busy:?}");
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert!(place.find(&new.id).await.unwrap().is_none(), "reading goes on");
    holder.lets_go();
    accepted(&*place, vec![new]).await;
}

/// What has left is recorded as soon as the lock is free: nobody sends it again.
#[tokio::test]
async fn what_could_not_be_written_is_written_later() {
    let place = Place::sqlite().await;
    let new = mail("ada");
    accepted(&*place, vec![new.clone()]).await;
    let lease = claimed(&*place, NOW).await;
    place.hand_over(&lease.fence, "first").await.unwrap();
    let holder = Holder::of(&place);
    let busy = place.record(&lease.fence, record(NOW, Next::Sent)).await;
    assert!(matches!(busy, Err(StoreError::Busy { .. })), "{busy:?}");
    assert_eq!(found(&*place, &new.id).await.state, State::HandingOver);
    holder.lets_go();
    place.record(&lease.fence, record(NOW, Next::Sent)).await.unwrap();
    assert_eq!(found(&*place, &new.id).await.state, State::Sent);
}
