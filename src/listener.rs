//! Accepting connections: so many at a time, and none that says nothing. Without these bounds a few
//! hundred silent sockets stop a service that nobody has signed in to.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, sync::watch};
use tower::ServiceExt;

/// How long a client may take to send the head of a request, and to keep a connection without one.
const HEAD: Duration = Duration::from_secs(10);
/// Connections at a time; the next ones wait in the system's queue.
const CONNECTIONS: usize = 5_000;
/// How long to leave the listener alone when the system gives no socket (too many files open).
const PAUSE: Duration = Duration::from_millis(100);

/// Serves HTTP/1.1 on a listener until told to stop, then waits for the requests under way.
/// Handlers find the client's address in `ConnectInfo<SocketAddr>`.
pub async fn serve(listener: TcpListener, router: Router, mut stopping: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await.expect("the semaphore is never closed");
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let service = router.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let connection = http.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _ = connection.await; // a client that goes away is its own affair
            drop(permit);
        });
    }
    graceful.shutdown().await;
}
