//! A body that knows whether anybody has asked for it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Whether the body of a request was asked for. The client does so once there is a connection;
/// before that the server has no whole request, so it cannot have taken the mail.
#[derive(Clone, Default)]
pub(super) struct Begun(Arc<AtomicBool>);

impl Begun {
    /// A body that tells this.
    pub fn watch(&self, body: String) -> WatchedBody {
        WatchedBody { rest: Some(body.into()), begun: self.clone() }
    }

    /// Whether it was.
    pub fn is_true(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Bytes in one piece.
pub(super) struct WatchedBody {
    rest: Option<Bytes>,
    begun: Begun,
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.begun.0.store(true, Ordering::Release);
        Poll::Ready(self.rest.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
