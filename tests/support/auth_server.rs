//! A server that gives tokens and takes them away, and writes down who came with what.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::workdir::{Ended, Workdir};

/// An API with OAuth 2.0 client credentials; `SECURITY` and `SCHEMES` are put in by tests.
const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'https://things.example/v1'}]
security: SECURITY
components:
  securitySchemes: SCHEMES
paths:
  /things:
    post:
      operationId: make
      x-caseload: {id: /id, error: {title: /message}}
      requestBody:
        content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
      responses:
        '201': {description: Made., content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}}
        '400': {description: Refused., content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}}
";

pub const CLIENT: &str = "{type: oauth2, flows: {clientCredentials: {tokenUrl: /oauth/token, scopes: {}}}}";

/// The contract with one scheme, of this name.
pub fn contract(name: &str, scheme: &str) -> String {
    CONTRACT.replace("SECURITY", &format!("[{{{name}: []}}]")).replace("SCHEMES", &format!("{{{name}: {scheme}}}"))
}

/// One request.
#[derive(Debug, Clone, Default)]
pub struct Came {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Each header as `name: value`, the name in lower case.
    pub headers: Vec<String>,
    pub body: String,
    /// How many requests for this path came before.
    pub nth: usize,
}

impl Came {
    pub fn header(&self, name: &str) -> &str {
        let name = format!("{name}: ");
        self.headers.iter().find_map(|line| line.strip_prefix(&name)).unwrap_or_default()
    }
}

/// Status, further headers (each with its line break), body.
pub type Reply = (u16, &'static str, String);

/// No answer: the connection is closed in its place.
pub const LOST: Reply = (0, "", String::new());

pub fn json(status: u16, body: impl Into<String>) -> Reply {
    (status, "Content-Type: application/json\r\n", body.into())
}

/// A good answer to a row.
pub fn made(nth: usize) -> Reply {
    json(201, format!(r#"{{"id": {}}}"#, nth + 1))
}

/// `token-N`, which lives as long as this, as JSON writes it.
pub fn token(nth: usize, expires_in: &str) -> Reply {
    json(200, format!(r#"{{"access_token": "token-{}", "expires_in": {expires_in}}}"#, nth + 1))
}

/// A server whose answers a function gives; it lives as long as the process.
pub struct Server {
    pub address: String,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Server {
    pub fn new(answer: impl Fn(&Came) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let came: Arc<Mutex<Vec<Came>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&came), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &seen, answer.as_ref()));
            }
        });
        Self { address, came }
    }

    /// All requests so far for paths that begin so.
    pub fn came(&self, path: &str) -> Vec<Came> {
        self.came.lock().unwrap().iter().filter(|came| came.path.starts_with(path)).cloned().collect()
    }

    /// What was asked for in order: `true` for a token.
    pub fn order(&self) -> Vec<bool> {
        self.came("/").iter().map(|came| !came.path.starts_with("/things")).collect()
    }

    /// Waits until a request for this path has come; panics after ten seconds.
    pub fn wait_for(&self, path: &str) {
        let start = Instant::now();
        while self.came(path).is_empty() {
            assert!(start.elapsed() < Duration::from_secs(10), "nobody asked for {path}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Submits `list.csv` by a contract to this server.
    pub fn submit(&self, dir: &Workdir, secrets: &[(&str, &str)], more: &[&str]) -> Ended {
        let mut args = vec!["submit", "list.csv", "--contract", "things.yaml", "--base-url", &self.address];
        args.extend(["-o", "out.jsonl"].iter().chain(more));
        let mut command = dir.command(&args);
        command.env_remove("CASELOAD_TOKEN").envs(secrets.iter().copied());
        let output = command.output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: TcpStream, seen: &Mutex<Vec<Came>>, answer: &dyn Fn(&Came) -> Reply) {
    let mut reader = BufReader::new(stream);
    while let Some(mut came) = read(&mut reader) {
        {
            let mut seen = seen.lock().unwrap();
            came.nth = seen.iter().filter(|earlier| earlier.path == came.path).count();
            seen.push(came.clone());
        }
        let (status, headers, body) = answer(&came);
        if status == LOST.0 {
            return;
        }
        let head = format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        if reader.get_mut().write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Came> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut start = lines.first()?.split(' ').map(str::to_owned);
    let (method, path) = (start.next()?, start.next()?);
    let lower = |line: &String| line.split_once(": ").map(|(name, value)| format!("{}: {value}", name.to_lowercase()));
    let mut came = Came { method, path, headers: lines.iter().filter_map(lower).collect(), ..Came::default() };
    let mut body = vec![0; came.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    came.body = String::from_utf8_lossy(&body).into_owned();
    Some(came)
}
