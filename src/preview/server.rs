//! Connections: how many, and for how long. axum's own loop sets no deadline for headers, so hyper
//! is driven here.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// The most connections at once; more wait in the system's queue.
const CONNECTIONS: usize = 32;
/// How long a client may take to send a request's headers, and to stay without one.
const HEADERS: Duration = Duration::from_secs(10);
/// The longest request line and headers, in bytes.
const HEADER_BYTES: usize = 64 * 1024;

/// Serves for as long as the process lives.
pub async fn serve(listener: TcpListener, app: Router) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(seat) = seats.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let app = app.clone();
                tokio::spawn(async move {
                    converse(stream, app).await;
                    drop(seat);
                });
            }
            // Out of file handles, or a client that is gone already: neither is the end.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn converse(stream: TcpStream, app: Router) {
    let _ = stream.set_nodelay(true);
    // A client that goes away in the midst of it is no fault of ours.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
        .await;
}
