//! A server below HTTP: it reads and writes bytes by a script, over plain TCP or TLS, and writes down what it received.
//! The script is a list of turns. A turn that begins by reading is taken when a byte of a request has come; any other
//! is taken as soon as its connection stands, or is idle.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection};

/// What the server does next on a connection.
#[derive(Debug, Clone)]
pub enum Step {
    /// Reads the request to the end of its head, to the middle of its body, or all of it.
    Head,
    HalfBody,
    All,
    /// Waits for the first byte and leaves it in the socket.
    Touch,
    Send(Vec<u8>),
    /// Answers 201 with the row's own number as id, and keeps the connection.
    Good,
    Wait(u64),
    /// Ends its own side, and takes what still comes.
    Close,
    /// Closes at once: without `close_notify`, and with a reset where something was not read.
    Drop,
    Reset,
    /// Nothing more, until the client goes.
    Silence,
}

/// What happens to one request, or to one connection before any request.
#[derive(Debug, Clone)]
pub struct Turn {
    pub steps: Vec<Step>,
    /// The row that it is for.
    pub row: u32,
    /// On the bare socket, in place of the TLS handshake.
    pub before_tls: bool,
}

impl From<Vec<Step>> for Turn {
    fn from(steps: Vec<Step>) -> Self {
        Self { steps, row: 3, before_tls: false }
    }
}

/// Bytes of one request, as far as they were read.
#[derive(Debug, Clone, Default)]
pub struct Received {
    pub bytes: Vec<u8>,
    pub connection: usize,
}

impl Received {
    fn head_length(&self) -> Option<usize> {
        self.bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
    }

    fn header(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(&self.bytes[..self.head_length()?]).to_ascii_lowercase();
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned));
        line.map(|line| line.trim().to_owned())
    }

    /// How many bytes it has, as it says itself.
    fn length(&self) -> Option<usize> {
        Some(self.head_length()? + self.header("content-length")?.parse::<usize>().ok()?)
    }

    pub fn is_whole(&self) -> bool {
        self.length().is_some_and(|length| self.bytes.len() >= length)
    }

    /// The row of the file that it was sent for; none before its reference was read.
    pub fn row(&self) -> Option<u32> {
        self.header("x-request-id")?.rsplit('.').next()?.parse().ok()
    }
}

#[derive(Default)]
struct Shared {
    turns: VecDeque<Turn>,
    received: Vec<Received>,
    connections: usize,
}

/// A server that lives as long as the test's process.
pub struct RawServer {
    pub address: String,
    shared: Arc<Mutex<Shared>>,
}

impl RawServer {
    /// After the last turn every request is answered well.
    pub fn new(turns: Vec<Turn>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = format!("{scheme}://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared { turns: turns.into(), ..Shared::default() }));
        let seen = Arc::clone(&shared);
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (seen, tls) = (Arc::clone(&seen), tls.clone());
                std::thread::spawn(move || serve(socket, &seen, tls));
            }
        });
        Self { address, shared }
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().unwrap().received.clone()
    }

    /// Turns that nobody came for.
    pub fn left(&self) -> usize {
        self.shared.lock().unwrap().turns.len()
    }
}

/// One connection.
struct Line {
    socket: TcpStream,
    tls: Option<ServerConnection>,
}

fn serve(socket: TcpStream, shared: &Mutex<Shared>, tls: Option<Arc<ServerConfig>>) {
    // A client that hangs shall not hang the test.
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket.set_nodelay(true).unwrap();
    let mut line = Line { socket, tls: None };
    let number = {
        let mut shared = shared.lock().unwrap();
        shared.connections += 1;
        shared.connections
    };
    if let Some(config) = tls {
        if let Some(turn) = take(shared, |turn| turn.before_tls) {
            line.play(&turn, &mut Received::default());
            return;
        }
        let mut connection = ServerConnection::new(config).unwrap();
        while connection.is_handshaking() {
            if connection.complete_io(&mut line.socket).is_err() {
                return;
            }
        }
        line.tls = Some(connection);
    }
    while line.turn(shared, number) {}
}

fn take(shared: &Mutex<Shared>, fits: impl Fn(&Turn) -> bool) -> Option<Turn> {
    let mut shared = shared.lock().unwrap();
    if shared.turns.front().is_some_and(fits) { shared.turns.pop_front() } else { None }
}

fn begins_by_reading(turn: &Turn) -> bool {
    matches!(turn.steps.first(), Some(Step::Head | Step::HalfBody | Step::All | Step::Touch))
}

impl Line {
    /// Whether the connection goes on.
    fn turn(&mut self, shared: &Mutex<Shared>, connection: usize) -> bool {
        let mut received = Received { connection, ..Received::default() };
        let turn = match take(shared, |turn| !begins_by_reading(turn)) {
            Some(turn) => turn,
            None if !self.has_byte() => return false,
            None => self.turn_of_request(shared, &mut received),
        };
        let at = {
            let mut shared = shared.lock().unwrap();
            shared.received.push(received.clone());
            shared.received.len() - 1
        };
        let goes_on = self.play(&turn, &mut received);
        shared.lock().unwrap().received[at] = received;
        goes_on
    }

    /// The turn of the request that comes: where the next one begins by reading it all, that of its row.
    fn turn_of_request(&mut self, shared: &Mutex<Shared>, received: &mut Received) -> Turn {
        let reads_all = |turn: &Turn| matches!(turn.steps.first(), Some(Step::All));
        if let Some(turn) = take(shared, |turn| !reads_all(turn)) {
            return turn;
        }
        self.read_until(received, Received::length);
        let row = received.row();
        take(shared, |turn| row == Some(turn.row)).unwrap_or_else(|| vec![Step::All, Step::Good].into())
    }

    fn play(&mut self, turn: &Turn, received: &mut Received) -> bool {
        for step in &turn.steps {
            match step {
                Step::Touch => drop(self.has_byte()),
                Step::Head => self.read_until(received, Received::head_length),
                Step::HalfBody => {
                    self.read_until(received, |it| Some(usize::midpoint(it.head_length()?, it.length()?)));
                }
                Step::All => self.read_until(received, Received::length),
                Step::Send(bytes) => self.send(bytes),
                Step::Good => {
                    let body = format!(r#"{{"id":{}}}"#, received.row().unwrap_or(0));
                    self.send(&answer(201, "", &body));
                }
                Step::Wait(ms) => std::thread::sleep(Duration::from_millis(*ms)),
                Step::Silence => {
                    self.drain();
                    return false;
                }
                Step::Close => {
                    if let Some(tls) = &mut self.tls {
                        tls.send_close_notify();
                        let _ = tls.write_tls(&mut self.socket);
                    }
                    let _ = self.socket.shutdown(Shutdown::Write);
                    self.drain();
                    return false;
                }
                Step::Drop => return false,
                Step::Reset => {
                    reset(&self.socket);
                    return false;
                }
            }
        }
        true
    }

    /// Waits for a byte and leaves it where it is; false at the end of the connection.
    fn has_byte(&mut self) -> bool {
        let waits = match &mut self.tls {
            // Tickets of the handshake and the request may have come together.
            Some(tls) => tls.process_new_packets().is_ok_and(|state| state.plaintext_bytes_to_read() > 0),
            None => false,
        };
        waits || self.socket.peek(&mut [0]).is_ok_and(|count| count > 0)
    }

    /// Reads no byte beyond, so that what lies behind stays unread.
    fn read_until(&mut self, received: &mut Received, end: impl Fn(&Received) -> Option<usize>) {
        let mut buffer = [0; 16_384];
        loop {
            let most = match end(received) {
                Some(end) if received.bytes.len() >= end => return,
                Some(end) => buffer.len().min(end - received.bytes.len()),
                None => 1,
            };
            let read = match &mut self.tls {
                Some(tls) => rustls::Stream::new(tls, &mut self.socket).read(&mut buffer[..most]),
                None => self.socket.read(&mut buffer[..most]),
            };
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return,
                Ok(count) => received.bytes.extend_from_slice(&buffer[..count]),
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) {
        let _ = match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls, &mut self.socket).write_all(bytes),
            None => self.socket.write_all(bytes),
        };
    }

    fn drain(&mut self) {
        let mut rest = [0; 4096];
        while self.socket.read(&mut rest).is_ok_and(|count| count > 0) {}
    }
}

/// Lets the close that follows be a reset.
fn reset(socket: &TcpStream) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _inside = runtime.enter();
    let twin = socket.try_clone().unwrap();
    twin.set_nonblocking(true).unwrap();
    tokio::net::TcpStream::from_std(twin).unwrap().set_zero_linger().unwrap();
}

/// An answer as it stands on the wire; `headers` each with its line break.
pub fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}");
    format!("{head}\r\n\r\n{body}").into_bytes()
}
