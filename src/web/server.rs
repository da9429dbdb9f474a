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

/// How long a client may take to send a request's headers, and to stay without one.
const HEADERS: Duration = Duration::from_secs(10);
/// The longest request line and headers, in bytes.
const HEADER_BYTES: usize = 64 * 1024;
/// How often a server that ends looks whether its connections have.
const LOOK: Duration = Duration::from_millis(10);

/// Serves until `until`, then takes no connection any more and returns once the answers that were
/// begun are finished. At most `most` connections are open at once; more wait in the system's
/// queue.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    most: usize,
    until: impl Future<Output = ()>,
) {
    let seats = Arc::new(Semaphore::new(most));
    let (end, ending) = watch::channel(());
    let mut until = pin!(until);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &seats) => accepted,
            () = &mut until => break,
        };
        let Some((stream, seat)) = accepted else { continue };
        let (app, ending) = (app.clone(), ending.clone());
        tokio::spawn(async move {
            converse(stream, app, ending).await;
            drop(seat);
        });
    }
    drop((listener, end));
    while seats.available_permits() < most {
        tokio::time::sleep(LOOK).await;
    }
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

async fn converse(stream: TcpStream, app: Router, mut ending: watch::Receiver<()>) {
    let _ = stream.set_nodelay(true);
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
