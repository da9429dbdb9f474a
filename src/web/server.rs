//! Connections: how many, and for how long. axum's own loop sets no deadline for headers, so hyper
//! is driven here.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::unread::Patient;

/// How long a client may take to send a request's headers, and to stay without one.
const HEADERS: Duration = Duration::from_secs(10);
/// The longest request line and headers, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// How many connections, and how long they may do nothing.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many are open at once; more wait in the system's queue
    pub connections: u32,
    /// How long a client may take nothing of an answer
    pub unread: Duration,
    /// How long the answers that were begun may take when the server ends
    pub ending: Duration,
}

impl Limits {
    /// So many connections.
    pub fn of(connections: u32) -> Limits {
        let (unread, ending) = (Duration::from_secs(30), Duration::from_secs(10));
        Limits { connections, unread, ending }
    }
}

/// Serves until `until`, then takes no connection any more and returns once the answers that were
/// begun are finished, or have taken too long.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    until: impl Future<Output = ()>,
) {
    let seats = Arc::new(Semaphore::new(limits.connections as usize));
    let (end, ending) = watch::channel(());
    let mut until = pin!(until);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &seats) => accepted,
            () = &mut until => break,
        };
        let Some((stream, seat)) = accepted else { continue };
        let (app, ending) = (app.clone(), ending.clone());
        let stream = patient(stream, limits.unread);
        tokio::spawn(async move {
            converse(stream, app, ending).await;
            drop(seat);
        });
    }
    drop((listener, end));
    // Once all seats are free, all have gone. Who does not read holds up no end.
    let _ = tokio::time::timeout(limits.ending, seats.acquire_many(limits.connections)).await;
}

/// The next connection, once there is a seat for it.
async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let seat = seats.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, seat)),
        // Out of file handles, or a client that is gone already: neither is the end.
        Err(_) => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn patient(stream: TcpStream, unread: Duration) -> Patient<TcpStream> {
    let _ = stream.set_nodelay(true);
    Patient::new(stream, unread)
}

async fn converse(stream: Patient<TcpStream>, app: Router, mut ending: watch::Receiver<()>) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut connection = pin!(connection);
    // A client that goes away in the midst of it is no fault of ours.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = ending.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(20);

    /// A server with two seats, what ends it, and what waits for its end.
    async fn server(
        limits: Limits,
    ) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let later = || async {
            tokio::time::sleep(SHORT * 4).await;
            "late"
        };
        let app = Router::new()
            .route("/big", get(|| async { vec![b'x'; 16 << 20] }))
            .route("/late", get(later))
            .route("/", get(|| async { "here" }));
        let (end, ended) = oneshot::channel();
        let until = async {
            let _ = ended.await;
        };
        let serving = tokio::spawn(async move { serve(listener, app, limits, until).await });
        (address, end, serving)
    }

    fn ask(address: SocketAddr, path: &str) -> std::net::TcpStream {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream
    }

    async fn answer(mut stream: std::net::TcpStream) -> String {
        let read = move || {
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        };
        tokio::task::spawn_blocking(read).await.unwrap()
    }

    #[tokio::test]
    async fn those_who_do_not_read_give_their_seats_up() {
        let limits = Limits { unread: SHORT, ..Limits::of(2) };
        let (address, _end, _serving) = server(limits).await;
        let _silent = [ask(address, "/big"), ask(address, "/big")];
        tokio::time::sleep(SHORT / 3).await;
        assert!(answer(ask(address, "/")).await.ends_with("here"));
    }

    #[tokio::test]
    async fn a_stream_with_nothing_to_write_may_be_silent() {
        let limits = Limits { unread: SHORT, ..Limits::of(2) };
        let (address, _end, _serving) = server(limits).await;
        assert!(answer(ask(address, "/late")).await.ends_with("late"));
    }

    #[tokio::test]
    async fn those_who_do_not_read_hold_up_no_end() {
        let limits = Limits { ending: SHORT, ..Limits::of(2) };
        let (address, end, serving) = server(limits).await;
        let _silent = ask(address, "/big");
        tokio::time::sleep(SHORT / 3).await;
        let answered = tokio::spawn(answer(ask(address, "/")));
        assert!(answered.await.unwrap().ends_with("here"));
        end.send(()).unwrap();
        timeout(LONG, serving).await.expect("the end").unwrap();
    }
}
