//! Where an answer leaves: held back at first, then piece by piece as the client takes it. It ends well only
//! when it is told to: whatever else stops it, the client sees a broken transfer, never a short file.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    super::problem::Problem,
    exchange::{SILENCE, Stop},
};

/// Bytes held at most, of the file and of its answer, before the answer begins.
pub(super) const HELD: usize = 1024 * 1024;
/// Pieces that may wait for the client.
const WAITING: usize = 4;

/// An answer that has begun.
pub(super) struct Begun {
    pub(super) encoding: &'static str,
    pub(super) body: Body,
}

/// Gives the answer when it begins, or why it does not.
pub(super) type Beginning = oneshot::Receiver<Result<Begun, Problem>>;

pub(super) struct Outlet {
    /// Until the answer begins.
    held: Option<Held>,
    pieces: mpsc::Sender<Piece>,
}

struct Held {
    begin: oneshot::Sender<Result<Begun, Problem>>,
    waiting: mpsc::Receiver<Piece>,
    bytes: Vec<u8>,
}

enum Piece {
    Bytes(Bytes),
    End,
}

impl Outlet {
    pub(super) fn new() -> (Self, Beginning) {
        let (pieces, waiting) = mpsc::channel(WAITING);
        let (begin, beginning) = oneshot::channel();
        (Self { held: Some(Held { begin, waiting, bytes: Vec::new() }), pieces }, beginning)
    }

    /// Waits for the client to take what came before.
    pub(super) async fn send(&mut self, bytes: Vec<u8>, encoding: &'static str) -> Result<(), Stop> {
        match &mut self.held {
            None => self.push(Piece::Bytes(bytes.into())).await,
            Some(held) if held.begin.is_closed() => Err(Stop::Gone),
            Some(held) => {
                held.bytes.extend_from_slice(&bytes);
                if held.bytes.len() >= HELD { self.release(encoding).await } else { Ok(()) }
            }
        }
    }

    /// Everything was sent.
    pub(super) async fn end(&mut self, encoding: &'static str) {
        if self.release(encoding).await.is_ok() {
            let _ = self.push(Piece::End).await; // a client that is gone misses nothing
        }
    }

    /// Says why there is no answer; one that has begun is broken off.
    pub(super) fn refuse(&mut self, problem: Problem) {
        if let Some(held) = self.held.take() {
            let _ = held.begin.send(Err(problem));
        }
    }

    /// Begins the answer with what was held.
    async fn release(&mut self, encoding: &'static str) -> Result<(), Stop> {
        let Some(Held { begin, waiting, bytes }) = self.held.take() else { return Ok(()) };
        let body = Body::new(Pieces { waiting, ended: false });
        begin.send(Ok(Begun { encoding, body })).map_err(|_| Stop::Gone)?;
        self.push(Piece::Bytes(bytes.into())).await
    }

    async fn push(&mut self, piece: Piece) -> Result<(), Stop> {
        match timeout(SILENCE, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Stop::Gone),
        }
    }
}

/// The pieces as a body.
struct Pieces {
    waiting: mpsc::Receiver<Piece>,
    ended: bool,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.waiting.poll_recv(context).map(|piece| match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => {
                self.ended = true;
                None
            }
            None => {
                self.ended = true;
                Some(Err(io::Error::other("the answer was broken off")))
            }
        })
    }
}
