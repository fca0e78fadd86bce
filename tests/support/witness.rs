//! The server's side of the story: a sandbox that writes down all that it receives, and what must be
//! true of a result beside that record.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use caseload_engine::contract::catalogue;
use caseload_sandbox::{Options, Sandbox, Script, spawn};
use serde::Deserialize;
use serde_json::Value;

use super::workdir::words;

/// A sandbox whose log is the truth. It lives in the test's process: whoever kills the program does not touch it.
pub struct Witness {
    pub sandbox: Sandbox,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

/// One request as the sandbox wrote it down.
#[derive(Debug, Clone, Deserialize)]
pub struct Request {
    /// When it had arrived: milliseconds of Unix time.
    pub at_ms: u64,
    pub reference: String,
    pub body: Value,
    pub status: Option<u16>,
    pub committed: bool,
    pub id: Option<Value>,
}

impl Request {
    /// The text of a case, which tells rows apart in most tests.
    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

impl Witness {
    pub fn new(script: &str) -> Self {
        Self::with(Options { script: read(script), ..Options::default() })
    }

    /// Every answer takes so long; what it asks for is done before.
    pub fn slow(latency_ms: u64, script: &str) -> Self {
        let latency = Duration::from_millis(latency_ms);
        Self::with(Options { script: read(script), latency, ..Options::default() })
    }

    pub fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let file: Box<File> = Box::new(File::create(&log).unwrap());
        let sandbox = spawn(&catalogue(None, &[]).unwrap(), Options { log: Some(file), ..options }).unwrap();
        Self { sandbox, log, _folder: folder }
    }

    /// All requests that have arrived, in their order.
    pub fn requests(&self) -> Vec<Request> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Those that were carried out.
    pub fn committed(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.committed).collect()
    }

    /// Waits until so many requests have arrived; panics after ten seconds.
    pub fn wait_for(&self, requests: u64) {
        let start = Instant::now();
        while self.sandbox.requests() < requests {
            assert!(start.elapsed() < Duration::from_secs(10), "{} of {requests} arrived", self.sandbox.requests());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// No case was opened twice, nobody's row has another one's id, what is done at the server is told as done or
    /// unknown, and nothing came that the ledger does not count as an attempt. `details` are the texts of the rows, in
    /// the order of the result.
    #[track_caller]
    pub fn agrees_with(&self, rows: &[Value], details: &[String]) {
        assert_eq!(rows.len(), details.len(), "one line a row");
        let mut given: HashMap<String, Value> = HashMap::new();
        for request in self.committed() {
            let twice = given.insert(request.detail().to_owned(), request.id.clone().unwrap());
            assert!(twice.is_none(), "{} was carried out twice", request.detail());
        }
        let mut came: HashMap<String, u64> = HashMap::new();
        for request in self.requests() {
            *came.entry(request.reference).or_default() += 1;
        }
        for (row, detail) in rows.iter().zip(details) {
            let arrived = row["reference"].as_str().and_then(|reference| came.get(reference)).copied();
            assert!(arrived.unwrap_or(0) <= row["attempts"].as_u64().unwrap(), "{detail}: {arrived:?} requests, {row}");
            match (row["result"].as_str().unwrap(), given.get(detail)) {
                ("done", id) => assert_eq!(Some(&row["id"]), id, "{detail}"),
                ("duplicate", Some(id)) if !row["id"].is_null() => assert_eq!(&row["id"], id, "{detail}"),
                ("unknown" | "done-without-id" | "duplicate", _) | (_, None) => {}
                (word, Some(id)) => panic!("{detail} is {word}, and the server did it as {id}"),
            }
        }
    }
}

/// How many rows ended as a word.
pub fn count(rows: &[Value], word: &str) -> usize {
    words(rows).iter().filter(|found| **found == word).count()
}

fn read(script: &str) -> Script {
    if script.is_empty() { Script::default() } else { Script::from_yaml(script).unwrap() }
}
