//! The body of a request comes in at a pace, or not at all: who sends a byte now and then holds nobody up.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use crate::house::House;

/// Lets a body end with an error where it stalls or trickles.
pub(crate) async fn hurry(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let (idle, rate) = (house.limits.idle, house.limits.least_rate);
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    next.run(request.map(|body| Body::from_stream(paced(body.into_data_stream(), idle, rate)))).await
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
}
