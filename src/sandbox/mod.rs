//! The sandbox: a server of the contracts on loopback, with a memory and with faults by script.
//!
//! Everything is driven by the contract: paths, checks, the form of good answers and of refusals.
//! A request passes `server` (HTTP), `service` (counting, limit, log), `desk` (checks) and
//! `state`, which plays the rules of the systems that it knows (a file each) and keeps what the
//! others make on a `shelf`; `answer` makes the bodies, `script` says which request meets with which fault, and
//! `wire` carries out the faults below HTTP.
//!
//! What was carried out stands in the log before an answer leaves, so that the log is the truth about
//! a run whoever was killed in it.

mod answer;
mod asked;
mod bank;
mod desk;
mod door;
mod hugin;
mod limit;
mod log;
mod netahsilat;
mod route;
mod rule;
mod script;
mod server;
mod service;
mod shelf;
mod state;
mod thalamus;
mod wire;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use script::Script;

use crate::contract::Contract;
use service::{Counts, Service};

/// How the sandbox behaves; by default it answers well and at once.
#[derive(Default)]
pub struct Options {
    pub script: Script,
    /// Requests a second; what is above is answered with 429 and not carried out.
    pub limit_per_s: Option<f64>,
    /// How long each answer waits. What the request asks for is done before.
    pub latency: Duration,
    /// Takes one JSON object a line for each request, before its answer leaves. Give it a `File`
    /// as it is: a buffer of one's own would be lost with the process.
    pub log: Option<Box<dyn Write + Send>>,
    /// The only bearer token that is accepted; without it, any one that is not empty.
    pub token: Option<String>,
    /// How long the tokens live that the sandbox gives, an hour if not said. It tells whole seconds: of a life below
    /// one, nothing that a client could go by.
    pub token_lifetime: Option<Duration>,
}

/// Serves the contracts until `shutdown` is ready.
///
/// # Errors
/// A contract whose schemas cannot be compiled (`InvalidData`), or a log that cannot be written.
pub async fn serve(
    listener: TcpListener,
    contracts: &[Contract],
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let latency = options.latency;
    server::run(listener, Service::new(contracts, options)?, latency, shutdown).await
}

/// Serves the contracts on a free port of 127.0.0.1, in a thread of its own.
///
/// # Errors
/// As [`serve`], or no port or thread is to be had.
pub fn spawn(contracts: &[Contract], options: Options) -> io::Result<Sandbox> {
    let latency = options.latency;
    let service = Service::new(contracts, options)?;
    let counts = service.counts();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
        runtime.block_on(async {
            let shutdown = async {
                // An error means that the sandbox was dropped.
                let _ = stopped.await;
            };
            server::run(TcpListener::from_std(listener)?, service, latency, shutdown).await
        })
    })?;
    Ok(Sandbox { address, counts, running: Some((stop, thread)) })
}

/// A sandbox in a thread of its own; it stops when this is dropped.
pub struct Sandbox {
    pub address: SocketAddr,
    counts: Arc<Counts>,
    running: Option<(oneshot::Sender<()>, JoinHandle<io::Result<()>>)>,
}

impl Sandbox {
    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests that were carried out.
    pub fn committed(&self) -> u64 {
        self.counts.committed.load(Ordering::Relaxed)
    }

    /// Requests that arrived in full, carried out or not.
    pub fn requests(&self) -> u64 {
        self.counts.requests.load(Ordering::Relaxed)
    }

    /// Tokens that were asked for, given or not; [`requests`](Self::requests) are without these.
    pub fn tokens(&self) -> u64 {
        self.counts.tokens.load(Ordering::Relaxed)
    }

    /// Stops the server: open connections are closed, hanging requests are reset.
    ///
    /// # Errors
    /// The log could not be written; from then on nothing was answered.
    pub fn stop(mut self) -> io::Result<()> {
        self.halt()
    }

    fn halt(&mut self) -> io::Result<()> {
        let Some((stop, thread)) = self.running.take() else { return Ok(()) };
        drop(stop);
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the sandbox's thread panicked")))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Whoever wants to know why it ended calls `stop`.
        let _ = self.halt();
    }
}
