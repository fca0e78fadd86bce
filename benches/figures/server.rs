//! A server that does nothing but answer, so that the client is what is measured: HTTP/1.1 kept
//! alive, one thread. It remembers when each request was there in full.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};

use crate::Fallible;
use crate::refuses::{Refusals, Refuses};

/// What the server saw, as `GET /stats` tells it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Stats {
    pub requests: usize,
    /// From the first request to the last, in seconds.
    pub span_s: f64,
    /// The most requests in any one second.
    pub worst_second: usize,
    /// How many of them were refused, and for how long it asked to wait, in seconds.
    pub refused: usize,
    pub paused_s: f64,
}

impl Stats {
    /// Requests a second, from the first to the last.
    pub fn per_second(&self) -> f64 {
        (self.requests.saturating_sub(1)) as f64 / self.span_s
    }
}

/// Serves on a free loopback port, which it prints, until it is killed.
///
/// # Errors
/// Where no port can be had.
pub fn serve(delay: Duration, refuses: Refuses) -> Fallible<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        writeln!(io::stdout(), "{}", listener.local_addr()?.port())?;
        let arrivals = Arrivals { start: Instant::now(), times: Rc::default(), refuses, refusals: Rc::default() };
        loop {
            let (stream, _) = listener.accept().await?;
            let arrivals = arrivals.clone();
            // A connection that breaks is the client's affair.
            tokio::task::spawn_local(async move { connection(stream, arrivals, delay).await.ok() });
        }
    })
}

#[derive(Clone)]
struct Arrivals {
    start: Instant,
    /// Nanoseconds since `start`, ascending.
    times: Rc<RefCell<Vec<u64>>>,
    refuses: Refuses,
    refusals: Rc<RefCell<Refusals>>,
}

impl Arrivals {
    /// Notes a request, and gives its number.
    fn note(&self) -> usize {
        let mut times = self.times.borrow_mut();
        times.push(self.start.elapsed().as_nanos() as u64);
        times.len()
    }

    fn is_refused(&self, nth: usize) -> bool {
        self.refusals.borrow_mut().take(self.refuses, nth, self.start.elapsed())
    }

    fn stats(&self) -> Stats {
        let times = self.times.borrow();
        let span = times.last().unwrap_or(&0) - times.first().unwrap_or(&0);
        Stats {
            requests: times.len(),
            span_s: span as f64 / 1e9,
            worst_second: worst_second(&times),
            refused: self.refusals.borrow().refused,
            paused_s: self.refusals.borrow().paused.as_secs_f64(),
        }
    }
}

/// The most times in any half-open second.
fn worst_second(times: &[u64]) -> usize {
    let mut begin = 0;
    let mut worst = 0;
    for (end, time) in times.iter().enumerate() {
        while time - times[begin] >= 1_000_000_000 {
            begin += 1;
        }
        worst = worst.max(end - begin + 1);
    }
    worst
}

async fn connection(stream: TcpStream, arrivals: Arrivals, delay: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 * 1024);
    while let Some(length) = request(&stream, &mut buffer).await? {
        let mut status = "200 OK".to_owned();
        let body = if buffer.starts_with(b"GET /stats ") {
            serde_json::to_string(&arrivals.stats())?
        } else {
            let id = arrivals.note();
            if arrivals.is_refused(id) {
                status = format!("{} Not now\r\nretry-after: 1", arrivals.refuses.status);
            }
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            format!(
                r#"{{"status":"SUCCESS","data":{{"caseId":{id}}},"metadata":{{"timestamp":"2026-01-01T00:00:00Z"}}}}"#
            )
        };
        buffer.drain(..length);
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        write_all(&stream, answer.as_bytes()).await?;
    }
    Ok(())
}

/// Reads until a whole request stands at the front of the buffer; its length, or nothing where the
/// client has hung up.
async fn request(stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<usize>> {
    loop {
        if let Some(head) = memchr::memmem::find(buffer, b"\r\n\r\n") {
            let length = head + 4 + content_length(&buffer[..head]);
            if buffer.len() >= length {
                return Ok(Some(length));
            }
        }
        match read_some(stream, buffer) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.readable().await?,
            Err(error) => return Err(error),
        }
    }
}

fn read_some(stream: &TcpStream, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut chunk = [0; 4 * 1024];
    let count = stream.try_read(&mut chunk)?;
    buffer.extend_from_slice(&chunk[..count]);
    Ok(count)
}

fn content_length(head: &[u8]) -> usize {
    let value = head.split(|&byte| byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked("content-length:".len())?;
        name.eq_ignore_ascii_case(b"content-length:").then_some(value)
    });
    value.and_then(|value| str::from_utf8(value).ok()?.trim().parse().ok()).unwrap_or(0)
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
