//! Server-sent events: what happens goes to a browser or a program as it happens.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::gate::Asker;
use crate::house::House;

/// A sign of life goes out this often; then it is also seen whether the one who listens may still do so.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// A browser that lost the stream asks again after this time.
const AGAIN: &str = "retry: 2000\n\n";
/// The longest id that a client may send back.
const LONGEST_ID: usize = 100;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// By which the client says where it was cut off.
    pub id: Option<String>,
    /// What kind of event it is; `message` where nothing is said.
    pub name: Option<&'static str>,
    /// A fragment of the page, or an object.
    pub data: String,
}

impl Message {
    /// As it goes over the wire. No line end in it can begin a field of its own.
    fn wire(&self) -> String {
        let mut wire = String::with_capacity(self.data.len() + 32);
        let one_line = |text: &str| text.replace(['\r', '\n', '\0'], " ");
        if let Some(id) = &self.id {
            wire.push_str(&format!("id: {}\n", one_line(id)));
        }
        if let Some(name) = self.name {
            wire.push_str(&format!("event: {}\n", one_line(name)));
        }
        for line in self.data.replace("\r\n", "\n").split(['\n', '\r']) {
            wire.push_str(&format!("data: {line}\n"));
        }
        wire.push('\n');
        wire
    }
}

/// The id of the last event that a client has, where it was cut off and asks again.
pub fn last_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("last-event-id")?.to_str().ok()?;
    (!id.is_empty() && id.len() <= LONGEST_ID).then_some(id)
}

/// An answer that goes on until the events do, until the server ends, or until the one who asks may not listen any more.
///
/// The next event is taken when the one before it has left. So a client that is slow holds one event, and whatever the
/// source holds: a source of many events has to merge them.
pub fn answer(house: &Arc<House>, asker: &Asker, events: impl Stream<Item = Message> + Send + 'static) -> Response {
    let first = stream::once(async { Ok::<_, Infallible>(Bytes::from_static(AGAIN.as_bytes())) });
    let listening = Listening {
        house: Arc::clone(house),
        asker: asker.clone(),
        signs: signs(SIGN_OF_LIFE),
        events: events.boxed(),
    };
    let rest = stream::unfold(listening, |mut listening| async {
        let wire = listening.next().await?;
        Some((Ok(Bytes::from(wire)), listening))
    });
    let mut response = Response::new(Body::from_stream(first.chain(rest)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // nginx keeps an answer back until it has some of it.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn signs(every: Duration) -> Interval {
    let mut signs = interval_at(Instant::now() + every, every);
    signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
    signs
}

struct Listening {
    house: Arc<House>,
    asker: Asker,
    signs: Interval,
    events: stream::BoxStream<'static, Message>,
}

impl Listening {
    async fn next(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            () = self.house.stop.wait() => None,
            _ = self.signs.tick() => {
                let (gate, asker) = (Arc::clone(&self.house.gate), self.asker.clone());
                let may = crate::blocking(move || Ok(gate.still_lets_in(&asker))).await;
                may.is_ok_and(|may| may).then(|| ": \n\n".to_owned())
            }
            event = self.events.next() => Some(event?.wire()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_end_begins_a_field() {
        let message =
            Message { id: Some("7\nevent: x".to_owned()), name: Some("rows"), data: "a\nb\r\nid: 9\rc".to_owned() };
        assert_eq!(message.wire(), "id: 7 event: x\nevent: rows\ndata: a\ndata: b\ndata: id: 9\ndata: c\n\n");
        let plain = Message { id: None, name: None, data: String::new() };
        assert_eq!(plain.wire(), "data: \n\n");
    }

    #[test]
    fn a_client_says_where_it_was_cut_off() {
        let with = |id: &str| HeaderMap::from_iter([(HeaderName::from_static("last-event-id"), id.parse().unwrap())]);
        assert_eq!(last_id(&with("12")), Some("12"));
        assert_eq!(last_id(&with("")), None);
        assert_eq!(last_id(&with(&"1".repeat(101))), None);
        assert_eq!(last_id(&HeaderMap::new()), None);
    }
}
