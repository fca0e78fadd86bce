//! The sandbox: a server of the contracts on loopback, with a memory and with faults by script.
//!
//! The contract drives everything: paths, checks, the form of good answers and of refusals. `server` takes a request
//! from HTTP, `service` counts it, limits it and writes it down, `desk` checks it, and `systems` carries it out: the
//! systems that are played have a file each, and a shelf keeps what all others make. `answer` makes the bodies, `script`
//! chooses the fault that a request meets, and `wire` carries out the faults below HTTP.
//!
//! The log has a request before its answer leaves. It therefore tells the truth about a run, even about one that was
//! killed. The sandbox prints nothing and reads no environment; its command does.

mod answer;
mod asked;
mod condition;
mod desk;
mod door;
mod draft;
mod fault;
mod limit;
mod log;
mod options;
mod route;
mod rule;
mod script;
mod server;
mod service;
mod systems;
mod wire;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use options::Options;
pub use script::Script;

use caseload_engine::contract::Contract;
use service::{Counts, Service};

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
/// As [`serve`]; the system gives no port or no thread.
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
        // `stop` tells why it ended.
        let _ = self.halt();
    }
}
