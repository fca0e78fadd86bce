//! The socket below HTTP: connections that can be told to break.
//!
//! HTTP libraries do not let a handler cut an answer or reset a connection. So the listener hands out
//! [`WireStream`]s, and the handler of a request holds the other end of one, its [`Wire`]: an order
//! given there is carried out on the bytes of the next answer.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of the next answer on a connection.
#[derive(Debug, Default)]
pub enum Order {
    /// It goes out as it is.
    #[default]
    Pass,
    /// Nothing goes out; the connection is reset (RST).
    Reset,
    /// These bytes go out in its place, then the connection is closed.
    Raw(&'static [u8]),
    /// Its head and this many bytes of its body go out, then the connection is closed.
    CutBody(usize),
    /// This many bytes still go out, then the connection is closed.
    Left(usize),
}

/// The handler's end of a connection.
#[derive(Debug, Clone, Default)]
pub struct Wire(Arc<Mutex<Order>>);

impl Wire {
    pub fn give(&self, order: Order) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = order;
    }
}

impl Connected<IncomingStream<'_, WireListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().wire.clone()
    }
}

/// Accepts connections as [`WireStream`]s.
pub struct WireListener(pub TcpListener);

impl Listener for WireListener {
    type Io = WireStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Without it, answers on a kept connection may wait 40 ms for an ACK. A socket that does not
        // take the option still works.
        let _ = stream.set_nodelay(true);
        (WireStream { stream, wire: Wire::default() }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A connection that obeys its [`Wire`].
pub struct WireStream {
    stream: TcpStream,
    wire: Wire,
}

/// The error that makes the HTTP library drop the connection.
fn broken() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

/// The length of a message's head with its empty line; all of it where the line is not there.
fn head_length(message: &[u8]) -> usize {
    message.windows(4).position(|window| window == b"\r\n\r\n").map_or(message.len(), |at| at + 4)
}

impl AsyncWrite for WireStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, answer: &[u8]) -> Poll<io::Result<usize>> {
        let WireStream { stream, wire } = self.get_mut();
        let mut order = wire.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The head always comes whole and first: the library collects it before it writes.
        if let Order::CutBody(length) = *order {
            *order = Order::Left(head_length(answer) + length);
        }
        match &mut *order {
            Order::Pass | Order::CutBody(_) => Pin::new(stream).poll_write(cx, answer),
            Order::Reset => {
                stream.set_zero_linger()?;
                Poll::Ready(Err(broken()))
            }
            Order::Raw(bytes) => {
                while !bytes.is_empty() {
                    let written = ready!(Pin::new(&mut *stream).poll_write(cx, bytes))?;
                    *bytes = &bytes[written..];
                }
                Poll::Ready(Err(broken()))
            }
            Order::Left(0) => Poll::Ready(Err(broken())),
            Order::Left(left) => {
                let part = &answer[..answer.len().min(*left)];
                let written = ready!(Pin::new(stream).poll_write(cx, part))?;
                *left -= written;
                Poll::Ready(Ok(written))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let WireStream { stream, wire } = self.get_mut();
        let order = wire.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*order, Order::Left(0)) {
            return Poll::Ready(Err(broken()));
        }
        Pin::new(stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl AsyncRead for WireStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}
