//! How much of a form may come before its next field begins: what a reader of forms holds in memory until then.
//! The contents of a field have no largest size; the headers before it do.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
};
use hyper::body::{Frame, SizeHint};

/// Bytes between two fields: far more than headers need, since what is received at once may hold contents too.
const BETWEEN_FIELDS: usize = 1 << 20;

/// What is left of it, shared with the body that counts.
#[derive(Debug, Clone)]
pub(super) struct Allowance(Arc<AtomicUsize>);

struct Counted {
    body: Body,
    left: Allowance,
}

impl Allowance {
    /// A request whose body ends in an error once more has come than is allowed.
    pub(super) fn of(request: Request) -> (Self, Request) {
        let left = Self(Arc::new(AtomicUsize::new(BETWEEN_FIELDS)));
        let counted = left.clone();
        (left, request.map(|body| Body::new(Counted { body, left: counted })))
    }

    /// A field is awaited: so many bytes may come before it begins.
    pub(super) fn await_field(&self) {
        self.0.store(BETWEEN_FIELDS, Relaxed);
    }

    /// A field has begun: its contents are read as they come.
    pub(super) fn begin_field(&self) {
        self.0.store(usize::MAX, Relaxed);
    }

    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref().map(Bytes::len)).unwrap_or(0);
        if self.left.take(bytes) {
            Poll::Ready(frame)
        } else {
            Poll::Ready(Some(Err(axum::Error::new("too much comes before the next field of the form"))))
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        extract::{FromRequest, Multipart},
        http::header::CONTENT_TYPE,
    };

    use super::*;

    async fn first_field(head: String) -> Result<Option<usize>, ()> {
        let body = format!("--b\r\nContent-Disposition: form-data; name=\"data\"{head}\r\n\r\nq\r\nrue\r\n--b--\r\n");
        let request = Request::builder().header(CONTENT_TYPE, "multipart/form-data; boundary=b");
        let (_, request) = Allowance::of(request.body(Body::from(body)).map_err(|_| ())?);
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| ())?;
        let field = form.next_field().await.map_err(|_| ())?;
        Ok(field.map(|field| field.name().map_or(0, str::len)))
    }

    #[tokio::test]
    async fn headers_without_end_are_refused() {
        assert_eq!(first_field(String::new()).await, Ok(Some(4)));
        assert_eq!(first_field(format!("\r\nX-Long: {}", "a".repeat(BETWEEN_FIELDS))).await, Err(()));
    }
}
