//! The sandbox as its clients see it: on raw sockets, and through the HTTP client of the program.

mod answers;
mod described;
mod faults;
mod systems;

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::asked::Asked;
use super::{Options, Sandbox, Script, spawn};
use caseload_engine::contract::{catalogue, from_yaml};

/// A log that tests can read.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn lines(&self) -> Vec<Value> {
        self.0.lock().unwrap().split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sandbox of the built-in contracts with this script, and its log.
fn sandbox(script: &str) -> (Sandbox, Kept) {
    let log = Kept::default();
    let options =
        Options { script: Script::from_yaml(script).unwrap(), log: Some(Box::new(log.clone())), ..Options::default() };
    (spawn(&catalogue(None, &[]).unwrap(), options).unwrap(), log)
}

/// What `answer` makes of a request for `system/operation`, as far as a state looks at it.
pub(super) fn asked<T>(
    operation: &str,
    parameters: &[(&str, &str)],
    body: &Value,
    answer: impl FnOnce(&Asked<'_>) -> T,
) -> T {
    let (system, name) = operation.split_once('/').unwrap();
    let document = format!(
        "{{openapi: 3.1.0, info: {{title: T, version: '1'}}, paths: {{/x: {{post: {{operationId: {name}, responses: {{}}}}}}}}}}"
    );
    let contract = from_yaml(system, &document, &[]).unwrap();
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let now = "2026-12-01T08:00:00Z";
    answer(&Asked {
        operation: &contract.operations[0],
        made_above: false,
        path: "/x",
        parameters: &parameters,
        body,
        token: "t",
        now,
    })
}

fn case(device: &str) -> Value {
    json!({"caseType": "defect", "defectCode": "psu", "deviceId": device, "detail": "Ekran açılmıyor"})
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn good(device: &str) -> String {
    let headers = "Authorization: Bearer t\r\nContent-Type: application/json\r\nX-Request-Id: r-1\r\n";
    post("/api/v1/cases", headers, &case(device).to_string())
}

/// One answer: status, head, and as much of the body as came of what was announced.
#[derive(Debug)]
struct Seen {
    status: u16,
    head: String,
    body: Vec<u8>,
    announced: usize,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn to(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, request: &str) -> &mut Self {
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        self
    }

    fn answer(&mut self) -> io::Result<Seen> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let announced = length.unwrap_or(0);
        let mut body = Vec::new();
        (&mut self.0).take(announced as u64).read_to_end(&mut body)?;
        Ok(Seen { status: head[9..12].parse().unwrap(), head, body, announced })
    }

    fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest)?;
        Ok(rest)
    }
}

fn ask(sandbox: &Sandbox, request: &str) -> Seen {
    Client::to(sandbox).send(request).answer().unwrap()
}
