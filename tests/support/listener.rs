//! A server whose every answer the test writes itself: for reads, which the sandbox's record does not judge.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Answers each request by a function of its target; ends with the test's process.
pub struct Listener {
    pub address: String,
    targets: Arc<Mutex<Vec<String>>>,
}

/// A status, more header lines, and a body.
pub type Said = (u16, &'static str, String);

impl Listener {
    pub fn new(answer: impl Fn(&str) -> Said + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let targets = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (targets.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                std::thread::spawn(move || one(&stream, &seen, &*answer));
            }
        });
        Self { address, targets }
    }

    /// What was asked for, in the order of arrival: `/cases?page=1`.
    pub fn targets(&self) -> Vec<String> {
        self.targets.lock().unwrap().clone()
    }
}

fn one(stream: &TcpStream, seen: &Mutex<Vec<String>>, answer: &dyn Fn(&str) -> Said) {
    let mut lines = BufReader::new(stream).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    lines.by_ref().map_while(Result::ok).find(String::is_empty);
    seen.lock().unwrap().push(target.clone());
    let (status, headers, body) = answer(&target);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let mut stream = stream;
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
