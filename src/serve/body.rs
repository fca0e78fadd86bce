//! The body of a request comes in at a pace, or not at all: who sends a byte now and then holds nobody up. And what an
//! answer did not need of it is read to its end: a browser that is still sending would not see why it was refused.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use crate::house::House;

/// What comes in, piece by piece.
type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// How many times the largest list is read and thrown away, so that its sender sees the answer.
const PATIENCE: u64 = 4;

/// Lets a body end with an error where it stalls or trickles, and reads what is left of it.
pub(crate) async fn hurry(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (idle, rate) = (house.limits.idle, house.limits.least_rate);
    // Who asks first whether to send hears no at once, if nobody has read.
    let asks_first = request.headers().contains_key(header::EXPECT);
    let rest = Rest::default();
    let request = request.map(|body| {
        let pieces = paced(body.into_data_stream(), idle, rate).boxed();
        Body::from_stream(Lent { pieces: Some(pieces), was_read: !asks_first, rest: rest.clone() })
    });
    let response = next.run(request).await;
    let left = rest.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mut left) = left {
        let mut bytes = house.limits.upload.saturating_mul(PATIENCE);
        while let Some(Ok(piece)) = left.next().await {
            bytes = bytes.saturating_sub(piece.len() as u64);
            if bytes == 0 || house.stop.is_set() {
                break;
            }
        }
    }
    response
}

/// What was not read of a body.
#[derive(Clone, Default)]
struct Rest(Arc<Mutex<Option<Pieces>>>);

/// A body that comes back when its reader has enough of it.
struct Lent {
    pieces: Option<Pieces>,
    was_read: bool,
    rest: Rest,
}

impl Stream for Lent {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.was_read = true;
        let Some(pieces) = &mut self.pieces else { return Poll::Ready(None) };
        let polled = pieces.as_mut().poll_next(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.pieces = None;
        }
        polled
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.was_read {
            *self.rest.0.lock().unwrap_or_else(PoisonError::into_inner) = self.pieces.take();
        }
    }
}

fn paced<S, E>(chunks: S, idle: Duration, rate: u64) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    S: Stream<Item = Result<Bytes, E>> + Send + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let began = Instant::now();
    stream::unfold(Some((chunks, 0_u64)), move |state| async move {
        let (mut chunks, came) = state?;
        // What came bought time; a stall is cut off in any case.
        let earned = Duration::from_secs(came / rate.max(1));
        let deadline = (began + idle + earned).min(Instant::now() + idle);
        match timeout_at(deadline, chunks.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => {
                let came = came + chunk.len() as u64;
                Some((Ok(chunk), Some((chunks, came))))
            }
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    fn chunks(gap: Duration, count: usize, size: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
        Box::pin(stream::iter(0..count).then(move |_| async move {
            tokio::time::sleep(gap).await;
            Ok(Bytes::from(vec![b'x'; size]))
        }))
    }

    async fn length(gap: Duration, count: usize, size: usize) -> io::Result<usize> {
        let idle = Duration::from_millis(200);
        let all: Vec<Bytes> = paced(chunks(gap, count, size), idle, 1000).try_collect().await?;
        Ok(all.iter().map(Bytes::len).sum())
    }

    #[tokio::test]
    async fn a_body_that_stalls_or_trickles_ends_with_an_error() {
        assert_eq!(length(Duration::from_millis(20), 30, 2000).await.unwrap(), 60_000);
        let stalled = length(Duration::from_millis(400), 1, 10).await;
        assert_eq!(stalled.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let trickling = length(Duration::from_millis(50), 30, 1).await;
        assert_eq!(trickling.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_a_reader_left_comes_back_unless_nobody_asked_for_it() {
        let lend = |was_read| {
            let rest = Rest::default();
            let pieces = chunks(Duration::ZERO, 3, 10).boxed();
            (Lent { pieces: Some(pieces), was_read, rest: rest.clone() }, rest)
        };
        let left = |rest: Rest| rest.0.lock().unwrap().take();
        let (mut lent, rest) = lend(false);
        lent.next().await;
        drop(lent);
        assert_eq!(left(rest).unwrap().count().await, 2);
        let (lent, rest) = lend(true);
        assert_eq!(lent.count().await, 3);
        assert!(left(rest).is_none());
        let (lent, rest) = lend(false);
        drop(lent);
        assert!(left(rest).is_none());
    }
}
