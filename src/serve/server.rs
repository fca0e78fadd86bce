//! The server: connections, their limits, and their end.

mod patient;
mod tls;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use caseload_engine::error::{Code, Error};
use caseload_sheet::text;
use futures_util::future::join_all;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::gate::arrival::Peer;
use crate::house::House;
use crate::options::{Limits, Options};
use crate::router::router;
use patient::Patient;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// After the system gave no connection: it has too many files open.
const BREATH: Duration = Duration::from_millis(50);
/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 64 << 10;
/// The part of all connections that one address may have; on this machine, and as the proxy, it may have all.
const SHARE: usize = 4;

/// A server that has its port, and serves nothing yet.
pub struct Bound {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    options: Options,
}

impl Bound {
    /// Takes the port. Must be called within a runtime.
    ///
    /// # Errors
    /// Somebody else has the port, or the address is not this machine's; the certificate or its key cannot be used.
    pub fn new(options: &Options) -> Result<Self, Error> {
        let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
        let taken = std::net::TcpListener::bind(options.listen).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((TcpListener::from_std(listener)?, address))
        });
        let (listener, listen) = taken.map_err(|error| no_port(options.listen, &error))?;
        Ok(Self { listener, tls, options: Options { listen, ..options.clone() } })
    }

    /// The options, with the port that it got.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The address, as one types it.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.options.listen)
    }

    /// Serves until `shutdown` is ready. Then no connection is taken any more, streams end, requests under way have the
    /// time that [`Limits::grace`] gives, and what goes on behind the page comes to rest within [`Limits::settle`].
    pub async fn serve(self, house: Arc<House>, shutdown: impl Future<Output = ()>) {
        self.serve_app(router(Arc::clone(&house)), house, shutdown).await;
    }

    pub(crate) async fn serve_app(self, app: Router, house: Arc<House>, shutdown: impl Future<Output = ()>) {
        let mut connections = Connections::new(&house);
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, address)) => connections.take(stream, address, &app, self.tls.clone()),
                    Err(_) => sleep(BREATH).await,
                },
                Some(_) = connections.tasks.join_next() => {}
            }
        }
        // Whoever connects from now on is refused, and does not wait.
        drop(self.listener);
        house.stop.set();
        let resting = join_all(house.behind.iter().map(|part| part.rest()));
        let (_, ()) = tokio::join!(timeout(house.limits.settle, resting), connections.end(house.limits.grace));
    }
}

/// The open connections.
struct Connections {
    house: Arc<House>,
    tasks: JoinSet<()>,
    places: Arc<Places>,
}

impl Connections {
    fn new(house: &Arc<House>) -> Self {
        let places = Places { house: Arc::clone(house), open: Mutex::default() };
        Self { house: Arc::clone(house), tasks: JoinSet::new(), places: Arc::new(places) }
    }

    /// Serves a connection. One too many is closed at once: the others go on.
    fn take(&mut self, stream: TcpStream, address: SocketAddr, app: &Router, tls: Option<TlsAcceptor>) {
        let Some(place) = Places::take(&self.places, address.ip().to_canonical()) else { return };
        let (app, house) = (app.clone(), Arc::clone(&self.house));
        let peer = Peer { address, is_tls: tls.is_some() };
        self.tasks.spawn(async move {
            // Small answers leave at once.
            let _ = stream.set_nodelay(true);
            match tls {
                None => connection(stream, app, peer, &house).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                        connection(stream, app, peer, &house).await;
                    }
                }
            }
            drop(place);
        });
    }

    /// Lets requests under way end, for so long.
    async fn end(mut self, grace: Duration) {
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(grace, ended).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}

/// The connections that each address has.
struct Places {
    house: Arc<House>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Places {
    /// A place for an address, where neither it nor all together have too many.
    fn take(places: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let limit = places.house.limits.connections;
        let is_trusted = address.is_loopback() || places.house.gate.options().is_proxy(address);
        let most = if is_trusted { limit } else { limit / SHARE };
        let mut open = places.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= limit || open.get(&address).is_some_and(|count| *count >= most) {
            return None;
        }
        *open.entry(address).or_default() += 1;
        places.tell(&open);
        Some(Place { address, places: Arc::clone(places) })
    }

    fn tell(&self, open: &HashMap<IpAddr, usize>) {
        self.house.metrics.connections(open.values().sum());
    }
}

/// One connection of an address; dropped, it makes room.
struct Place {
    address: IpAddr,
    places: Arc<Places>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.places.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
        self.places.tell(&open);
    }
}

/// Serves one connection to its end. What goes wrong with it is the client's affair.
async fn connection<S>(stream: S, app: Router, peer: Peer, house: &House)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Limits { head, idle, .. } = house.limits;
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        app.call(request)
    });
    let io = TokioIo::new(Patient::new(stream, idle));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(io, service);
    let mut serving = pin!(serving);
    tokio::select! {
        _ = serving.as_mut() => return,
        () = house.stop.wait() => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}

fn no_port(address: SocketAddr, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::AddrInUse {
        return Code::System.cannot_start(text!(
            "{address} başka bir programda. --listen ile başka bir kapı verin; 0 boş birini seçer: --listen 127.0.0.1:0.",
            "Another program has {address}. Name another port by --listen; 0 takes a free one: --listen 127.0.0.1:0."
        ));
    }
    Code::System.cannot_start(text!(
        "{address} dinlenemiyor: {error}. --listen ile bu makinenin bir adresini verin.",
        "{address} cannot be listened on: {error}. Name an address of this machine by --listen."
    ))
}
