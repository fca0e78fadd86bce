//! A TCP proxy that does harm by a seed: to each connection, in each direction, what its number draws. The same seed
//! does the same to the same connection; when it happens hangs on the machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::try_join;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Numbers that look random and are the same each time (SplitMix64).
#[derive(Debug, Clone)]
pub struct Seeded(pub u64);

impl Seeded {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// What is done to one direction of a connection. Places are bytes that have passed.
#[derive(Debug, Clone, Copy)]
enum Toxic {
    None,
    Latency(Duration),
    /// Both sides are reset.
    ResetAt(u64),
    /// Both sides end: half a request, half an answer.
    CloseAt(u64),
    /// Nothing passes any more, and nobody is told.
    HoleAt(u64),
    /// Pieces of so many bytes, a millisecond apart.
    Slices(usize),
    /// Bytes a second.
    Bandwidth(u64),
    /// The end of one side reaches the other that much later.
    SlowClose(Duration),
}

impl Toxic {
    fn draw(random: &mut Seeded) -> Self {
        // A request has some 400 bytes, an answer some 150: places fall on the first few of a connection.
        let place = random.below(1_500);
        match random.below(20) {
            0 => Self::Latency(Duration::from_millis(1 + random.below(60))),
            1 | 2 => Self::ResetAt(place),
            3 | 4 => Self::CloseAt(place),
            5 => Self::HoleAt(place),
            6 => Self::Slices(8 + random.below(60) as usize),
            7 => Self::Bandwidth(8_000 + random.below(40_000)),
            8 => Self::SlowClose(Duration::from_millis(random.below(300))),
            _ => Self::None,
        }
    }
}

/// Why a connection ends before its sides want it to.
enum End {
    Reset,
    Closed,
}

struct Shared {
    upstream: Mutex<SocketAddr>,
    calm: AtomicBool,
    seed: u64,
    connections: AtomicU64,
    harmed: AtomicU64,
}

/// A proxy in a thread of its own; it ends with the test's process.
pub struct Proxy {
    pub address: String,
    shared: Arc<Shared>,
}

impl Proxy {
    /// `restart` is called, away from the proxy's thread, when connection `restart_at` has come: it gives where the
    /// server is from then on. Nobody listens meanwhile.
    pub fn new(
        seed: u64,
        upstream: SocketAddr,
        restart_at: Option<u64>,
        restart: impl FnOnce() -> SocketAddr + Send + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let here = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            calm: AtomicBool::new(false),
            seed,
            connections: AtomicU64::new(0),
            harmed: AtomicU64::new(0),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                listener.set_nonblocking(true).unwrap();
                let mut listener = TcpListener::from_std(listener).unwrap();
                if let Some(at) = restart_at {
                    while accept(&listener, &own).await < at {}
                    drop(listener);
                    let moved = tokio::task::spawn_blocking(restart).await.unwrap();
                    *own.upstream.lock().unwrap() = moved;
                    sleep(Duration::from_millis(Seeded(own.seed).below(400))).await;
                    listener = bind_again(here).await;
                }
                loop {
                    accept(&listener, &own).await;
                }
            });
        });
        Self { address: format!("http://{here}"), shared }
    }

    /// From now on nothing happens to new connections.
    pub fn calm(&self) {
        self.shared.calm.store(true, Ordering::SeqCst);
    }

    /// Connections so far, and those that something was to happen to.
    pub fn connections(&self) -> (u64, u64) {
        (self.shared.connections.load(Ordering::SeqCst), self.shared.harmed.load(Ordering::SeqCst))
    }
}

/// The port may have been lent to somebody's connection meanwhile, who gives it back.
async fn bind_again(here: SocketAddr) -> TcpListener {
    let mut tries = 0;
    loop {
        match TcpListener::bind(here).await {
            Ok(listener) => return listener,
            Err(error) if tries == 300 => panic!("{here}: {error}"),
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
        tries += 1;
    }
}

/// Takes one connection, and gives its number.
async fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> u64 {
    let Ok((client, _)) = listener.accept().await else { return 0 };
    let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
    let mut random = Seeded(shared.seed.rotate_left(20) ^ number);
    let mut toxics = [Toxic::None; 2];
    if !shared.calm.load(Ordering::SeqCst) {
        toxics = [Toxic::draw(&mut random), Toxic::draw(&mut random)];
    }
    let harms = toxics.iter().any(|toxic| !matches!(toxic, Toxic::None));
    shared.harmed.fetch_add(u64::from(harms), Ordering::SeqCst);
    let upstream = *shared.upstream.lock().unwrap();
    tokio::spawn(async move {
        if let Ok(server) = TcpStream::connect(upstream).await {
            relay(client, server, toxics).await;
        }
    });
    number
}

async fn relay(client: TcpStream, server: TcpStream, [up, down]: [Toxic; 2]) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let (mut client_out, mut server_out) = (Some(client_out), Some(server_out));
    let ended = try_join(pump(&client_in, &mut server_out, up), pump(&server_in, &mut client_out, down)).await;
    if let Err(End::Reset) = ended {
        for half in [client_out, server_out].into_iter().flatten() {
            let _ = half.as_ref().set_zero_linger();
            half.forget();
        }
    }
}

/// Lets bytes pass until their side ends.
async fn pump(from: &OwnedReadHalf, to: &mut Option<OwnedWriteHalf>, toxic: Toxic) -> Result<(), End> {
    let (mut buffer, mut passed) = ([0; 2048], 0);
    loop {
        from.readable().await.map_err(|_| End::Closed)?;
        let count = match from.try_read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return Err(End::Reset),
        };
        let Some(half) = to.as_ref() else { return Err(End::Closed) };
        passed = pass(half, &buffer[..count], passed, toxic).await?;
    }
    if let Toxic::SlowClose(pause) = toxic {
        sleep(pause).await;
    }
    // What is dropped tells the other side that this one has ended.
    *to = None;
    Ok(())
}

/// Lets a piece pass, with what is done to it; gives how many bytes have passed.
async fn pass(to: &OwnedWriteHalf, bytes: &[u8], passed: u64, toxic: Toxic) -> Result<u64, End> {
    let after = passed + bytes.len() as u64;
    match toxic {
        Toxic::ResetAt(at) | Toxic::CloseAt(at) | Toxic::HoleAt(at) if after > at => {
            write(to, &bytes[..(at - passed) as usize]).await?;
            match toxic {
                Toxic::ResetAt(_) => return Err(End::Reset),
                Toxic::CloseAt(_) => return Err(End::Closed),
                // Longer than anybody waits.
                _ => sleep(Duration::from_secs(8)).await,
            }
            return Err(End::Closed);
        }
        Toxic::Latency(pause) => sleep(pause).await,
        Toxic::Bandwidth(a_second) => sleep(Duration::from_secs_f64(bytes.len() as f64 / a_second as f64)).await,
        Toxic::Slices(size) => {
            for piece in bytes.chunks(size) {
                write(to, piece).await?;
                sleep(Duration::from_millis(1)).await;
            }
            return Ok(after);
        }
        _ => {}
    }
    write(to, bytes).await?;
    Ok(after)
}

async fn write(to: &OwnedWriteHalf, mut bytes: &[u8]) -> Result<(), End> {
    while !bytes.is_empty() {
        to.writable().await.map_err(|_| End::Closed)?;
        match to.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return Err(End::Closed),
        }
    }
    Ok(())
}
