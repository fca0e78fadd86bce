//! The server: one handler for all paths, on connections that can be told to break.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::asked::Received;
use super::fault::Effect;
use super::service::{Reply, Service};
use super::wire::{Order, Wire, WireListener};

/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 4 << 20;

/// How long connections in use may take to end after the shutdown.
const GRACE: Duration = Duration::from_secs(1);

/// What goes out in place of HTTP.
pub(super) const GARBAGE: &[u8] = b"\x00\x01\xff\xfe no HTTP at all \x00\r\n\r\n";

/// What the handlers share.
struct Shared {
    service: Mutex<Service>,
    latency: Duration,
    stop: watch::Sender<bool>,
    /// Why the log could not be written.
    failure: Mutex<Option<io::Error>>,
}

/// Serves until `shutdown` is ready, or until the log cannot be written.
pub async fn run(
    listener: TcpListener,
    service: Service,
    latency: Duration,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let shared = Arc::new(Shared { service: Mutex::new(service), latency, stop, failure: Mutex::default() });
    let app = handle.with_state(Arc::clone(&shared)).into_make_service_with_connect_info::<Wire>();
    let serving = axum::serve(WireListener(listener), app).with_graceful_shutdown(until_set(stopped.clone()));
    let ending = async {
        tokio::select! {
            () = shutdown => {}
            () = until_set(stopped) => {}
        }
        shared.stop.send_replace(true);
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served?,
        () = ending => {}
    }
    match shared.failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

async fn until_set(mut flag: watch::Receiver<bool>) {
    // An error means that the sender is gone, and the server with it.
    let _ = flag.wait_for(|set| *set).await;
}

async fn handle(State(shared): State<Arc<Shared>>, ConnectInfo(wire): ConnectInfo<Wire>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = if body.size_hint().lower() > LONGEST_BODY as u64 {
        None
    } else {
        // An error means that the request ends before its end, or never does: it has not arrived.
        let Ok(body) = to_bytes(body, LONGEST_BODY).await else { return reset(&wire) };
        Some(body)
    };
    let received = Received {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: body.as_deref(),
    };
    let answered = shared.service.lock().unwrap_or_else(PoisonError::into_inner).answer(&received);
    let reply = match answered {
        Ok(reply) => reply,
        Err(failure) => {
            *shared.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            shared.stop.send_replace(true);
            return reset(&wire);
        }
    };
    wait(&shared, &reply).await;
    finish(reply, &wire)
}

/// Lets the latency pass; a hanging request waits until the server stops. Where the client goes
/// first, the handler is dropped here.
async fn wait(shared: &Shared, reply: &Reply) {
    let pause = shared.latency + reply.slow;
    if reply.effect == Effect::Hang {
        until_set(shared.stop.subscribe()).await;
    } else if !pause.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = until_set(shared.stop.subscribe()) => {}
        }
    }
}

fn finish(reply: Reply, wire: &Wire) -> Response {
    match reply.effect {
        Effect::Reset | Effect::Hang => return reset(wire),
        Effect::Garbage => wire.give(Order::Raw(GARBAGE)),
        Effect::Half => wire.give(Order::CutBody(reply.draft.body.len() / 2)),
        Effect::CloseIdle => wire.give(Order::CutBody(reply.draft.body.len())),
        Effect::Good | Effect::Status(_) | Effect::Html | Effect::NoId => {}
    }
    let mut response = Response::new(Body::from(reply.draft.body));
    *response.status_mut() = StatusCode::from_u16(reply.draft.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().extend(reply.draft.headers);
    response
}

/// An answer that never leaves: the connection is reset in its place.
fn reset(wire: &Wire) -> Response {
    wire.give(Order::Reset);
    Response::new(Body::empty())
}
