//! Connections that carry more than one mail: nothing lost, nothing doubled, one login.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hongyan::config::Tls;
use hongyan::transport::{Cause, Receipt, SendError, SmtpTransport, Stage, Transport, Unrecorded};

use super::mails::{Mail, RECIPIENT};
use super::scenario::{transport, with_canaries};
use super::smtp::{Fault, Plan, Record, SmtpServer, Stage as At};

struct Pool {
    server: SmtpServer,
    client: Arc<SmtpTransport>,
}

impl Pool {
    fn of(plan: Plan) -> Pool {
        let server = SmtpServer::start(with_canaries(plan));
        let client = Arc::new(transport(&server, Tls::Implicit));
        Pool { server, client }
    }

    fn with(fault: Fault) -> Pool {
        Pool::of(Plan::default().with(fault))
    }

    fn connections(self, connections: usize) -> Pool {
        let client = transport(&self.server, Tls::Implicit).connections(connections);
        Pool { client: Arc::new(client), ..self }
    }

    async fn send(&self) -> Result<Receipt, SendError> {
        self.send_within(Duration::from_secs(20)).await
    }

    async fn send_within(&self, time: Duration) -> Result<Receipt, SendError> {
        self.client.deliver(Mail::short().within(time), &mut Unrecorded).await
    }

    /// Sends so many at the same time.
    async fn send_at_once(&self, mails: usize) {
        let mut sending = tokio::task::JoinSet::new();
        for _ in 0..mails {
            let client = self.client.clone();
            sending.spawn(async move {
                client.deliver(Mail::short().in_time(), &mut Unrecorded).await.map(drop)
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent.unwrap().unwrap();
        }
    }

    /// What the server remembers; it must have so many mails, each once.
    #[track_caller]
    fn record(&self, mails: usize) -> Record {
        let record = self.server.record();
        let mut ids: Vec<&[u8]> = record.mails.iter().map(|mail| message_id(&mail.bytes)).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((record.mails.len(), ids.len()), (mails, mails), "{:?}", record.commands);
        assert!(record.mails.iter().all(|mail| mail.to == [RECIPIENT]));
        record.assert_private();
        record
    }
}

fn message_id(bytes: &[u8]) -> &[u8] {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.find(|line| line.starts_with(b"Message-ID")).unwrap()
}

/// What the server sends on its own has time to come.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn many_mails_take_one_login() {
    let pool = Pool::of(Plan::default());
    for _ in 0..10 {
        pool.send().await.unwrap();
    }
    let record = pool.record(10);
    assert_eq!((record.connections, record.logins, record.count("NOOP")), (1, 1, 0));
    pool.client.close().await;
    assert_eq!(pool.record(10).count("QUIT"), 1);
    pool.send().await.unwrap();
    assert_eq!(pool.record(11).connections, 2);
}

#[tokio::test]
async fn after_a_hundred_mails_there_is_another_login() {
    let pool = Pool::of(Plan::default());
    for _ in 0..101 {
        pool.send().await.unwrap();
    }
    assert_eq!(pool.record(101).logins, 2);
}

#[tokio::test]
async fn a_421_between_two_mails_costs_neither() {
    let pool = Pool::of(Plan { max_per_connection: Some(3), ..Plan::default() });
    for _ in 0..8 {
        pool.send().await.unwrap();
    }
    let record = pool.record(8);
    assert_eq!((record.connections, record.logins), (3, 3));
}

#[tokio::test]
async fn a_421_on_a_new_connection_is_an_answer() {
    let pool = Pool::with(Fault::at(At::Mail).reply("421 4.3.2 full").close_after());
    let error = pool.send().await.unwrap_err();
    assert_eq!(error.reply.unwrap().code, "421");
    assert_eq!(pool.record(0).connections, 1);
}

#[tokio::test]
async fn what_a_server_says_or_does_on_an_idle_connection_is_seen() {
    let eod = || Fault::at(At::Eod).on_connection(1);
    for fault in [
        eod().close_after(),
        eod().reset_after(),
        eod().raw(b"250 ok\r\n421 4.4.2 idle\r\n"),
        eod().raw(b"250 ok\r\n421 4.4.2 idle\r\n").close_after(),
        eod().raw(b"250 ok\r\n250 ok\r\n"),
        eod().raw(b"250 ok\r\n2"),
    ] {
        let pool = Pool::with(fault.clone());
        pool.send().await.unwrap();
        a_moment().await;
        pool.send().await.unwrap();
        let record = pool.record(2);
        assert_eq!((record.connections, record.count("NOOP")), (2, 0), "{fault:?}");
        assert!(record.verbs(1).iter().filter(|verb| *verb == "MAIL").count() == 1, "{fault:?}");
    }
}

/// The runtime had no turn in which it could have noticed.
#[tokio::test]
async fn what_happened_while_the_program_was_busy_is_seen_too() {
    let eod = || Fault::at(At::Eod).on_connection(1);
    for fault in [eod().close_after(), eod().reset_after(), eod().raw(b"250 ok\r\n250 ok\r\n")] {
        let pool = Pool::with(fault.clone());
        pool.send().await.unwrap();
        std::thread::sleep(Duration::from_millis(50));
        pool.send().await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(pool.record(2).connections, 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_was_started_anew_gets_the_mail() {
    let pool = Pool::of(Plan::default());
    pool.send_at_once(4).await;
    let ports = (pool.server.port(), pool.server.tls_port());
    let Pool { server, client } = pool;
    drop(server);
    a_moment().await;
    let server = SmtpServer::start(with_canaries(Plan {
        port: ports.0,
        tls_port: ports.1,
        ..Plan::default()
    }));
    let pool = Pool { server, client };
    pool.send_at_once(4).await;
    pool.record(4);
}

#[tokio::test]
async fn after_a_refusal_the_connection_goes_on() {
    for at in [At::Mail, At::Rcpt, At::Data, At::Eod] {
        for pipelining in [true, false] {
            let fault = Fault::at(at).time(1).reply("550 5.7.1 not this one");
            let pool = Pool::of(Plan { pipelining, ..Plan::default().with(fault) });
            pool.send().await.unwrap_err();
            pool.send().await.unwrap();
            let record = pool.record(1);
            assert_eq!((record.connections, record.logins), (1, 1), "{at:?}");
            assert_eq!(record.count("RSET"), 1, "{at:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_forget_is_left() {
    for fault in [
        Fault::at(At::Rset).reply("502 5.5.1 no such command"),
        Fault::at(At::Rset).close_before(),
        Fault::at(At::Rset).raw(b"250 ok\r\n250 more\r\n"),
    ] {
        let refusal = Fault::at(At::Rcpt).on_connection(1).reply("550 5.1.1 nobody");
        let pool = Pool::of(Plan::default().with(fault).with(refusal));
        pool.send().await.unwrap_err();
        pool.send().await.unwrap();
        pool.record(1);
    }
}

/// Neither a farewell nor a reset is worth waiting for.
#[tokio::test]
async fn housekeeping_does_not_outlast_the_deadline() {
    let refusal = Fault::at(At::Rcpt).reply("550 5.1.1 nobody");
    let pool = Pool::of(Plan::default().with(Fault::at(At::Rset).hang()).with(refusal));
    let began = Instant::now();
    let error = pool.send_within(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.stage, Stage::Rcpt);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());

    let pool = Pool::with(Fault::at(At::Quit).hang());
    let began = Instant::now();
    pool.send().await.unwrap();
    pool.client.close().await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_connection_that_falls_silent_says_so() {
    let pool = Pool::with(Fault::at(At::Mail).time(2).hang());
    pool.send().await.unwrap();
    let error = pool.send_within(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!((error.stage, error.cause), (Stage::Mail, Cause::Network));
    assert_eq!(pool.record(1).connections, 1);
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    let slow = Fault::at(At::Eod).delay(Duration::from_millis(50));
    let pool = Pool::with(slow).connections(2);
    pool.send_at_once(8).await;
    assert_eq!(pool.record(8).connections, 2);
}

#[tokio::test]
async fn a_mail_that_finds_no_free_connection_gives_up_in_time() {
    let pool = Pool::with(Fault::at(At::Eod).delay(Duration::from_millis(1500))).connections(1);
    let (first, second) = tokio::join!(pool.send(), async {
        a_moment().await;
        pool.send_within(Duration::from_millis(300)).await
    });
    first.unwrap();
    assert_eq!(second.unwrap_err().stage, Stage::Prepare);
    pool.record(1);
}

/// Refused logins lock accounts: those that waited behind the first get its answer.
#[tokio::test]
async fn many_mails_with_a_wrong_password_are_one_login() {
    let pool = Pool::with(Fault::at(At::Auth).reply("535 5.7.8 no"));
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let client = pool.client.clone();
        sending.spawn(async move {
            client.deliver(Mail::short().in_time(), &mut Unrecorded).await.unwrap_err().cause
        });
    }
    while let Some(cause) = sending.join_next().await {
        assert_eq!(cause.unwrap(), Cause::Auth);
    }
    assert_eq!(pool.record(0).count("AUTH"), 1);
    // Somebody may have changed something since: a later mail asks again.
    pool.send().await.unwrap_err();
    assert_eq!(pool.record(0).count("AUTH"), 2);
}
